"""Which view of coverage an address asks for: a day, a survey edition; the same for pages, files and the API."""

import datetime as dt
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matching.coverage.counts.reading import CoverageView
from surveys.models import Need, Offer, Survey
from web.calendar.days import today
from web.filters import DayField

FIRST_DAY, LAST_DAY = dt.date(1990, 1, 1), dt.date(2100, 12, 31)


class CoverageRefused(ValueError):
    """The address asks for no view that there is; `errors` holds messages by parameter."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(errors)
        self.errors = errors


def editions() -> QuerySet[Survey]:
    """Return the public editions of which public postings were made: those whose view holds something."""
    stated = [Exists(model.objects.public().filter(survey=OuterRef("pk"))) for model in (Offer, Need)]
    return Survey.objects.public().filter(stated[0] | stated[1])


class CoverageForm(forms.Form):
    """The day, and the edition."""

    on = DayField(
        label=gettext_lazy("As of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "min": FIRST_DAY.isoformat(), "max": LAST_DAY.isoformat()}),
    )
    edition = forms.ModelChoiceField(
        label=gettext_lazy("What was stated in"),
        queryset=Survey.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("Offers and needs that stand"),
        error_messages={
            "invalid_choice": gettext_lazy("Give the code of a survey edition: /api/v1/surveys/ lists them.")
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        edition: Any = self.fields["edition"]
        edition.queryset = editions()
        edition.widget.choices = self._choices

    @cached_property
    def editions(self) -> list[Survey]:
        """Those that can be asked for, read once."""
        field: Any = self.fields["edition"]
        return list(field.queryset)

    def _choices(self) -> list[tuple[str, str]]:
        field: Any = self.fields["edition"]
        return [("", str(field.empty_label)), *((one.code, str(one)) for one in self.editions)]

    def clean_on(self) -> dt.date | None:
        """Refuse a day that no list of groups knows."""
        day: dt.date | None = self.cleaned_data["on"]
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise ValidationError(_("Give a day from 1990 to 2100."))
        return day

    @property
    def view(self) -> CoverageView:
        """The view asked for; of an edition as of its own day, unless another is given. The form must be valid."""
        edition: Survey | None = self.cleaned_data["edition"]
        day: dt.date | None = self.cleaned_data["on"]
        return CoverageView(on=day or (edition.stated_on if edition else None) or today(), edition=edition)


def view_asked(query: QueryDict) -> CoverageView:
    """Return the view that a query asks for; CoverageRefused where a parameter is unknown, repeated or wrong.

    An empty one says nothing, since that is how a browser sends a field left alone.
    """
    form = CoverageForm(query)
    allowed = ", ".join(sorted(form.fields))
    wrong: dict[str, list[str]] = {
        name: [str(message) for message in messages] for name, messages in form.errors.items()
    }
    for name, values in query.lists():
        if name not in form.fields:
            wrong[name] = [_("Unknown parameter. Allowed here: %(names)s.") % {"names": allowed}]
        elif len(values) > 1:
            wrong[name] = [_("Given more than once.")]
    if wrong:
        raise CoverageRefused(wrong)
    return form.view


def query_of(view: CoverageView) -> str:
    """Return what an address says to ask for the view, with its question mark; empty for that of today."""
    query = QueryDict(mutable=True)
    if view.edition is not None:
        query["edition"] = view.edition.code
    if view.on != ((view.edition.stated_on if view.edition else None) or today()):
        query["on"] = view.on.isoformat()
    return f"?{query.urlencode()}" if query else ""
