"""After the day set: what nobody confirmed is retired where somebody designated was asked, and else stays as it is."""

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from surveys.choices import PostingStatus, RowOutcome
from surveys.confirming.asking import open_rows
from surveys.confirming.campaigns import lock_request, save
from surveys.confirming.outcomes import note_outcome
from surveys.models import ConfirmationCampaign, ConfirmationRequest, ConfirmationRow
from surveys.postings import states
from surveys.postings.deciding.held import PostingRefused
from surveys.postings.deciding.versions import version_at_hand


def close(on: dt.date) -> int:
    """Close what was to be answered before the day `on`, everywhere on earth; return how many postings were retired.

    Whoever was written to was reminded first. What waits for approval, or was answered by letter and is still to be put
    in, keeps its country open; the days after look again.
    """
    retired = 0
    for pk in _due(on):
        with transaction.atomic():
            retired += _close_request(pk, on)
    _close_campaigns(on)
    return retired


def _due(on: dt.date) -> list[int]:
    # A day that ended in UTC a day ago has ended in UTC−12 too.
    rows = ConfirmationRequest.objects.filter(closed_on__isnull=True).annotate(
        last_day=Coalesce("due_on", "campaign__closes_on")
    )
    heard = Q(designated_on__isnull=True) | Q(reminded_on__isnull=False) | Q(answered_on__isnull=False)
    due = rows.filter(heard, last_day__lt=on - dt.timedelta(days=1))
    return list(due.order_by("pk").values_list("pk", flat=True))


def _close_request(pk: int, on: dt.date) -> int:
    request = lock_request(ConfirmationRequest(pk=pk))
    retired = 0
    for row in open_rows(request):
        if _is_in_hand(row):
            continue
        if row.designated_asked:
            try:
                states.retire(posting=row.posting)
            except PostingRefused:
                # Confirmed or submitted since it was read here: then there is nothing to retire.
                continue
            retired += 1
        else:
            note_outcome(row, RowOutcome.KEPT, by=None)
    if not request.rows.filter(outcome__in=(RowOutcome.OPEN, RowOutcome.IN_HAND)).exists():
        # `retire` may have written to the same row through what listens.
        request.refresh_from_db()
        request.closed_on = on
        save(request, by=None)
    return retired


def _is_in_hand(row: ConfirmationRow) -> bool:
    """Whether the country has acted and the secretariat, or a coordinator, has not decided yet."""
    posting, new = row.posting, row.replacement
    if posting.status != PostingStatus.PUBLISHED or posting.submitted_at is not None or posting.sent_back_note:
        return True
    if version_at_hand(posting) is not None:
        return True
    return new is not None and new.status == PostingStatus.SUBMITTED


def _close_campaigns(on: dt.date) -> None:
    for campaign in ConfirmationCampaign.objects.filter(closed_on__isnull=True, closes_on__lt=on):
        with transaction.atomic():
            held = ConfirmationCampaign.objects.select_for_update().get(pk=campaign.pk)
            if held.closed_on is None and not held.requests.filter(closed_on__isnull=True).exists():
                held.closed_on = on
                save(held, by=None)
