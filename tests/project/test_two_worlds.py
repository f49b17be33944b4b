"""Two worlds, in one of which people have decided: whoever was not told reads the same in both, at any later time.

The same postings twice, with the clock held still: once everything is left as it was suggested, once each kind of
decision is taken about some pair. Then the same happens in both: runs, another profile, edits, postings that close,
withdrawals. After each of these every answer that an uninvolved reader can get is compared byte for byte: lists by
order and filter, mails, and once each pair by itself and the pages where pairs stand.
"""

import datetime as dt
import itertools
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from directory.choices import Digest, Role
from directory.mail.sending import send_due
from directory.models import User
from feed.sequencing.sequencer import bring_up_to_date
from matching.asking.proposing import propose_pair
from matching.choices import REFUSALS, CheckKind, CheckResult, MatchStatus, SideAnswer
from matching.filtersets import MatchFilter
from matching.life import introducing, lapsing, outcomes, review
from matching.life.answers import answering, refusing
from matching.life.telling.digests import write_digests
from matching.models import Match, ScoringProfile
from matching.runs import in_blocks
from matching.runs.rematch import match_marked
from matching.runs.running import run_matching
from matching.scoring.explanation import explain_pairs
from surveys.choices import Side, WithdrawalReason
from surveys.models import Need, Offer
from surveys.postings import posting, states
from tests.factories import (
    AgencyFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    ScoringProfileFactory,
    TargetFactory,
    UserFactory,
)
from web.calendar.days import today
from web.jobs.companion import do_one

pytestmark = pytest.mark.django_db

START = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)
COUNTRIES = ("KHM", "LAO", "THA", "VNM")
QUIET = "LAO"
"""Nothing is put to its agency: whatever is decided about its pairs, it was not told."""
AREAS = ("energy", "health", "agriculture", "gender")
EACH = 12
CLOSES = 5
"""Days from the start on which two postings close."""
NEVER_THE_SAME = re.compile(
    r'name="(?:csrfmiddlewaretoken|form_key)" value="[^"]+"|name="as_of" value="[0-9a-f]+~[^"]*"|nonce="[^"]+"'
    r'|"id":\d+(?=,"on":)|/api/v1/runs/\d+/'
)
"""Tokens, and the numbers of runs, which a database does not take back with the runs."""

Answers = dict[tuple[str, str], str]
"""By reader and address."""


@dataclass
class World:
    """Postings of four countries, who speaks for them, and who decides."""

    clock: time_machine.Traveller
    reviewer: User
    manager: User
    speakers: dict[str, User]
    partner: User
    needs: list[Need] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)

    @classmethod
    def made(cls, clock: time_machine.Traveller) -> "World":
        """Make it; lists are short, so that whatever is decided lets others move up."""
        draw = random.Random(45)
        ScoringProfileFactory(top_k=3, min_score=200_000)
        countries = {iso3: CountryFactory(iso3=iso3) for iso3 in COUNTRIES}
        agencies = {iso3: AgencyFactory(code=iso3.lower(), country=country) for iso3, country in countries.items()}
        world = cls(
            clock=clock,
            reviewer=UserFactory(email="reviewer@example.org", role=Role.REVIEWER),
            manager=UserFactory(email="manager@example.org", role=Role.MANAGER),
            speakers={
                iso3: UserFactory(
                    email=f"{iso3.lower()}@example.org",
                    role=Role.FOCAL_POINT,
                    role__agency=agency,
                    digest=Digest.AT_ONCE if iso3 == QUIET else Digest.NEVER,
                )
                for iso3, agency in agencies.items()
            },
            partner=UserFactory(
                email="partner@example.org", role=Role.PARTNER, role__agency=AgencyFactory(code="fund", country=None)
            ),
        )
        for number in range(EACH):
            closes_on = today() + dt.timedelta(days=CLOSES) if number in (2, 3) else None
            for made, maker, places in (
                (world.needs, ConfirmedNeedFactory, {}),
                (world.offers, ConfirmedOfferFactory, {"places": 1}),
            ):
                iso3 = COUNTRIES[(number + len(places)) % len(COUNTRIES)]
                made.append(
                    maker(
                        title=f"{maker.__name__[9:-7]} {number}",
                        country=countries[iso3],
                        agency=agencies[iso3],
                        areas=draw.sample(AREAS, draw.randint(1, 3)),
                        modalities=draw.sample(("training", "finance"), 1),
                        closes_on=closes_on,
                        facilitating_allowed=True,
                        **places,
                    )
                )
            for country in countries.values():
                TargetFactory(offer=world.offers[-1], country=country)
        run_matching()
        bring_up_to_date()
        return world

    @property
    def readers(self) -> dict[str, User | None]:
        """Who was told of nothing, whatever is decided here."""
        return {"partner": self.partner, "quiet": self.speakers[QUIET]}

    def later(self, **passed: float) -> None:
        """Let time go by."""
        self.clock.shift(dt.timedelta(**passed))


