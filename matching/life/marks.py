"""What a change leaves to be matched, kept as rows until it has been matched: a dead worker or broker loses nothing.

Whoever writes a posting leaves a mark in the same transaction, and so does whoever lets a match lapse, for the lists
that it leaves short. After the commit workers are woken, and every minute the watch takes up what is left.

Nobody waits for a mark: a change adds a row and never writes to another's. Who works marks off deletes the rows that
it has read, by their ids, so that a change made meanwhile keeps its own.

That no change is missed, with runs that read everything once and write much later, rests on five rules:

1.  A mark is committed together with its change.
2.  Whoever works marks off, or ends a run, holds the table of matches first (`bulk.lock_table`), reads the marks
    next, and only then the postings. A change whose mark it has read is therefore seen in full; a change committed
    later keeps its mark for the next one.
3.  Marks are deleted only where, after they were read, no run was found at work: a run that begins afterwards reads
    its postings afterwards too, and so with the change. Where a run is at work, they are only noted as matched for
    now (so that not every minute matches them again), and stay.
4.  A run's last transaction scores what is marked again, by its own profile, along with what opened, closed, was
    decided or undecided since it read: these need no mark. Then it deletes the marks that it has read. One that fails
    leaves them all.
5.  Whoever takes a posting back (withdrawn, archived, a draft again) lets its matches lapse in the same transaction,
    and asks for their rows to do so: either it has committed before the table is held, and what is read then says
    so, or it waits, and finds the matches that were written meanwhile.

In this order nobody can wait in a circle: a change holds postings, then rows of matches; a run and whoever works marks
off hold the table of matches and wait for no posting.

What is marked can be new, closed or gone: it is looked up when it is worked off. SQLite has one writer at a time,
which makes all of this simple.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from directory.models import User
from matching.choices import RunState
from matching.models import Match, MatchRun, PostingMark
from surveys.choices import PostingStatus
from surveys.models import Need, Offer
from web import jobs

MOST_AT_ONCE = 500
"""So many rows are written or removed by one query."""


class Ids(NamedTuple):
    """Needs and offers, by their ids."""

    needs: frozenset[int] = frozenset()
    offers: frozenset[int] = frozenset()


NONE = Ids()


@dataclass(frozen=True)
class Marked:
    """Marks as they were read, and what they say."""

    marks: frozenset[int]
    """Their ids."""
    changed: Ids = NONE
    short: Ids = NONE
    """Postings that have not changed, but whose list has lost a pair."""
    changed_by: Mapping[int, Ids] = field(default_factory=dict)
    """Who changed which of them."""


@transaction.atomic
def lists_are_short(lapsing: Collection[Match]) -> None:
    """Mark the postings in whose lists these matches stand, before they lapse: what comes next moves up soon."""
    needs = frozenset(match.need_id for match in lapsing if match.rank_for_need)
    offers = frozenset(match.offer_id for match in lapsing if match.rank_for_offer)
    _write(Ids(needs, offers), is_changed=False, by=None)


@transaction.atomic
def on_postings_changed(
    sender: type[Need] | type[Offer], ids: Collection[int], by: User | None = None, **kwargs: object
) -> None:
    """Mark the published ones among postings that were written to, and those that others see in a list.

    What else a posting leaves short as it closes is marked as its matches lapse. That is for the desk: by the lists
    that others see, a match that was decided stands as any other, and does not lapse.
    """
    is_shown = Exists(Match.objects.filter(**{_side_of(sender): OuterRef("pk")}, is_shown=True))
    marked = sender.objects.filter(is_shown | Q(status=PostingStatus.PUBLISHED), pk__in=ids).order_by("pk")
    found = frozenset(marked.values_list("pk", flat=True))
    have_changed(Ids(offers=found) if sender is Offer else Ids(needs=found), by=by)


def have_closed(on: dt.date) -> None:
    """Mark what closed before the day `on` and still stands in a list that others see: what comes next moves up."""
    shown = Match.objects.filter(is_shown=True).order_by()
    needs, offers = (
        frozenset(shown.filter(**{f"{side}__closes_on__lt": on}).values_list(side, flat=True).distinct())
        for side in ("need", "offer")
    )
    have_changed(Ids(needs, offers), by=None)


@transaction.atomic
def have_changed(postings: Ids, *, by: User | None) -> None:
    """Mark postings to be scored anew: what decides whether they are open, or how they score, has changed."""
    _write(postings, is_changed=True, by=by)


def waiting(*, among: Marked | None = None) -> Marked:
    """Return what waits to be matched; with `among`, what is left of that.

    While a run is at work, what was matched for now does not wait for anybody but the run.
    """
    marks = PostingMark.objects.all()
    if _is_run_at_work():
        marks = marks.filter(is_matched=False)
    return _read(marks, among=None if among is None else among.marks)


def waiting_for_a_run() -> Marked:
    """Return all marks: what a run at work scores again in its last transaction."""
    return _read(PostingMark.objects.all())


def waiting_of(*, changed: Ids, short: Ids = NONE) -> Marked:
    """Return the marks that are worked off by scoring some postings anew, and by filling the lists of others."""
    is_changed = Q(need__in=changed.needs) | Q(offer__in=changed.offers)
    is_short = Q(need__in=short.needs) | Q(offer__in=short.offers)
    return _read(PostingMark.objects.filter(is_changed | is_short & Q(is_changed=False)))


def matched(marked: Marked) -> None:
    """Remove marks that were worked off; where a run is at work they stay, for its last transaction."""
    if not marked.marks:
        return
    if _is_run_at_work():
        for some in _in_parts(marked.marks):
            PostingMark.objects.filter(pk__in=some).update(is_matched=True)
    else:
        remove(marked)


def remove(marked: Marked) -> None:
    """Remove the marks that were read, and no other."""
    for some in _in_parts(marked.marks):
        PostingMark.objects.filter(pk__in=some).delete()


def _side_of(sender: type[Need] | type[Offer]) -> str:
    return "offer" if sender is Offer else "need"


def _write(ids: Ids, *, is_changed: bool, by: User | None) -> None:
    if not any(ids):
        return
    rows = [PostingMark(need_id=pk, is_changed=is_changed, by=by) for pk in sorted(ids.needs)]
    rows += [PostingMark(offer_id=pk, is_changed=is_changed, by=by) for pk in sorted(ids.offers)]
    PostingMark.objects.bulk_create(rows, batch_size=MOST_AT_ONCE)
    # Once for all marks of the transaction.
    if not any(registered is _wake for _savepoints, registered, *_ in connection.run_on_commit):
        transaction.on_commit(_wake)


def _wake() -> None:
    jobs.later("matching.tasks.match_marked")


def _read(marks: QuerySet[PostingMark], *, among: Collection[int] | None = None) -> Marked:
    columns = marks.values_list("pk", "need", "offer", "is_changed", "by")
    rows = [row for row in columns if among is None or row[0] in among]
    changed = [row for row in rows if row[3]]
    return Marked(
        marks=frozenset(row[0] for row in rows),
        changed=_ids(changed),
        short=_ids([row for row in rows if not row[3]]),
        changed_by={by: _ids([row for row in changed if row[4] == by]) for by in {row[4] for row in changed} if by},
    )


def _ids(rows: Sequence[tuple[int, int | None, int | None, bool, int | None]]) -> Ids:
    needs = frozenset(need for _pk, need, _offer, *_ in rows if need is not None)
    return Ids(needs, frozenset(offer for _pk, _need, offer, *_ in rows if offer is not None))


def _is_run_at_work() -> bool:
    return MatchRun.objects.filter(state=RunState.RUNNING, is_what_if=False).exists()


def _in_parts(marks: Collection[int]) -> list[list[int]]:
    in_order = sorted(marks)
    return [in_order[first : first + MOST_AT_ONCE] for first in range(0, len(in_order), MOST_AT_ONCE)]
