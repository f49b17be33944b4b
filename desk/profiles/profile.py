"""Scoring profiles: a manager changes them until a run has used them, and then makes a new version."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from desk.profiles import preview_page
from desk.profiles.form import SECTIONS, ScoringProfileForm
from desk.profiles.percent import IN_PERCENT, in_words
from directory.admin.since_shown import SinceShownAdmin
from directory.models import User
from matching.models import ScoringProfile
from matching.models.by_criterion import WEIGHTS
from matching.scoring.profiles import is_used, make_default, new_version


def _in_percent(name: str) -> Any:
    @admin.display(description=ScoringProfileForm.base_fields[name].label, ordering=name)
    def shown(profile: ScoringProfile) -> str:
        return in_words(name, getattr(profile, name))

    return shown


SHOWN_IN_PERCENT = {name: _in_percent(name) for name in IN_PERCENT}
"""What stands in the place of a figure that is only shown, by its name."""


@admin.register(ScoringProfile)
class ScoringProfileAdmin(SinceShownAdmin[ScoringProfile]):
    """Managers change a profile that no run has used; all staff read them."""

    form = ScoringProfileForm
    list_display = ("__str__", "is_default", "used", *WEIGHTS, SHOWN_IN_PERCENT["min_score"], "created_at")
    ordering = ("code", "-version")
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    actions = None
    readonly_fields = ("version", "is_default", "used", "created_at")
    change_form_template = "admin/matching/scoringprofile/change_form.html"
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("code", "version", "is_default", "used", "created_at")}),
        *((heading, {"fields": names}) for heading, names in SECTIONS),
    )

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

    def get_readonly_fields(self, request: HttpRequest, obj: ScoringProfile | None = None) -> tuple[Any, ...]:
        """Let the code be chosen once; what nobody may change is shown as it is given."""
        once = () if obj is None else ("code",)
        shown = () if self.has_change_permission(request, obj) else SHOWN_IN_PERCENT.values()
        return (*once, *self.readonly_fields, *shown)

    def get_fieldsets(self, request: HttpRequest, obj: ScoringProfile | None = None) -> Any:
        if self.has_change_permission(request, obj):
            return self.fieldsets
        return [
            (heading, {"fields": [SHOWN_IN_PERCENT.get(name, name) for name in options["fields"]]})
            for heading, options in self.fieldsets
        ]

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
        preview = self.admin_site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(self.preview_view))
        own.append(path("<int:pk>/preview/", preview, name="matching_scoringprofile_preview"))
        return [*own, *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        profile = kwargs.get("obj")
        context["may_manage"] = self.has_add_permission(request) and profile is not None
        context["is_used"] = profile is not None and self.used(profile)
        context["preview_address"] = preview_page.address_of(profile) if profile is not None else ""
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
        try:
            make_default(profile=profile, by=request.user)  # type: ignore[arg-type]
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, _("The next runs use %(profile)s.") % {"profile": profile})
        return self._to(profile)

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what other figures would change, or activate them."""
        profile = self._managed(request, pk)
        answer = preview_page.activate_figures if request.method == "POST" else preview_page.show
        return answer(self, request, profile)

    def _managed(self, request: HttpRequest, pk: int) -> ScoringProfile:
        profile = ScoringProfile.objects.filter(pk=pk).first()
        if profile is None or not isinstance(request.user, User) or not self.has_add_permission(request):
            raise PermissionDenied
        return profile

    def _to(self, profile: ScoringProfile) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:matching_scoringprofile_change", args=[profile.pk]))
