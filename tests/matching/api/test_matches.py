"""Matches in the API: who sees which, what of them, and that steps cannot be told from them."""

import datetime as dt
import json
from typing import Any

import pytest
from django.utils import timezone

from directory.models import User
from matching.api.serializers import LABEL
from matching.choices import MatchStatus, Word
from matching.models import Match
from surveys.choices import PostingStatus, Visibility
from surveys.models import Need, Offer
from surveys.searching.documents import on_postings_changed
from tests.api import ROOT, client_of, read, refused, rows, walk
from tests.factories import (
    AgencyFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    CountryGroupFactory,
    GroupMembershipFactory,
    MatchFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ReleasedMatchFactory,
    explanation_of,
    put_in,
    show_others,
)

pytestmark = pytest.mark.django_db

ROLES = ["visitor", "focal_point", "other_focal_point", "coordinator", "reviewer", "manager", "partner"]
PUBLIC_KEYS = {
    "id", "need", "offer", "score", "fit", "contributions", "label", "profile", "released_at", "explanation",
    "fit_label", "url", "page_url",
}  # fmt: skip
STAFF_KEYS = PUBLIC_KEYS | {"status", "status_label", "rank_for_need", "rank_for_offer", "run"}


@pytest.fixture
def cast(focal_point: User) -> dict[str, str]:
    """Matches of an offer of Thailand, one for each way in which a match can be out of sight."""
    own = {"country": None, "agency": focal_point.affiliations.get().agency}
    made = {
        "released": ReleasedMatchFactory(offer=PublishedOfferFactory(**own)),
        "suggested": MatchFactory(offer=PublishedOfferFactory(**own)),
        "lapsed": MatchFactory(offer=PublishedOfferFactory(**own), status=MatchStatus.LAPSED),
        "inner": MatchFactory(offer=PublishedOfferFactory(**own, visibility=Visibility.MATCHED)),
        "withdrawn": ReleasedMatchFactory(offer=PublishedOfferFactory(**own, status=PostingStatus.WITHDRAWN)),
    }
    return {name: match.public_id for name, match in made.items()}


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("visitor", {"released"}),
        ("other_focal_point", {"released"}),
        ("partner", {"released", "suggested"}),
        ("focal_point", {"released", "suggested", "inner"}),
        ("coordinator", {"released", "suggested", "inner"}),
        ("reviewer", {"released", "suggested", "lapsed", "inner", "withdrawn"}),
        ("manager", {"released", "suggested", "lapsed", "inner", "withdrawn"}),
    ],
)
def test_each_role_sees_its_matches_in_list_and_detail(
    role: str, seen: set[str], cast: dict[str, str], request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(role)

    assert {row["id"] for row in rows("/matches/", user)} == {cast[name] for name in seen}
    for name, pair in cast.items():
        response = client_of(user).get(f"{ROOT}/matches/{pair}/")
        assert response.status_code == (200 if name in seen else 404), name


@pytest.mark.any_database
@pytest.mark.parametrize("role", ROLES)
def test_the_keys_of_each_role_are_these(role: str, request: pytest.FixtureRequest) -> None:
    match, user = ReleasedMatchFactory(), request.getfixturevalue(role)
    is_staff = role in ("reviewer", "manager")

    row, alone = rows("/matches/", user)[0], read(f"/matches/{match.public_id}/", user)

    assert set(row) == (STAFF_KEYS if is_staff else PUBLIC_KEYS) - {"explanation"}
    assert set(alone) == (STAFF_KEYS | {"explanation_today"} if is_staff else PUBLIC_KEYS)
    assert (
        set(row["need"]) == set(row["offer"]) == {"id", "title", "country", "country_label", "agency", "agency_label"}
    )


@pytest.mark.any_database
def test_a_released_match_exactly_as_it_was_released() -> None:
    released_at = dt.datetime(2026, 11, 25, 9, 30, tzinfo=dt.UTC)
    match = ReleasedMatchFactory(
        need=ConfirmedNeedFactory(title="Need of Cambodia", country=CountryFactory(iso3="KHM")),
        offer=ConfirmedOfferFactory(
            title="Offer", country=None, agency=AgencyFactory(code="tica", country=CountryFactory(iso3="THA"))
        ),
        released_at=released_at,
    )
    explanation = json.loads(json.dumps(explanation_of(match)))
    Match.objects.filter(pk=match.pk).update(score=500_000, part_areas=500_000, part_modalities=0, part_region=0)

    answer = read(f"/matches/{match.public_id}/")

    assert answer == {
        "id": match.public_id,
        "need": {
            "id": match.need_id,
            "title": "Need of Cambodia",
            "country": "KHM",
            "country_label": str(match.need.country),
            "agency": None,
            "agency_label": None,
        },
        "offer": {
            "id": match.offer_id,
            "title": "Offer",
            "country": "THA",
            "country_label": str(match.offer.agency.country),
            "agency": "tica",
            "agency_label": match.offer.agency.name,
        },
        "score": 0.82,
        "fit": "strong",
        "fit_label": "Strong fit",
        "contributions": {"areas": 0.45, "modalities": 0.25, "region": 0.12, "topic": 0.0},
        "label": LABEL,
        "profile": {"code": "default", "version": 1},
        "released_at": "2026-11-25T09:30:00Z",
        "url": f"http://testserver/api/v1/matches/{match.public_id}/",
        "page_url": f"http://testserver/matches/{match.public_id}/",
        "explanation": explanation,
    }
    listed = {name: value for name, value in answer.items() if name != "explanation"}
    assert rows("/matches/") == [listed | {"score": None, "contributions": None}]


@pytest.mark.any_database
def test_a_released_match_that_a_side_has_not_confirmed_says_so_and_has_no_word() -> None:
    offer = PublishedOfferFactory(stated_on=dt.date(2018, 6, 27))
    match = ReleasedMatchFactory(need=ConfirmedNeedFactory(), offer=offer)
    heading = "Overlap of priorities stated in 2018; not an offer or request of either Government"
    for answer in (read(f"/matches/{match.public_id}/"), *rows("/matches/")):
        assert (answer["fit"], answer["label"]) == (None, f"{heading}. {LABEL}")


@pytest.mark.any_database
@pytest.mark.parametrize("status", list(MatchStatus))
def test_no_step_can_be_told_from_a_released_fit(status: MatchStatus) -> None:
    match = ReleasedMatchFactory()
    before = (rows("/matches/"), read(f"/matches/{match.public_id}/"))
    orders = ("fit", "-fit", "updated_at", "-updated_at", "need", "offer")
    later = timezone.now() + dt.timedelta(days=1)
    put_in(
        status, match, decided_on={"note": "x"}, updated_at=later, score=350_000, word=Word.PARTIAL,
        part_areas=350_000, part_modalities=0, part_region=0,
    )  # fmt: skip

    assert (rows("/matches/"), read(f"/matches/{match.public_id}/")) == before
    assert all(rows(f"/matches/?ordering={order}") == before[0] for order in orders)
    assert rows("/matches/?fit=strong") == before[0]
    assert rows(f"/matches/?updated_since={later:%Y-%m-%dT%H:%M:%SZ}") == []


@pytest.mark.any_database
def test_a_person_s_own_match_carries_today_s_figures(focal_point: User) -> None:
    offer = ConfirmedOfferFactory(country=None, agency=focal_point.affiliations.get().agency)
    need = ConfirmedNeedFactory(country=CountryFactory(iso3="KHM"))
    match = ReleasedMatchFactory(offer=offer, need=need)
    show_others(match, areas=450_000, modalities=0, region=100_000)

    own, public = (read(f"/matches/{match.public_id}/", user) for user in (focal_point, None))

    assert (own["score"], own["fit"], public["score"], public["fit"]) == (0.55, "good", 0.82, "strong")
    assert own["contributions"] == {"areas": 0.45, "modalities": 0.0, "region": 0.1, "topic": 0.0}
    assert own["explanation"]["on"] == timezone.now().date().isoformat()
    assert public["explanation"] == match.released_as


@pytest.mark.any_database
def test_staff_see_what_a_match_was_decided_on_and_today_beside(reviewer: User) -> None:
    match = MatchFactory()
    decided = explanation_of(match)
    put_in(MatchStatus.PROPOSED, match, decided_on=decided)

    answer = read(f"/matches/{match.public_id}/", reviewer)

    assert answer["status"] == "proposed"
    assert answer["explanation"] == decided
    assert answer["explanation_today"]["on"] == timezone.now().date().isoformat()


def test_a_match_is_found_by_either_side() -> None:
    group = CountryGroupFactory(code="LDC", is_heading=True)
    cambodia, thailand = CountryFactory(iso3="KHM"), CountryFactory(iso3="THA")
    GroupMembershipFactory(group=group, country=cambodia)
    agency = AgencyFactory(country=thailand)
    match = ReleasedMatchFactory(
        need=PublishedNeedFactory(country=cambodia, title="Warning systems", areas=["disaster"], modalities=["grant"]),
        offer=PublishedOfferFactory(country=None, agency=agency, title="Radar", areas=["health"], modalities=["loan"]),
    )
    ReleasedMatchFactory(
        need=PublishedNeedFactory(country=CountryFactory(iso3="LAO")),
        offer=PublishedOfferFactory(country=CountryFactory(iso3="CHN")),
    )

    for query in (
        "country=KHM", "country=THA", "group=LDC", "area=disaster", "area=health", "area=health&area=disaster",
        "modality=grant", "modality=loan", "q=warning", "q=radar", "q=radar%20warning",
    ):  # fmt: skip
        assert [row["id"] for row in rows(f"/matches/?{query}")] == [match.public_id], query


def test_words_are_compared_with_what_is_shown() -> None:
    match = ReleasedMatchFactory()
    Match.objects.filter(pk=match.pk).update(word=Word.PARTIAL)

    assert [len(rows(f"/matches/?fit={fit}")) for fit in ("strong", "good", "partial")] == [1, 0, 0]
    assert list(refused("/matches/?fit=2")) == ["fit"]


def test_fits_of_one_word_stand_alphabetically_whatever_their_scores() -> None:
    countries = {iso3: CountryFactory(iso3=iso3, name=name) for iso3, name in (("AAA", "Beta"), ("BBB", "Alpha"))}
    for (need, offer), part in {("AAA", "BBB"): 450_000, ("BBB", "AAA"): 400_000}.items():
        ReleasedMatchFactory(
            need=PublishedNeedFactory(country=countries[need]), offer=PublishedOfferFactory(country=countries[offer]),
            part_areas=part,
        )  # fmt: skip
    weaker = ReleasedMatchFactory(need=PublishedNeedFactory(country=countries["BBB"]), part_areas=200_000)

    found = rows("/matches/")

    assert [row["need"]["country"] for row in found] == ["BBB", "AAA", "BBB"]
    assert found[-1]["id"] == weaker.public_id
    assert {(row["score"], row["contributions"]) for row in found} == {(None, None)}


@pytest.mark.any_database
@pytest.mark.parametrize(
    "name", ["status", "score", "min_score", "shown_score", "word", "released_at", "steps", "rank_for_need"]
)
def test_what_is_not_shown_is_neither_filter_nor_order(name: str) -> None:
    assert list(refused(f"/matches/?{name}=proposed")) == [name]
    for ordering in (name, f"-{name}"):
        assert list(refused(f"/matches/?ordering={ordering}")) == ["ordering"]


@pytest.mark.parametrize("ordering", ["-fit", "fit", "-updated_at", "updated_at", "need", "offer"])
@pytest.mark.parametrize("role", ["visitor", "partner", "reviewer"])
def test_walking_pages_gives_each_match_once(ordering: str, role: str, request: pytest.FixtureRequest) -> None:
    user, moment = request.getfixturevalue(role), dt.datetime(2026, 11, 25, tzinfo=dt.UTC)
    offers = PublishedOfferFactory.create_batch(3)
    for need in PublishedNeedFactory.create_batch(3):
        for number, offer in enumerate(offers):
            ReleasedMatchFactory(need=need, offer=offer, released_at=moment, part_region=100_000 * (number % 2))
    Match.objects.update(updated_at=moment)

    found = walk(f"/matches/?ordering={ordering}&page_size=2", user)

    assert len(found) == len(set(found)) == 9


def test_the_best_fit_comes_first_and_ties_by_need_and_offer() -> None:
    country = CountryFactory(iso3="KHM")
    needs = PublishedNeedFactory.create_batch(2, country=country)
    offers = PublishedOfferFactory.create_batch(2, country=CountryFactory(iso3="THA"))
    for need in reversed(needs):
        for offer in reversed(offers):
            ReleasedMatchFactory(
                need=need, offer=offer, part_region=300_000 if need == needs[1] else 0, part_modalities=offer.pk
            )

    pairs = [(need.pk, offer.pk) for need in (needs[1], needs[0]) for offer in offers]
    assert [row["id"] for row in rows("/matches/")] == [f"{need}-{offer}" for need, offer in pairs]


def add(number: int) -> None:
    """Add released matches in bulk."""
    agency = AgencyFactory(code="tica", country=CountryFactory(iso3="THA"))
    first = ReleasedMatchFactory()
    posting = {"country": CountryFactory(iso3="KHM"), "agency": agency, "status": PostingStatus.PUBLISHED}
    needs = Need.objects.bulk_create(Need(title=f"{n}", **posting) for n in range(number))
    offers = Offer.objects.bulk_create(Offer(title=f"{n}", **posting) for n in range(number))
    for model, made in ((Need, needs), (Offer, offers)):
        on_postings_changed(model, [one.pk for one in made])
    parts = {name: getattr(first, name) for name in ("score", "word", "part_areas", "part_modalities", "part_region")}
    release = {name: getattr(first, name) for name in ("released_at", "released_score", "released_word", "released_as")}
    copied = {"profile": first.profile, "run": first.run, **parts, **release}
    Match.objects.bulk_create(
        Match(need=need, offer=offer, **copied) for need, offer in zip(needs, offers, strict=True)
    )


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", 3),  # ids of the page, those out of line, matches with all that a list shows
        # the country's code, whether names changed for the list and for its part; ids, those out of line, matches
        ("&country=KHM&fit=strong&q=1", 6),
        ("&ordering=-updated_at", 3),
    ],
)
def test_a_list_asks_the_same_number_of_queries_at_10_200_and_1000_rows(
    query: str, expected: int, django_assert_num_queries: Any
) -> None:
    client = client_of()
    for number in (10, 190, 800):
        add(number)
        client.get(f"{ROOT}/matches/?page_size=100{query}")  # what the process keeps of names
        with django_assert_num_queries(expected):
            assert client.get(f"{ROOT}/matches/?page_size=100{query}").json()["results"]


@pytest.mark.any_database
def test_staff_s_list_asks_three_more_for_who_they_are(reviewer: User, django_assert_num_queries: Any) -> None:
    client = client_of(reviewer)
    for number in (10, 190):
        add(number)
        # session, user, affiliations; ids of the page, those out of line, matches
        with django_assert_num_queries(6):
            client.get(f"{ROOT}/matches/?page_size=100")
