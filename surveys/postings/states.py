"""The states of a posting: published, withdrawn, put away, a draft again; confirmed and renewed.

Each step is atomic, and conditional on the state that the posting is read in. Submitting and approving stand in
`surveys.postings.approval`.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.mail import outbox
from directory.mail.receivers import coordinators_of
from directory.models import User
from surveys.choices import PostingStatus, WindowKind, WithdrawalReason
from surveys.models.postings.posting import Posting
from surveys.postings.deciding.held import (
    BEFORE_OTHERS,
    PostingLacks,
    PostingRefused,
    check_complete,
    check_may_be_vouched_for,
    check_may_write,
    lock,
    move,
    move_many,
    with_origin,
    words_of,
)
from surveys.postings.deciding.proposing import content_to_edit
from surveys.postings.deciding.publishable import of_closing
from surveys.postings.deciding.versions import version_at_hand
from surveys.postings.deciding.windows import publishes_alone, window_of
from surveys.postings.posting import edit
from surveys.postings.writing import AnyPosting, write_posting
from web.calendar.days import today

PUBLISHABLE = frozenset({PostingStatus.DRAFT, PostingStatus.SUBMITTED, PostingStatus.WITHDRAWN})
WITHDRAWABLE = frozenset({PostingStatus.DRAFT, PostingStatus.SUBMITTED, PostingStatus.PUBLISHED})


@transaction.atomic
def publish(*, posting: AnyPosting, by: User | None, key: str = "") -> AnyPosting:
    """Publish a draft, or what was submitted or withdrawn. Raises PostingRefused in any other state.

    key: the name of the key to the API through which it came, as in all steps here.

    Raises PostingLacks where it is not complete.
    The own agency's person, where its word is enough, also vouches for it: confirmed as of today.
    """
    locked = lock(posting)
    values: dict[str, Any] = {"submitted_at": None, "submitted_by": None, "sent_back_note": ""}
    if by is not None and not can(by, Action.MANAGE_POSTINGS):
        check_may_write(by, locked)
        if not publishes_alone(by, locked):
            raise PostingRefused(_("“%(posting)s” has to be approved first: submit it.") % words_of(locked))
        check_may_be_vouched_for(locked)
        values["confirmed_on"] = today()
    reason = with_origin(PostingStatus.PUBLISHED, key)
    move(locked, to=PostingStatus.PUBLISHED, expected=PUBLISHABLE, by=by, reason=reason, **values)
    if by is not None and "confirmed_on" in values and window_of(locked).kind == WindowKind.SEVERAL:
        outbox.write(
            kind="posting_published",
            key=f"posting_published:{locked._meta.model_name}:{locked.pk}:{locked.updated_at.isoformat()}",  # noqa: SLF001
            about={"kind": locked._meta.model_name, "posting": locked.pk},  # noqa: SLF001
            to=[user for user in coordinators_of(locked.country_id, locked.agency_id) if user.pk != by.pk],
        )
    return locked


@transaction.atomic
def withdraw(
    *, posting: AnyPosting, by: User | None, reason: WithdrawalReason | str = "", note: str = "", key: str = ""
) -> AnyPosting:
    """Withdraw a posting; it stays in the records. Raises PostingRefused where it already is, or is archived.

    Its own side says why; its open matches lapse with it.
    """
    locked = lock(posting)
    check_may_write(by, locked)
    if by is not None and not can(by, Action.MANAGE_POSTINGS) and not reason:
        raise PostingRefused(_("Say why “%(posting)s” is withdrawn.") % words_of(locked))
    move(
        locked,
        to=PostingStatus.WITHDRAWN,
        expected=WITHDRAWABLE,
        by=by,
        reason=with_origin(PostingStatus.WITHDRAWN, key),
        withdrawal_reason=reason,
        withdrawal_note=note.strip(),
        submitted_at=None,
        submitted_by=None,
    )
    return locked


@transaction.atomic
def give_way(*, posting: AnyPosting, to: Posting, by: User | None) -> AnyPosting:
    """Withdraw a posting in whose place the country has published `to`; who published that has decided this too.

    Raises PostingRefused where it is withdrawn or archived already.
    """
    locked = lock(posting)
    values = {"withdrawal_reason": WithdrawalReason.REPLACED, "submitted_at": None, "submitted_by": None}
    move(locked, to=PostingStatus.WITHDRAWN, expected=WITHDRAWABLE, by=by, reason=f"in its place: {to.pk}", **values)
    return locked


@transaction.atomic
def retire(*, posting: AnyPosting) -> AnyPosting:
    """Withdraw what was read of a country and nobody confirmed by the day set: it remains stated in its edition alone.

    Raises PostingRefused for one that was confirmed, waits for approval, or is not published.
    """
    locked = lock(posting)
    if locked.confirmed_on is not None or locked.submitted_at is not None or version_at_hand(locked) is not None:
        raise PostingRefused(_("“%(posting)s” was confirmed, or waits for approval.") % words_of(locked))
    move(
        locked,
        to=PostingStatus.WITHDRAWN,
        expected={PostingStatus.PUBLISHED},
        by=None,
        reason="retired: nobody confirmed it",
        withdrawal_reason=WithdrawalReason.NOT_CONFIRMED,
    )
    return locked


@transaction.atomic
def archive(*, postings: Iterable[Posting], by: User | None, reason: str) -> None:
    """Put postings away, held by whoever asks, whose import was undone; they stay in the records.

    Raises PostingRefused for one that is archived.
    """
    expected = WITHDRAWABLE | {PostingStatus.WITHDRAWN}
    move_many(postings, to=PostingStatus.ARCHIVED, expected=expected, by=by, reason=reason)


@transaction.atomic
def return_to_draft(*, postings: Iterable[Posting], by: User | None, reason: str) -> None:
    """Make published postings, held by whoever asks, drafts again: their source no longer states them.

    Raises PostingRefused for one that is not published.
    """
    move_many(postings, to=PostingStatus.DRAFT, expected={PostingStatus.PUBLISHED}, by=by, reason=reason)


@transaction.atomic
def confirm(*, posting: AnyPosting, by: User | None, on: dt.date, key: str = "") -> AnyPosting:
    """Record that the country's own agency vouched for a posting on the day `on`, which is not in the future.

    Raises PostingRefused for a posting withdrawn or archived, for a day to come, for one before the last, and where
    the person's word is not enough; PostingLacks for one that is published and not complete, or over.
    """
    locked = lock(posting)
    check_may_write(by, locked)
    if by is not None and not publishes_alone(by, locked):
        raise PostingRefused(_("“%(posting)s” has to be approved first: submit it.") % words_of(locked))
    check_may_be_vouched_for(locked)
    if locked.status in (PostingStatus.WITHDRAWN, PostingStatus.ARCHIVED):
        raise PostingRefused(_("“%(posting)s” is %(status)s: it cannot be confirmed.") % words_of(locked))
    if on > timezone.now().date():
        raise PostingRefused(_("A posting cannot be confirmed on a day to come."))
    if locked.confirmed_on is not None and on < locked.confirmed_on:
        raise PostingRefused(_("“%(posting)s” was confirmed on a later day already.") % words_of(locked))
    if locked.status in BEFORE_OTHERS:
        check_complete(locked)
    if locked.confirmed_on != on:
        locked.confirmed_on = on
        locked.submitted_at, locked.submitted_by, locked.sent_back_note = None, None, ""
        write_posting(locked, by=by, reason=with_origin("confirmed", key))
    return locked


@transaction.atomic
def renew(*, posting: AnyPosting, by: User, closes_on: dt.date | None) -> AnyPosting:
    """Keep a published posting open until the end of `closes_on` (None: without an end), vouched for as of today.

    Where the person's word is not enough that waits for approval, as an edit does. Raises PostingRefused for a day that
    has ended.
    """
    locked = lock(posting)
    if locked.status != PostingStatus.PUBLISHED:
        raise PostingRefused(_("“%(posting)s” is %(status)s: it cannot be renewed.") % words_of(locked))
    if lack := of_closing(closes_on):
        raise PostingLacks(locked, [lack])
    stands = content_to_edit(locked, by=by)
    edit(
        posting=locked,
        values={"closes_on": closes_on},
        areas=stands.areas,
        modalities=stands.modalities,
        targets=stands.targets,
        by=by,
    )
    locked = lock(locked)
    if publishes_alone(by, locked):
        return confirm(posting=locked, by=by, on=today())
    return locked
