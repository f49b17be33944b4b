"""What a country answered by note verbale or letter, as a manager records it: its reference, its date, row by row."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext as _

from directory.models import User
from surveys.choices import RowOutcome, WithdrawalReason
from surveys.confirming.asking import open_rows
from surveys.confirming.campaigns import ConfirmingRefused, check_manages, lock_request, save
from surveys.confirming.outcomes import note_outcome
from surveys.models import ConfirmationRequest
from surveys.postings import states
from web.calendar.days import today


class Reply(StrEnum):
    """What the letter says of a row."""

    NOTHING = ""
    CONFIRMS = "confirms"
    WITHDRAWS = "withdraws"
    CORRECTS = "corrects"
    """Or posts in its place: to be put in yet."""


@transaction.atomic
def record_answer(
    *,
    request: ConfirmationRequest,
    reference: str,
    dated: dt.date,
    replies: Mapping[int, Reply],
    by: User,
    note: str = "",
) -> ConfirmationRequest:
    """Record a letter of the country, and do with each row (by its id) what it says of it.

    What it corrects is put in afterwards, and is not retired meanwhile. Raises ConfirmingRefused where the country was
    not asked or is closed, for a letter without reference or from a day that cannot be, and for a row that is not open;
    PostingRefused as the posting's own steps do, so for a compiled row that it would confirm.
    """
    check_manages(by)
    held = lock_request(request)
    if held.sent_on is None or held.closed_on is not None:
        raise ConfirmingRefused(_("%(country)s was not asked, or its answer is closed.") % {"country": held.country})
    if not reference.strip():
        raise ConfirmingRefused(_("Give the reference of the letter."))
    if not held.sent_on <= dated <= today():
        raise ConfirmingRefused(_("The letter is dated between the day on which it was asked and today."))
    rows = {row.pk: row for row in open_rows(held)}
    said = {pk: reply for pk, reply in replies.items() if reply}
    if not set(said) <= set(rows):
        raise ConfirmingRefused(_("One of these postings was answered meanwhile: look at the page again."))
    held.answered_on, held.answer_reference, held.answer_note = dated, reference.strip(), note.strip()
    save(held, by=by)
    for pk, reply in said.items():
        row = rows[pk]
        row.request = held
        if reply == Reply.CONFIRMS:
            states.confirm(posting=row.posting, by=by, on=dated)
        elif reply == Reply.WITHDRAWS:
            reason = WithdrawalReason.NO_LONGER_HOLDS
            states.withdraw(posting=row.posting, by=by, reason=reason, note=held.answer_reference)
        else:
            note_outcome(row, RowOutcome.IN_HAND, by=by)
    return held
