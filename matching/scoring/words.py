"""The words of each criterion and of each gate: all that pages, mails and files say of them by name.

The engine's lists say which there are. One that has no words here, or words for one that is none, stops the portal at
its start: nothing is passed over, and nobody reads a bare code.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from matching import engine


@dataclass(frozen=True)
class CriterionWords:
    """What people read of a criterion."""

    label: Promise
    question: Promise
    """What it asks, on the page of the method."""


@dataclass(frozen=True)
class GateWords:
    """What people read of a gate."""

    question: Promise
    """What it asks, on the page of the method: yes rules a pair out."""
    reason: Promise
    """Why a pair that it closes is none."""


CRITERIA: dict[str, CriterionWords] = {
    "areas": CriterionWords(
        _("Priority areas"), _("How many of the areas that the need asks for does the offer cover?")
    ),
    "modalities": CriterionWords(_("Modalities"), _("How many of the forms of cooperation asked for does it have?")),
    "region": CriterionWords(_("Region"), _("How directly does the offer address the country of the need?")),
    "topic": CriterionWords(_("Topic"), _("How close are the two texts to each other?")),
}

GATES: dict[str, GateWords] = {
    "not_open": GateWords(
        _("Is one of the two not published, or not open on that day?"),
        _("One of the two is not published, or not open on that day."),
    ),
    "same_side": GateWords(
        _("Do both come from the same country, or from the same agency?"),
        _("Both are of the same country or the same agency."),
    ),
    "no_shared_area": GateWords(
        _("Have they no priority area in common, not even a related one?"),
        _("They share no priority area, not even a related one."),
    ),
    "no_shared_modality": GateWords(
        _("Does each state modalities, and none is the same?"),
        _("Both state modalities, and none in common."),
    ),
    "outside_target": GateWords(
        _("Does the offer not extend to the country of the need?"),
        _("The offer does not reach the country of the need."),
    ),
}


def check_complete(what: str, names: Iterable[str], words: Mapping[str, object]) -> None:
    """Raise ImproperlyConfigured, by name, unless there are words for just these names."""
    if unlike := sorted(words.keys() ^ set(names)):
        raise ImproperlyConfigured(f"{what} and their words (matching/scoring/words.py) differ in: {', '.join(unlike)}")


check_complete("criteria", (criterion.name for criterion in engine.CRITERIA), CRITERIA)
check_complete("gates", engine.GATES, GATES)
