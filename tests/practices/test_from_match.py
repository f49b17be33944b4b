"""A practice made of a completed match tells nothing that the match's own public page does not tell."""

import pytest
from django.test import Client
from django.utils import timezone

from matching.choices import MatchStatus
from matching.models import MatchSide
from practices.choices import PracticeStatus
from practices.models import Practice
from practices.offering import states, writing
from practices.offering.from_match import match_to_tell, told_of
from practices.offering.refusing import PracticeRefused
from surveys.models import CountryWindow
from tests.factories import AreaFactory, PublishedPracticeFactory, put_in
from tests.marked import of_any_database
from tests.pages import Page

pytestmark = pytest.mark.django_db

PUBLIC_ANSWERS = (
    "/practices/", "/practices.csv", "/practices.json", "/practices.atom", "/api/v1/practices/", "/search/?q=maps",
    "/countries/THA/", "/countries/KHM/", "/needs/{need}/", "/agencies/test-agency-of-thailand/",
)  # fmt: skip


@pytest.mark.any_database
def test_it_begins_with_what_is_published_and_with_nothing_else(cooperation, focal_point, agency):
    match = match_to_tell(cooperation.public_id, by=focal_point)
    assert match == cooperation
    told = told_of(match, by=focal_point)
    assert (told["title"], told["results"], told["links"]) == (
        "Radar", "Maps of two provinces", "https://example.org/maps",
    )  # fmt: skip
    assert told["text"] == "Sought: Flood maps.\nOffered: Radar."
    assert {country.pk for country in told["countries"]} == {"KHM", "THA"}
    assert told["offers"] == [cooperation.offer]
    assert "The text of the need" not in str(told)
    assert "Room 5" not in str(told)


@pytest.mark.any_database
@pytest.mark.parametrize("role", ["focal_point", "coordinator", "other_focal_point"])
def test_either_side_makes_one(role, cooperation, request):
    assert match_to_tell(cooperation.public_id, by=request.getfixturevalue(role)) == cooperation


@pytest.mark.any_database
@pytest.mark.parametrize("role", ["partner", "reviewer", "manager"])
def test_others_make_none(role, cooperation, request):
    assert match_to_tell(cooperation.public_id, by=request.getfixturevalue(role)) is None


def not_consented(match):
    match.sides.filter(side="need").update(consent_at=None)


def not_confirmed(match):
    match.sides.filter(side="offer").update(outcome_confirmed_at=None)


def not_completed(match):
    put_in(MatchStatus.AGREED, match)


def on_hold(match):
    put_in(MatchStatus.COMPLETED, match, on_hold_at=timezone.now())


def paused(match):
    CountryWindow.objects.create(country_id="KHM", paused_at=timezone.now())


@pytest.mark.parametrize("change", [not_consented, not_confirmed, not_completed, on_hold, paused])
def test_what_is_not_published_in_full_is_not_told(change, cooperation, focal_point, agency, client, reviewer):
    made = writing.create(
        values={"agency": agency, "title": "Maps", "text": "How.", "match": cooperation},
        relations={"areas": [AreaFactory(code="energy")]},
        by=focal_point,
    )
    states.submit(practice=made, by=focal_point)
    states.publish(practice=made, by=reviewer)
    assert client.get(made.get_absolute_url()).status_code == 200
    change(cooperation)
    assert match_to_tell(cooperation.public_id, by=focal_point) is None
    with pytest.raises(PracticeRefused):
        writing.create(
            values={"agency": agency, "title": "Again", "text": "How.", "match": cooperation},
            relations={},
            by=focal_point,
        )
    assert client.get(made.get_absolute_url()).status_code == 404
    made.refresh_from_db()
    assert made.status == PracticeStatus.PUBLISHED, "it is shown again when the cooperation is"
    client.force_login(focal_point)
    assert "Nobody else sees it at the moment" in Page(client.get(f"/workspace/practices/{made.pk}/")).text


@pytest.mark.parametrize("change", [not_consented, paused, *of_any_database(not_confirmed, not_completed, on_hold)])
def test_two_worlds_with_and_without_a_practice_of_it_look_the_same(change, cooperation, agency):
    """While the match is not told, no public answer is another for a practice that was made of it."""
    change(cooperation)
    PublishedPracticeFactory(agency=agency, title="Any other", areas=["energy"])
    reader = Client()
    addresses = [address.format(need=cooperation.need_id) for address in PUBLIC_ANSWERS]
    before = [(reader.get(address).status_code, body(reader, address)) for address in addresses]
    PublishedPracticeFactory(
        agency=agency, title="Maps of two provinces", match=cooperation, countries=[cooperation.need.country]
    )
    after = [(reader.get(address).status_code, body(reader, address)) for address in addresses]
    assert after == before
    # The need of a country that is paused has no page.
    assert {status for status, _content in after} == ({200, 404} if change is paused else {200})


def body(reader, address):
    answer = reader.get(address)
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.any_database
def test_its_page_names_the_two_sides_as_published(cooperation, agency, client):
    practice = PublishedPracticeFactory(agency=agency, match=cooperation, offers=[cooperation.offer])
    page = Page(client.get(practice.get_absolute_url()))
    assert "cooperation between Cambodia and Thailand" in page.text
    assert "/matches/agreed/" in page.links
    assert cooperation.offer.get_absolute_url() in page.links
    plain = PublishedPracticeFactory(agency=agency)
    assert "cooperation between" not in Page(client.get(plain.get_absolute_url())).text


@pytest.mark.any_database
def test_an_offer_that_is_not_public_is_not_named(cooperation, agency, client):
    practice = PublishedPracticeFactory(agency=agency, offers=[cooperation.offer])
    type(cooperation.offer).objects.update(visibility="matched")
    assert "Radar" not in Page(client.get(practice.get_absolute_url())).text


@pytest.mark.any_database
def test_in_a_few_clicks(cooperation, focal_point, agency, client, reviewer):
    MatchSide.objects.update(asked_at=timezone.now())
    client.force_login(focal_point)
    match_page = Page(client.get(f"/workspace/matches/{cooperation.public_id}/"))
    address = f"/workspace/practices/new/?match={cooperation.public_id}"
    assert address in match_page.links
    form = client.get(address).context["form"]
    typed = {
        "agency": agency.pk, "kind": "good_practice", "title": form["title"].value(), "text": form["text"].value(),
        "results": form["results"].value(), "links": form["links"].value(), "areas": ["energy"],
        "country": [country.pk for country in form.chosen_countries], "match": form["match"].value(), "do": "send",
    }  # fmt: skip
    answer = client.post("/workspace/practices/new/", typed, follow=True)
    practice = Practice.objects.get()
    assert answer.redirect_chain == [(f"/workspace/practices/{practice.pk}/", 302)]
    assert (practice.match, practice.status) == (cooperation, PracticeStatus.SUBMITTED)
    assert set(practice.countries.values_list("pk", flat=True)) == {"KHM", "THA"}


def test_a_match_of_others_or_none_is_not_told_of(cooperation, partner, focal_point, client):
    client.force_login(focal_point)
    for pair in ("1-999999", "nothing", "1-1-1", "٣-٣", f"{cooperation.offer_id}-{cooperation.need_id}0"):
        assert client.get("/workspace/practices/new/", {"match": pair}).status_code == 404, pair
        answer = client.post("/workspace/practices/new/", {"match": pair, "title": "Kept", "kind": "good_practice"})
        assert answer.status_code == 422
        assert "Kept" in answer.content.decode()
    assert not Practice.objects.exists()
