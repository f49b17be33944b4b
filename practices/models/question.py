"""What somebody asks the secretariat about a practice."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.access import Action, scope_of
from directory.models import Agency
from practices.choices import PASSED_ON, QuestionState
from practices.models.practice import Practice

if TYPE_CHECKING:
    from directory.models import User

LONGEST_QUESTION = 5_000


class PracticeQuestionQuerySet(models.QuerySet["PracticeQuestion"]):
    """Questions, by who may read and answer them."""

    def with_secretariat(self) -> "PracticeQuestionQuerySet":
        """Questions that the secretariat sees: those that a coordinator has not, or not yet, passed on stay with it."""
        return self.filter(state__in=PASSED_ON)

    def to_answer(self) -> "PracticeQuestionQuerySet":
        """Questions that wait for the secretariat, in the order of their coming."""
        return self.filter(state=QuestionState.WITH_SECRETARIAT).order_by("asked_at", "pk")

    def to_pass_on_by(self, user: "User | AnonymousUser | None") -> "PracticeQuestionQuerySet":
        """Questions of the agencies of a coordinator's country that wait for the coordinator."""
        scope = scope_of(user, Action.APPROVE_POSTINGS)
        if not scope or scope.everything:
            return self.none()
        return self.filter(scope.of_agencies(), state=QuestionState.WITH_COORDINATOR).order_by("asked_at", "pk")


class PracticeQuestion(models.Model):
    """A question about a practice; neither the agency that shares it nor anyone else learns of it."""

    practice = models.ForeignKey(
        Practice, verbose_name=_("practice"), on_delete=models.PROTECT, related_name="questions"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked by"),
        on_delete=models.PROTECT,
        related_name="practice_questions",
    )
    agency = models.ForeignKey(
        Agency, verbose_name=_("for"), on_delete=models.PROTECT, null=True, related_name="practice_questions"
    )
    text = models.TextField(_("question"), max_length=LONGEST_QUESTION)
    state = models.CharField(_("state"), max_length=20, choices=QuestionState)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    passed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by the coordinator"),
        on_delete=models.PROTECT,
        null=True,
        related_name="passed_practice_questions",
    )
    passed_at = models.DateTimeField(_("decided by the coordinator on"), null=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("answered by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="answered_practice_questions",
    )
    answered_at = models.DateTimeField(_("answered"), null=True)
    form_key = models.UUIDField(
        _("key of the form"), unique=True, editable=False, help_text=_("One form sent twice makes one question.")
    )

    objects = PracticeQuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question about a practice")
        verbose_name_plural = _("questions about practices")
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=QuestionState.ANSWERED, answered_by__isnull=False, answered_at__isnull=False)
                & ~Q(answer="")
                | ~Q(state=QuestionState.ANSWERED) & Q(answer="", answered_by__isnull=True, answered_at__isnull=True),
                name="practicequestion_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(passed_by__isnull=True, passed_at__isnull=True)
                | Q(passed_by__isnull=False, passed_at__isnull=False),
                name="practicequestion_passed_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["state", "asked_at"], name="practicequestion_state_asked")]

    def __str__(self) -> str:
        return f"{self.practice}: {self.text[:60]}"
