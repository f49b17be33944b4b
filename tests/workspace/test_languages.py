"""The language of a posting: proposed where none was chosen, asked once where it differs, never in the way twice."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from directory.models import User
from surveys.choices import PostingStatus, WindowKind
from surveys.models import CountryWindow, Offer
from tests.factories import OfferFactory, PublishedOfferFactory
from tests.pages import Page, as_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

FRENCH = "Appui à la gestion de l'eau dans les zones rurales"
ENGLISH = "Support for water management in rural areas of the country"
NEW = "/workspace/offers/new/"
KEY = "5f0c3a52-6a3e-4c52-9a2b-0c8a4e7b1d11"


@pytest.fixture
def client(client: Client, focal_point: User) -> Client:
    client.force_login(focal_point)
    return client


def typed(focal_point: User, **changes: Any) -> dict[str, Any]:
    agency = focal_point.affiliations.get().agency
    return {
        "owner": f"agency:{agency.pk}",
        "title": FRENCH,
        "text": "",
        "visibility": "public",
        "form_key": KEY,
        **changes,
    }


def test_the_proposal_is_taken_where_none_was_chosen(client: Client, focal_point: User) -> None:
    for title, code in ((FRENCH, "fr"), (ENGLISH, "en"), ("ICT", "en")):
        client.post(NEW, typed(focal_point, title=title, language="", form_key=""))
        assert Offer.objects.get(title=title).language == code


def test_it_is_asked_once_and_the_draft_is_kept_as_typed(client: Client, focal_point: User) -> None:
    answer = client.post(NEW, typed(focal_point, language="en"))
    page = Page(answer)
    assert "This reads like French, you chose English: which is it?" in page.text
    made = Offer.objects.get()
    assert (made.title, made.language) == (FRENCH, "en")
    buttons = {button["value"] for button in page.attributes_of("button") if button.get("name") == "language"}
    assert buttons == {"fr", "en"}
    hidden = {field["name"]: field["value"] for field in page.attributes_of("input") if field.get("type") == "hidden"}
    assert hidden["language_asked"] == "on"


@pytest.mark.parametrize("chosen", ["fr", "en"])
def test_one_click_changes_or_keeps_it(client: Client, focal_point: User, chosen: str) -> None:
    page = Page(client.post(NEW, typed(focal_point, language="en")))
    hidden = {field["name"]: field["value"] for field in page.attributes_of("input") if field.get("type") == "hidden"}
    hidden.pop("csrfmiddlewaretoken", None)
    # As a browser sends it: the select first, then the button that was pressed.
    answer = client.post(NEW, typed(focal_point, language=["en", chosen]) | hidden)
    assert answer.status_code == 302
    assert Offer.objects.get().language == chosen


def test_what_is_before_others_waits_for_the_answer_and_is_not_asked_of_what_stands(
    client: Client, focal_point: User
) -> None:
    agency = focal_point.affiliations.get().agency
    offer = PublishedOfferFactory(
        country=None, agency=agency, title=FRENCH, language="en", areas=["energy"], modalities=["training"]
    )
    address = f"/workspace/offers/{offer.pk}/edit/"
    values = typed(focal_point, language="en", areas=["energy"], modalities=["training"])
    kept = client.post(address, values | as_of(offer) | {"places": "5"})
    assert kept.status_code == 302, "title, text and language are as they were"
    changed = values | {"title": f"{FRENCH} et urbaines"}
    assert client.post(address, changed | as_of(offer)).status_code == 422
    assert Offer.objects.get().title == FRENCH
    asked = client.post(address, changed | as_of(offer) | {"language_asked": "on"})
    assert asked.status_code == 302


def test_who_reviews_reads_what_is_proposed(
    client: Client, focal_point: User, coordinator: User, manager: User
) -> None:
    """What a file brought in says no language: nothing is labelled by the library, and the pages of review say so."""
    agency = focal_point.affiliations.get().agency
    CountryWindow.objects.create(country_id="THA", kind=WindowKind.SINGLE)
    waiting = {"country": None, "agency": agency, "submitted_by": focal_point, "submitted_at": timezone.now()}
    french = OfferFactory(title=FRENCH, language="en", status=PostingStatus.SUBMITTED, **waiting)
    english = OfferFactory(title=ENGLISH, language="en", status=PostingStatus.SUBMITTED, **waiting)
    client.force_login(coordinator)
    assert Page(client.get("/workspace/approvals/")).text.count("Language proposed: French") == 1
    assert "Language proposed: French" in Page(client.get(f"/workspace/offers/{french.pk}/")).text
    assert "Language proposed" not in Page(client.get(f"/workspace/offers/{english.pk}/")).text
    client.force_login(manager)
    page = Page(client.get(f"/admin/surveys/offer/{french.pk}/change/"))
    assert "French" in page.text
    assert Offer.objects.get(pk=french.pk).language == "en"


def test_what_is_sure_of_nothing_asks_nothing(client: Client, focal_point: User) -> None:
    answer = client.post(NEW, typed(focal_point, title="ICT", language="fr"))
    assert answer.status_code == 302
    assert Offer.objects.get().language == "fr"
