"""What a run in blocks keeps until it has finished: its inputs, and what came of each block."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from matching.models.runs.run import MatchRun
from web.jobs import Job, JobQuerySet


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


class RunBlockQuerySet(JobQuerySet["RunBlock"]):
    """Blocks."""

    def to_do(self) -> "RunBlockQuerySet":
        """Those of the run at work that have no result."""
        return self.filter(result=None, run__state__in=MatchRun.AT_WORK)


class RunBlock(Job):
    """Some needs of a run, to be scored against all offers by one worker: done once it has a result."""

    run = models.ForeignKey(MatchRun, verbose_name=_("run"), on_delete=models.CASCADE, related_name="blocks")
    start = models.PositiveIntegerField(_("first need"), help_text=_("Position in the order of the run, from 0."))
    stop = models.PositiveIntegerField(_("need after the last"))
    result = models.BinaryField(_("result"), null=True, blank=True)

    objects = RunBlockQuerySet.as_manager()

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

    def fail(self, why: str) -> None:
        """End the run as failed."""
        words = _("%(why)s (Needs %(start)s to %(stop)s of the order of the run.)")
        self.run.fail(words % {"why": why, "start": self.start, "stop": self.stop})
