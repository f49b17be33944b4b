"""Options as lists show them: with the fit and the reasons in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matching.choices import Fit, ReadAs, Word
from matching.models import TriangularOption
from matching.scoring.reading_arrays import ListKind
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
    """Return the options with their fit and reasons, in a fixed number of queries.

    They must come from `visible_to`, `for_lists()`.
    A decided option shows the reasons that it was decided on, the others those of today.
    """
    if not options:
        return []
    labels = Labels.read()
    return [
        ShownOption(option=option, fit=_fit_of(option), reasons=option_reasons(explanation, labels))
        for option, explanation in zip(options, _explanations(options), strict=True)
    ]


def _fit_of(option: TriangularOption) -> Fit:
    return Word(option.seen_word).fit  # type: ignore[attr-defined]


def _explanations(options: Sequence[TriangularOption]) -> list[dict[str, Any]]:
    """Return what each was decided on, else why it fits today; to whom no decision was told, as if there was none."""
    found: dict[int, dict[str, Any]] = {}
    as_shown = [option for option in options if _reads_as_shown(option)]
    undecided = [option for option in options if not _reads_as_shown(option) and not option.decided_on]
    for lists, today in ((ListKind.SHOWN, as_shown), (ListKind.DESK, undecided)):
        explained = explain_options(today, lists=lists)
        found |= dict(zip((option.pk for option in today), explained, strict=True))
    return [found.get(option.pk) or option.decided_on or {} for option in options]


def _reads_as_shown(option: TriangularOption) -> bool:
    """Return whether the reader for whom `visible_to` fetched it is shown it as if nobody had decided anything."""
    return bool(option.read_as == ReadAs.SHOWN)  # type: ignore[attr-defined]
