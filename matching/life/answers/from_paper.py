"""What a side said on paper, as a step of its match: recorded by a manager, and as good as the side's own.

Each kind of step is written where it stands (`answering`, `clearing`, `outcomes`) with the paper that `paper_of`
returns; the side reads from what it was taken. The other side never does, and learns of no paper at all.
"""

from dataclasses import dataclass

from directory.models import Paper, User
from directory.papers.recording import GivenPaper, PaperRefused, record_paper
from matching.life.seen.sides import posting_of
from matching.life.steps import ReviewRefused
from matching.models import Match
from surveys.choices import Side


@dataclass(frozen=True)
class SidePaper:
    """A note verbale or a letter as it was given, and the side of a match whose it is."""

    side: Side
    given: GivenPaper


def paper_of(match: Match, side: Side, *, given: GivenPaper, by: User, is_for_approvers: bool = False) -> Paper:
    """Record the note verbale or letter of a side, in the step's transaction; its posting says whose it is.

    is_for_approvers: its agency was not asked yet, so that only who approves for the country reads it. Raises
    ReviewRefused where it is recorded by nobody who may, or is no letter.
    """
    posting = posting_of(match, side)
    try:
        return record_paper(
            given=given,
            by=by,
            country=posting.country_id,
            agency=posting.agency_id,
            is_for_approvers=is_for_approvers,
        )
    except PaperRefused as refused:
        raise ReviewRefused(str(refused)) from refused
