"""What one side of a match was asked and said."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matching.choices import REFUSALS, Clearance, RefusalReason, SideAnswer
from matching.models.fits.match import Match
from surveys.choices import Side


def _person(verbose_name: Any, related_name: str) -> "models.ForeignKey":  # type: ignore[type-arg]
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=verbose_name,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name=related_name,
    )


class MatchSide(models.Model):
    """The need's or the offer's side of a match that was proposed: clearance, answer, consent, confirmation.

    Both rows are made when the match is proposed; a side hears of it when `asked_at` is set, and not before.
    """

    match = models.ForeignKey(Match, verbose_name=_("match"), on_delete=models.PROTECT, related_name="sides")
    side = models.CharField(_("side"), max_length=10, choices=Side)
    clearance = models.CharField(_("clearance"), max_length=12, choices=Clearance, default=Clearance.NOT_NEEDED)
    clearance_due_on = models.DateField(
        _("objection until, inclusive"), null=True, blank=True, help_text=_("Last day of the term.")
    )
    clearance_note = models.TextField(
        _("note of the country"), blank=True, help_text=_("Read by the secretariat and that side alone.")
    )
    cleared_by = _person(_("cleared by"), "clearances")
    cleared_at = models.DateTimeField(_("cleared"), null=True, blank=True)
    asked_at = models.DateTimeField(_("asked"), null=True, blank=True)
    answer_due_on = models.DateField(
        _("answer until, inclusive"), null=True, blank=True, help_text=_("Then the proposal closes without an answer.")
    )
    reminded_on = models.DateField(_("reminded on"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=12, choices=SideAnswer, blank=True)
    refusal_reason = models.CharField(
        _("reason of a refusal"),
        max_length=16,
        choices=RefusalReason,
        blank=True,
        help_text=_("Read by the secretariat alone; empty where a letter gives none."),
    )
    answer_reason = models.TextField(_("reason"), blank=True, help_text=_("Read by the secretariat alone."))
    answered_by = _person(_("answered by"), "answers_to_proposals")
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    take_back_until = models.DateField(
        _("refusal or objection can be taken back until, inclusive"),
        null=True,
        blank=True,
        help_text=_("Unless the secretariat has passed it on before; then the other side learns that it ends."),
    )
    consent_by = _person(_("consent to publication by"), "publication_consents")
    consent_at = models.DateTimeField(_("consent to publication"), null=True, blank=True)
    outcome_confirmed_by = _person(_("outcome confirmed by"), "outcome_confirmations")
    outcome_confirmed_at = models.DateTimeField(_("outcome confirmed"), null=True, blank=True)

    class Meta:
        verbose_name = _("side of a match")
        verbose_name_plural = _("sides of matches")
        ordering = ["match", "side"]
        constraints = [
            models.UniqueConstraint(fields=["match", "side"], name="matchside_one_a_match_and_side"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="matchside_answer_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(answer="") | Q(asked_at__isnull=False), name="matchside_only_who_was_asked_answers"
            ),
            models.CheckConstraint(
                condition=Q(answer__in=sorted(REFUSALS)) | Q(refusal_reason=""), name="matchside_reason_of_a_refusal"
            ),
            models.CheckConstraint(
                condition=Q(answer__in=sorted(REFUSALS))
                | Q(clearance=Clearance.OBJECTED)
                | Q(take_back_until__isnull=True),
                name="matchside_taken_back_is_a_no",
            ),
            models.CheckConstraint(
                condition=~Q(refusal_reason=RefusalReason.OTHER) | ~Q(answer_reason=""),
                name="matchside_other_reason_has_words",
            ),
            models.CheckConstraint(
                condition=Q(asked_at__isnull=True) | Q(clearance__in=(Clearance.NOT_NEEDED, Clearance.CLEARED)),
                name="matchside_asked_once_cleared",
            ),
        ]
        indexes = [
            models.Index(
                fields=["clearance_due_on"],
                condition=Q(clearance=Clearance.NO_OBJECTION),
                name="matchside_term_running",
            ),
            models.Index(
                fields=["answer_due_on"],
                condition=Q(answer="", asked_at__isnull=False),
                name="matchside_waits_for_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.match} · {self.get_side_display()}"

    @property
    def is_refused(self) -> bool:
        """Whether the side said that it does not want to."""
        return self.answer in REFUSALS

    @property
    def is_objected(self) -> bool:
        """Whether the country of the side objected, before the side was asked."""
        return self.clearance == Clearance.OBJECTED

    @property
    def is_against(self) -> bool:
        """Whether the side does not want to, or its country: it ends once that is passed on."""
        return self.is_refused or self.is_objected

    @property
    def waits_for_an_answer(self) -> bool:
        """Whether the side was asked and has not answered."""
        return self.asked_at is not None and not self.answer
