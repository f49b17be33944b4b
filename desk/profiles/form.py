"""The form of a scoring profile, and the sections in which its figures are shown."""

from typing import Any

import numpy as np
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.profiles.percent import PercentField
from matching.models import ScoringProfile
from matching.models.by_criterion import WEIGHTS
from matching.models.profile import FIGURES
from matching.scoring.reading_arrays import engine_profile

SECTIONS = (
    (gettext_lazy("Weights: how much each criterion counts, in percent"), WEIGHTS),
    (
        gettext_lazy("Region: how close each way of reaching a country is"),
        (
            "level_named", "level_neighbourhood", "level_special_situation", "level_organisation", "level_sub_region",
            "level_region", "level_region_shared", "level_wide", "level_open", "preference_share", "transition_years",
        ),
    ),
    (gettext_lazy("What nobody stated: neither yes nor no"), ("unstated_modalities", "unstated_topic")),
    (gettext_lazy("What is suggested"), ("min_score", "top_k")),
    (gettext_lazy("The fit in words"), ("strong_from", "good_from")),
)  # fmt: skip
"""Every figure, once."""


class ScoringProfileForm(forms.ModelForm[ScoringProfile]):
    """Refuses what the engine would refuse, in words, before a run does."""

    min_score = PercentField(
        label=gettext_lazy("least score, percent"), help_text=gettext_lazy("Pairs below it are not suggested.")
    )
    strong_from = PercentField(
        label=gettext_lazy("strong fit from, percent"),
        help_text=gettext_lazy(
            "Of how far areas, modalities and region overlap; and half of the areas must be offered."
        ),
    )
    good_from = PercentField(
        label=gettext_lazy("good fit from, percent"), help_text=gettext_lazy("Below it a fit is called partial.")
    )

    class Meta:
        model = ScoringProfile
        fields: tuple[str, ...] = ("code", *FIGURES)
        help_texts = {
            "code": gettext_lazy("A short name; versions of one profile share it."),
            "weight_areas": gettext_lazy("The weights must sum to 100. 0 turns a criterion off."),
            "preference_share": gettext_lazy(
                "Counts only where a need names preferred partners; the rest of the criterion is how the offer "
                "reaches the country."
            ),
            "unstated_modalities": gettext_lazy(
                "Never more than one shared modality would earn, so that to state none never pays."
            ),
            "unstated_topic": gettext_lazy("Also the least that the topic counts where texts can be compared."),
            "top_k": gettext_lazy("A run keeps this many of the best for each need and for each offer."),
        }

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        values = {name: value for name, value in self.cleaned_data.items() if value is not None}
        for name in WEIGHTS:
            if name not in values:
                # The model judges the sum: it must not count the figure that stood here before.
                setattr(self.instance, name, None)
        if self.errors:
            return cleaned
        if values["good_from"] > values["strong_from"]:
            raise ValidationError(_("A strong fit must not begin below a good one."))
        if not ScoringProfile(**values).weights_are_whole:
            return cleaned
        try:
            engine_profile(ScoringProfile(**values), related=np.zeros(0, dtype=np.uint64))
        except ValueError as refusal:
            raise ValidationError(
                _("The engine cannot score with these figures: %(why)s"), params={"why": refusal}
            ) from refusal
        return cleaned
