"""Lists of matches in parts: for every reader, filter, order and place in the list as the one rule has it."""

import datetime as dt
import itertools
import random
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.utils import timezone

from directory.access import Action, KeyReader
from directory.choices import AgencyRole, KeyScope, Role
from matching.choices import DECIDED, Clearance, MatchStatus, Word
from matching.filtersets import MatchFilter
from matching.listing.branches import MatchParts, branches_for, own_branches_for
from matching.models import Match, MatchSide
from surveys.choices import PostingStatus, Side, Visibility
from surveys.models import CountryWindow
from tests.api import client_of
from tests.factories import (
    AffiliationFactory,
    AgencyFactory,
    ApiKeyFactory,
    CountryFactory,
    MatchFactory,
    NeedFactory,
    OfferFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    UserFactory,
)
from tests.marked import of_any_database
from web.calendar.days import today
from web.lists.branches import Branches

pytestmark = pytest.mark.django_db

KEYS = ("pk", "read_as", "seen_score", "seen_word", "seen_since")
PLACES = 25


@pytest.fixture
def cast():
    """Countries and agencies, and readers of every kind that speak for some of them."""
    countries = [CountryFactory(iso3=iso3) for iso3 in ("THA", "KHM", "FJI")]
    agencies = [AgencyFactory(country=country) for country in countries]
    fund = AgencyFactory(country=None, role=AgencyRole.FACILITATING)
    both = UserFactory(role=Role.FOCAL_POINT, role__agency=agencies[0])
    AffiliationFactory(user=both, agency=agencies[1], role=Role.COORDINATOR)
    also_partner = UserFactory(role=Role.FOCAL_POINT, role__agency=agencies[1])
    AffiliationFactory(user=also_partner, agency=fund, role=Role.PARTNER)
    readers = {
        "anonymous": AnonymousUser(),
        "public key": KeyReader(scopes=[KeyScope.READ_PUBLIC]),
        "key": KeyReader(scopes=[KeyScope.READ_MATCHES]),
        "focal point": UserFactory(role=Role.FOCAL_POINT, role__agency=agencies[0]),
        "coordinator": UserFactory(role=Role.COORDINATOR, role__agency=agencies[1]),
        "of two countries": both,
        "facilitating": UserFactory(role=Role.FOCAL_POINT, role__agency=fund),
        "partner": UserFactory(role=Role.PARTNER, role__agency=fund),
        "partner with an agency": also_partner,
        "reviewer": UserFactory(role=Role.REVIEWER),
        "nobody's": UserFactory(role=Role.FOCAL_POINT, role__agency=AgencyFactory(country=None)),
    }
    return countries, [*agencies, fund], readers


def make_world(draw: random.Random, countries, agencies) -> None:
    """Postings in every state, and matches in every state with what was said of them."""
    if draw.random() < 0.5:
        CountryWindow.objects.create(country=draw.choice(countries), paused_at=timezone.now())

    def stated():
        return {
            "status": draw.choice([PostingStatus.PUBLISHED] * 6 + [PostingStatus.DRAFT, PostingStatus.WITHDRAWN]),
            "visibility": draw.choice([Visibility.PUBLIC] * 3 + list(Visibility)),
            "facilitating_allowed": draw.random() < 0.5,
            "opens_on": draw.choice([None] * 4 + [today() + dt.timedelta(days=9)]),
            "closes_on": draw.choice([None] * 4 + [today() - dt.timedelta(days=9), today()]),
        }

    needs = [
        NeedFactory(country=draw.choice(countries), agency=draw.choice([None, *agencies]), **stated()) for _ in range(6)
    ]
    offers = [
        OfferFactory(**draw.choice([{"country": None, "agency": agency}, {"country": country}]), **stated())
        for agency, country in [(draw.choice(agencies), draw.choice(countries)) for _ in range(7)]
    ]
    base = timezone.now()
    for need, offer in itertools.product(needs, offers):
        if draw.random() < 0.2:
            continue
        status = draw.choice([MatchStatus.SUGGESTED] * 4 + list(MatchStatus))
        released = {}
        if draw.random() < 0.4:
            released = {
                "released_at": base - dt.timedelta(hours=draw.randint(0, 3)),
                "released_score": draw.randint(0, 999_999),
                "released_word": draw.choice(list(Word)),
                "released_as": {},
            }
        decided: dict[str, Any] | None = (
            {} if status in DECIDED or (status == MatchStatus.LAPSED and draw.random() < 0.5) else None
        )
        match = MatchFactory(
            need=need,
            offer=offer,
            status=status,
            word=draw.choice(list(Word)),
            shown_word=draw.choice(list(Word)),
            is_shown=draw.random() < 0.6,
            shown_changed_at=base - dt.timedelta(hours=draw.randint(0, 3)),
            on_hold_at=base if draw.random() < 0.15 else None,
            decided_on=decided,
            **released,
        )
        for side in Side:
            clearance = draw.choice([Clearance.NOT_NEEDED, Clearance.EXPLICIT])
            if draw.random() < 0.5:
                MatchSide.objects.create(
                    match=match,
                    side=side,
                    clearance=clearance,
                    asked_at=draw.choice([None, base]) if clearance == Clearance.NOT_NEEDED else None,
                )


