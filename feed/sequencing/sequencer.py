"""Works off the marks that writes have left.

1. Hold the one row of the sequencer: of two processes, one goes away again.
2. Take a block of marks. A mark is there once its transaction has committed, so what is read of the rows after it
   holds its change, or a later one, which has a mark of its own.
3. Note for each audience what is another than it was told, and mark what hangs on the rows.
4. Remove the marks that were read, those alone: another may have committed meanwhile with a lower id.
5. Where no mark is left, give positions to what was noted.

Each block is one transaction with all its steps, so wherever it stops, nothing is lost and nothing told twice. Marks of
a pass over everything wait until no others are left, and what they find waits until the pass has ended.
"""

import time
from collections.abc import Collection

from django.db import transaction

from feed.audiences import FeedAudience
from feed.kinds import KINDS
from feed.marking.hanging import hanging_on
from feed.models import Feed, FeedMark, Sequencer
from feed.sequencing.beginning import begin
from feed.sequencing.comparing import note_changes
from feed.sequencing.holding import held
from feed.sequencing.numbering import give_positions
from web.calendar.days import today

MARKS_A_BLOCK = 500
LONGEST = 20.0
"""Seconds after which other jobs get their turn; the rest is done the next time."""


def bring_up_to_date() -> bool:
    """Work off the marks that there are; return whether none is left.

    False where it would take too long, or where another process is at it already.
    """
    until = time.monotonic() + LONGEST
    has_begun = False
    while time.monotonic() < until:
        with transaction.atomic():
            sequencer = held()
            if sequencer is None:
                return False
            if not has_begun:
                begin(sequencer)
                has_begun = True
            if not _work_off_a_block(sequencer):
                return True
    return False


def _work_off_a_block(sequencer: Sequencer) -> bool:
    """Work off the next marks; where there are none, end what was noted, and return False."""
    marks = list(FeedMark.objects.order_by("of_a_pass", "pk")[:MARKS_A_BLOCK])
    written = [mark for mark in marks if not mark.of_a_pass]
    if written:
        has_noted = _look_at(written)
        _set_news(sequencer, has_news=sequencer.has_news or has_noted)
        return True
    feeds = list(Feed.objects.all())
    if not marks or (sequencer.has_news and all(feed.is_filled for feed in feeds)):
        for feed in feeds:
            give_positions(feed, is_filled=feed.is_filled or not marks)
        _set_news(sequencer, has_news=False)
    if marks:
        _look_at(marks)
    return bool(marks)


def _look_at(marks: Collection[FeedMark]) -> bool:
    """Note what these marks come to, mark what hangs on it, and remove them; return whether anything was noted."""
    has_noted = False
    hanging: set[tuple[str, str]] = set()
    for what in sorted({mark.what for mark in marks}):
        keys = {mark.key for mark in marks if mark.what == what}
        # A pass comes to what hangs on it by itself.
        hanging.update(hanging_on(what, {mark.key for mark in marks if mark.what == what and not mark.of_a_pass}))
        for kind in KINDS.values():
            if kind.what == what:
                for audience in FeedAudience:
                    has_noted |= note_changes(kind, audience, keys, on=today()) > 0
    FeedMark.objects.bulk_create([FeedMark(what=what, key=key) for what, key in sorted(hanging)], batch_size=5_000)
    FeedMark.objects.filter(pk__in=[mark.pk for mark in marks]).delete()
    return has_noted


def _set_news(sequencer: Sequencer, *, has_news: bool) -> None:
    if sequencer.has_news != has_news:
        sequencer.has_news = has_news
        sequencer.save(update_fields=["has_news"])
