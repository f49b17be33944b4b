"""Some postings scored at once, against all open ones of the other kind: what an agency sees on publishing one."""

from collections.abc import Mapping
from functools import partial

from django.db import transaction
from django.utils import timezone

from directory.models import User
from matching.choices import MatchStatus
from matching.life import marks
from matching.life.marks import NONE, Ids
from matching.life.telling.digests import tell_at_once
from matching.listing.keeping import bring_into_line
from matching.models import Match
from matching.runs.lists import (
    StoredLists,
    bring_lists_into_line,
    profile_of_lists,
    work_out_desk,
    work_out_shown,
)
from matching.scoring.reading_arrays import ListKind, ScoringTables, meet_texts
from surveys.models import Need
from surveys.models.postings.posting import Posting
from web import bulk
from web.calendar.days import today


def rematch(*, posting: Posting, by: User | None = None) -> list[Match]:
    """Bring a posting's matches, and the lists that it enters or leaves, to what a run would leave; return its own.

    As `bring_up_to_date`. Best first; empty where it is not open.
    """
    is_need = isinstance(posting, Need)
    itself = frozenset({posting.pk})
    bring_up_to_date(changed=Ids(needs=itself) if is_need else Ids(offers=itself), by=by)
    own = {"need" if is_need else "offer": posting.pk}
    suggested = Match.objects.for_lists().filter(**own, status=MatchStatus.SUGGESTED)
    return list(suggested.order_by("-score", "pk"))


def bring_up_to_date(*, changed: Ids = NONE, short: Ids = NONE, by: User | None = None) -> None:
    """Bring the lists of these postings, and those that the changed ones enter or leave, to what a run would leave.

    changed: postings that were published, closed, or written to. short: postings that have not changed, but whose list
    has lost a pair. Those who want to hear of new matches at once are written to, but for `by`, who is looking at
    them. Scores are by the profile of the last run. What people have decided stays as it is. The marks of these
    postings are worked off with it.
    """
    # Comparing a text that nobody has met may mean to load the model: not while others wait for the table.
    meet_texts(need_ids=changed.needs, offer_ids=changed.offers, profile=profile_of_lists())
    with transaction.atomic():
        bulk.lock_table(Match)
        marked = marks.waiting_of(changed=changed, short=short)
        _bring(changed=changed, short=short, by=by)
        marks.matched(marked)
        _list_as_they_are(changed)


def match_marked() -> int:
    """Bring up to date what is marked to be matched; return how many marks were worked off.

    Those who want to hear of new matches at once are written to, but not of those of a posting that they have changed
    themselves. Two at once do it once.
    """
    seen = marks.waiting()
    if not seen.marks:
        return 0
    meet_texts(need_ids=seen.changed.needs, offer_ids=seen.changed.offers, profile=profile_of_lists())
    with transaction.atomic():
        bulk.lock_table(Match)
        # Others may have worked some off meanwhile; what was marked since has woken somebody else.
        left = marks.waiting(among=seen)
        if left.marks:
            _bring(changed=left.changed, short=left.short, changed_by=left.changed_by)
            marks.matched(left)
            _list_as_they_are(left.changed)
    return len(left.marks)


def _list_as_they_are(changed: Ids) -> None:
    """Have new matches keep what their postings say, though these were written to while the matches were stored."""
    if not (changed.needs or changed.offers):
        return
    transaction.on_commit(partial(bring_into_line, needs=changed.needs, offers=changed.offers))


def _bring(*, changed: Ids, short: Ids, by: User | None = None, changed_by: Mapping[int, Ids] | None = None) -> None:
    """Do it, with the table of matches held, so that no run ends meanwhile and brings another profile."""
    begin, profile = timezone.now(), profile_of_lists()
    tables = ScoringTables.read(on=today(), profile=profile, lists=ListKind.SHOWN)
    desk_now, shown_now = (StoredLists(profile.top_k, are_shown=are_shown) for are_shown in (False, True))
    desk = work_out_desk(tables, changed=changed, short=short, standing=desk_now)
    shown = work_out_shown(tables, changed=changed, standing=shown_now)
    bring_lists_into_line(desk, shown, profile=profile)
    tell_at_once(since=begin, by=by, changed_by=changed_by)
