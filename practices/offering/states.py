"""The states of a practice: put before the secretariat, published, sent back with a note, withdrawn.

Each step is atomic, and conditional on the state that the practice is read in.
"""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.models import User
from practices.choices import SUBMITTABLE, WITHDRAWABLE, WITHDRAWABLE_BY_REVIEW, PracticeStatus
from practices.models import Practice
from practices.offering.complete import check_complete
from practices.offering.refusing import PracticeRefused
from practices.offering.telling import tell_agency, tell_reviewers
from practices.offering.writing import check_may_write, lock, write_practice


@transaction.atomic
def submit(*, practice: Practice, by: User) -> Practice:
    """Put a practice before the secretariat. Raises PracticeRefused where it is not complete, or waits already."""
    locked = lock(practice)
    check_may_write(by, locked)
    check_complete(locked)
    _move(
        locked,
        to=PracticeStatus.SUBMITTED,
        expected=SUBMITTABLE,
        by=by,
        reason="submitted",
        submitted_at=timezone.now(),
        review_note="",
    )
    tell_reviewers(locked)
    return locked


@transaction.atomic
def publish(*, practice: Practice, by: User) -> Practice:
    """Publish what waits for the secretariat. Raises PracticeRefused where it does not wait, or is not complete."""
    locked = _reviewed(practice, by)
    check_complete(locked)
    _move(
        locked,
        to=PracticeStatus.PUBLISHED,
        expected={PracticeStatus.SUBMITTED},
        by=by,
        reason="published",
        published_at=timezone.now(),
        review_note="",
    )
    tell_agency(locked)
    return locked


@transaction.atomic
def ask_for_changes(*, practice: Practice, by: User, note: str) -> Practice:
    """Give a practice that waits back to its agency, with a note that says what to change."""
    locked = _reviewed(practice, by)
    if not note.strip():
        raise PracticeRefused(_("Say in a note what to change."))
    _move(
        locked,
        to=PracticeStatus.CHANGES_ASKED,
        expected={PracticeStatus.SUBMITTED},
        by=by,
        reason="changes asked for",
        review_note=note.strip(),
    )
    tell_agency(locked)
    return locked


@transaction.atomic
def withdraw(*, practice: Practice, by: User, note: str = "") -> Practice:
    """Withdraw a practice, by its own side, or by the secretariat with a note; its agency can send it in again."""
    locked = lock(practice)
    is_review = can(by, Action.REVIEW_PRACTICES)
    if not is_review:
        check_may_write(by, locked)
    elif not note.strip():
        raise PracticeRefused(_("Say in a note why it is withdrawn."))
    _move(
        locked,
        to=PracticeStatus.WITHDRAWN,
        expected=WITHDRAWABLE_BY_REVIEW if is_review else WITHDRAWABLE,
        by=by,
        reason="withdrawn",
        review_note=note.strip() if is_review else "",
    )
    if is_review:
        tell_agency(locked)
    return locked


def _reviewed(practice: Practice, by: User) -> Practice:
    if not can(by, Action.REVIEW_PRACTICES):
        raise PracticeRefused(_("Practices are reviewed by the secretariat."))
    return lock(practice)


def _move(
    practice: Practice, *, to: PracticeStatus, expected: Collection[str], by: User, reason: str, **values: Any
) -> None:
    if practice.status not in expected:
        words = {
            "practice": practice.title,
            "status": str(practice.get_status_display()).lower(),
            "to": str(to.label).lower(),
        }
        raise PracticeRefused(_("“%(practice)s” is %(status)s: it cannot become “%(to)s”.") % words)
    practice.status = to
    for name, value in values.items():
        setattr(practice, name, value)
    write_practice(practice, by=by, reason=reason)
