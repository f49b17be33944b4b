"""The change forms of the admin say what they showed, and the second of two editors is told: see `web.since_shown`."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, TypeVar

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from directory.admin.checked_choice import CheckedChoices
from web.since_shown import MOST_TOLD, Happening, Shown, SinceShownForm

Row = TypeVar("Row", bound=Model)


class ShownRow(Shown):
    """A row as its change form shows it: the fields that can be changed there, and the rows that hang on it."""

    def __init__(self, row: Model, names: Sequence[str], *, hanging: Sequence[tuple[type[Model], str]] = ()) -> None:
        """hanging: models, each with the name of the key by which its rows belong to this one."""
        self.row, self.names, self.hanging = row, names, hanging
        # Not the row in hand: on the page of an old version that is the old one.
        self.rows = type(row)._base_manager.filter(pk=row.pk)  # noqa: SLF001

    def state(self) -> Any:
        """Return what the database holds, a line for each value of a field that holds several."""
        own = sorted(map(str, self.rows.order_by().values_list("pk", *self.names)))
        hanging = [
            list(model._base_manager.filter(**{key: self.row.pk}).order_by("pk").values_list())  # noqa: SLF001
            for model, key in self.hanging
        ]
        return [self.row._meta.label, self.row.pk, own, hanging]  # noqa: SLF001

    def hold(self) -> None:
        """Hold the row without its key: others may still refer to it."""
        self.rows.select_for_update(of=("self",), no_key=True).get()

    def happened(self, since: dt.datetime) -> list[Happening]:
        """Return the versions of its history, if it has one."""
        history: Any = getattr(self.row, "history", None)
        if history is None:
            return []
        versions = list(history.filter(history_date__gt=since).select_related("history_user")[:MOST_TOLD])
        return [
            Happening(version.history_date, self._in_words(version), str(version.history_user or _("a load of data")))
            for version in reversed(versions)
        ]

    def _in_words(self, version: Any) -> str:
        before = version.prev_record
        changes = version.diff_against(before).changes if before is not None else []
        names = [str(self.row._meta.get_field(change.field).verbose_name) for change in changes]  # type: ignore[union-attr]  # noqa: SLF001
        return _("%(fields)s changed") % {"fields": capfirst(", ".join(names))} if names else _("It was saved")


class SinceShownAdmin(CheckedChoices, admin.ModelAdmin[Row]):
    """An admin whose change form carries the mark of what it showed; `templates/admin/change_form.html` prints it."""

    def shown(self, request: HttpRequest, row: Row, names: Sequence[str]) -> Shown:
        """Return the row as its change form shows it, with the fields `names` to change."""
        inlines = [one for one in self.get_inline_instances(request, row) if one.has_change_permission(request, row)]
        keys = [(one.model, one.get_formset(request, row).fk.name) for one in inlines]  # type: ignore[attr-defined]
        return ShownRow(row, names, hanging=keys)

    def get_form(self, request: HttpRequest, obj: Row | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Return a form that is checked against what its page showed, where a row is changed."""
        if obj is None or not self.has_change_permission(request, obj):
            return super().get_form(request, obj, change, **kwargs)
        fields = {field.name for field in (*self.opts.concrete_fields, *self.opts.many_to_many)}

        def shown(form: forms.BaseForm) -> Shown:
            return self.shown(request, obj, [name for name in form.fields if name in fields])

        base = kwargs.pop("form", self.form)
        checked = type(base)(base.__name__, (SinceShownForm, base), {"shown": shown, "__module__": base.__module__})
        return super().get_form(request, obj, change, form=checked, **kwargs)
