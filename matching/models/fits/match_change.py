"""What a run changed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from matching.choices import ChangeKind
from matching.models.by_criterion import Moves
from matching.models.fits.match import Match
from matching.models.runs.run import MatchRun


class MatchChange(Moves):
    """One match that a run made new, gone or moved."""

    run = models.ForeignKey(MatchRun, verbose_name=_("run"), on_delete=models.CASCADE, related_name="changes")
    match = models.ForeignKey(Match, verbose_name=_("match"), on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(_("change"), max_length=10, choices=ChangeKind)
    score_before = models.PositiveIntegerField(_("score before, millionths"), null=True, blank=True)
    score_after = models.PositiveIntegerField(_("score after, millionths"), null=True, blank=True)

    class Meta:
        verbose_name = _("match change")
        verbose_name_plural = _("match changes")
        ordering = ["run", "id"]
        constraints = [models.UniqueConstraint(fields=["run", "match"], name="matchchange_one_a_run_and_match")]

    def __str__(self) -> str:
        return self.get_kind_display()
