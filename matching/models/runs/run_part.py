"""What a run in blocks keeps until it has finished: its inputs, and what came of each block."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from matching.models.runs.run import MatchRun


class RunInput(models.Model):
    """A piece of the packed inputs of a run, which all its workers read: none sees what changed since."""

    run = models.ForeignKey(MatchRun, verbose_name=_("run"), on_delete=models.CASCADE, related_name="inputs")
    position = models.PositiveIntegerField(_("position"))
    data = models.BinaryField(_("data"))

    class Meta:
        verbose_name = _("input of a run")
        verbose_name_plural = _("inputs of runs")
        ordering = ["run", "position"]
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="runinput_one_a_position")]

    def __str__(self) -> str:
        return f"{self.run_id}, {self.position}"


class RunBlock(models.Model):
    """Some needs of a run, to be scored against all offers by one worker."""

    run = models.ForeignKey(MatchRun, verbose_name=_("run"), on_delete=models.CASCADE, related_name="blocks")
    start = models.PositiveIntegerField(_("first need"), help_text=_("Position in the order of the run, from 0."))
    stop = models.PositiveIntegerField(_("need after the last"))
    taken_by = models.CharField(_("taken by"), max_length=80, blank=True, help_text=_("The task at work on it."))
    times_taken = models.PositiveSmallIntegerField(_("times taken"), default=0)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    result = models.BinaryField(_("result"), null=True, blank=True)

    class Meta:
        verbose_name = _("block of a run")
        verbose_name_plural = _("blocks of runs")
        ordering = ["run", "start"]
        constraints = [
            models.UniqueConstraint(fields=["run", "start"], name="runblock_one_a_start"),
            models.CheckConstraint(condition=models.Q(stop__gte=models.F("start")), name="runblock_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}, {self.start}-{self.stop}"
