"""What the rows of the match queue show."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from matching.choices import Fit
from matching.models import Match
from matching.scoring.explanation import Explanation, explain_pairs
from matching.scoring.reasons import Labels, in_short


@dataclass(frozen=True)
class QueueRow:
    """One match as the queue shows it."""

    match: Match
    fit: Fit
    reasons: list[str]

    @property
    def confirmed(self) -> str:
        """Which of the two postings the Governments have vouched for, in words."""
        match (self.match.need.is_confirmed, self.match.offer.is_confirmed):
            case (True, True):
                return _("Both confirmed")
            case (True, False):
                return _("Need confirmed, offer not")
            case (False, True):
                return _("Offer confirmed, need not")
            case _:
                return _("Neither confirmed")


def rows_of(matches: Iterable[Match]) -> list[QueueRow]:
    """Return the matches with their fit and reasons, in a fixed number of queries.

    A decided match shows the reasons that it was decided on, the others those of today.
    """
    matches = list(matches)
    undecided = [match for match in matches if not match.decided_on]
    explanations: dict[int, Explanation] = dict(
        zip(
            (match.pk for match in undecided),
            explain_pairs(pairs=[(match.need, match.offer) for match in undecided]),
            strict=True,
        )
    )
    labels = Labels.read() if matches else Labels({}, {}, {})
    return [
        QueueRow(
            match=match,
            fit=match.fit,
            reasons=in_short(match.decided_on or explanations[match.pk], labels),
        )
        for match in matches
    ]
