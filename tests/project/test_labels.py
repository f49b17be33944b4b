"""Each label belongs to one field: who clicks on the words of a box ticks that box and no other."""

import pytest
from django.test import Client
from django.urls import reverse

from directory.models import User
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PAGES = ("workspace:offer-new", "workspace:need-new", "surveys:offers", "surveys:needs", "matching:matches")


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize("name", [*PAGES, "workspace:matches", "workspace:profile", "directory:countries"])
def test_every_label_leads_to_a_field_of_its_own(name: str, client: Client, focal_point: User) -> None:
    client.force_login(focal_point)
    page = Page(client.get(reverse(name)))
    ids = [attributes["id"] for _tag, attributes in page.tags if "id" in attributes]
    assert sorted(ids, key=str) == sorted(set(ids), key=str)
    led_to = [label["for"] for label in page.attributes_of("label") if "for" in label]
    assert led_to
    assert set(led_to) - set(ids) == set()
    assert len(set(led_to)) == len(led_to)
