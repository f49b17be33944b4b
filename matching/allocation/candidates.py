"""Which matches are at choice, how many places their offers have left, and what their needs have already."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models.functions import Coalesce

from matching.allocation.solving import NO_LIMIT, AllocationProblem
from matching.allocation.weighing import Membership, Settings
from matching.choices import BETWEEN_THE_SIDES, IN_HAND
from matching.life.proposable import fitting, proposable
from matching.models import Match
from matching.scoring.places import places_left

QUEUE_ORDER = ("-score", "need_id", "offer_id")


@dataclass(frozen=True)
class Candidate:
    """A match that may be proposed today."""

    match: int
    need: int
    offer: int
    score: int
    """Millionths."""
    country: str | None
    """ISO3 of the need."""


@dataclass(frozen=True)
class Candidates:
    """What is at choice, in the order of the queue."""

    matches: Sequence[Candidate]
    left: dict[int, int | None]
    """Places left, by offer id; None: no limit stated."""
    in_hand: Counter[int]
    """How many matches of a need, by its id, are proposed, introduced or agreed: of every need that has some."""
    held_by: dict[int, list[int]]
    """By offer id: the needs whose matches, completed ones too, hold places of it."""

    @classmethod
    def today(cls, *, only: Collection[int] | None = None) -> "Candidates":
        """Read them in a fixed number of queries; `only` these ids of matches, where they are given."""
        at_choice = Match.objects.all() if only is None else Match.objects.filter(pk__in=only)
        rows = [
            Candidate(*row)
            for row in proposable(at_choice)
            .order_by(*QUEUE_ORDER)
            .values_list("pk", "need", "offer", "score", Coalesce("need__country", "need__agency__country"))
        ]
        fits = fitting([(row.need, row.offer) for row in rows])
        matches = [row for row, is_open in zip(rows, fits, strict=True) if is_open]
        in_hand: Counter[int] = Counter()
        held_by: dict[int, list[int]] = defaultdict(list)
        between = Match.objects.filter(status__in=BETWEEN_THE_SIDES).order_by("pk")
        for need, offer, status in between.values_list("need", "offer", "status"):
            in_hand[need] += status in IN_HAND
            held_by[offer].append(need)
        left = places_left({row.offer for row in matches})
        return cls(matches=matches, left=left, in_hand=+in_hand, held_by=dict(held_by))

    @property
    def needs(self) -> list[int]:
        """Ids of the needs with a match at choice, ascending."""
        return sorted({row.need for row in self.matches})

    @property
    def offers(self) -> list[int]:
        """Ids of their offers, ascending."""
        return sorted({row.offer for row in self.matches})

    def problem(self, settings: Settings, membership: Membership) -> AllocationProblem:
        """Return the choice in numbers.

        A need that has a match in hand is served already: it counts nothing, and may get as many as it lacks to the
        most offers to one need.
        """
        needs, offers = self.needs, self.offers
        row_of_need = {pk: row for row, pk in enumerate(needs)}
        row_of_offer = {pk: row for row, pk in enumerate(offers)}
        country_of = {row.need: row.country for row in self.matches}
        weights = [0 if self.in_hand[pk] else membership.weight(country_of[pk], settings) for pk in needs]
        places = [self.left[pk] for pk in offers]
        return AllocationProblem(
            need=np.array([row_of_need[row.need] for row in self.matches], dtype=np.int64),
            offer=np.array([row_of_offer[row.offer] for row in self.matches], dtype=np.int64),
            score=np.array([row.score for row in self.matches], dtype=np.int64),
            places=np.array([NO_LIMIT if number is None else number for number in places], dtype=np.int64),
            weight=np.array(weights, dtype=np.int64),
            most=np.array([max(0, settings.most_per_need - self.in_hand[pk]) for pk in needs], dtype=np.int64),
            most_in_all=settings.most_in_all,
        )
