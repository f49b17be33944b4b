"""A plan of which matches to propose, and its picks."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matching.choices import AllocationState, LeftOut
from matching.models.fits.match import Match
from web.jobs import Job, JobQuerySet

GREATEST_WEIGHT = 100
MOST_PER_NEED = 100
MOST_IN_ALL = 100_000


class Allocation(Job):
    """One plan: what was asked for, what it comes to, what it gives up, and what a reviewer decided on it."""

    AT_WORK: ClassVar[frozenset[str]] = frozenset({AllocationState.MAKING})
    FAILED: ClassVar[str] = AllocationState.FAILED

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="allocations"
    )
    weight_ldc = models.PositiveSmallIntegerField(
        _("more weight for an LDC"), default=2, validators=[MaxValueValidator(GREATEST_WEIGHT)]
    )
    weight_lldc = models.PositiveSmallIntegerField(
        _("more weight for an LLDC"), default=1, validators=[MaxValueValidator(GREATEST_WEIGHT)]
    )
    weight_sids = models.PositiveSmallIntegerField(
        _("more weight for one of the SIDS"), default=1, validators=[MaxValueValidator(GREATEST_WEIGHT)]
    )
    most_per_need = models.PositiveSmallIntegerField(
        _("most offers to one need"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_PER_NEED)],
        help_text=_("Those that a need has already count: proposed, introduced or agreed."),
    )
    most_in_all = models.PositiveIntegerField(
        _("most matches in all"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_IN_ALL)],
        help_text=_("How many you can carry this quarter. Empty: no limit."),
    )
    state = models.CharField(
        _("state"), max_length=10, choices=AllocationState, default=AllocationState.MAKING, editable=False
    )
    totals = models.JSONField(_("totals"), default=dict, editable=False)
    gives_up = models.JSONField(_("what it gives up"), default=dict, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="decided_allocations",
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)

    objects = JobQuerySet["Allocation"].as_manager()

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("which matches to propose")
        ordering = ["-started_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=[AllocationState.MAKING, AllocationState.FAILED, AllocationState.PROPOSED],
                    decided_by__isnull=True,
                    decided_at__isnull=True,
                )
                | Q(
                    state__in=[AllocationState.APPLIED, AllocationState.DISCARDED],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="allocation_decided_by_someone_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(most_per_need__gte=1) & (Q(most_in_all__isnull=True) | Q(most_in_all__gte=1)),
                name="allocation_may_propose_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at.date().isoformat()} · {self.get_state_display()}"

    @property
    def is_being_made(self) -> bool:
        """Whether it is still to come."""
        return self.state in self.AT_WORK


class AllocationPickQuerySet(models.QuerySet["AllocationPick"]):
    """Picks of plans."""

    def in_the_queue(self) -> "AllocationPickQuerySet":
        """Picks of the plan that was applied last, without those left out when it was."""
        applied = Allocation.objects.filter(state=AllocationState.APPLIED).order_by("-decided_at", "-pk")
        return self.filter(allocation__in=applied.values("pk")[:1], left_out="")


class AllocationPick(models.Model):
    """One match that a plan proposes to propose."""

    allocation = models.ForeignKey(Allocation, verbose_name=_("plan"), on_delete=models.CASCADE, related_name="picks")
    match = models.ForeignKey(Match, verbose_name=_("match"), on_delete=models.PROTECT, related_name="allocation_picks")
    position = models.PositiveIntegerField(_("position"))
    left_out = models.CharField(
        _("left out because"), max_length=10, choices=LeftOut, blank=True, help_text=_("Found when it was applied.")
    )

    objects = AllocationPickQuerySet.as_manager()

    class Meta:
        verbose_name = _("pick of a plan")
        verbose_name_plural = _("picks of plans")
        ordering = ["allocation", "position"]
        constraints = [
            models.UniqueConstraint(fields=["allocation", "match"], name="allocationpick_a_match_once"),
            models.UniqueConstraint(fields=["allocation", "position"], name="allocationpick_one_a_position"),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.match}"