class Deciding:
    """Takes each decision about a pair of its own."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.taken: set[int] = set()

    def decide(self) -> None:
        """Take them all."""
        for quiet in (self.set_aside, self.hold, self.note, self.set_aside, self.take_back):
            quiet(self._pair(is_quiet=True))
        for told in (
            self.set_aside, self.propose, self.hold_proposed, self.answer, self.refuse, self.introduce, self.agree,
            self.take_back_proposed, self.note, self.release_and_withhold, self.refuse_and_pass_on,
            self.refuse_and_take_back,
        ):  # fmt: skip
            told(self._pair(is_quiet=False))
        self.agree(self._pair(is_quiet=False, fits_quiet=True))
        self.propose_what_no_run_suggests()

    def _pair(self, *, is_quiet: bool, fits_quiet: bool = False) -> Match:
        suggested = Match.objects.for_lists().filter(status=MatchStatus.SUGGESTED).order_by("need", "offer")
        if fits_quiet:
            # An offer whose only place is agreed by others, while it fits a need of the quiet one.
            fitting = Match.objects.filter(need__country=QUIET, is_shown=True)
            suggested = suggested.filter(offer__in=fitting.values("offer"))
        for match in suggested.exclude(pk__in=self.taken):
            if (QUIET in (match.need.country_id, match.offer.country_id)) == is_quiet:
                self.taken.add(match.pk)
                return match
        raise AssertionError("too few suggestions")

    def set_aside(self, match: Match) -> None:
        review.set_aside(match=match, by=self.world.reviewer, note="Known.")

    def take_back(self, match: Match) -> None:
        self.set_aside(match)
        self.world.later(minutes=1)
        review.take_back(match=match, by=self.world.reviewer, note="By mistake.")

    def hold(self, match: Match) -> None:
        review.check(
            match=match, by=self.world.reviewer, kind=CheckKind.SECURITY_COUNCIL, result=CheckResult.ON_HOLD, note="?"
        )

    def note(self, match: Match) -> None:
        review.add_note(match=match, by=self.world.reviewer, note="Call them.")
        review.assign(match=match, by=self.world.reviewer, to=self.world.reviewer)

    def release_and_withhold(self, match: Match) -> None:
        review.release(match=match, by=self.world.reviewer)
        review.withhold(match=match, by=self.world.reviewer)

    def propose(self, match: Match) -> None:
        review.propose(match=match, by=self.world.reviewer)

    def propose_what_no_run_suggests(self) -> None:
        known = set(Match.objects.values_list("need", "offer"))
        needs = [need for need in self.world.needs if need.country_id != QUIET]
        offers = [offer for offer in self.world.offers if offer.country_id != QUIET]
        pairs = [pair for pair in itertools.product(needs, offers) if (pair[0].pk, pair[1].pk) not in known]
        explained = zip(pairs, explain_pairs(pairs=pairs), strict=True)
        need, offer = next(pair for pair, explanation in explained if not explanation["gates"])
        propose_pair(need=need, offer=offer, by=self.world.reviewer)

    def hold_proposed(self, match: Match) -> None:
        self.propose(match)
        self.hold(match)

    def take_back_proposed(self, match: Match) -> None:
        self.propose(match)
        review.take_back(match=match, by=self.world.reviewer, note="By mistake.")

    def answer(self, match: Match) -> None:
        self.propose(match)
        self._say(match, Side.NEED, SideAnswer.INTERESTED)

    def refuse(self, match: Match) -> None:
        self.answer(match)
        self._say(match, Side.OFFER, SideAnswer.NOT_NOW)

    def refuse_and_pass_on(self, match: Match) -> None:
        self.refuse(match)
        refusing.pass_on(match=match, by=self.world.reviewer)

    def refuse_and_take_back(self, match: Match) -> None:
        self.refuse(match)
        by = self.world.speakers[str(match.offer.country_id)]
        answering.take_back_answer(match=match, side=Side.OFFER, by=by)

    def introduce(self, match: Match) -> None:
        self.answer(match)
        self._say(match, Side.OFFER, SideAnswer.INTERESTED)
        introducing.introduce(match=match, by=self.world.reviewer, message="Meet.")

    def agree(self, match: Match) -> None:
        self.introduce(match)
        by = self.world.speakers[str(match.offer.country_id)]
        outcomes.agree(match=match, by=by, values={"agreed_on": today(), "places": 1})

    def _say(self, match: Match, side: Side, said: SideAnswer) -> None:
        by = self.world.speakers[(match.need if side == Side.NEED else match.offer).country_id or ""]
        why = "time" if said in REFUSALS else ""
        answering.answer(match=match, side=side, by=by, answer=said, why=why, reason="")


def run(world: World) -> None:
    run_matching()


def lists_filled(world: World) -> None:
    match_marked()


def run_with_a_higher_least_score(world: World) -> None:
    run_matching(profile=_version(2, min_score=520_000))


def run_with_other_weights(world: World) -> None:
    run_matching(profile=_version(3, weight_areas=50, weight_modalities=10, weight_region=40))


def _version(version: int, **figures: Any) -> ScoringProfile:
    """A version of the profile that runs use; runs of the day use it from then on."""
    last = ScoringProfile.objects.get(is_default=True)
    ScoringProfile.objects.update(is_default=False)
    values = {**last.figures, "min_score": 200_000, **figures}
    return ScoringProfile.objects.create(code=last.code, version=version, is_default=True, **values)


def edit(world: World) -> None:
    for one in (world.needs[0], world.offers[1], world.offers[4]):
        posting.update(posting=one, values={}, areas=["energy"], modalities=["training"], by=world.manager)
    match_marked()


def withdraw(world: World) -> None:
    for one in (world.needs[4], world.offers[5], world.offers[6]):
        states.withdraw(posting=one, by=world.manager, reason=WithdrawalReason.NO_LONGER_HOLDS)


def publish_again(world: World) -> None:
    for one in (world.needs[4], world.offers[5]):
        states.publish(posting=type(one).objects.get(pk=one.pk), by=world.manager)
    match_marked()


def last_day_ends(world: World) -> None:
    world.later(days=CLOSES + 2)


def daily_lapses(world: World) -> None:
    lapsing.lapse_expired()
    match_marked()


def run_in_blocks(world: World) -> None:
    in_blocks.start()
    while do_one():
        pass


def refusals_passed_on(world: World) -> None:
    """What was refused, and waited to be passed on, ends by the daily work."""
    refusing.pass_on_due(today())


def half_a_year(world: World) -> None:
    """The terms of refusals end, and a run suggests what was refused again."""
    world.later(days=200)
    run_matching()


EVENTS: tuple[Callable[[World], None], ...] = (
    lists_filled, run, run_with_a_higher_least_score, run_with_other_weights, edit, withdraw, lists_filled,
    publish_again, last_day_ends, daily_lapses, run_in_blocks, half_a_year, refusals_passed_on, half_a_year,
)  # fmt: skip


LOOKED_INTO = "run_with_a_higher_least_score"
"""After this each pair and each page is read, after all others the lists."""
LISTS = tuple(
    f"/api/v1/matches/?{query}"
    for query in ("ordering=-score", "ordering=-updated_at", "min_score=0.6", "updated_since=2026-11-30T10:30:00Z")
) + tuple(f"/api/v1/changes/?page_size=100&kind={kinds}" for kinds in ("matches", "offers,needs", "cooperation"))


def each_by_itself(world: World) -> list[str]:
    """Pairs, postings and the pages where pairs stand, every order."""
    found = [
        f"{base}?ordering={order}" for order in MatchFilter.orderings for base in ("/matches/", "/api/v1/matches/")
    ]
    for need, offer in zip(world.needs[:5], world.offers[:5], strict=True):
        found += [f"/api/v1/matches/{need.pk}-{offer.pk}/", f"/matches/{need.pk}-{offer.pk}/"]
    found += ["/coverage/", "/coverage/area/energy/all/", "/coverage/duplication/", "/api/v1/coverage/"]
    found += [f"/countries/{QUIET}/", "/workspace/", "/api/v1/cooperation/", "/api/v1/runs/"]
    for kind, postings in (("needs", world.needs), ("offers", world.offers)):
        own = [one for one in postings if one.country_id == QUIET]
        found += [f"/workspace/{kind}/", f"/workspace/{kind}/{own[0].pk}/near/", f"/{kind}/{own[0].pk}/"]
        # With what of other postings fits or overlaps: agreed places close no offer to who was not told.
        found += [f"/workspace/{kind}/{one.pk}/" for one in own]
    return found


def answers(world: World, event: str) -> Answers:
    """What every reader gets at each address, and in mails."""
    more = each_by_itself(world) if event == LOOKED_INTO else []
    found: Answers = {}
    mail.outbox.clear()
    write_digests(today())
    bring_up_to_date()
    send_due()
    for name, user in world.readers.items():
        client = Client()
        if user is not None:
            client.force_login(user)
        own = ["/workspace/matches/"] if name == "quiet" else []
        for address in (*LISTS, *own, *more):
            response = client.get(address)
            given = response.getvalue().decode("utf-8", "replace")
            body = NEVER_THE_SAME.sub("", given)
            # An ETag is made of the whole body, with what is never the same.
            telling = ("ETag", "Last-Modified", "Location") if body == given else ("Last-Modified", "Location")
            headers = [response.get(header, "") for header in telling]
            found[name, address] = f"{response.status_code} {headers} {body}"
        if user is not None:
            told = sorted(str(one.message()["Subject"]) + str(one.body) for one in mail.outbox if user.email in one.to)
            found[name, "mails"] = "\n".join(told)
    return found


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """One world; whatever is tried in it is undone again."""
    with django_db_blocker.unblock(), time_machine.travel(START, tick=False) as clock, transaction.atomic():
        yield World.made(clock)
        transaction.set_rollback(True)


def history(world: World, *, is_decided: bool) -> list[tuple[str, Answers]]:
    """What all read at the start and after each event, in the world where people have decided or in the other."""
    told = []
    with transaction.atomic():
        world.clock.move_to(START + dt.timedelta(hours=1))
        if is_decided:
            Deciding(world).decide()
        world.clock.move_to(START + dt.timedelta(hours=2))
        told.append(("decided", answers(world, "decided")))
        for event in EVENTS:
            world.later(hours=1)
            event(world)
            told.append((event.__name__, answers(world, event.__name__)))
        transaction.set_rollback(True)
    return told


def test_who_was_not_told_reads_the_same_whatever_was_decided(world: World) -> None:
    quiet, decided = (history(world, is_decided=is_decided) for is_decided in (False, True))
    for (event, before), (_event, after) in zip(quiet, decided, strict=True):
        differing = sorted(key for key in before if before[key] != after[key])
        assert differing == [], event
