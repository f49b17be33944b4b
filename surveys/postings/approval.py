"""Submitting a posting to whom approves it, approving it, sending it back."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, scope_of
from directory.mail.receivers import coordinators_of
from directory.models import User
from surveys.choices import PostingStatus, VersionState
from surveys.models import ProposedVersion
from surveys.models.postings.posting import Posting
from surveys.postings.content import content_of
from surveys.postings.deciding.held import PostingRefused, check_may_be_vouched_for, lock, move, with_origin, words_of
from surveys.postings.deciding.telling import tell_approvers, tell_submitter
from surveys.postings.deciding.versions import waiting_version
from surveys.postings.deciding.windows import is_approved_by_coordinator, may_approve, publishes_alone
from surveys.postings.posting import write_version
from surveys.postings.states import PUBLISHABLE, confirm, publish
from surveys.postings.writing import AnyPosting, write_posting
from web.calendar.days import today


@transaction.atomic
def put_before_others(*, posting: AnyPosting, by: User, key: str = "") -> AnyPosting:
    """Publish or confirm a posting where the person's own word is enough, else submit it to whom approves it.

    key: the name of the key to the API through which it came. Raises PostingRefused, and PostingLacks where it is not
    complete.
    """
    if not publishes_alone(by, posting):
        return submit(posting=posting, by=by, key=key)
    if posting.status == PostingStatus.PUBLISHED:
        return confirm(posting=posting, by=by, on=today(), key=key)
    return publish(posting=posting, by=by, key=key)


@transaction.atomic
def submit(*, posting: AnyPosting, by: User, key: str = "") -> AnyPosting:
    """Put a draft before whom approves it; what is published already stays so and waits for its confirmation.

    Raises PostingRefused, and PostingLacks where it is not complete.
    """
    locked = lock(posting)
    if not locked.is_within(scope_of(by, Action.POST)):
        raise PostingRefused(_("You do not speak for the agency or country of this posting."))
    if locked.submitted_at is not None or waiting_version(locked) is not None:
        raise PostingRefused(_("“%(posting)s” waits for approval already.") % words_of(locked))
    check_may_be_vouched_for(locked)
    values: dict[str, Any] = {"submitted_at": timezone.now(), "submitted_by": by, "sent_back_note": ""}
    is_published = locked.status == PostingStatus.PUBLISHED
    move(
        locked,
        to=PostingStatus.PUBLISHED if is_published else PostingStatus.SUBMITTED,
        expected=PUBLISHABLE | {PostingStatus.PUBLISHED},
        by=by,
        reason=with_origin("submitted", key),
        **values,
    )
    tell_approvers(locked)
    return locked


@transaction.atomic
def approve(*, posting: AnyPosting, by: User, on: dt.date | None = None) -> AnyPosting:
    """Publish what was submitted, vouched for as of the day `on` (today); of what is public, the version that waits.

    Raises PostingRefused otherwise, and PostingLacks where it is not complete by now.
    """
    locked = _submitted(posting, by)
    check_may_be_vouched_for(locked)
    version = waiting_version(locked)
    submitter = locked.submitted_by if version is None else version.written_by
    if version is not None:
        take_version(locked, version, by=by)
    move(
        locked,
        to=PostingStatus.PUBLISHED,
        expected={PostingStatus.SUBMITTED, PostingStatus.PUBLISHED},
        by=by,
        reason="approved",
        submitted_at=None,
        submitted_by=None,
        sent_back_note="",
        confirmed_on=on or today(),
    )
    tell_submitter("posting_approved", locked, submitter)
    return locked


def take_version(posting: Posting, version: ProposedVersion, *, by: User) -> None:
    """Let a published posting, held by whoever asks, say what its version does: its writer's words, approved `by`.

    The history has both: first who wrote it, then, by the step that calls this, who approved it.
    """
    write_version(posting=posting, content=content_of(posting, version), version=version)
    ProposedVersion.objects.filter(pk=version.pk).close(VersionState.APPROVED, by=by)


@transaction.atomic
def send_back(*, posting: AnyPosting, by: User, note: str) -> AnyPosting:
    """Send a submitted posting back with a note, which its agency reads until it submits again.

    Of what is public the version that waits is sent back, and nothing else is written: what is public stays.
    """
    if not note.strip():
        raise PostingRefused(_("Say in a note what to change."))
    locked = _submitted(posting, by)
    version = waiting_version(locked)
    if version is not None:
        version.state, version.note = VersionState.RETURNED, note.strip()
        version.decided_by, version.decided_at = by, timezone.now()
        version.save()
        tell_submitter("posting_sent_back", locked, version.written_by, version=version)
        return locked
    submitter = locked.submitted_by
    locked.submitted_at, locked.submitted_by, locked.sent_back_note = None, None, note.strip()
    if locked.status == PostingStatus.SUBMITTED:
        locked.status = PostingStatus.DRAFT
    write_posting(locked, by=by, reason="sent back")
    tell_submitter("posting_sent_back", locked, submitter)
    return locked


def who_approves(posting: Posting) -> str:
    """Return in words who decides on the posting once it is submitted: the coordinators by name, or the secretariat."""
    if not is_approved_by_coordinator(posting):
        return _("the secretariat")
    names = [str(person) for person in coordinators_of(posting.country_id, posting.agency_id)]
    country = {"country": posting.posting_country}
    if not names:
        return _("the coordinator of %(country)s") % country
    return _("%(names)s, who coordinates for %(country)s") % {**country, "names": ", ".join(names)}


def _submitted(posting: AnyPosting, by: User) -> AnyPosting:
    locked = lock(posting)
    if not may_approve(by, locked):
        raise PostingRefused(_("This posting is not yours to approve."))
    if locked.submitted_at is None and waiting_version(locked) is None:
        raise PostingRefused(_("“%(posting)s” does not wait for approval any more.") % words_of(locked))
    return locked
