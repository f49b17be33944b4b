"""The public page of agreed cooperation: what both sides consented to, and nothing more."""

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from directory.models import User
from matching.choices import MatchStatus
from matching.life.telling.cooperation import as_published, published
from matching.models import MatchSide, Outcome
from surveys.choices import PostingStatus, Visibility
from surveys.models import CountryWindow, Need, Offer
from tests.factories import CountryFactory, MatchFactory, agreed_cooperation, put_in
from tests.pages import Page, publish_many

pytestmark = pytest.mark.django_db

ADDRESS = "/matches/agreed/"
NOTHING_YET = "No agreed cooperation has been published yet"


@pytest.mark.any_database
def test_what_both_sides_consented_to_everyone_reads(client: Client, reviewer: User) -> None:
    match = agreed_cooperation(reviewer, links="https://example.org/maps\njavascript:alert(1)")
    page = Page(client.get(ADDRESS))
    for said in (
        "Flood maps", "Radar", "Cambodia", "Thailand", "1 March 2026", "20: 12 women, 8 men", "1,200.50 USD",
        "Maps of two provinces",
    ):  # fmt: skip
        assert said in page.text, said
    assert {match.need.get_absolute_url(), match.offer.get_absolute_url(), "https://example.org/maps"} <= set(
        page.links
    )
    assert not any("javascript" in link for link in page.links)
    assert "Room 5" not in page.source
    assert ADDRESS in Page(client.get("/matches/")).links


@pytest.mark.any_database
def test_an_outcome_counts_once_both_sides_have_confirmed_it(client: Client, reviewer: User) -> None:
    match = agreed_cooperation(reviewer)
    match.sides.filter(side="need").update(outcome_confirmed_at=None)
    page = Page(client.get(ADDRESS))
    assert "Flood maps" in page.text
    for hidden in ("March", "women", "1,200", "two provinces"):
        assert hidden not in page.text


def test_without_both_consents_there_is_nothing(client: Client, reviewer: User) -> None:
    match = agreed_cooperation(reviewer)
    for status, values in ((MatchStatus.INTRODUCED, {}), (MatchStatus.COMPLETED, {"on_hold_at": timezone.now()})):
        put_in(status, match, **values)
        assert NOTHING_YET in Page(client.get(ADDRESS)).text, status
    put_in(MatchStatus.COMPLETED, match, on_hold_at=None)
    for paused in ("KHM", "THA"):
        CountryWindow.objects.create(country_id=paused, paused_at=timezone.now())
        assert NOTHING_YET in Page(client.get(ADDRESS)).text, paused
        CountryWindow.objects.all().delete()
    for side in ("need", "offer"):
        match.sides.filter(side=side).update(consent_at=None)
        assert NOTHING_YET in Page(client.get(ADDRESS)).text, side
        match.sides.update(consent_at=timezone.now())
    assert NOTHING_YET not in Page(client.get(ADDRESS)).text


@pytest.mark.any_database
@pytest.mark.parametrize("side", ["need", "offer"])
def test_one_confirmation_is_none_and_people_of_one_sex_are_counted(reviewer: User, side: str) -> None:
    match = agreed_cooperation(reviewer)
    Outcome.objects.update(men_trained=0, women_trained=None)
    shown = as_published(published().get())
    assert (shown.people_trained, shown.value_in_full) == (0, "1,200.50 USD")
    Outcome.objects.update(men_trained=None)
    assert as_published(published().get()).people_trained is None
    match.sides.filter(side=side).update(outcome_confirmed_at=None)
    assert as_published(published().get()).outcome is None


@pytest.mark.any_database
def test_a_posting_that_is_not_public_has_a_title_and_no_link(client: Client, reviewer: User) -> None:
    match = agreed_cooperation(reviewer)
    Need.objects.filter(pk=match.need_id).update(status=PostingStatus.WITHDRAWN)
    Offer.objects.filter(pk=match.offer_id).update(visibility=Visibility.MATCHED)
    page = Page(client.get(ADDRESS))
    assert "Flood maps" in page.text
    assert "The text of the need" not in page.source
    assert not {match.need.get_absolute_url(), match.offer.get_absolute_url()} & set(page.links)


def test_it_is_filtered_by_what_everyone_reads_of_it(client: Client, reviewer: User) -> None:
    agreed_cooperation(reviewer)
    for query, found in (("country=THA", 1), ("country=KHM", 1), ("area=energy", 1), ("modality=training", 1)):
        assert len(client.get(f"{ADDRESS}?{query}").context["cooperation"]) == found, query
    CountryFactory(iso3="NPL")
    assert "No agreed cooperation fits" in Page(client.get(f"{ADDRESS}?country=NPL")).text
    for refused in ("q=text", "min_score=0.5", "updated_since=2026-01-01T00:00:00Z", "status=agreed", "ordering=value"):
        assert client.get(f"{ADDRESS}?{refused}").status_code == 400, refused


@pytest.mark.any_database
def test_it_runs_as_many_queries_with_20_entries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, reviewer: User
) -> None:
    first = agreed_cooperation(reviewer)
    fields = {name: getattr(first, name) for name in ("part_areas", "part_modalities", "part_region", "score", "word")}
    for number in (1, 19):
        pairs = zip(
            publish_many(Need, number, country=first.need.country),
            publish_many(Offer, number, country=first.offer.country),
            strict=True,
        )
        for need, offer in pairs:
            match = MatchFactory(
                need=need, offer=offer, profile=first.profile, run=None, status=MatchStatus.AGREED, **fields
            )
            for side in ("need", "offer"):
                MatchSide.objects.create(match=match, side=side, consent_at=timezone.now())
        # count, matches, areas and modalities of both, sides; of the form: codes of countries, countries, groups,
        # areas, modalities
        with django_assert_num_queries(12):
            client.get(ADDRESS)


def test_the_api_gives_the_same(client: Client, reviewer: User) -> None:
    match = agreed_cooperation(reviewer, links="https://example.org/maps")
    given = client.get("/api/v1/cooperation/").json()["results"]
    side = {
        "agency": None, "agency_label": None, "areas": ["energy"], "area_labels": ["Energy"],
        "modalities": ["training"], "modality_labels": ["Training"],
    }  # fmt: skip
    assert given == [
        {
            "id": match.public_id,
            "need": {"title": "Flood maps", "country": "KHM", "country_label": "Cambodia", **side},
            "offer": {"title": "Radar", "country": "THA", "country_label": "Thailand", **side},
            "url": f"http://testserver/api/v1/cooperation/{match.public_id}/",
            "outcome": {
                "agreed_on": "2026-03-01", "starts_on": None, "ends_on": None, "women_trained": 12, "men_trained": 8,
                "expert_days": None, "places": None, "value": "1200.50", "value_currency": "USD",
                "what_changed": "Maps of two provinces", "links": ["https://example.org/maps"],
            },
        }
    ]  # fmt: skip
    assert client.get(f"/api/v1/cooperation/{match.public_id}/").json() == given[0]
    match.sides.filter(side="need").update(outcome_confirmed_at=None)
    assert client.get("/api/v1/cooperation/?country=KHM").json()["results"][0]["outcome"] is None
    match.sides.filter(side="need").update(consent_at=None)
    assert client.get("/api/v1/cooperation/").json()["results"] == []
    assert client.get(f"/api/v1/cooperation/{match.public_id}/").status_code == 404
    assert client.get("/api/v1/cooperation/?min_score=0.5").status_code == 400
