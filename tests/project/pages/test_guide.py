"""Help and the working rules: read by everyone, from the data that apply them, and found by their words."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from directory.models import CountryGroup, PriorityArea
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def test_the_working_rules_are_those_of_the_data(
    client: Client, reference: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    page = Page(client.get("/working-rules/"))
    assert "Working rules of this portal, for finding offers; not agreed by member States." in page.text
    for group in CountryGroup.objects.exclude(level=""):
        assert group.label in page.text
    for area in PriorityArea.objects.filter(parent="connectivity"):
        assert f"{area.label} is part of: Connectivity" in page.text

    CountryGroup.objects.filter(code="ASEAN").update(level="region", label="A renamed organisation")
    PriorityArea.objects.filter(code="ict").update(parent=None)
    with django_assert_num_queries(7):  # the open reach, its parts; groups, their parts; areas twice; the profile
        page = Page(client.get("/working-rules/"))
    assert page.text.index("Region ") < page.text.index("A renamed organisation") < page.text.index("Wide group")
    assert "ICT is part of" not in page.text


@pytest.mark.parametrize("query", ["glossary", "triangular cooperation", "whom to ask", "confirmed"])
def test_help_is_found_by_what_it_answers(client: Client, query: str) -> None:
    assert "/help/" in Page(client.get("/search/", {"q": query})).links


def test_help_says_what_the_badges_say(client: Client) -> None:
    text = Page(client.get("/help/")).text
    for said in ("not yet put to the Government", "Compiled from public sources", "not endorsed by the United Nations"):
        assert said in text
