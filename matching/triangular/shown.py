"""Options as lists show them: with the fit and the reasons in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from matching.choices import Fit
from matching.models import TriangularOption
from matching.scoring.explanation import fit_of
from matching.scoring.reasons import Labels
from matching.triangular.explanation import explain_options
from matching.triangular.reasons import option_reasons


@dataclass(frozen=True)
class ShownOption:
    """One option with its fit and its reasons in words."""

    option: TriangularOption
    fit: Fit
    reasons: list[str]


def shown(options: Sequence[TriangularOption]) -> list[ShownOption]:
    """Return the options with their fit and reasons, in a fixed number of queries; they must come `for_lists()`.

    A decided option shows the reasons that it was decided on, the others those of today.
    """
    if not options:
        return []
    undecided = [option for option in options if not option.decided_on]
    today = dict(zip((option.pk for option in undecided), explain_options(undecided), strict=True))
    labels = Labels.read()
    return [
        ShownOption(
            option=option,
            fit=fit_of(option.score, option.profile),
            reasons=option_reasons(option.decided_on or today[option.pk], labels),
        )
        for option in options
    ]
