"""How a score is made up: weights, levels, thresholds; versioned, immutable once used."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from matching.models.by_criterion import PERCENT, WEIGHS_SOMETHING, WEIGHTS, WeightFields

MOST_TRANSITION_YEARS = 20
MOST_KEPT = 200
MILLIONTHS = [MinValueValidator(0), MaxValueValidator(1_000_000)]
ALL_WEIGHTS = 100
FIGURES = (
    *WEIGHTS,
    "level_named", "level_neighbourhood", "level_special_situation", "level_organisation", "level_sub_region",
    "level_region", "level_region_shared", "level_wide", "level_open", "preference_share", "unstated_modalities",
    "unstated_topic", "transition_years", "top_k",
    "min_score", "strong_from", "good_from",
)  # fmt: skip
"""All that a profile says; the rest is its name and what became of it."""


class ScoringProfile(WeightFields):
    """One version of the weights, levels and thresholds of the score; docs/matching.md says what each does."""

    code = models.SlugField(_("code"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    is_default = models.BooleanField(_("used by runs"), default=False)
    level_named = models.PositiveSmallIntegerField(_("named country, percent"), default=100, validators=PERCENT)
    level_neighbourhood = models.PositiveSmallIntegerField(_("neighbourhood, percent"), default=90, validators=PERCENT)
    level_special_situation = models.PositiveSmallIntegerField(
        _("LDC, LLDC or SIDS, percent"), default=80, validators=PERCENT
    )
    level_organisation = models.PositiveSmallIntegerField(_("organisation, percent"), default=75, validators=PERCENT)
    level_sub_region = models.PositiveSmallIntegerField(_("sub-region, percent"), default=70, validators=PERCENT)
    level_region = models.PositiveSmallIntegerField(_("region, percent"), default=60, validators=PERCENT)
    level_region_shared = models.PositiveSmallIntegerField(
        _("region, both sides of one ESCAP sub-region, percent"), default=70, validators=PERCENT
    )
    level_wide = models.PositiveSmallIntegerField(_("wide group, percent"), default=50, validators=PERCENT)
    level_open = models.PositiveSmallIntegerField(_("open to all, percent"), default=40, validators=PERCENT)
    preference_share = models.PositiveSmallIntegerField(
        _("share of preferred partners in the region criterion, percent"), default=30, validators=PERCENT
    )
    unstated_modalities = models.PositiveSmallIntegerField(
        _("level of modalities where a side states none, percent"), default=50, validators=PERCENT
    )
    unstated_topic = models.PositiveSmallIntegerField(
        _("level of the topic where no texts can be compared, percent"), default=20, validators=PERCENT
    )
    transition_years = models.PositiveSmallIntegerField(
        _("years after a confirmed graduation in which LDC offers still reach a country"),
        default=3,
        validators=[MaxValueValidator(MOST_TRANSITION_YEARS)],
    )
    top_k = models.PositiveSmallIntegerField(
        _("best kept for each posting"), default=20, validators=[MinValueValidator(1), MaxValueValidator(MOST_KEPT)]
    )
    min_score = models.PositiveIntegerField(_("least score, millionths"), default=300_000, validators=MILLIONTHS)
    strong_from = models.PositiveIntegerField(_("strong fit from, millionths"), default=600_000, validators=MILLIONTHS)
    good_from = models.PositiveIntegerField(_("good fit from, millionths"), default=400_000, validators=MILLIONTHS)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("scoring profile")
        verbose_name_plural = _("scoring profiles")
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="scoringprofile_code_version_unique"),
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="scoringprofile_one_default"
            ),
            models.CheckConstraint(condition=WEIGHS_SOMETHING, name="scoringprofile_weighs_something"),
            models.CheckConstraint(
                condition=Q(strong_from__gte=F("good_from")), name="scoringprofile_strong_above_good"
            ),
            models.CheckConstraint(
                condition=Q(transition_years__lte=MOST_TRANSITION_YEARS), name="scoringprofile_transition_bounded"
            ),
            models.CheckConstraint(
                condition=Q(top_k__gte=1, top_k__lte=MOST_KEPT), name="scoringprofile_lists_bounded"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}, version {self.version}"

    def clean(self) -> None:
        """Refuse weights that do not sum to 100, zeros included; a weight that is missing is its field's to refuse.

        No constraint of the database says so: profiles from before this rule may have other sums, runs have scored by
        them, and they never change. A constraint would keep a portal that holds one from being upgraded.
        """
        super().clean()
        weights = [getattr(self, name) for name in WEIGHTS]
        if None in weights or self.weights_are_whole:
            return
        if not any(weights):
            raise ValidationError(_("At least one weight must be above 0."))
        raise ValidationError(
            _("The weights sum to %(sum)d. Let them sum to 100, zeros included."), params={"sum": sum(weights)}
        )

    @property
    def weights_are_whole(self) -> bool:
        """Whether the weights sum to 100, zeros included."""
        return sum(getattr(self, name) for name in WEIGHTS) == ALL_WEIGHTS

    @property
    def figures(self) -> dict[str, int]:
        """All figures by the names of their fields."""
        return {name: getattr(self, name) for name in FIGURES}
