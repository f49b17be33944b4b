"""The rule of proposing in its two forms: asked of one match by the step, of many at once by a query."""

import datetime as dt
import random
from collections.abc import Callable
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from directory.choices import Role
from directory.mail.receivers import people_of
from directory.models import Affiliation, Designation, User
from matching.choices import MatchStatus
from matching.life import proposable, review
from matching.life.answers import clearing
from matching.life.steps import ReviewRefused
from matching.models import Match
from surveys.choices import PostingStatus
from surveys.models import CountryWindow, Need, Offer
from tests.factories import (
    AgencyFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    MatchFactory,
    UserFactory,
    put_in,
)
from web.calendar.days import today

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

Break = Callable[[Match], object]


@pytest.fixture
def match(db: None) -> Match:
    """A suggestion of a Cambodian agency's need and a Thai agency's offer, with one person to speak for each."""
    need = ConfirmedNeedFactory(country=CountryFactory(iso3="KHM"), agency=agency_of("KHM"))
    offer = ConfirmedOfferFactory(country=None, agency=agency_of("THA"))
    return MatchFactory(need=need, offer=offer)


def agency_of(iso3: str):
    agency = AgencyFactory(code=f"agency-of-{iso3.lower()}", country=CountryFactory(iso3=iso3))
    UserFactory(email=f"{iso3.lower()}@example.org", role=Role.FOCAL_POINT, role__agency=agency)
    return agency


def by_the_query(match: Match) -> bool:
    return proposable.proposable(Match.objects.all()).filter(pk=match.pk).exists()


def by_the_step(match: Match) -> bool:
    """What the step asks before it asks whether the two fit: `check`, both sides public, somebody for each."""
    read = Match.objects.for_lists().get(pk=match.pk)
    postings = (read.need, read.offer)
    try:
        proposable.check(read)
    except ReviewRefused:
        return False
    return not any(map(clearing.is_not_public, postings)) and all(
        people_of(posting.agency_id, posting.country_id) for posting in postings
    )


def the_match(**values: object) -> Break:
    return lambda match: Match.objects.filter(pk=match.pk).update(**values)


def the_need(**values: object) -> Break:
    return lambda match: Need.objects.filter(pk=match.need_id).update(**values)


def the_offer(**values: object) -> Break:
    return lambda match: Offer.objects.filter(pk=match.offer_id).update(**values)


def pause(iso3: str) -> Break:
    return lambda match: CountryWindow.objects.create(country_id=iso3, paused_at=timezone.now())


def the_person(iso3: str, **values: object) -> Break:
    return lambda match: User.objects.filter(email=f"{iso3.lower()}@example.org").update(**values)


def the_term(iso3: str, **values: object) -> Break:
    return lambda match: Affiliation.objects.filter(agency__country=iso3).update(**values)


def the_letter(iso3: str, **values: object) -> Break:
    return lambda match: Designation.objects.filter(affiliation__agency__country=iso3).update(**values)


BEFORE = dt.date(2026, 2, 1)
"""After the letters of the tests were written, and before today."""
BREAKS: dict[str, Break] = {
    **{f"match {status}": partial(put_in, status) for status in MatchStatus if status != MatchStatus.SUGGESTED},
    "match on hold": the_match(on_hold_at=timezone.now()),
    "need not confirmed": the_need(confirmed_on=None),
    "offer not confirmed": the_offer(confirmed_on=None),
    **{f"need {status}": the_need(status=status) for status in PostingStatus if status != PostingStatus.PUBLISHED},
    **{f"offer {status}": the_offer(status=status) for status in PostingStatus if status != PostingStatus.PUBLISHED},
    "country of the need paused": pause("KHM"),
    "country of the offer's agency paused": pause("THA"),
    "the need's person inactive": the_person("KHM", is_active=False),
    "the offer's person inactive": the_person("THA", is_active=False),
    "the need's person erased": the_person("KHM", erased_at=timezone.now()),
    "the offer's person erased": the_person("THA", erased_at=timezone.now()),
    "the need's person gone": the_term("KHM", ended_at=timezone.now()),
    "the offer's person gone": the_term("THA", valid_until=BEFORE),
    "the need's letter revoked": the_letter("KHM", ended_at=timezone.now()),
    "the offer's letter over": the_letter("THA", valid_until=BEFORE),
}


def test_where_nothing_is_amiss_both_say_yes(match):
    assert by_the_query(match)
    assert by_the_step(match)


@pytest.mark.parametrize("name", BREAKS)
def test_each_condition_alone_closes_both(match, name):
    BREAKS[name](match)
    assert not by_the_query(match)
    assert not by_the_step(match)


NO_MATTER: dict[str, Break] = {
    "an event of a hold that ended": the_match(on_hold_at=None, updated_at=timezone.now()),
    "released": lambda match: Match.objects.filter(pk=match.pk).update(
        released_at=timezone.now(), released_score=1, released_word=0, released_as={}
    ),
    "the need is for the matched alone": the_need(visibility="matched"),
    "the need is closed": the_need(closes_on=BEFORE),
    "another country paused": pause("VNM"),
    "the last day of the letter": lambda match: the_letter("KHM", valid_until=today())(match),
    "the last day of the term": lambda match: the_term("THA", valid_until=today())(match),
}


@pytest.mark.parametrize("seed", range(12))
def test_any_mix_of_conditions_is_judged_alike(match, seed):
    CountryFactory(iso3="VNM")
    chance = random.Random(seed)
    for _draw in range(6):
        broken = chance.sample(sorted(BREAKS), chance.choice([0, 0, 1, 2]))
        beside = chance.sample(sorted(NO_MATTER), chance.randrange(4))
        with transaction.atomic():
            for name in chance.sample([*broken, *beside], len(broken) + len(beside)):
                (BREAKS | NO_MATTER)[name](match)
            assert by_the_query(match) is by_the_step(match), (broken, beside)
            transaction.set_rollback(True)


def test_what_does_not_matter_closes_neither(match):
    CountryFactory(iso3="VNM")
    for change in NO_MATTER.values():
        change(match)
    assert by_the_query(match)
    assert by_the_step(match)


@pytest.mark.parametrize("name", ["match on hold", "need not confirmed", "match set_aside"])
def test_the_page_says_beforehand_what_the_step_would(match, reviewer, name):
    BREAKS[name](match)
    read = Match.objects.for_lists().get(pk=match.pk)
    with pytest.raises(ReviewRefused) as refused:
        review.propose(match=read, by=reviewer)
    assert review.obstacle(step="propose", match=read) == str(refused.value)
