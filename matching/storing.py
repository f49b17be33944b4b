"""What a run writes: new, returned, moved and lapsed matches, and nothing for those that stayed as they were."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from matching import engine
from matching.choices import ChangeKind, EventKind, MatchStatus
from matching.models import Match, MatchChange, MatchEvent, MatchRun
from matching.places import offers_used_up
from matching.tables import Tables
from surveys.models import Need, Offer
from surveys.models.posting import PostingQuerySet

BATCH = 5_000

COMPARED = ("score", "part_areas", "part_modalities", "part_region", "part_topic", "rank_for_need", "rank_for_offer")
WRITTEN = ("status", *COMPARED, "profile", "run", "decided_on", "refused_until", "updated_at")
ROW = np.dtype([(name, np.int64) for name in ("need", "offer", *COMPARED)])
"""A match as a run would have it; a rank of 0 stands for none."""
STORED = np.dtype([*ROW.descr, ("id", np.int64), ("is_suggested", np.bool_)])
"""A match as it is stored, undecided."""

Rows = NDArray[Any]


def store(*, run: MatchRun, tables: Tables, suggestions: engine.Suggestions) -> dict[str, int]:
    """Bring the undecided matches into line with the suggestions; return how many are new, moved, gone, lapsed.

    Call it in a transaction. Posting states and decisions are read again here, and held until the transaction ends:
    a posting closed or a pair decided since the run began gets no open match. The same suggestions twice write
    nothing the second time.
    """
    open_needs, open_offers = _held_open(Need.objects.all()), _held_open(Offer.objects.exclude(pk__in=offers_used_up()))
    lapsed = _lapse_closed_proposals(open_needs=open_needs, open_offers=open_offers)
    stored = _stored(run.on)
    wanted = _wanted(tables, suggestions)
    wanted = wanted[np.isin(wanted["need"], open_needs) & np.isin(wanted["offer"], open_offers)]
    wanted = wanted[~np.isin(_keys(wanted), _decided_keys(run.on))]

    wanted_keys, stored_keys = _keys(wanted), _keys(stored)
    both, in_wanted, in_stored = np.intersect1d(wanted_keys, stored_keys, return_indices=True)
    before = stored[in_stored]
    differs = np.zeros(len(both), dtype=np.bool_)
    for name in COMPARED:
        differs |= wanted[in_wanted][name] != before[name]
    score_moved = before["is_suggested"] & (wanted[in_wanted]["score"] != before["score"])
    returned = ~before["is_suggested"]

    is_new = ~np.isin(wanted_keys, stored_keys)
    _write(run, wanted[is_new], kind=ChangeKind.NEW)
    _write(run, wanted[in_wanted][returned], kind=ChangeKind.NEW)
    _write(run, wanted[in_wanted][score_moved], kind=ChangeKind.MOVED, score_before=before[score_moved]["score"])
    _write(run, wanted[in_wanted][differs & ~score_moved & ~returned], kind=None)
    gone = stored[stored["is_suggested"] & ~np.isin(stored_keys, wanted_keys)]
    _let_lapse(run, gone)
    return {
        "new": int(is_new.sum() + returned.sum()),
        "moved": int(score_moved.sum()),
        "gone": len(gone),
        "lapsed_proposals": lapsed,
        "suggested": len(wanted),
    }


def _held_open(postings: PostingQuerySet[Any]) -> NDArray[np.int64]:
    """Return the ids of the postings open now, locked so that none closes before the matches are written."""
    held = postings.published().open_now().order_by("pk").select_for_update(of=("self",), no_key=True)
    ids = held.values_list("pk", flat=True)
    return np.fromiter(ids.iterator(chunk_size=20_000), dtype=np.int64)


def _lapse_closed_proposals(*, open_needs: NDArray[np.int64], open_offers: NDArray[np.int64]) -> int:
    """Let proposals lapse of which a posting has closed; return how many."""
    proposed = Match.objects.filter(status=MatchStatus.PROPOSED).order_by("pk").select_for_update(of=("self",))
    needs, offers = set(open_needs.tolist()), set(open_offers.tolist())
    closed = [
        match_id
        for match_id, need, offer in proposed.values_list("pk", "need", "offer")
        if need not in needs or offer not in offers
    ]
    Match.objects.filter(pk__in=closed).update(status=MatchStatus.LAPSED)
    MatchEvent.objects.bulk_create(
        MatchEvent(
            match_id=match_id,
            kind=EventKind.LAPSED,
            from_status=MatchStatus.PROPOSED,
            to_status=MatchStatus.LAPSED,
        )
        for match_id in closed
    )
    return len(closed)


def _wanted(tables: Tables, suggestions: engine.Suggestions) -> Rows:
    rows = np.zeros(len(suggestions), dtype=ROW)
    rows["need"] = tables.needs.ids[suggestions.need_index]
    rows["offer"] = tables.offers.ids[suggestions.offer_index]
    rows["score"] = suggestions.score
    for column, criterion in enumerate(suggestions.criteria):
        rows[f"part_{criterion}"] = suggestions.parts[:, column]
    rows["rank_for_need"] = suggestions.rank_for_need
    rows["rank_for_offer"] = suggestions.rank_for_offer
    return rows


def _stored(on: dt.date) -> Rows:
    """Return all matches that no person has decided, locked until the transaction ends."""
    rows = (
        Match.objects.open_to_runs(on)
        .order_by("pk")
        .select_for_update(of=("self",))
        .values_list("need", "offer", *COMPARED, "pk", "status")
    )
    return np.fromiter(
        (
            (*values, rank_for_need or 0, rank_for_offer or 0, match_id, status == MatchStatus.SUGGESTED)
            for *values, rank_for_need, rank_for_offer, match_id, status in rows.iterator(chunk_size=20_000)
        ),
        dtype=STORED,
    )


def _decided_keys(on: dt.date) -> NDArray[np.int64]:
    pairs = Match.objects.decided(on).order_by().values_list("need", "offer")
    rows = np.fromiter(pairs.iterator(chunk_size=20_000), dtype=np.dtype([("need", np.int64), ("offer", np.int64)]))
    return _keys(rows)


def _keys(rows: Rows) -> NDArray[np.int64]:
    """Return one number a pair; ids of postings stay far below 2³¹."""
    keys: NDArray[np.int64] = (rows["need"] << 32) | rows["offer"]
    return keys


def _write(
    run: MatchRun, rows: Rows, *, kind: ChangeKind | None, score_before: NDArray[np.int64] | None = None
) -> None:
    """Insert or update these matches, and say in `MatchChange` what happened to them where it is worth saying."""
    for start, batch in _batches(rows):
        matches = Match.objects.bulk_create(
            (
                Match(
                    need_id=row["need"],
                    offer_id=row["offer"],
                    status=MatchStatus.SUGGESTED,
                    score=row["score"],
                    part_areas=row["part_areas"],
                    part_modalities=row["part_modalities"],
                    part_region=row["part_region"],
                    part_topic=row["part_topic"],
                    rank_for_need=row["rank_for_need"] or None,
                    rank_for_offer=row["rank_for_offer"] or None,
                    profile=run.profile,
                    run=run,
                )
                for row in _as_dicts(batch)
            ),
            update_conflicts=True,
            unique_fields=["need", "offer"],
            # Places shift when others are decided; that must not show as a new score.
            update_fields=WRITTEN if kind is None else (*WRITTEN, "scored_at"),
        )
        if kind is not None:
            scores = [None] * len(batch) if score_before is None else score_before[start : start + BATCH].tolist()
            MatchChange.objects.bulk_create(
                MatchChange(run=run, match=match, kind=kind, score_before=before, score_after=match.score)
                for match, before in zip(matches, scores, strict=True)
            )


def _let_lapse(run: MatchRun, rows: Rows) -> None:
    """Let suggestions that stand in no list any more lapse."""
    for _start, batch in _batches(rows):
        Match.objects.filter(pk__in=batch["id"].tolist()).update(
            status=MatchStatus.LAPSED, rank_for_need=None, rank_for_offer=None, run=run, updated_at=timezone.now()
        )
        MatchChange.objects.bulk_create(
            MatchChange(run=run, match_id=row["id"], kind=ChangeKind.GONE, score_before=row["score"])
            for row in _as_dicts(batch)
        )


def _batches(rows: Rows) -> Iterator[tuple[int, Rows]]:
    for start in range(0, len(rows), BATCH):
        yield start, rows[start : start + BATCH]


def _as_dicts(rows: Rows) -> Iterator[dict[str, Any]]:
    names = rows.dtype.names or ()
    for row in rows.tolist():
        yield dict(zip(names, row, strict=True))
