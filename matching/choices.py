"""Codes and words of matches and runs; named groups of codes stand below the classes."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MatchStatus(TextChoices):
    """How far a match has come; DESIGN section 6. Answers, introductions and outcomes add theirs."""

    SUGGESTED = "suggested", _("Suggested")
    SET_ASIDE = "set_aside", _("Set aside")
    PROPOSED = "proposed", _("Proposed to both sides")
    LAPSED = "lapsed", _("Lapsed")


class EventKind(TextChoices):
    """One step in the life of a match."""

    LAPSED = "lapsed", _("Lapsed")
    RELEASED = "released", _("Released to the public")
    WITHHELD = "withheld", _("No longer released")
    SET_ASIDE = "set_aside", _("Set aside")
    TAKEN_BACK = "taken_back", _("Taken back from set aside")
    PROPOSED = "proposed", _("Proposed to both sides")
    NOTED = "noted", _("Note added")


class ChangeKind(TextChoices):
    """What a run did to a match."""

    NEW = "new", _("New")
    GONE = "gone", _("Gone")
    MOVED = "moved", _("Score moved")


class RunState(TextChoices):
    """State of a matching run."""

    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Finished")
    FAILED = "failed", _("Failed: the results before it stand")


class Fit(TextChoices):
    """The score in words; the bounds are the profile's."""

    STRONG = "strong", _("Strong fit")
    GOOD = "good", _("Good fit")
    PARTIAL = "partial", _("Partial fit")


OPEN_TO_RUNS = frozenset({MatchStatus.SUGGESTED, MatchStatus.LAPSED})
DECIDED = frozenset({MatchStatus.SET_ASIDE, MatchStatus.PROPOSED})
