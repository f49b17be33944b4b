"""What a government or an institution says of a posting on paper, as a manager records it from its letter.

A letter that states an offer or a need is entered as one; a letter that vouches for a posting which is there, such as
what was compiled of public sources, counts as the word of its own side: who would have to approve it is not asked
again. Both are the word of the day on which the letter is dated, and say in the history from which they were taken.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.models import Paper, User
from directory.papers.recording import GivenPaper, PaperRefused, record_paper
from surveys.choices import PaperUse, PostingStatus
from surveys.models import Offer, PostingPaper
from surveys.models.postings.posting import Posting
from surveys.postings import posting as posting_module
from surveys.postings.approval import take_version
from surveys.postings.deciding.held import PostingRefused, lock, move, words_of
from surveys.postings.deciding.telling import tell_submitter
from surveys.postings.deciding.versions import waiting_version
from surveys.postings.named_places import NamedPlace
from surveys.postings.writing import AnyPosting

VOUCHED_FOR = frozenset({PostingStatus.DRAFT, PostingStatus.SUBMITTED, PostingStatus.PUBLISHED})
"""The states in which a letter can vouch for a posting; what was withdrawn is published anew first."""


@transaction.atomic
def enter(
    *,
    model: type[AnyPosting],
    values: Mapping[str, Any],
    areas: Collection[str] = (),
    modalities: Collection[str] = (),
    targets: Sequence[NamedPlace] | None = None,
    by: User,
    given: GivenPaper,
) -> AnyPosting:
    """Enter an offer or a need as a note verbale or letter states it, confirmed as of its date; see `posting.create`.

    It is stated as of that date too, unless the values say another. Raises PostingRefused where `by` does not record
    what came on paper.
    """
    vouched_on = _day_of(given)
    posting = posting_module.create(
        model=model,
        values={**values, "confirmed_on": vouched_on, "stated_on": values.get("stated_on") or given.dated_on},
        areas=areas,
        modalities=modalities,
        targets=targets,
        by=by,
        reason=_reason(PaperUse.ENTERED, given),
    )
    _note(posting, PaperUse.ENTERED, given=given, by=by)
    return posting


@transaction.atomic
def vouch(*, posting: AnyPosting, by: User, given: GivenPaper, takes_version: bool = False) -> AnyPosting:
    """Record that a posting's own side vouched for it on paper: it is published and confirmed as of the letter's date.

    What waits for approval is approved by that; a proposed version of what is public only where the letter speaks of it
    (`takes_version`). Raises PostingRefused for a posting withdrawn or archived, for a letter that is older than its
    last confirmation, and where `by` does not record what came on paper; PostingLacks where it is not complete.
    """
    locked = lock(posting)
    vouched_on = _day_of(given)
    if locked.status not in VOUCHED_FOR:
        raise PostingRefused(_("“%(posting)s” is %(status)s: it cannot be confirmed.") % words_of(locked))
    if locked.confirmed_on is not None and vouched_on < locked.confirmed_on:
        raise PostingRefused(_("“%(posting)s” was confirmed on a later day already.") % words_of(locked))
    version = waiting_version(locked) if takes_version else None
    if takes_version and version is None:
        raise PostingRefused(_("No version of “%(posting)s” waits any more.") % words_of(locked))
    is_approval, submitter = locked.submitted_at is not None, locked.submitted_by
    if version is not None:
        is_approval, submitter = True, version.written_by
    use = PaperUse.APPROVED if is_approval else PaperUse.CONFIRMED
    _note(locked, use, given=given, by=by)
    if version is not None:
        take_version(locked, version, by=by)
    move(
        locked,
        to=PostingStatus.PUBLISHED,
        expected=VOUCHED_FOR,
        by=by,
        reason=_reason(use, given),
        submitted_at=None,
        submitted_by=None,
        sent_back_note="",
        confirmed_on=vouched_on,
    )
    if is_approval:
        tell_submitter("posting_approved", locked, submitter)
    return locked


def papers_of(posting: Posting) -> list[PostingPaper]:
    """Return what was recorded of a posting from paper, oldest first: one query. For its own side and the secretariat.

    Who may read the posting where it is worked on may read these; pages for everyone show none of it.
    """
    return list(_own(posting).select_related("paper"))


def _own(posting: Posting) -> Any:
    return PostingPaper.objects.filter(**{_side(posting): posting.pk})


def _side(posting: Posting) -> str:
    return "offer" if isinstance(posting, Offer) else "need"


def _note(posting: Posting, use: PaperUse, *, given: GivenPaper, by: User) -> Paper:
    try:
        paper = record_paper(given=given, by=by, country=posting.country_id, agency=posting.agency_id)
    except PaperRefused as refused:
        raise PostingRefused(str(refused)) from refused
    PostingPaper.objects.create(**{_side(posting): posting}, use=use, paper=paper)
    return paper


def _day_of(given: GivenPaper) -> dt.date:
    """Return the day as of which a letter vouches: where the day of its date has begun in the east alone, today's."""
    return min(given.dated_on, timezone.now().date())


def _reason(use: PaperUse, given: GivenPaper) -> str:
    return f"{use}, from {given.reference.strip()} of {given.dated_on.isoformat()}"
