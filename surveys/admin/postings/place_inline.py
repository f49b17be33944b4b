"""Targets and preferred partners on the page of their posting, in as many queries for two hundred as for ten."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet, ModelChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from directory.admin.base import Parent, Row
from directory.admin.checked_choice import CheckedChoices
from directory.models import Country, CountryGroup
from surveys.choices import PlaceKind
from surveys.models.reading import Place
from surveys.postings.named_places import NamedPlace


class KnownLabelsSelect(AutocompleteSelect):
    """An autocomplete that looks its present choice up in a table read once, instead of asking for each row."""

    labels: dict[str, str]

    def optgroups(self, name: str, value: Sequence[str], attrs: dict[str, Any] | None = None) -> Any:
        """Return the present choice and, where it may be left empty, the empty one."""
        options = [
            self.create_option(name, key, self.labels[key], True, index)
            for index, key in enumerate(value)
            if key in self.labels
        ]
        empty = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        return [(None, [*empty, *options], 0)]

    def __deepcopy__(self, memo: Any) -> "KnownLabelsSelect":
        """Share the table among the forms of the page."""
        copied = super().__deepcopy__(memo)
        copied.labels = self.labels
        return copied


class PlaceForm(forms.ModelForm[Any]):
    """A country or a group; what it is follows from what is chosen."""

    def clean(self) -> dict[str, Any]:
        """Set the kind that the database checks."""
        cleaned = super().clean() or self.cleaned_data
        country, group, printed = cleaned.get("country"), cleaned.get("group"), cleaned.get("as_printed")
        if country and group:
            raise forms.ValidationError(_("Choose a country or a group, not both."))
        if not country and not group and not printed:
            raise forms.ValidationError(_("Choose a country or a group."))
        if country or group:
            self.instance.kind = PlaceKind.COUNTRY if country else PlaceKind.GROUP
        else:
            self.instance.kind = PlaceKind.UNRESOLVED
        return cleaned


def places_given(formsets: Sequence[BaseInlineFormSet[Any, Any, Any]]) -> list[NamedPlace]:
    """Return the places that a page gives a posting, in the order of their positions."""
    rows = [
        form.instance
        for formset in formsets
        for form in formset.forms
        if (form.instance.pk or form.has_changed()) and form not in formset.deleted_forms
    ]
    return [NamedPlace.of(row) for row in sorted(rows, key=lambda row: row.position)]


class PlaceInline(CheckedChoices, admin.TabularInline[Row, Parent]):
    """Countries and groups of a posting."""

    form = PlaceForm
    extra = 0
    autocomplete_fields = ("country", "group")
    fields = ("country", "group", "as_printed", "is_ambiguous", "note", "position")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Row]:
        """With the countries and groups, in one query."""
        return super().get_queryset(request).select_related("country", "group")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may change a posting may take a place off it; the history keeps it."""
        return self.has_change_permission(request, obj)

    def get_formset(self, request: HttpRequest, obj: Parent | None = None, **kwargs: Any) -> Any:
        """Give the two choices their tables of labels."""
        formset = super().get_formset(request, obj, **kwargs)
        tables = {
            "country": {country.pk: str(country) for country in Country.objects.listed()},
            "group": {group.pk: str(group) for group in CountryGroup.objects.all()},
        }
        for name, labels in tables.items():
            field = formset.form.base_fields.get(name)
            if isinstance(field, ModelChoiceField):
                widget = KnownLabelsSelect(Place._meta.get_field(name), self.admin_site)  # noqa: SLF001
                widget.labels = labels
                field.widget = widget
                widget.choices = field.choices
                widget.is_required = False
        return formset
