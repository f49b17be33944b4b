"""Codes and words of practices and of questions about them; named groups of codes stand below the classes."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PracticeKind(TextChoices):
    """What is shared."""

    GOOD_PRACTICE = "good_practice", _("Good practice")
    INSTITUTIONAL_MODEL = "institutional_model", _("Institutional model")


class PracticeStatus(TextChoices):
    """State of a practice."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("With the secretariat")
    CHANGES_ASKED = "changes_asked", _("Changes asked for")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class QuestionState(TextChoices):
    """State of a question to the secretariat."""

    WITH_COORDINATOR = "with_coordinator", _("With your coordinator")
    WITH_SECRETARIAT = "with_secretariat", _("With the secretariat")
    ANSWERED = "answered", _("Answered")
    KEPT_BACK = "kept_back", _("Not passed on by your coordinator")


SUBMITTABLE = frozenset({PracticeStatus.DRAFT, PracticeStatus.CHANGES_ASKED, PracticeStatus.WITHDRAWN})
REVIEWED_AGAIN = frozenset({PracticeStatus.SUBMITTED, PracticeStatus.PUBLISHED})
"""What is changed in these states goes to the secretariat, and is not shown meanwhile."""
WITHDRAWABLE = frozenset(PracticeStatus) - {PracticeStatus.WITHDRAWN}
WITHDRAWABLE_BY_REVIEW = frozenset({PracticeStatus.SUBMITTED, PracticeStatus.CHANGES_ASKED, PracticeStatus.PUBLISHED})
PASSED_ON = frozenset({QuestionState.WITH_SECRETARIAT, QuestionState.ANSWERED})
"""What the secretariat sees: the rest is between a person and its coordinator."""
