"""Answers of a response, by the code of their question."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from surveys.models.answers.response import Response


class Answer(models.Model):
    """One answer; of a section that repeats, `repeat` counts from 0.

    `value`: text; a code (single choice) or a list of codes (multiple choice); a decimal number as text; a date as
    YYYY-MM-DD; {"amount", "currency", "years"} as text (money); a list of ISO3 and group codes (places).
    """

    response = models.ForeignKey(Response, verbose_name=_("response"), on_delete=models.CASCADE, related_name="answers")
    question = models.CharField(_("code of the question"), max_length=60)
    repeat = models.PositiveSmallIntegerField(_("repetition"), default=0)
    value = models.JSONField(_("answer"), null=True, blank=True)
    other = models.TextField(_("other, as text"), blank=True)
    as_given = models.TextField(_("as given"), blank=True, help_text=_("The text of the file's cells."))
    is_carried_over = models.BooleanField(
        _("carried over, to be confirmed"),
        default=False,
        help_text=_("From the last edition; counts once somebody of the agency has confirmed it."),
    )

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["response", "question", "repeat"]
        constraints = [
            models.UniqueConstraint(fields=["response", "question", "repeat"], name="answer_question_repeat_unique")
        ]
        indexes = [models.Index(fields=["question"], name="answer_question")]

    def __str__(self) -> str:
        return f"{self.question}: {self.value}"

    @property
    def codes(self) -> list[str]:
        """What was chosen, whether the question let one or several be chosen when it was answered."""
        if isinstance(self.value, list):
            return [str(code) for code in self.value]
        return [self.value] if isinstance(self.value, str) and self.value else []
