"""Postings that fit in many ways, with short lists, and every kind of write that changes what fits."""

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass

import time_machine
from django.db import transaction
from django.db.models import Model

from directory.choices import GroupLevel, Role
from directory.models import Country, CountryGroup, GroupMembership, PriorityArea, User
from matching.choices import MatchStatus, OptionStatus
from matching.life import lapsing, outcomes, review
from matching.models import Match, PostingMark, TriangularOption
from matching.runs.running import run_matching
from surveys.choices import PlaceKind, PostingStatus, WithdrawalReason
from surveys.models import CountryWindow, Need, Offer
from surveys.postings import posting, states
from surveys.postings.deciding import windows
from surveys.postings.named_places import NamedPlace
from tests.factories import (
    CountryFactory,
    CountryGroupFactory,
    GroupMembershipFactory,
    PreferredPartnerFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ScoringProfileFactory,
    TargetFactory,
    UserFactory,
    put_in,
)
from web.calendar.days import today

AREAS = ("energy", "health", "agriculture", "gender")
MODALITIES = ("training", "finance", "equipment")
FIGURES = (
    "need", "offer", "score", "part_areas", "part_modalities", "part_region", "part_topic",
    "rank_for_need", "rank_for_offer",
)  # fmt: skip
OPTION_FIGURES = (
    "need", "pivotal_offer", "facilitating_offer", "score", "part_areas", "part_modalities", "part_region",
    "part_topic", "rank", "is_triple_south",
)  # fmt: skip


def suggestions() -> list[tuple[int | None, ...]]:
    """All that is suggested, with its figures, and all that others see, decided or not."""
    return [*_rows(Match, FIGURES, MatchStatus.SUGGESTED), *_rows_seen(Match, FIGURES, pairs=2)]


def shown() -> list[tuple[int | None, ...]]:
    """The same, triangular options too: only runs find these."""
    options = _rows(TriangularOption, OPTION_FIGURES, OptionStatus.SUGGESTED)
    return [*suggestions(), *options, *_rows_seen(TriangularOption, OPTION_FIGURES[:-1], pairs=3)]


def _rows(model: type[Model], names: tuple[str, ...], status: str) -> list[tuple[int | None, ...]]:
    return sorted(model._default_manager.filter(status=status).values_list(*names), key=str)


def _rows_seen(model: type[Model], names: tuple[str, ...], *, pairs: int) -> list[tuple[int | None, ...]]:
    columns = (*names[:pairs], *(f"shown_{name}" for name in names[pairs:]))
    return sorted(model._default_manager.filter(is_shown=True).values_list(*columns), key=str)


def what_a_run_leaves(read: Callable[[], list[tuple[int | None, ...]]] = suggestions) -> list[tuple[int | None, ...]]:
    """What `read` reads once a run has scored everything; nothing of that run is left."""
    with transaction.atomic():
        run_matching()
        found = read()
        transaction.set_rollback(True)
    return found


@dataclass
class World:
    """Two dozen postings of a few countries, and who writes them."""

    draw: random.Random
    manager: User
    clock: time_machine.Traveller
    countries: list[Country]
    needs: list[Need]
    offers: list[Offer]

    @classmethod
    def made(cls, draw: random.Random, clock: time_machine.Traveller, *, each: int = 8, top_k: int = 2) -> "World":
        """Make it; one country, Fiji, is not of the South yet."""
        ScoringProfileFactory(top_k=top_k, min_score=200_000)
        countries: list[Country] = [CountryFactory(iso3=code) for code in ("KHM", "LAO", "THA", "VNM", "FJI")]
        g77 = CountryGroupFactory(code="G77", level=GroupLevel.WIDE)
        CountryGroupFactory(code="OPEN_REACH", level="").parts.set([g77])
        for country in countries[:4]:
            GroupMembershipFactory(group=g77, country=country)
        manager = UserFactory(email="writes@example.org", role=Role.MANAGER)
        world = cls(draw, manager, clock, countries, [], [])
        for _ in range(each):
            confirmed = today() - dt.timedelta(days=draw.randint(0, 3))
            given = {"confirmed_on": confirmed, "facilitating_allowed": True}
            for made, maker in ((world.needs, PublishedNeedFactory), (world.offers, PublishedOfferFactory)):
                codes = {"areas": draw.sample(AREAS, draw.randint(1, 3)), "modalities": draw.sample(MODALITIES, 2)}
                made.append(maker(country=draw.choice(countries), **codes, **given))
            for country in draw.sample(countries, draw.randint(0, 3)):
                TargetFactory(offer=world.offers[-1], country=country)
            if draw.random() < 0.4:
                PreferredPartnerFactory(need=world.needs[-1], country=draw.choice(countries))
        return world

    def listed(self) -> Match:
        """Some match that stands in a list."""
        return self.draw.choice(list(Match.objects.filter(status=MatchStatus.SUGGESTED).order_by("pk")))


def edit_areas(world: World) -> None:
    """Give both postings of a match other areas, until it fits no more."""
    match = world.listed()
    for one in (match.offer, match.need):
        own = set(one.areas.values_list("pk", flat=True))
        others = sorted(set(AREAS) - own) or [world.draw.choice(AREAS)]
        posting.update(posting=one, values={}, areas=others, modalities=["training"], by=world.manager)


