"""What became of each posting that a country was asked to confirm, read off the posting whenever it changes.

Listens where every change of a posting is said (`surveys.signals.postings_changed`), in its transaction: however the
country, or the secretariat for it, confirms, corrects, withdraws or posts, no caller has to know of a campaign.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Q

from directory.models import User
from surveys.choices import ANSWERED_OUTCOMES, PostingStatus, RowOutcome, WithdrawalReason
from surveys.confirming.campaigns import save
from surveys.models import ConfirmationRow, Offer
from surveys.models.postings.posting import Posting
from surveys.postings import states
from web.calendar.days import today

ROWS_AT_ONCE = 500


def on_postings_changed(sender: type[Posting], ids: Collection[int], by: User | None = None, **kwargs: Any) -> None:
    """Note what became of the rows of these postings; one that another was published in place of goes."""
    own, wanted = "offer" if issubclass(sender, Offer) else "need", sorted(ids)
    for start in range(0, len(wanted), ROWS_AT_ONCE):
        some = wanted[start : start + ROWS_AT_ONCE]
        concerned = Q(**{f"{own}__in": some}) | Q(**{f"new_{own}__in": some})
        # By the ids first, which most often finds nothing: what is joined to it is read only then.
        found = list(ConfirmationRow.objects.filter(concerned).order_by("pk").values_list("pk", flat=True))
        if found:
            _settle(ConfirmationRow.objects.filter(pk__in=found).select_related("request").with_postings(), by=by)


def _settle(rows: Iterable[ConfirmationRow], *, by: User | None) -> None:
    for row in rows:
        new, old = row.replacement, row.posting
        if new is not None and new.status == PostingStatus.PUBLISHED and old.status in states.WITHDRAWABLE:
            # That is a change of the old one, which comes back here.
            states.give_way(posting=old, to=new, by=by)
            continue
        if row.request is not None and row.request.closed_on is not None:
            continue
        note_outcome(row, outcome_of(row), by=by)


def outcome_of(row: ConfirmationRow) -> RowOutcome:
    """Return what became of the row's posting, as it stands now."""
    posting = row.posting
    if posting.status == PostingStatus.WITHDRAWN:
        return {
            WithdrawalReason.REPLACED: RowOutcome.REPLACED,
            WithdrawalReason.NOT_CONFIRMED: RowOutcome.RETIRED,
        }.get(WithdrawalReason(posting.withdrawal_reason or WithdrawalReason.OTHER), RowOutcome.WITHDRAWN)
    if posting.status == PostingStatus.ARCHIVED or _is_put_back(posting):
        return RowOutcome.GONE
    if posting.status == PostingStatus.PUBLISHED and posting.confirmed_on is not None:
        is_corrected = posting.edited_on is not None and posting.edited_on >= row.created_at
        return RowOutcome.CORRECTED if is_corrected else RowOutcome.CONFIRMED
    return RowOutcome.IN_HAND if row.outcome == RowOutcome.IN_HAND else RowOutcome.OPEN


def _is_put_back(posting: Posting) -> bool:
    """Whether it is a draft again because its source no longer states it; one sent back to its country has a note."""
    return posting.status == PostingStatus.DRAFT and not posting.sent_back_note


def note_outcome(row: ConfirmationRow, outcome: RowOutcome, *, by: User | None) -> None:
    """Write what became of a row, and with the first answer of a country that it has answered."""
    if row.outcome == outcome:
        return
    row.outcome = outcome
    row.settled_on = None if outcome == RowOutcome.OPEN else today()
    row.save(update_fields=["outcome", "settled_on"])
    request = row.request
    if request is not None and outcome in ANSWERED_OUTCOMES and request.answered_on is None:
        request.answered_on = today()
        save(request, by=by)
