"""What became of the invented postings once they were matched: a release, an option put to three, a refusal.

Each is done once: a match or an option with which it was done before, or which people have decided, is left alone.
"""

from django.db import transaction

from directory.models import User
from matching.choices import EventKind, MatchStatus, OptionEventKind, OptionStatus, RefusalReason, SideAnswer
from matching.life import review
from matching.life.answers.answering import answer
from matching.models import Match, TriangularOption
from matching.triangular import review as option_review
from ssc_portal.running.demo.postings import (
    COUNTING_NEED,
    COUNTING_OFFER,
    FLOOD_NEED,
    FLOOD_OFFER,
    GRANTS,
    MARK,
    RICE_COURSE,
    RICE_NEED,
    InventedPosting,
)
from surveys.choices import Side

SHOWS_A_RELEASE = MARK + "released, so that everyone sees what a computed fit looks like."
SHOWS_AN_OPTION = MARK + "put to the three sides, so that each sees what an option looks like."
SHOWS_A_REFUSAL = MARK + "put to both sides, to show an answer of each."
REASON = MARK + "those who would receive the visit are in the field until the harvest is counted."


@transaction.atomic
def release_a_fit(*, reviewer: User) -> Match | None:
    """Release the strong fit of two invented postings; None where it is not to be done. May raise ReviewRefused."""
    match = _suggested(FLOOD_NEED, FLOOD_OFFER, without=EventKind.RELEASED)
    if match is not None:
        review.release(match=match, by=reviewer, note=SHOWS_A_RELEASE)
    return match


@transaction.atomic
def propose_an_option(*, reviewer: User) -> TriangularOption | None:
    """Put the triangular option to its three sides; None where it is not to be done. May raise ReviewRefused."""
    options = TriangularOption.objects.filter(
        need__form_key=RICE_NEED.key,
        pivotal_offer__form_key=RICE_COURSE.key,
        facilitating_offer__form_key=GRANTS.key,
        status=OptionStatus.SUGGESTED,
    )
    option = options.exclude(events__kind=OptionEventKind.PROPOSED).first()
    if option is not None:
        option_review.propose(option=option, by=reviewer, note=SHOWS_AN_OPTION)
    return option


@transaction.atomic
def refuse_a_proposal(*, reviewer: User, seeking: User, offering: User) -> Match | None:
    """Propose a match that the side of the need wants and that of the offer does not; None where it is not to be done.

    May raise ReviewRefused.
    """
    match = _suggested(COUNTING_NEED, COUNTING_OFFER, without=EventKind.PROPOSED)
    if match is not None:
        review.propose(match=match, by=reviewer, note=SHOWS_A_REFUSAL)
        answer(match=match, side=Side.NEED, by=seeking, answer=SideAnswer.INTERESTED)
        answer(
            match=match,
            side=Side.OFFER,
            by=offering,
            answer=SideAnswer.NOT_NOW,
            why=RefusalReason.TIME,
            reason=REASON,
        )
    return match


def _suggested(need: InventedPosting, offer: InventedPosting, *, without: EventKind) -> Match | None:
    matches = Match.objects.filter(need__form_key=need.key, offer__form_key=offer.key, status=MatchStatus.SUGGESTED)
    return matches.exclude(events__kind=without).first()
