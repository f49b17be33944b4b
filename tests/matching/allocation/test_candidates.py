"""Which matches are at choice: those that `review.propose` would take today, while their offers have places."""

import datetime as dt

import pytest
from django.db import transaction
from django.utils import timezone

from directory.choices import Role
from directory.mail.receivers import people_of, spoken_for
from matching.allocation.candidates import Candidates
from matching.allocation.weighing import Membership
from matching.choices import MatchStatus
from matching.life import review
from matching.life.steps import ReviewRefused
from matching.models import Match, Outcome
from matching.scoring.places import places_left
from surveys.models import CountryWindow, Need, Offer
from tests.factories import (
    AgencyFactory,
    ConfirmedNeedFactory,
    CountryFactory,
    TargetFactory,
    UserFactory,
    put_in,
)
from tests.matching.allocation.conftest import need_of, offer_of, settings, suggest
from web.calendar.days import today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("south", "known_profile")]


def at_choice() -> list[int]:
    return [row.match for row in Candidates.today().matches]


def could_be_proposed(match: Match, by) -> bool:
    """Whether the step itself would be taken; nothing of it stays."""
    try:
        with transaction.atomic():
            review.propose(match=match, by=by)
            transaction.set_rollback(True)
    except ReviewRefused:
        return False
    return True


def nothing(match: Match) -> None:
    """Leave it as it is."""


CHANGES = {
    "as it is": (nothing, True),
    "on hold": (lambda match: Match.objects.update(on_hold_at=timezone.now()), False),
    "set aside": (lambda match: put_in(MatchStatus.SET_ASIDE, match), False),
    "lapsed": (lambda match: put_in(MatchStatus.LAPSED, match), False),
    "need not confirmed": (lambda match: Need.objects.update(confirmed_on=None), False),
    "offer not confirmed": (lambda match: Offer.objects.update(confirmed_on=None), False),
    "need withdrawn": (lambda match: Need.objects.update(status="withdrawn"), False),
    "offer a draft": (lambda match: Offer.objects.update(status="draft"), False),
    "need closed": (lambda match: Need.objects.update(closes_on=dt.date(2020, 1, 1)), False),
    "offer not open yet": (lambda match: Offer.objects.update(opens_on=today() + dt.timedelta(days=30)), False),
    "country paused": (
        lambda match: CountryWindow.objects.create(country=match.offer.country, paused_at=timezone.now()),
        False,
    ),
    "nobody speaks for the need": (lambda match: match.need.country.agencies.update(country=None), False),
    "no shared area": (lambda match: match.offer.areas.clear(), False),
    "for another country": (
        lambda match: TargetFactory(offer=match.offer, country=CountryFactory(iso3="IDN")),
        False,
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_rule_is_that_of_proposing(name, reviewer):
    match = suggest(need_of("KHM"), offer_of())
    change, is_open = CHANGES[name]
    change(match)
    match = Match.objects.for_lists().get()
    assert could_be_proposed(match, reviewer) is is_open
    assert at_choice() == ([match.pk] if is_open else [])


@pytest.mark.parametrize("of_agency", [True, False])
@pytest.mark.parametrize("role", [Role.FOCAL_POINT, Role.COORDINATOR])
@pytest.mark.parametrize("where", ["own", "same_country", "elsewhere", "fund"])
@pytest.mark.parametrize("state", ["designated", "not designated", "inactive", "erased"])
def test_somebody_speaks_for_it_where_a_mail_would_reach_them(of_agency, role, where, state):
    cambodia, thailand = CountryFactory(iso3="KHM"), CountryFactory(iso3="THA")
    own = AgencyFactory(country=cambodia)
    need = ConfirmedNeedFactory(country=cambodia, agency=own if of_agency else None)
    agency = {
        "own": own,
        "same_country": AgencyFactory(country=cambodia),
        "elsewhere": AgencyFactory(country=thailand),
        "fund": AgencyFactory(country=None, kind="fund"),
    }[where]
    person = UserFactory(role=role, role__agency=agency, role__designated=state != "not designated")
    person.is_active = state != "inactive"
    person.erased_at = timezone.now() if state == "erased" else None
    person.save()
    speaks = bool(people_of(need.agency_id, need.country_id))
    assert Need.objects.filter(spoken_for()).exists() is speaks
    if state != "designated" or where in ("elsewhere", "fund"):
        assert not speaks


def test_places_are_those_neither_agreed_nor_on_the_way(reviewer):
    offer, without_limit = offer_of(places=9), offer_of(places=None)
    for status, agreed in (
        (MatchStatus.PROPOSED, None),
        (MatchStatus.INTRODUCED, None),
        (MatchStatus.AGREED, 3),
        (MatchStatus.COMPLETED, None),  # it states none: one
        (MatchStatus.SUGGESTED, None),
        (MatchStatus.NOT_TAKEN_FORWARD, None),
    ):
        match = suggest(need_of("VNM"), offer, status=status)
        if status in (MatchStatus.AGREED, MatchStatus.COMPLETED):
            Outcome.objects.create(match=match, agreed_on=today(), recorded_by=reviewer, places=agreed)
    assert places_left({offer.pk, without_limit.pk}) == {offer.pk: 9 - 1 - 1 - 3 - 1, without_limit.pk: None}
    Offer.objects.filter(pk=offer.pk).update(places=2)
    assert places_left({offer.pk}) == {offer.pk: 0}


def test_a_need_with_a_match_in_hand_counts_nothing_and_gets_what_it_lacks():
    served, completed = need_of("KHM"), need_of("LAO")
    suggest(served, offer_of(), status=MatchStatus.PROPOSED)
    suggest(served, offer_of(), status=MatchStatus.AGREED)
    suggest(completed, offer_of(), status=MatchStatus.COMPLETED)
    for need in (served, completed):
        suggest(need, offer_of())
    found = Candidates.today()
    of = found.problem(settings(most_per_need=3), Membership.on_day(today()))
    assert found.needs == [served.pk, completed.pk]
    assert of.weight.tolist() == [0, 1 + 2 + 1]
    assert of.most.tolist() == [1, 3]
    of = found.problem(settings(most_per_need=1), Membership.on_day(today()))
    assert of.most.tolist() == [0, 1]


@pytest.mark.any_database
def test_a_country_in_several_groups_counts_the_sum_on_the_day():
    membership = Membership.on_day(today())
    counts = {iso3: membership.weight(iso3, settings(weight_lldc=5)) for iso3 in ("KHM", "LAO", "VNM")}
    assert counts == {"KHM": 1 + 2, "LAO": 1 + 2 + 5, "VNM": 1}
    laos = CountryFactory(iso3="LAO").memberships.filter(group="LLDC")
    laos.update(valid_to=dt.date(2025, 1, 1), status="confirmed")
    assert Membership.on_day(today()).groups_of("LAO") == ("LDC",)
    assert Membership.on_day(dt.date(2024, 12, 31)).groups_of("LAO") == ("LDC", "LLDC")


@pytest.mark.any_database
@pytest.mark.parametrize("number", [1, 20])
def test_the_queries_do_not_grow(number, django_assert_num_queries):
    offer = offer_of()
    for _number in range(number):
        suggest(need_of("KHM"), offer)
    # Candidates; profile; tables (areas, modalities, countries, reach, and both sides); in hand; places, taken.
    with django_assert_num_queries(21):
        assert len(Candidates.today().matches) == number
