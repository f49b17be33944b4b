"""What all public pages share: caching, filtered and numbered lists, and what a filter refused."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.middleware.http import ConditionalGetMiddleware
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers, patch_cache_control, patch_vary_headers
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import ListView
from django.views.generic.base import View

from web.calendar.days import today
from web.facets import Counts
from web.files.frames import FORMATS, FrameColumn, frame_response
from web.filters import CheckBoxes, ListFilterSet, Menu, OneOrSeveral, SeveralField, refusals
from web.lists.branches import Branches, BranchPaginator, ListParts
from web.lists.kept_pages import SharedAnswer
from web.text import in_figures

Row = TypeVar("Row", bound=Model)

ROWS_A_PAGE = 25
ROWS_A_CHUNK = 500
"""Of a file: as many are read and written at once."""
LONGEST_SHOWN_VALUE = 60
PAGE_PARAMETERS = frozenset({"page"})
CLOSED = "closed"


class PublicPage(View):
    """A page for everyone: nobody's answer is served to another, and an unchanged page is not sent twice."""

    section: ClassVar[str] = ""
    section_current: ClassVar[str] = "page"
    is_kept: ClassVar[bool] = False
    """Whether what one reader was shown is kept for the next (`web.lists.kept_pages`): where making it takes long."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        kept = SharedAnswer.of(request) if self.is_kept else None
        response: Any = kept.found() if kept else None
        if response is not None:
            return _conditional(request, response)
        response = super().dispatch(request, *args, **kwargs)
        # In 304 too, which is never compressed, as in what it stands for.
        patch_vary_headers(response, ["Cookie", "Accept-Encoding"])
        if request.user.is_authenticated:
            add_never_cache_headers(response)
            return response
        if response.has_header("Cache-Control"):
            return response
        patch_cache_control(response, public=True, no_cache=True)
        if response.streaming:
            return response
        _mark(response)
        if kept:
            kept.keep(response)
        return _conditional(request, response)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add which part of the menu the page belongs to."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return {"section": self.section, "section_current": self.section_current, **context}


def _mark(response: Any) -> None:
    """Give an answer its ETag."""
    if isinstance(response, TemplateResponse):
        response.render()
    # Weak: the same page may travel compressed or not.
    response["ETag"] = f'W/"{hashlib.sha256(response.content).hexdigest()[:32]}"'


def _conditional(request: HttpRequest, response: Any) -> HttpResponseBase:
    """Return an answer, or that it is as the reader has it."""
    return ConditionalGetMiddleware(lambda _request: response).process_response(request, response)


class CountedPaginator(Paginator[Row]):
    """Numbered pages of a list whose length other counts may have told already."""

    def __init__(self, *args: Any, counted: Callable[[], int | None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._counted = counted

    @cached_property
    def count(self) -> int:
        """How many rows there are."""
        counted = self._counted()
        return Paginator.count.func(self) if counted is None else counted  # type: ignore[attr-defined]


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
    the results and the form, whose counts follow them.
    """

    filterset_class: ClassVar[type[ListFilterSet[Any]]]
    results_template: ClassVar[str]
    form_fields: ClassVar[tuple[str, ...]] = ("q", "ordering")
    knows_closed: ClassVar[bool] = False
    own_parameters: ClassVar[frozenset[str]] = PAGE_PARAMETERS
    """Of its address, beside its filters."""
    has_feed: ClassVar[bool] = False
    is_kept = True
    is_file: ClassVar[bool] = False
    """Whether it is always read as a file of the list, never as a page."""
    file_name: ClassVar[str] = ""
    columns: ClassVar[Sequence[FrameColumn]] = ()
    paginate_by = ROWS_A_PAGE

    def rows(self) -> QuerySet[Row]:
        """Return all rows that the reader may see."""
        raise NotImplementedError

    def branches(self) -> ListParts[Row]:
        """Return all those rows in parts that an index finds (`web.lists.branches`); none: as they are."""
        return ListParts()

    def get_paginator(self, queryset: Any, per_page: int, **kwargs: Any) -> Paginator[Row]:  # type: ignore[override]
        if self.refusals or not (parts := self.parts_of_list):
            return CountedPaginator(queryset, per_page, counted=self._whole_count, **kwargs)
        found = type(parts)(self.in_view(part) for part in self.filterset.of_each(parts))
        branches = Branches(found, self.filterset.ordering)
        return BranchPaginator(queryset, per_page, branches=branches, for_page=self.for_page, **kwargs)

    @cached_property
    def parts_of_list(self) -> ListParts[Row]:
        """The parts, read once."""
        return self.branches()

    def new_filterset(self) -> ListFilterSet[Any]:
        """Return the filters with what is asked of them."""
        return self.filterset_class(self.asked, queryset=self.rows(), request=self.request)

    def for_page(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        """Return the rows with what the page shows of them, in a fixed number of queries."""
        return rows

    def for_file(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        """Return the rows with what a file of the list holds of them, as `for_page`."""
        return self.for_page(rows)

    def notes(self, rows: QuerySet[Row]) -> list[str]:
        """Return what has to be said of a file of these rows, beside the disclaimer and the filters."""
        return []

    def rows_to_choose(self) -> dict[str, QuerySet[Any]]:
        """Return, by filter, the rows that the form offers where these are not all: those that find something."""
        return {}

    def in_view(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        """Return of the rows those that the list is about: what narrows it though no filter is on."""
        return rows

    def default_order(self) -> str:
        """Return in words how the list is ordered where the address does not say."""
        return str(next(iter(self.filterset_class.orderings.values())).label)

    def get_queryset(self) -> QuerySet[Row]:
        self.asked = without_empty(self.request.GET)
        own = frozenset() if "ending" in self.kwargs else self.own_parameters
        own |= {CLOSED} if self.knows_closed else set()
        self.filterset = self.new_filterset()
        self.refusals = list(_in_words(refusals(self.asked, self.filterset, also=own), self.filterset.form))
        if self.knows_closed and self.asked.get(CLOSED, "1") != "1":
            self.refusals.append(_("“closed” is 1 or left out."))
        self.shows_closed = CLOSED in self.asked
        if self.refusals:
            # The refusal is what to tell, not that an empty list has no second page.
            self.kwargs[self.page_kwarg] = 1
            return self.rows().none()
        found = self.in_view(self.filterset.qs)
        return self.for_file(found) if self.is_file or "ending" in self.kwargs else self.for_page(found)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        return self._file(kwargs["ending"]) if "ending" in kwargs else super().get(request, *args, **kwargs)

    def _file(self, ending: str) -> HttpResponseBase:
        """Return the whole list as a file: the same rows in the same order as its pages show them."""
        if ending not in FORMATS or not self.columns:
            raise Http404
        shown = self.get_queryset()
        if self.refusals:
            return self.refused()
        notes = self.file_notes(shown)
        rows = shown.iterator(chunk_size=ROWS_A_CHUNK)
        return frame_response(ending, name=self.file_name, columns=self.columns, rows=rows, notes=notes)

    def file_notes(self, shown: QuerySet[Row]) -> list[str]:
        """Return what a file of these rows says of itself: whence and when it was taken, by which filters, of what."""
        place = {"address": self.request.build_absolute_uri(self.address_of("")), "day": today().isoformat()}
        return [
            _("Taken from %(address)s on %(day)s.") % place,
            *(f"{one.label}: {one.words}" for one in self._active_filters(self.filterset.form)),
            *self.notes(shown),
        ]

    def refused(self) -> HttpResponse:
        """Return in plain text what the query has that the list does not know, to who asked for no page."""
        return HttpResponse("\n".join(self.refusals), status=400, content_type="text/plain; charset=utf-8")

    def address_of(self, ending: str) -> str:
        """Return the address of what is shown as a file, or for no ending of the page itself, from its beginning."""
        asked = self.asked.copy()
        asked.pop("page", None)
        path = self.request.path.removesuffix(f".{self.kwargs.get('ending', 'atom')}").rstrip("/")
        return f"{path}{f'.{ending}' if ending else '/'}{f'?{asked.urlencode()}' if asked else ''}"

    def _files(self) -> list[tuple[str, str]]:
        """Return the words and the address of each file of what is shown."""
        if self.refusals or not self.columns:
            return []
        words = {"csv": "CSV", "xlsx": "XLSX", "json": "JSON", "txt": _("Notes")}
        return [(words[ending], self.address_of(ending)) for ending in FORMATS]

    def get_template_names(self) -> list[str]:
        return ["list_swapped.html"] if self._is_swapped else super().get_template_names()

    @property
    def _is_swapped(self) -> bool:
        htmx = getattr(self.request, "htmx", None)
        return bool(htmx and not htmx.history_restore_request)

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
            "is_swapped": self._is_swapped,
            "files": self._files(),
            "feed": self.address_of("atom") if self.has_feed and not self.refusals else "",
            "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        }

    @cached_property
    def counts(self) -> dict[str, Counts]:
        """How many rows each choice of the form has, by filter; none where the query is in error."""
        return {} if self.refusals else self.count_choices()

    def count_choices(self) -> dict[str, Counts]:
        """Count the rows of each choice of the form, by filter, of a query without an error."""
        return self.filterset.counts(self.form_fields, in_view=self.in_view, parts=self.parts_of_list)

    def _whole_count(self) -> int | None:
        """Return how many rows the list has, where the counts of the choices say it; else None."""
        if self.refusals or "q" in self.asked:
            return None
        for name, counts in self.counts.items():
            # Of a filter that is on the counts are of more rows than the list has.
            if getattr(self.filterset.facets[name], "is_whole", False) and name not in self.asked:
                return sum(counts.values())
        return None

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
        """Give the form, already validated, the widgets that people find easy, with counts beside the choices."""
        to_choose = self.rows_to_choose()
        for name in self.form_fields:
            field: Any = form.fields.get(name)
            if field is None:
                continue
            choices = self._choices_of(name, field, to_choose)
            if name in self.counts:
                choices = _with_counts(choices, self.counts[name], chosen=set(self.filterset.data.getlist(name)))
            if isinstance(field.widget, OneOrSeveral):
                field.widget.choices = [("", _("Any")), *choices]
            elif isinstance(field, SeveralField):
                field.widget = CheckBoxes(choices=list(choices))
            elif type(field.widget) is forms.Select:
                field.widget = Menu(attrs=field.widget.attrs, choices=list(choices))
            elif name in self.counts:
                field.widget.choices = list(choices)
        if "ordering" in form.fields:
            # The order that a list has by itself is no part of an address: it is another one once words are searched.
            named = form.fields["ordering"].choices[self.default_order() == self._first_order() :]  # type: ignore[attr-defined]
            form.fields["ordering"].widget = Menu(choices=[("", self.default_order()), *named])

    def _choices_of(self, name: str, field: forms.Field, to_choose: dict[str, Any]) -> Iterable[Any]:
        if name in to_choose:
            return to_choose[name].labels().items()
        return field.labels.items() if isinstance(field, SeveralField) else getattr(field.widget, "choices", ())

    def _first_order(self) -> str:
        return FilteredList.default_order(self)


def _with_counts(choices: Iterable[Any], numbers: Counts, *, chosen: set[str]) -> Iterator[tuple[Any, str]]:
    """Yield the choices that find something, and those that are chosen, with how many rows each has."""
    words = _("%(choice)s (%(count)s)")
    for value, label in choices:
        number = numbers.get(str(value), 0)
        if not str(value):
            yield value, label
        elif number or str(value) in chosen:
            yield value, words % {"choice": label, "count": in_figures(number)}


def without_empty(query: QueryDict) -> QueryDict:
    """Return the query without the values that a browser sends for fields left alone."""
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
    choices: Any = () if isinstance(field.field, forms.ModelChoiceField) else getattr(field.field, "choices", ())
    labels = {str(code): str(label) for code, label in choices}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(labels.get(str(one), str(one)) for one in value)
    if isinstance(value, Model):
        return str(value)
    return labels.get(str(value), str(field.data))


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN_VALUE else text[:LONGEST_SHOWN_VALUE] + "…"
