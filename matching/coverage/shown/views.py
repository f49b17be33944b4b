"""Pages and files of coverage."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from matching.coverage.counts.reading import CoverageView
from matching.coverage.counts.tables import coverage
from matching.coverage.counts.words import LETTERS, MEANINGS, CellWord
from matching.coverage.shown.asked import CoverageForm, CoverageRefused, query_of, view_asked
from matching.coverage.shown.duplication import DoublingPlace, doubling_places, kinds_in_words, offers_to
from matching.coverage.shown.files import FORMATS, file_of
from matching.coverage.shown.footnotes import closed_counts, tag_counts
from matching.coverage.shown.lists import lists_behind
from matching.coverage.shown.picture import heat_matrix
from matching.coverage.shown.records import FIELDS, notes_on, records
from web.lists.pages import PublicPage
from web.pictures.files import picture_response

PICTURE = "svg"
DOUBLING_FIELDS = ("place_kind", "place", "place_label", "area", "modality", "offers", "offers_confirmed", "partners")


class CoveragePage(PublicPage, TemplateView):
    """A page of one view of coverage; an address that asks for none is answered 400, in words."""

    is_kept = True
    section = "coverage"
    section_current = "true"
    refusals: tuple[str, ...] = ()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        try:
            view = view_asked(self.request.GET)
        except CoverageRefused as refusal:
            form: Any = CoverageForm(self.request.GET)
            self.refusals = tuple(
                f"{form[name].label if name in form.fields else name[:60]}: {message}"
                for name, messages in refusal.errors.items()
                for message in messages
            )
            return context | {"form": form, "refusals": self.refusals}
        asked = {"on": view.on.isoformat(), "edition": view.edition.code if view.edition else ""}
        return context | {"form": CoverageForm(asked), "view": view, "view_query": query_of(view)} | self.content(view)

    def content(self, view: CoverageView) -> dict[str, Any]:
        """Return what the page shows of the view."""
        raise NotImplementedError

    def render_to_response(self, context: dict[str, Any], **response_kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().render_to_response(context, **response_kwargs)
        if self.refusals:
            response.status_code = HTTPStatus.BAD_REQUEST
        return response


class CoverageOverview(CoveragePage):
    """Both tables, and the picture."""

    template_name = "matching/coverage.html"
    section_current = "page"

    def content(self, view: CoverageView) -> dict[str, Any]:
        table = coverage(reader=self.request.user, view=view)
        closed = closed_counts(reader=self.request.user, view=view)
        return {
            "table": table,
            "picture": heat_matrix(table),
            "tags": tag_counts(table.layout.tables),
            "closed": [(row.line, closed[row.line.code]) for row in table.rows if row.line.code in closed],
            "words": [(word, LETTERS[word], MEANINGS[word]) for word in CellWord],
        }


class CoverageCell(CoveragePage):
    """What one cell counts: the countries that seek, their needs, who offers, and the offers."""

    template_name = "matching/coverage_cell.html"
    is_modality = False

    def content(self, view: CoverageView) -> dict[str, Any]:
        lists = lists_behind(
            reader=self.request.user,
            view=view,
            area=self.kwargs["area"],
            column=self.kwargs["column"],
            is_modality=self.is_modality,
        )
        if lists is None:
            raise Http404
        return {"lists": lists, "cell": lists.cell}


class Duplication(CoveragePage):
    """Places to which there are several offers of one kind."""

    template_name = "matching/coverage_duplication.html"

    def content(self, view: CoverageView) -> dict[str, Any]:
        return {"places": doubling_places(reader=self.request.user, view=view)}


class DuplicationPlace(CoveragePage):
    """The kinds of which there are several offers to one place, with the offers."""

    template_name = "matching/coverage_duplication_place.html"

    def content(self, view: CoverageView) -> dict[str, Any]:
        places = doubling_places(reader=self.request.user, view=view)
        place = next((one for one in places if one.code == self.kwargs["place"]), None)
        if place is None:
            raise Http404
        offers = offers_to(place)
        return {"place": place, "offers": offers, "kinds": kinds_in_words(place, offers)}


class CoverageFile(PublicPage, View):
    """Both tables as a file, their picture, or the places of duplication."""

    def get(self, request: HttpRequest, table: str, ending: str) -> HttpResponseBase:
        written = {"coverage": _coverage_file, "duplication": _duplication_file}
        write: Callable[..., HttpResponseBase] | None = written.get(table)
        is_picture = (table, ending) == ("coverage", PICTURE)
        if write is None or (ending not in FORMATS and not is_picture):
            raise Http404
        try:
            view = view_asked(request.GET)
        except CoverageRefused:
            # The page says what is wrong with the address.
            return CoverageOverview.as_view()(request)
        return _coverage_picture(request.user, view) if is_picture else write(request.user, view, ending)


def _coverage_picture(reader: Any, view: CoverageView) -> HttpResponseBase:
    picture = heat_matrix(coverage(reader=reader, view=view))
    if not picture.squares:
        raise Http404
    words = [f"{LETTERS[word]}: {word.label}, {MEANINGS[word]}." for word in CellWord]
    grey = _("In grey: as stated, not confirmed. Without a letter: fewer than three countries seek.")
    return picture_response(picture, name="coverage", notes=[*words, grey, *notes_on(view)])


def _coverage_file(reader: Any, view: CoverageView, ending: str) -> HttpResponseBase:
    found = records(coverage(reader=reader, view=view))
    return file_of(name="coverage", ending=ending, view=view, fields=FIELDS, found=found)


def _duplication_file(reader: Any, view: CoverageView, ending: str) -> HttpResponseBase:
    places = doubling_places(reader=reader, view=view)
    found = [_doubling(place, kind) for place in places for kind in place.kinds]
    return file_of(name="duplication", ending=ending, view=view, fields=DOUBLING_FIELDS, found=found)


def _doubling(place: DoublingPlace, kind: Any) -> dict[str, str | int]:
    return {
        "place_kind": place.kind,
        "place": place.code,
        "place_label": str(place.place),
        "area": kind.area,
        "modality": kind.modality,
        "offers": len(kind.offers),
        "offers_confirmed": kind.confirmed,
        "partners": kind.partners,
    }