def withdraw(world: World) -> None:
    """Withdraw an offer and a need that stand in lists."""
    for one in (world.listed().offer, world.listed().need):
        states.withdraw(posting=one, by=world.manager, reason=WithdrawalReason.NO_LONGER_HOLDS)


def publish(world: World) -> None:
    """Publish a new offer that fits many needs, and what has been withdrawn."""
    new = posting.create(
        model=Offer,
        values={"country": world.draw.choice(world.countries), "title": "New", "stated_on": today()},
        areas=AREAS,
        modalities=["training"],
        targets=[NamedPlace(kind=PlaceKind.COUNTRY, country=country.pk) for country in world.countries],
        by=world.manager,
    )
    withdrawn = Need.objects.filter(status=PostingStatus.WITHDRAWN).open_now().order_by("pk")
    for one in (new, *withdrawn[:1]):
        states.publish(posting=one, by=world.manager)


def change_modalities(world: World) -> None:
    """Give an offer that stands in lists other modalities, and no other area."""
    offer = world.listed().offer
    own = set(offer.modalities.values_list("pk", flat=True))
    areas, others = list(offer.areas.values_list("pk", flat=True)), sorted(set(MODALITIES) - own)
    posting.update(posting=offer, values={}, areas=areas, modalities=others, by=world.manager)


def forbid_a_third(world: World) -> None:
    """Let a need that stands in lists, and the offer, have no facilitating partner."""
    match = world.listed()
    for one in (match.need, match.offer):
        areas, modalities = (list(codes.values_list("pk", flat=True)) for codes in (one.areas, one.modalities))
        values = {"facilitating_allowed": False}
        posting.update(posting=one, values=values, areas=areas, modalities=modalities, by=world.manager)


def pause(world: World) -> None:
    """Hide the postings of a country some of which stand in lists; show those that were hidden before."""
    paused = list(CountryWindow.objects.filter(paused_at__isnull=False).select_related("country"))
    country = Country.objects.get(pk=world.listed().offer.country_id)
    windows.pause(country=country, by=world.manager)
    for window in paused:
        windows.resume(country=window.country, by=world.manager)


def change_targets(world: World) -> None:
    """Let an offer that stands in lists reach one country alone, another than before."""
    offer = world.listed().offer
    there = {target.country_id for target in offer.targets.all()}
    country = world.draw.choice([one for one in world.countries if {one.pk} != there])
    place = NamedPlace(kind=PlaceKind.COUNTRY, country=country.pk)
    posting.set_targets(posting=offer, targets=[place], by=world.manager)


def change_preference(world: World) -> None:
    """Let a need that stands in lists prefer another country than the one that it is matched with."""
    match = world.listed()
    country = world.draw.choice([one for one in world.countries if one.pk != match.offer.country_id])
    place = NamedPlace(kind=PlaceKind.COUNTRY, country=country.pk)
    posting.set_targets(posting=match.need, targets=[place], by=world.manager)


def expire(world: World) -> None:
    """Let the last day of two postings be over, and the first day of a third come."""
    first, second = world.listed(), world.listed()
    for one, values in (
        (first.offer, {"closes_on": today()}),
        (second.need, {"closes_on": today()}),
        (world.draw.choice(world.offers), {"opens_on": today() + dt.timedelta(days=2)}),
    ):
        areas, modalities = (list(codes.values_list("pk", flat=True)) for codes in (one.areas, one.modalities))
        posting.update(posting=one, values=values, areas=areas, modalities=modalities, by=world.manager)
    # What was written is matched; what the days bring is nobody's write.
    PostingMark.objects.all().delete()
    world.clock.shift(dt.timedelta(days=3))


def use_up(world: World) -> None:
    """Agree on the only place of an offer that stands in lists."""
    match = world.listed()
    Offer.objects.filter(pk=match.offer_id).update(places=1)
    put_in(MatchStatus.INTRODUCED, match)
    outcomes.agree(match=match, by=world.manager, values={"agreed_on": today(), "places": 1})


def decide(world: World) -> None:
    """Set a match aside; a run fills its places."""
    review.set_aside(match=world.listed(), by=world.manager, note="Known already.")


def take_back(world: World) -> None:
    """Take back what has been set aside."""
    for match in Match.objects.filter(status=MatchStatus.SET_ASIDE).order_by("pk"):
        review.take_back(match=match, by=world.manager, note="By mistake.")


def edit_membership(world: World) -> None:
    """Let a country join the South, or leave it."""
    country = world.draw.choice(world.countries)
    gone, _ = GroupMembership.objects.filter(country=country).delete()
    if not gone:
        GroupMembershipFactory(group=CountryGroup.objects.get(code="G77"), country=country)


def edit_parents(world: World) -> None:
    """Make an area part of another."""
    child, parent = world.draw.sample(AREAS, 2)
    PriorityArea.objects.filter(parent=child).update(parent=None)
    PriorityArea.objects.filter(pk=child).update(parent=parent)


def lapse(world: World) -> None:
    """Let lapse what has expired, as the daily work does."""
    lapsing.lapse_expired()


Change = Callable[[World], None]
WRITES: tuple[Change, ...] = (
    edit_areas, change_modalities, withdraw, publish, change_targets, change_preference, use_up, pause,
)  # fmt: skip
"""What a run that stored what it had read would undo."""
DECISIONS: tuple[Change, ...] = (decide, take_back)
OF_ALL: tuple[Change, ...] = (edit_membership, edit_parents)
