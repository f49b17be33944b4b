"""Matching runs."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matching.choices import RunState
from matching.models.profile import ScoringProfile
from web.jobs import Job, JobQuerySet


class MatchRunQuerySet(JobQuerySet["MatchRun"]):
    """Matching runs."""

    def public(self) -> "MatchRunQuerySet":
        """Runs whose results stand: finished, and no what-if."""
        return self.filter(state=RunState.FINISHED, is_what_if=False)

    def to_do(self) -> "MatchRunQuerySet":
        """Those at work that touch matches: a what-if is done by whoever asks for it, or not at all."""
        return super().to_do().filter(is_what_if=False)


class MatchRun(Job):
    """One scoring of all open needs against all open offers, for a day, by a profile."""

    AT_WORK: ClassVar[frozenset[str]] = frozenset({RunState.RUNNING})
    FAILED: ClassVar[str] = RunState.FAILED

    profile = models.ForeignKey(
        ScoringProfile, verbose_name=_("profile"), on_delete=models.PROTECT, related_name="runs"
    )
    on = models.DateField(_("for the day"))
    is_what_if = models.BooleanField(
        _("what-if"), default=False, help_text=_("For another day than today: counts only, touches no match.")
    )
    state = models.CharField(_("state"), max_length=10, choices=RunState, default=RunState.RUNNING)
    engine_version = models.CharField(_("engine version"), max_length=20)
    topic_version = models.CharField(
        _("how texts were compared"), max_length=120, blank=True, help_text=_("Empty: the topic was off.")
    )
    is_in_blocks = models.BooleanField(_("done by workers, in blocks"), default=False)
    digest = models.CharField(_("digest of its inputs"), max_length=64, blank=True)
    input_digests = models.JSONField(
        _("digest of each kind of input"),
        default=dict,
        blank=True,
        help_text=_("So that two runs can say what differs."),
    )
    result_digest = models.CharField(_("digest of what it found"), max_length=64, blank=True)
    counts = models.JSONField(_("counts"), default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="match_runs",
        help_text=_("Empty: from the command line or by schedule."),
    )

    objects = MatchRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("matching run")
        verbose_name_plural = _("matching runs")
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"],
                condition=Q(state=RunState.RUNNING, is_what_if=False),
                name="matchrun_one_running",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on.isoformat()} · {self.get_state_display()}"