def ids_of(branches, **asked) -> list[int]:
    return [pk for pk, _part in branches.found(**asked)]


def rows_of(queryset) -> list[Any]:
    return sorted(queryset.as_seen().order_by().values_list(*KEYS))


@pytest.mark.parametrize("seed", [0, 1, 2, *of_any_database(3, 4, 5)])
def test_the_parts_have_each_match_once_as_the_rule_shows_it(cast, seed):
    countries, agencies, readers = cast
    make_world(random.Random(seed), countries, agencies)
    found = {}
    for name, reader in readers.items():
        whole = rows_of(Match.objects.visible_to(reader))
        parts = sorted(itertools.chain.from_iterable(rows_of(part) for part in branches_for(reader)))
        assert parts == whole, name
        found[name] = len(whole)
        if name in {"focal point", "coordinator", "of two countries", "facilitating", "partner with an agency"}:
            own = Match.objects.visible_to(reader).of(reader, Action.READ_OWN).exclude(read_as="released")
            mine = sorted(itertools.chain.from_iterable(rows_of(part) for part in own_branches_for(reader)))
            assert mine == rows_of(own), name
    assert found["reviewer"] > found["coordinator"] > 0


@pytest.mark.parametrize(
    "name", ["anonymous", "focal point", "partner with an agency", *of_any_database("key", "reviewer")]
)
@pytest.mark.parametrize("ordering", list(MatchFilter.orderings))
def test_pages_of_any_order_stand_as_the_whole_does_forwards_and_backwards(cast, name, ordering):
    countries, agencies, readers = cast
    make_world(random.Random(7), countries, agencies)
    reader = readers[name]
    data = QueryDict(f"ordering={ordering}")
    whole = MatchFilter(data, queryset=Match.objects.visible_to(reader).as_seen())
    order, rows = whole.ordering, list(whole.qs)
    branches = Branches(MatchParts(whole.of_each(branches_for(reader))), order)
    ids = [row.pk for row in rows]
    assert branches.count() == len(ids)
    assert ids_of(branches, most=4, skip=3) == ids[3:7]
    for place in range(0, len(rows), 3):
        keys = [key.value_from(key.value_of(rows[place])) for key in order.keys]
        assert ids_of(branches, most=5, after=keys) == ids[place + 1 : place + 6]
        before = ids[max(place - 5, 0) : place]
        assert ids_of(branches, most=5, after=keys, backwards=True) == before[::-1]
    assert [row.pk for row in branches.page(lambda rows: rows.for_lists(), most=4, skip=1)] == ids[1:5]


@pytest.mark.parametrize("query", ["fit=strong", "fit=good&ordering=need", "country=THA", "q=need"])
def test_filters_and_counts_are_those_of_the_whole(cast, query):
    countries, agencies, readers = cast
    make_world(random.Random(3), countries, agencies)
    for name, reader in readers.items():
        whole = MatchFilter(QueryDict(query), queryset=Match.objects.visible_to(reader))
        ids = [row.pk for row in whole.qs]
        parts = branches_for(reader)
        assert ids_of(Branches(MatchParts(whole.of_each(parts)), whole.ordering), most=100) == ids, name
        in_view = {"in_view": lambda rows: rows}
        assert whole.counts(["fit"], parts=parts, **in_view) == whole.counts(["fit"], **in_view), name


def test_a_walk_goes_on_past_what_must_not_be_shown(monkeypatch):
    """A page that is not full would say that the list has ended: what two transactions left out of line is passed."""
    matches = [
        MatchFactory(need=PublishedNeedFactory(), offer=PublishedOfferFactory(), is_shown=True, shown_word=Word.GOOD)
        for _number in range(6)
    ]
    everything = {match.pk: match.public_id for match in matches}
    out_of_line = set(sorted(everything)[1::2])
    monkeypatch.setattr("matching.listing.branches.not_in_line", lambda ids: out_of_line & set(ids))
    client = client_of(ApiKeyFactory(scopes=[KeyScope.READ_MATCHES]))
    address, walked = "/api/v1/matches/?page_size=1", []
    while address:
        page = client.get(address).json()
        walked += [row["id"] for row in page["results"]]
        address = page["next"]
    assert sorted(walked) == sorted(public for pk, public in everything.items() if pk not in out_of_line)
