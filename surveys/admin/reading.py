"""Printed places in the admin: the secretariat's list of what is unresolved or in doubt."""

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from directory.admin.base import HistoryAdmin, NoAddMixin, actor
from surveys.admin.of_import import OfImportMixin
from surveys.answering.reading.readings import Decision, ReadingRefused, confirm, resolve
from surveys.choices import PlaceKind
from surveys.models import Reading
from surveys.models.reading import PlaceQuerySet
from web.text import fold


class AttentionFilter(admin.SimpleListFilter):
    """What waits for a person."""

    title = _("to do")
    parameter_name = "todo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the lists of work."""
        return [
            ("any", _("Unresolved or in doubt")),
            ("unresolved", _("Unresolved")),
            ("doubt", _("Applied, to be checked")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep what the list asks for."""
        places = cast("PlaceQuerySet[Reading]", queryset)
        match self.value():
            case "any":
                return places.for_the_secretariat()
            case "unresolved":
                return places.unresolved()
            case "doubt":
                return queryset.filter(is_ambiguous=True).exclude(kind=PlaceKind.UNRESOLVED)
        return queryset


class ReadingForm(forms.ModelForm[Reading]):
    """What a token stands for."""

    remember = forms.BooleanField(
        label=_("remember this spelling"),
        required=False,
        help_text=_(
            "Every later import will read it so, in any row. Leave unticked where it is true of this row only."
        ),
    )

    class Meta:
        model = Reading
        fields = ("country", "group", "note")

    def clean(self) -> dict[str, Any]:
        """Refuse a country and a group at once, and set the kind that the database checks."""
        cleaned = super().clean() or self.cleaned_data
        country, group = cleaned.get("country"), cleaned.get("group")
        if country and group:
            raise forms.ValidationError(_("Choose a country or a group, not both."))
        if country and not country.is_listed:
            self.add_error("country", _("Not among the countries and territories listed here."))
        if country or group:
            self.instance.kind = PlaceKind.COUNTRY if country else PlaceKind.GROUP
        elif self.instance.kind != PlaceKind.NONE:
            self.instance.kind = PlaceKind.UNRESOLVED
        return cleaned


@admin.register(Reading)
class ReadingAdmin(OfImportMixin[Reading], NoAddMixin, HistoryAdmin[Reading]):
    """How printed places were read."""

    of_import = "response__file_import__id__exact"

    form = ReadingForm
    list_display = ("as_printed", "whose", "direction", "kind", "stands_for", "is_ambiguous", "note", "survey")
    ordering: ClassVar[Any] = (
        F("response__survey__stated_on").desc(nulls_first=True),
        "response__survey__code",
        "response__country__position",
        "pk",
    )
    """The newest survey first, one that runs before all: it is the one that people wait for."""
    list_filter = (AttentionFilter, "direction", "kind", "response__survey")
    list_select_related = ("response__country", "country", "group")
    search_fields = ("as_printed", "note", "response__country__search_text")
    search_help_text = _("By the printed words, or by the country whose row it is.")
    autocomplete_fields = ("country", "group")
    readonly_fields = ("response", "as_printed", "direction", "is_ambiguous")
    actions = ("confirm_reading",)
    fieldsets = (
        (_("As printed"), {"fields": ("response", "as_printed", "direction", "is_ambiguous")}),
        (
            _("Stands for"),
            {
                "description": _(
                    "Choose a country or a group; leave both empty where nobody knows. Saving settles the doubt, and "
                    "the targets of the row's offer follow, unless a person has edited or confirmed that offer. "
                    "Shown publicly on the pages of the survey and of the offer."
                ),
                "fields": ("country", "group", "remember", "note"),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reading]:
        """With what its page shows."""
        return super().get_queryset(request).select_related("response__country", "response__survey", "country", "group")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list over the whole width: a reading is judged by all that stands in its row."""
        return super().changelist_view(request, {**(extra_context or {}), "is_nav_sidebar_enabled": False})

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Reading], search_term: str
    ) -> tuple[QuerySet[Reading], bool]:
        """Search the printed words as typed, and the country in folded text."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        by_country, _may_repeat = super().get_search_results(request, queryset, fold(search_term))
        return found | by_country, may_repeat

    @admin.display(description=_("row of"), ordering="response__country__position")
    def whose(self, reading: Reading) -> str:
        """Return the country whose row names the place."""
        return str(reading.response.country)

    @admin.display(description=_("survey"), ordering="response__survey__stated_on")
    def survey(self, reading: Reading) -> str:
        """Return the code of the edition."""
        return str(reading.response.survey.code)

    @admin.display(description=_("stands for"))
    def stands_for(self, reading: Reading) -> str:
        """Return the country or group."""
        return str(reading.country or reading.group or "")

    def save_model(self, request: HttpRequest, obj: Reading, form: forms.ModelForm[Reading], change: bool) -> None:
        """Decide through the one function that does."""
        decision = resolve(
            reading=obj,
            country=form.cleaned_data["country"],
            group=form.cleaned_data["group"],
            note=form.cleaned_data["note"],
            remember=form.cleaned_data["remember"],
            by=actor(request),
        )
        self._say(request, decision)

    @admin.action(description=_("Confirm the reading as it was applied"), permissions=["change"])
    def confirm_reading(self, request: HttpRequest, queryset: QuerySet[Reading]) -> None:
        """Settle the doubt about the chosen readings."""
        confirmed = 0
        for reading in queryset:
            try:
                self._say(request, confirm(reading=reading, by=actor(request)))
                confirmed += 1
            except ReadingRefused as refused:
                self.message_user(request, str(refused), messages.WARNING)
        if confirmed:
            said = ngettext("%(count)d reading confirmed.", "%(count)d readings confirmed.", confirmed)
            self.message_user(request, said % {"count": confirmed}, messages.SUCCESS)

    def _say(self, request: HttpRequest, decision: Decision) -> None:
        if decision.is_kept and decision.posting:
            self.message_user(
                request,
                _("The targets of “%(offer)s” were left as they are: a person edited or confirmed it.")
                % {"offer": decision.posting.title},
                messages.WARNING,
            )
