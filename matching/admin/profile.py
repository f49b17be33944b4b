"""Scoring profiles: a manager changes them until a run has used them, and then makes a new version."""

from typing import Any

import numpy as np
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from directory.models import User
from matching.models import ScoringProfile
from matching.profiles import is_used, make_default, new_version
from matching.tables import engine_profile


class ScoringProfileForm(forms.ModelForm[ScoringProfile]):
    """Refuses what the engine would refuse, in words, before a run does."""

    class Meta:
        model = ScoringProfile
        fields = (
            "code", "weight_areas", "weight_modalities", "weight_region", "weight_topic",
            "level_named", "level_neighbourhood",
            "level_special_situation", "level_organisation", "level_sub_region", "level_region",
            "level_region_shared", "level_wide", "level_open", "preference_share", "transition_years", "top_k",
            "min_score", "strong_from", "good_from",
        )  # fmt: skip
        help_texts = {
            "code": gettext_lazy("A short name; versions of one profile share it."),
            "weight_areas": gettext_lazy("Let the four weights sum to 100. 0 turns a criterion off."),
            "preference_share": gettext_lazy(
                "Counts only where a need names preferred partners; the rest of the criterion is how the offer "
                "reaches the country."
            ),
            "min_score": gettext_lazy("In millionths: 350,000 is a score of 0.35. Pairs below it are not suggested."),
            "strong_from": gettext_lazy("In millionths: 700,000 is a score of 0.70."),
            "good_from": gettext_lazy("In millionths; below it a fit is called partial."),
            "top_k": gettext_lazy("A run keeps this many of the best for each need and for each offer."),
        }

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        values = {name: value for name, value in self.cleaned_data.items() if value is not None}
        if self.errors:
            return cleaned
        if not any(values[f"weight_{criterion}"] for criterion in ("areas", "modalities", "region", "topic")):
            raise ValidationError(_("At least one weight must be above 0."))
        if values["good_from"] > values["strong_from"]:
            raise ValidationError(_("A strong fit must not begin below a good one."))
        try:
            engine_profile(ScoringProfile(**values), related=np.zeros(0, dtype=np.uint64))
        except ValueError as refusal:
            raise ValidationError(
                _("The engine cannot score with these figures: %(why)s"), params={"why": refusal}
            ) from refusal
        return cleaned


@admin.register(ScoringProfile)
class ScoringProfileAdmin(admin.ModelAdmin[ScoringProfile]):
    """Managers change a profile that no run has used; all staff read them."""

    form = ScoringProfileForm
    list_display = (
        "__str__", "is_default", "used", "weight_areas", "weight_modalities", "weight_region", "weight_topic",
        "min_score", "created_at",
    )  # fmt: skip
    ordering = ("code", "-version")
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    actions = None
    readonly_fields = ("version", "is_default", "used", "created_at")
    change_form_template = "admin/matching/scoringprofile/change_form.html"
    fieldsets = (
        (None, {"fields": ("code", "version", "is_default", "used", "created_at")}),
        (
            gettext_lazy("Weights"),
            {
                "fields": ("weight_areas", "weight_modalities", "weight_region", "weight_topic"),
                "description": gettext_lazy("How much each criterion counts in the score, in percent."),
            },
        ),
        (
            gettext_lazy("Region: how close each way of reaching a country is"),
            {
                "fields": (
                    "level_named", "level_neighbourhood", "level_special_situation", "level_organisation",
                    "level_sub_region", "level_region", "level_region_shared", "level_wide", "level_open",
                    "preference_share", "transition_years",
                ),
            },
        ),
        (gettext_lazy("What is suggested"), {"fields": ("min_score", "top_k")}),
        (gettext_lazy("The score in words"), {"fields": ("strong_from", "good_from")}),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(last_run=Max("runs__started_at"))

    @admin.display(description=gettext_lazy("a run has scored by it"), boolean=True)
    def used(self, profile: ScoringProfile) -> bool:
        """Whether it is immutable."""
        return getattr(profile, "last_run", None) is not None

    def has_change_permission(self, request: HttpRequest, obj: ScoringProfile | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or not is_used(obj))

    def has_delete_permission(self, request: HttpRequest, obj: ScoringProfile | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: ScoringProfile | None = None) -> tuple[str, ...]:
        """Let the code be chosen once."""
        return self.readonly_fields if obj is None else ("code", *self.readonly_fields)

    def save_model(self, request: HttpRequest, obj: ScoringProfile, form: Any, change: bool) -> None:
        """Number a new profile after those of its code; refuse where a run has used it since the page was shown."""
        if not change:
            latest = ScoringProfile.objects.filter(code=obj.code).aggregate(latest=Max("version"))["latest"]
            obj.version = (latest or 0) + 1
        elif is_used(ScoringProfile.objects.select_for_update().get(pk=obj.pk)):
            raise PermissionDenied
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(require_POST(view)),
                name=f"matching_scoringprofile_{name}",
            )
            for name, view in (("new_version", self.new_version_view), ("use", self.use_view))
        ]
        return [*own, *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        profile = kwargs.get("obj")
        context["may_manage"] = self.has_add_permission(request) and profile is not None
        context["is_used"] = profile is not None and self.used(profile)
        return super().render_change_form(request, context, *args, **kwargs)

    def new_version_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Copy a profile as the next version, to be changed."""
        copied = new_version(profile=self._managed(request, pk), by=request.user)  # type: ignore[arg-type]
        messages.success(
            request, _("%(profile)s is made. Change it here, then let the next runs use it.") % {"profile": copied}
        )
        return self._to(copied)

    def use_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let the next runs use a profile."""
        profile = self._managed(request, pk)
        make_default(profile=profile, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("The next runs use %(profile)s.") % {"profile": profile})
        return self._to(profile)

    def _managed(self, request: HttpRequest, pk: int) -> ScoringProfile:
        profile = ScoringProfile.objects.filter(pk=pk).first()
        if profile is None or not isinstance(request.user, User) or not self.has_add_permission(request):
            raise PermissionDenied
        return profile

    def _to(self, profile: ScoringProfile) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:matching_scoringprofile_change", args=[profile.pk]))
