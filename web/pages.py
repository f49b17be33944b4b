"""What all public pages share: caching, filtered and numbered lists, and what a filter refused."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from django import forms
from django.core.paginator import Page
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.middleware.http import ConditionalGetMiddleware
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers, patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.generic import ListView
from django.views.generic.base import View

from web.filters import ListFilterSet, refusals

Row = TypeVar("Row", bound=Model)

ROWS_A_PAGE = 25
LONGEST_SHOWN_VALUE = 60
PAGE_PARAMETERS = frozenset({"page"})
CLOSED = "closed"


class PublicPage(View):
    """A page for everyone: nobody's answer is served to another, and an unchanged page is not sent twice."""

    section: ClassVar[str] = ""
    section_current: ClassVar[str] = "page"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        patch_vary_headers(response, ["Cookie"])
        if request.user.is_authenticated:
            add_never_cache_headers(response)
            return response
        patch_cache_control(response, public=True, no_cache=True)
        if not isinstance(response, TemplateResponse):
            return response
        rendered = response.render()
        return ConditionalGetMiddleware(lambda _request: rendered).process_response(request, rendered)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add which part of the menu the page belongs to."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return {"section": self.section, "section_current": self.section_current, **context}


@dataclass(frozen=True)
class ActiveFilter:
    """One filter that is on: what it is called, its values in words, and the address without it."""

    label: str
    words: str
    without: str


class FilteredList(PublicPage, ListView[Row]):
    """A list that a filterset narrows and numbered pages cut; the state is in the address.

    An unknown parameter or value is answered 400, on the page and in words, never with the whole list; only an
    empty one means nothing, since that is how a browser sends a field left alone. Asked by htmx, the view renders
    the results alone.
    """

    filterset_class: ClassVar[type[ListFilterSet[Any]]]
    results_template: ClassVar[str]
    form_fields: ClassVar[tuple[str, ...]] = ("q", "ordering")
    knows_closed: ClassVar[bool] = False
    paginate_by = ROWS_A_PAGE

    def rows(self) -> QuerySet[Row]:
        """Return all rows that the reader may see."""
        raise NotImplementedError

    def for_page(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        """Return the rows with what the page shows of them, in a fixed number of queries."""
        return rows

    def rows_to_choose(self) -> dict[str, QuerySet[Any]]:
        """Return, by filter, the rows that the form offers where these are not all: those that find something."""
        return {}

    def get_queryset(self) -> QuerySet[Row]:
        self.asked = _without_empty(self.request.GET)
        own = PAGE_PARAMETERS | ({CLOSED} if self.knows_closed else set())
        self.filterset = self.filterset_class(self.asked, queryset=self.rows(), request=self.request)
        self.refusals = list(_in_words(refusals(self.asked, self.filterset, also=own), self.filterset.form))
        if self.knows_closed and self.asked.get(CLOSED, "1") != "1":
            self.refusals.append(_("“closed” is 1 or left out."))
        self.shows_closed = CLOSED in self.asked
        if self.refusals:
            # The refusal is what to tell, not that an empty list has no second page.
            self.kwargs[self.page_kwarg] = 1
            return self.rows().none()
        return self.for_page(self.filterset.qs)

    def get_template_names(self) -> list[str]:
        htmx = getattr(self.request, "htmx", None)
        if htmx and not htmx.history_restore_request:
            return [self.results_template]
        return super().get_template_names()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        page: Page[Row] = context["page_obj"]
        form = self.filterset.form
        active = [] if self.refusals else list(self._active_filters(form))
        self._dress(form)
        return context | {
            "filter_fields": [form[name] for name in self.form_fields if _offers_a_choice(form.fields.get(name))],
            "hidden_values": [
                (name, value)
                for name, values in self.asked.lists()
                for value in values
                if name in form.fields and name not in self.form_fields
            ],
            "active_filters": active,
            "knows_closed": self.knows_closed,
            "shows_closed": self.shows_closed,
            "refusals": self.refusals,
            "results_template": self.results_template,
            "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        }

    def render_to_response(self, context: dict[str, Any], **response_kwargs: Any) -> Any:
        response = super().render_to_response(context, **response_kwargs)
        patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
        if self.refusals:
            response.status_code = 400
        return response

    def _active_filters(self, form: forms.Form) -> Iterator[ActiveFilter]:
        for name in form.fields:
            if name != "ordering" and name in self.asked and (words := _words(form[name])):
                left = self.asked.copy()
                del left[name]
                left.pop("page", None)
                yield ActiveFilter(
                    label=str(form[name].label),
                    words=_shortened(words),
                    without=f"?{left.urlencode()}" if left else self.request.path,
                )

    def _dress(self, form: forms.Form) -> None:
        """Give the form, already validated, the widgets that people find easy."""
        for name in self.form_fields:
            field = form.fields.get(name)
            if isinstance(field, forms.ModelMultipleChoiceField):
                field.widget = forms.CheckboxSelectMultiple(choices=field.choices)  # type: ignore[arg-type]
            elif isinstance(field, forms.ModelChoiceField):
                field.empty_label = _("Any")
                field.widget.choices = field.choices
        for name, rows in self.rows_to_choose().items():
            if name in form.fields:
                form.fields[name].widget.choices = [("", _("Any")), *((row.pk, str(row)) for row in rows)]


def _without_empty(query: QueryDict) -> QueryDict:
    kept = QueryDict(mutable=True)
    for name, values in query.lists():
        if given := [value for value in values if value.strip()]:
            kept.setlist(name, given)
    return kept


def _offers_a_choice(field: forms.Field | None) -> bool:
    """Whether the form has the field, and it is not a list of one; rows are not counted, that would be a query."""
    if isinstance(field, forms.ModelChoiceField) or not isinstance(field, forms.ChoiceField):
        return field is not None
    return len(list(field.choices)) > 1  # type: ignore[arg-type]


def _in_words(wrong: dict[str, list[str]], form: forms.Form) -> Iterator[str]:
    for name, messages in wrong.items():
        label = str(form[name].label) if name in form.fields else _shortened(name)
        for message in messages:
            yield f"{label}: {message}"


def _words(field: forms.BoundField) -> str:
    """Return the chosen values of a filter as people read them."""
    value = field.form.cleaned_data.get(field.name)
    if field.name == "q":
        return str(field.data)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(str(one) for one in value)
    return str(value) if isinstance(value, Model) else str(field.data)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN_VALUE else text[:LONGEST_SHOWN_VALUE] + "…"
