"""Recorded by the secretariat, from a reference and a date: the one way in which what came on paper comes in.

An answer to a proposal, a clearance, the confirmation of an outcome, the word of a country for a posting: each is
written by its own module, which takes a `GivenPaper` and calls `record_paper` in the transaction of what it records.
"""

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, scope_of
from directory.models import Paper, PaperScan, User
from directory.models.paper import LONGEST_PAPER_REFERENCE
from directory.papers.scans import Scan
from web.calendar.days import last_day_begun


class PaperRefused(ValueError):
    """The person may not record what came on paper, or the letter is none; the message is for people."""


@dataclass(frozen=True)
class GivenPaper:
    """What is given of a note verbale or a letter: what stands on it, and its scan where there is one."""

    reference: str
    dated_on: dt.date
    scan: Scan | None = None


def may_record_papers(user: User | AnonymousUser | None) -> bool:
    """Whether the person records what came on paper: managers of the secretariat."""
    return scope_of(user, Action.APPROVE_POSTINGS).everything


@transaction.atomic
def record_paper(
    *, given: GivenPaper, by: User, country: str | None, agency: int | None, is_for_approvers: bool = False
) -> Paper:
    """Record a note verbale or a letter of this country (its ISO3) or agency (its id), and return it.

    By a manager of the secretariat. Raises PaperRefused otherwise, and for a letter without a reference or of a day
    to come.
    """
    reference = given.reference.strip()
    if not may_record_papers(by):
        raise PaperRefused(_("Only managers of the secretariat record what came on paper."))
    if not reference:
        raise PaperRefused(_("Say from which note verbale or letter: its reference."))
    if len(reference) > LONGEST_PAPER_REFERENCE:
        raise PaperRefused(_("The reference has more than %(limit)d characters.") % {"limit": LONGEST_PAPER_REFERENCE})
    if given.dated_on > last_day_begun():
        raise PaperRefused(_("The letter cannot be dated in the future."))
    paper = Paper.objects.create(
        country_id=country,
        agency_id=agency,
        reference=reference,
        dated_on=given.dated_on,
        is_for_approvers=is_for_approvers,
        scan_kind=given.scan.kind if given.scan else "",
        recorded_by=by,
    )
    if given.scan:
        PaperScan.objects.create(paper=paper, data=given.scan.data)
    return paper


@transaction.atomic
def attach_scan(*, paper: Paper, scan: Scan, by: User) -> Paper:
    """Attach the scan of a letter that was recorded without one, such as before it had come by post.

    By a manager, and once: a scan that is there stays, as the letter does. Raises PaperRefused otherwise.
    """
    if not may_record_papers(by):
        raise PaperRefused(_("Only managers of the secretariat attach the scan of a letter."))
    held = Paper.objects.select_for_update(of=("self",)).get(pk=paper.pk)
    if held.scan_kind:
        raise PaperRefused(_("The scan of this letter is attached already; it is not exchanged."))
    held.scan_kind = scan.kind
    held.save(update_fields=["scan_kind"])
    PaperScan.objects.create(paper=held, data=scan.data, attached_by=by, attached_at=timezone.now())
    return held
