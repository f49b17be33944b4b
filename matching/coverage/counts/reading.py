"""The postings that coverage counts, as the engine's tables: those that the reader may see, open on the day."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from directory.models import User
from matching import engine
from matching.coverage.counts.met import needs_met
from matching.coverage.counts.pairs import OpenPairs, Rows, open_pairs
from matching.scoring.profiles import default_profile, gates_only
from matching.scoring.reading_arrays import ListKind, ScoringTables
from surveys.models import Need, Offer, Survey
from surveys.models.postings.posting import PostingQuerySet
from web.calendar.days import first_day_not_ended, today, years_before

YEARS_KEPT = 3
"""What was said longer ago, and says of no day when it opens or closes, stands in the view of its edition alone."""

Reader = User | AnonymousUser | None


@dataclass(frozen=True, slots=True)
class CoverageView:
    """What is counted: the postings that are open on a day, or those of them that one survey edition states."""

    on: dt.date
    edition: Survey | None = None

    @property
    def is_today(self) -> bool:
        """Whether it is the view of today, as it is shown unless another is asked for."""
        return self.edition is None and self.on == today()

    def said_within(self) -> Q:
        """Return the condition that a posting is not too old to stand beside the others, or is of the edition."""
        if self.edition is not None:
            return Q(survey=self.edition)
        has_dates = Q(opens_on__isnull=False) | Q(closes_on__isnull=False)
        return has_dates | Q(said_on=None) | Q(said_on__gte=years_before(self.on, YEARS_KEPT))


def published_for(model: Any, reader: Reader, view: CoverageView) -> PostingQuerySet[Any]:
    """Return the published postings that the reader may see and that the view takes in, open or not."""
    rows: PostingQuerySet[Any] = model.objects.visible_to(reader).published().order_by("pk")
    return rows.annotate(said_on=Coalesce("confirmed_on", "stated_on")).filter(view.said_within())


def counted(model: Any, reader: Reader, view: CoverageView) -> PostingQuerySet[Any]:
    """Return the postings that coverage counts: the one door for its numbers and for the lists that they lead to.

    An offer whose places are all agreed counts for everyone alike: it is open to whoever was not told.
    """
    rows = published_for(model, reader, view)
    return rows.open_now() if view.on == today() else rows.open_on(view.on)


def closed_lately(model: Any, reader: Reader, view: CoverageView) -> PostingQuerySet[Any]:
    """Return the published postings whose last day ended in the twelve months before the day of the view."""
    ended_before = first_day_not_ended() if view.on == today() else view.on
    rows = published_for(model, reader, view)
    return rows.filter(closes_on__gte=years_before(view.on, 1), closes_on__lt=ended_before)


@dataclass(frozen=True)
class CoverageTables:
    """The engine's tables of what is counted. A party is an offering country, or an agency without one."""

    view: CoverageView
    tables: ScoringTables
    case: engine.Case
    need_is_confirmed: NDArray[np.bool_]
    offer_is_confirmed: NDArray[np.bool_]
    need_is_met: NDArray[np.bool_]

    @classmethod
    def read(cls, *, reader: Reader, view: CoverageView) -> "CoverageTables":
        """Read them in a fixed number of queries, whatever their number."""
        confirmed = {
            model: dict(counted(model, reader, view).values_list("pk", "confirmed_on")) for model in (Need, Offer)
        }
        tables = ScoringTables.read(
            on=view.on, profile=gates_only(default_profile()), keep_texts=False, lists=ListKind.SHOWN
        )
        tables = tables.take(
            np.flatnonzero(np.isin(tables.needs.ids, list(confirmed[Need]))),
            np.flatnonzero(np.isin(tables.offers.ids, list(confirmed[Offer]))),
        )
        return cls(
            view=view,
            tables=tables,
            case=engine.Case.of(tables.needs, tables.offers, tables.reach, tables.preference, tables.profile),
            need_is_confirmed=_is_confirmed(tables.needs, confirmed[Need]),
            offer_is_confirmed=_is_confirmed(tables.offers, confirmed[Offer]),
            need_is_met=np.isin(tables.needs.ids, sorted(needs_met())),
        )

    @cached_property
    def seekers(self) -> NDArray[np.int32]:
        """The countries that need something, as columns of the engine's country table."""
        return np.unique(self.tables.needs.country)

    @cached_property
    def seeker_of(self) -> NDArray[np.intp]:
        """The place among `seekers` of the country of each need."""
        return np.searchsorted(self.seekers, self.tables.needs.country)

    @cached_property
    def parties(self) -> NDArray[np.int64]:
        """Those that offer something, each with a number: of its country, else one of its own for its agency."""
        return np.unique(self._party_numbers)

    @cached_property
    def party_of(self) -> NDArray[np.intp]:
        """The place among `parties` of each offer."""
        return np.searchsorted(self.parties, self._party_numbers)

    @cached_property
    def _party_numbers(self) -> NDArray[np.int64]:
        offers, n_countries = self.tables.offers, len(self.tables.vocabulary.countries)
        return np.where(offers.country >= 0, offers.country.astype(np.int64), n_countries + offers.agency)

    def needs_of(self, area: str) -> Rows:
        """Return the rows of the needs that ask for the area."""
        return np.flatnonzero(self.tables.needs.areas & self._bit(area))

    def offers_of(self, area: str) -> Rows:
        """Return the rows of the offers of that very area."""
        return np.flatnonzero(self.tables.offers.areas & self._bit(area))

    def related_offers_of(self, area: str) -> Rows:
        """Return the rows of the offers that have its parent or a child of it, not the area itself."""
        relatives = self.tables.vocabulary.related[self.tables.vocabulary.areas.index(area)]
        areas = self.tables.offers.areas
        return np.flatnonzero((areas & relatives != 0) & (areas & self._bit(area) == 0))

    def pairs_of(self, area: str) -> OpenPairs:
        """Return the needs that ask for the area with the offers of that very area, where no gate closes them."""
        return open_pairs(self.case, self.needs_of(area), self.offers_of(area))

    def related_pairs_of(self, area: str) -> OpenPairs:
        """Return the same with offers that are related only."""
        return open_pairs(self.case, self.needs_of(area), self.related_offers_of(area))

    def _bit(self, area: str) -> np.uint64:
        return np.uint64(1 << self.tables.vocabulary.areas.index(area))


def _is_confirmed(postings: engine.Postings, confirmed_on: dict[int, dt.date | None]) -> NDArray[np.bool_]:
    return np.array([confirmed_on[pk] is not None for pk in postings.ids.tolist()], dtype=np.bool_)
