"""What fits a posting that is given, of what the reader may see: the best few with their reasons, the rest as counts.

Scored by the one engine, by tables in which the given posting is the only row of its side. What is hidden from the
reader is not among them: neither ids nor counts can tell of it. Figures are for those who may read computed fits; to
all others a fit is a word, and fits of one word stand alphabetically.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from directory.access import Action, can
from matching import engine
from matching.choices import Word
from matching.models import ScoringProfile
from matching.scoring.explanation import Explanation, explain_in
from matching.scoring.pairs import lists_read_by
from matching.scoring.profiles import default_profile
from matching.scoring.reading_arrays import ScoringTables
from matching.scoring.reasons import Labels, gate_reasons, reasons
from matching.service.asked import AskedWrongly, Read
from surveys.choices import Side
from surveys.models import Need, Offer
from web.calendar.days import today
from web.text import fold

if TYPE_CHECKING:
    from directory.models import User

MOST = 50


@dataclass(frozen=True)
class Fitting:
    """A posting of the other side, and how it goes with the given one."""

    posting: Need | Offer
    explanation: Explanation
    reasons: list[str]
    """In words: why they fit, or what closes them off from each other."""
    has_word: bool
    """Nobody has vouched for an unconfirmed posting: no word is said of it."""


@dataclass(frozen=True)
class MatchAnswer:
    """What was found."""

    profile: ScoringProfile
    shows_figures: bool
    compared_with: int
    """Open and confirmed postings of the other side that the reader may see."""
    fits: int
    closed_by: dict[str, int]
    """By gate; a posting that several gates close counts under each."""
    too_low: int
    """No gate closes them, and they score less than a run would suggest."""
    results: list[Fitting]
    against: Fitting | None


def answer(*, asked: Read, reader: "User | AnonymousUser", limit: int, against: int | None = None) -> MatchAnswer:
    """Score a given posting against every open, confirmed posting of the other side that the reader may see.

    limit: so many results, 50 at most. against: the id of one posting more to explain, whatever closes it. Writes
    nothing; a fixed number of queries. Raises AskedWrongly where there is no such posting for the reader to see.
    """
    profile, is_need = default_profile(), asked.given.side == Side.NEED
    model: Any = Offer if is_need else Need
    visible = model.objects.visible_to(reader)
    confirmed = visible.published().open_now().confirmed()
    open_ids = np.array(list(confirmed.order_by("pk").values_list("pk", flat=True)), dtype=np.int64)
    if against is not None and not visible.published().filter(pk=against).exists():
        raise AskedWrongly({"against": [_("There is nothing here that you may see.")]})
    wanted = [*open_ids.tolist(), *([against] if against is not None else [])]
    tables = ScoringTables.read(
        on=today(),
        profile=profile,
        need_ids=None if is_need else wanted,
        offer_ids=wanted if is_need else None,
        keep_texts=False,
        lists=lists_read_by(reader),
        given=asked.given,
    )
    others = tables.offers if is_need else tables.needs
    found = _Scored.of(tables, rows=np.flatnonzero(np.isin(others.ids, open_ids)), is_need=is_need, profile=profile)
    best = [int(pk) for pk in others.ids[found.best(others, limit=limit)]]
    rows = model.objects.for_lists().in_bulk([*best, *([against] if against is not None else [])])
    explained = _explain([rows[pk] for pk in rows], asked=asked, tables=tables, profile=profile)
    shows_figures = can(reader, Action.READ_COMPUTED_FITS) or can(reader, Action.READ_EVERYTHING)
    results = [explained[pk] for pk in best]
    return MatchAnswer(
        profile=profile,
        shows_figures=shows_figures,
        compared_with=len(found.rows),
        fits=int(np.count_nonzero(found.is_fit)),
        closed_by=found.closed_by,
        too_low=int(np.count_nonzero(~found.is_closed & ~found.is_fit)),
        results=results if shows_figures else sorted(results, key=_by_word),
        against=explained[against] if against is not None else None,
    )


@dataclass(frozen=True)
class _Scored:
    """What the engine says of the rows at issue, in their order."""

    rows: "np.ndarray[Any, np.dtype[np.intp]]"
    is_closed: "np.ndarray[Any, np.dtype[np.bool_]]"
    is_fit: "np.ndarray[Any, np.dtype[np.bool_]]"
    score: "np.ndarray[Any, np.dtype[np.int64]]"
    closed_by: dict[str, int]

    @classmethod
    def of(cls, tables: ScoringTables, *, rows: Any, is_need: bool, profile: ScoringProfile) -> "_Scored":
        arrays = (tables.needs, tables.offers, tables.reach, tables.preference, tables.profile)
        alone = np.zeros_like(rows)
        need, offer = (alone, rows) if is_need else (rows, alone)
        case = engine.Case.of(*arrays)
        closes = {name: gate(case, need, offer) for name, gate in engine.GATES.items()}
        is_closed = np.any(list(closes.values()), axis=0) if len(rows) else np.zeros(0, dtype=np.bool_)
        score = engine.score_pairs(*arrays, need_index=need, offer_index=offer).parts.sum(axis=1)
        return cls(
            rows=rows,
            is_closed=is_closed,
            is_fit=~is_closed & (score >= profile.min_score),
            score=score,
            closed_by={name: int(np.count_nonzero(closed)) for name, closed in closes.items()},
        )

    def best(self, others: engine.Postings, *, limit: int) -> Any:
        """Return the rows of the best fits as lists of matches order them: score, later confirmed, lower id."""
        order = np.lexsort((others.ids[self.rows], -others.recency[self.rows].astype(np.int64), -self.score))
        return self.rows[order[self.is_fit[order]][:limit]]


def _explain(
    postings: Sequence[Any], *, asked: Read, tables: ScoringTables, profile: ScoringProfile
) -> dict[int, Fitting]:
    """Return each of these postings beside the given one, by id; labels are read once."""
    given: Any = asked.posting
    pairs = [(given, one) if asked.given.side == Side.NEED else (one, given) for one in postings]
    labels = Labels.read()
    return {
        one.pk: Fitting(
            one,
            explanation,
            gate_reasons(explanation) if explanation["gates"] else reasons(explanation, labels),
            has_word=one.is_confirmed and not explanation["gates"],
        )
        for one, explanation in zip(postings, explain_in(tables, pairs=pairs, profile=profile), strict=True)
    }


def _by_word(one: Fitting) -> tuple[int, str, str, int]:
    """The stronger word first, and alphabetically within it: no place says more than the word does."""
    return (-Word.of(one.explanation["fit"]), fold(one.posting.party), fold(one.posting.title), one.posting.pk)
