"""Pages of matches: what everyone sees, what a side sees, and that nothing more can be inferred."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from directory.choices import AgencyKind, Role
from directory.models import User
from matching.choices import MatchStatus
from matching.life import review
from matching.models import Match, MatchEvent
from surveys.choices import Visibility
from tests.factories import (
    AgencyFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    MatchFactory,
    NeedFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ReleasedMatchFactory,
    ScoringProfileFactory,
    TargetFactory,
    UserFactory,
    explanation_of,
    put_in,
)
from tests.pages import Page, publish_many

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def own_match(user: User, **fields: Any) -> Match:
    """Make a match of which the person's agency is the offering side."""
    agency = user.affiliations.get().agency
    offer = PublishedOfferFactory(title="Our offer", agency=agency, country=agency.country)
    return MatchFactory(offer=offer, need=PublishedNeedFactory(title="Their need"), **fields)


def test_an_empty_list_says_what_a_release_is(client: Client) -> None:
    MatchFactory()
    page = Page(client.get("/matches/"))
    assert "No match has been released yet" in page.text
    assert "A release commits neither side to anything" in page.text
    assert "No match fits all of these filters" in Page(client.get("/matches/?q=zebra")).text


def test_what_a_reviewer_releases_everyone_sees(client: Client, reviewer: User) -> None:
    match = MatchFactory(need=ConfirmedNeedFactory(title="Flood maps"), offer=ConfirmedOfferFactory(title="Radar"))
    TargetFactory(offer=match.offer, country=match.need.country)
    assert client.get(match.get_absolute_url()).status_code == 404
    review.release(match=match, by=reviewer, note="makes sense, says Ms Someone")

    page = Page(client.get("/matches/"))
    assert match.get_absolute_url() in page.links
    standing = "Shown for information; not endorsed by the United Nations or the Governments concerned"
    assert f"computed fit; no commitment of either side. {standing}" in page.text
    detail = Page(client.get(match.get_absolute_url()))
    assert f"A computed fit; no commitment of either side. {standing}" in detail.text
    assert "Flood maps" in detail.text
    assert "Ms Someone" not in detail.text

    review.withhold(match=Match.objects.get(pk=match.pk), by=reviewer)
    assert client.get(match.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("status", list(MatchStatus))
def test_how_far_a_released_match_has_come_cannot_be_told(client: Client, status: MatchStatus) -> None:
    match = ReleasedMatchFactory()
    before = [client.get(address).content for address in ("/matches/", match.get_absolute_url())]
    frozen = explanation_of(match) | {"score": 1}
    put_in(
        status, match, decided_on=frozen, updated_at=timezone.now() + dt.timedelta(days=9),
        score=1, part_areas=1, part_modalities=0, part_region=0,
    )  # fmt: skip
    after = [client.get(address).content for address in ("/matches/", match.get_absolute_url())]
    assert before == after


def test_a_released_fit_that_a_side_has_not_confirmed_has_a_heading_and_no_word(client: Client) -> None:
    match = ReleasedMatchFactory(
        need=ConfirmedNeedFactory(), offer=PublishedOfferFactory(stated_on=dt.date(2018, 6, 27))
    )
    heading = "Overlap of priorities stated in 2018; not an offer or request of either Government"
    addresses = ("/matches/", match.get_absolute_url(), match.need.get_absolute_url())
    for address in addresses:
        page = Page(client.get(address))
        assert heading in page.text, address
        assert "badge strong" not in badges(page), address
    match.offer.confirmed_on = dt.date(2026, 11, 2)
    match.offer.save()
    for address in addresses:
        page = Page(client.get(address))
        assert "badge strong" in badges(page), address
        assert "Overlap of priorities" not in page.text, address


def badges(page: Page) -> set[str]:
    """The classes of the page's spans, those of badges among them."""
    return {attributes.get("class") or "" for attributes in page.attributes_of("span")}


def test_a_released_fit_is_shown_as_it_was_released(client: Client) -> None:
    match = ReleasedMatchFactory(need=ConfirmedNeedFactory(), offer=ConfirmedOfferFactory())
    match.need.areas.clear()
    page = Page(client.get(match.get_absolute_url()))
    assert "Strong fit" in page.text
    assert "It stands as it was when it was released." in page.text
    assert "Worked out for 25 November 2026" in page.text


def test_a_fit_is_not_shown_once_a_side_is_not_public(client: Client) -> None:
    match = ReleasedMatchFactory()
    match.offer.visibility = Visibility.FOCAL_POINTS
    match.offer.save()
    assert client.get(match.get_absolute_url()).status_code == 404
    assert match.get_absolute_url() not in Page(client.get("/matches/")).links


def test_the_contributions_add_up_one_click_further(client: Client) -> None:
    sides = {"need": ConfirmedNeedFactory(), "offer": ConfirmedOfferFactory()}
    match = ReleasedMatchFactory(**sides, part_areas=262_136, part_modalities=250_000, part_region=300_000)
    page = Page(client.get(match.get_absolute_url()))
    for number in ("0.262136", "0.250000", "0.300000", "0.812136", "45 of 100"):
        assert number in page.text
    assert page.text.index("Strong fit") < page.text.index("The number, and where it comes from")
    assert "/method/" in page.links
    assert any(tag == "details" and attributes.get("class") == "more section" for tag, attributes in page.tags)
    assert "open" not in next(a for a in page.attributes_of("details") if a.get("class") == "more section")


def test_a_side_sees_its_own_matches_before_their_release(client: Client, focal_point: User) -> None:
    match = own_match(focal_point)
    MatchFactory()
    client.force_login(focal_point)

    page = Page(client.get("/matches/"))
    assert page.titles("h2")[1:] == [f"{match.need.party} ↔ and {match.offer.party}"]
    assert "Not released" in page.text
    detail = Page(client.get(match.get_absolute_url()))
    assert "the public does not see it" in detail.text
    assert "Modalities in common: Training." in detail.text


def test_another_agency_s_match_is_not_found(client: Client, focal_point: User, other_focal_point: User) -> None:
    match = own_match(focal_point)
    client.force_login(other_focal_point)
    assert client.get(match.get_absolute_url()).status_code == 404


def test_a_side_may_ask_why_not(client: Client, focal_point: User) -> None:
    agency = focal_point.affiliations.get().agency
    offer = PublishedOfferFactory(agency=agency, country=agency.country)
    need = PublishedNeedFactory(country=agency.country)
    address = f"/matches/{need.pk}-{offer.pk}/"
    assert client.get(address).status_code == 404

    client.force_login(focal_point)
    page = Page(client.get(address))
    assert page.titles("h1") == ["Why this need and this offer do not fit"]
    assert "Both are of the same country or the same agency." in page.text
    assert not Match.objects.exists()


def test_why_not_says_nothing_of_what_one_may_not_see(client: Client, focal_point: User, partner: User) -> None:
    agency = focal_point.affiliations.get().agency
    offer = PublishedOfferFactory(agency=agency, country=agency.country)
    draft = NeedFactory()
    others = (PublishedNeedFactory(), PublishedOfferFactory())
    client.force_login(focal_point)
    assert client.get(f"/matches/{draft.pk}-{offer.pk}/").status_code == 404
    assert client.get(f"/matches/{others[0].pk}-{others[1].pk}/").status_code == 404
    client.force_login(partner)
    assert client.get(f"/matches/{others[0].pk}-{others[1].pk}/").status_code == 404


def test_a_coordinator_asks_for_every_agency_of_the_country(client: Client, coordinator: User) -> None:
    offer = PublishedOfferFactory(country=None, agency=AgencyFactory(country=CountryFactory(iso3="THA")))
    need = PublishedNeedFactory()
    client.force_login(coordinator)
    assert client.get(f"/matches/{need.pk}-{offer.pk}/").status_code == 200


def test_staff_see_the_decided_score_beside_today_s(client: Client, reviewer: User) -> None:
    match = MatchFactory()
    put_in(MatchStatus.SET_ASIDE, match, decided_on=explanation_of(match))
    client.force_login(reviewer)
    assert "It was decided on 0.820000" in Page(client.get(match.get_absolute_url())).text
    institute = AgencyFactory(country=match.offer.country, kind=AgencyKind.TRAINING_INSTITUTION)
    client.force_login(UserFactory(role=Role.FOCAL_POINT, role__agency=institute))
    assert client.get(match.get_absolute_url()).status_code == 404


def test_looking_changes_nothing(client: Client, reviewer: User) -> None:
    match = MatchFactory()
    before = Match.objects.filter(pk=match.pk).values().get()
    client.force_login(reviewer)
    client.get(match.get_absolute_url())
    client.get("/matches/")
    assert Match.objects.filter(pk=match.pk).values().get() == before
    assert not MatchEvent.objects.exists()


def test_filters_find_either_side_and_order_by_what_is_shown(client: Client) -> None:
    first = ReleasedMatchFactory(need=PublishedNeedFactory(country=CountryFactory(iso3="KHM")))
    second = ReleasedMatchFactory(part_areas=10_000, offer=PublishedOfferFactory(country=CountryFactory(iso3="THA")))
    Match.objects.filter(pk=second.pk).update(score=1_000_000, part_areas=1_000_000, part_modalities=0, part_region=0)

    def shown(query: str) -> list[int]:
        return [match.pk for match in client.get(f"/matches/{query}").context["object_list"]]

    assert shown("") == [first.pk, second.pk]
    assert shown("?country=KHM") == [first.pk]
    assert shown("?country=THA") == [second.pk]
    assert shown("?fit=strong") == [first.pk]
    refusals = ("fit=high", "min_score=0.8", "ordering=-score", "status=proposed", "ordering=updated", "country=zzz")
    for refused in refusals:
        assert client.get(f"/matches/?{refused}").status_code == 400, refused


@pytest.mark.parametrize("pair", ["0-0", "1-99999999999999999999999", "9" * 5000 + "-1", "1-", "-1-2", "a-b"])
def test_a_pair_that_is_none_is_not_found(client: Client, pair: str) -> None:
    assert client.get(f"/matches/{pair}/").status_code == 404


def test_the_method_shows_the_profile_that_runs_use(client: Client) -> None:
    ScoringProfileFactory(code="trial", version=3, weight_areas=40, weight_region=35, strong_from=650_000)
    text = Page(client.get("/method/")).text
    for words in ("40 %", "35 %", "from 0.65", "“trial”, version 3", "at least 0.35"):
        assert words in text


def test_match_pages_run_as_many_queries_with_200_matches(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, reviewer: User
) -> None:
    country = CountryFactory(iso3="KHM")
    match = ReleasedMatchFactory()
    common = {
        name: getattr(match, name)
        for name in ("part_areas", "part_modalities", "part_region", "score", "word", "profile", "released_at")
    } | {"released_score": match.score, "released_word": match.word, "released_as": match.released_as}
    from surveys.models import Need, Offer

    for number in (10, 190):
        needs, offers = publish_many(Need, number, country=country), publish_many(Offer, number, country=country)
        pairs = zip(needs, offers, strict=True)
        Match.objects.bulk_create([Match(need=need, offer=offer, **common) for need, offer in pairs])
        # count, ids of the page, those out of line, matches; of the form: codes of countries, countries, groups,
        # areas, modalities; counts by fit
        with django_assert_num_queries(10):
            client.get("/matches/")
        # match; labels of areas, modalities, groups; whether need and offer may be opened
        with django_assert_num_queries(6):
            client.get(match.get_absolute_url())
