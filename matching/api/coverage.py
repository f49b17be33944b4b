"""Coverage as the API gives it: the cells of its two tables, counted over what the reader may see."""

import builtins
from collections.abc import Iterable
from typing import Any

from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from directory.api.codes import AREA
from matching.coverage.counts.tables import coverage
from matching.coverage.counts.words import CellWord
from matching.coverage.shown.asked import CoverageRefused, view_asked
from matching.coverage.shown.files import file_of
from matching.coverage.shown.records import (
    BY_GROUP,
    BY_MODALITY,
    CONFIRMED,
    COUNTED,
    FIELDS,
    STATED,
    Record,
    notes_on,
    records,
)
from surveys.api.codes import SURVEY
from web.api.asked import FORMAT, names_asked
from web.api.codes import CodeOf
from web.api.fields import CodeField, CodeLabelField
from web.api.files.answers import CsvFile, XlsxFile
from web.api.files.negotiation import ByFormatOrAccept, FileRenderer
from web.api.problems import BadQuery
from web.api.views import ReadOnlyMixin, refuse_other_parameters
from web.files.exports import disclaimer

TABLE_CHOICES = [(code, code) for code in (BY_GROUP, BY_MODALITY)]
WORD_SOURCE_CHOICES = [(code, code) for code in (CONFIRMED, STATED)]
ALSO_STATED = "With what was stated and is not confirmed."
SAID = {
    "offering": "Countries, and agencies of no one country, with an open offer of the very area, whomever it reaches.",
    "seeking": "Countries that seek in the area.",
    "partners": "Those offering that reach one of these countries at 0.70 or closer.",
    "general": "Those with an offer that reaches one of these countries less closely.",
    "without": "Seeking countries without a partner.",
    "at_most_one": "Seeking countries with one partner at most.",
    "many": "Seeking countries with five partners or more.",
    "met": "Seeking countries all of whose needs here were met by published cooperation.",
}


class CoverageCellSerializer(serializers.Serializer[Any]):
    """One area in one column of one of the tables."""

    table = serializers.ChoiceField(TABLE_CHOICES)
    area = CodeOf(AREA)
    area_label = serializers.CharField(help_text="Name of the area in the reader's language.")
    parent = CodeOf(  # type: ignore[assignment]
        AREA, help_text="Code of the area that heads it, or empty.", or_empty=True
    )
    column = serializers.CharField(help_text="Code of a group or a modality; all, others, not-stated.")
    column_label = serializers.CharField(help_text="Name of the column in the reader's language.")
    word = CodeField(CellWord.choices, help_text="Of confirmed postings, else of all; null for fewer than three.")
    word_label = CodeLabelField(CellWord.choices, source="word")
    word_from = CodeField(WORD_SOURCE_CHOICES, help_text="From which postings the word is.")

    def get_fields(self) -> dict[str, Any]:
        """Add the numbers, each from confirmed postings and with what was only stated."""
        found = super().get_fields()
        for name in ("offering", *COUNTED):
            found[f"{name}_confirmed"] = serializers.IntegerField(help_text=f"{SAID[name]} Confirmed postings alone.")
            found[name] = serializers.IntegerField(help_text=f"{SAID[name]} {ALSO_STATED}")
        return found


@extend_schema_serializer(many=False)
class CoverageSerializer(serializers.Serializer[Any]):
    """Both tables. There are no totals: groups overlap, and an offer in nine areas counts in nine rows."""

    on = serializers.DateField(help_text="The day of openness and of memberships.")
    edition = CodeOf(SURVEY, allow_null=True, help_text="Code of the survey edition; null: all that stands.")
    notes = serializers.ListField(child=serializers.CharField(), help_text="What must be known to read the tables.")
    disclaimer = serializers.CharField(help_text="What must be said wherever the tables are shown.")
    results = CoverageCellSerializer(many=True, help_text="The cells, row by row.")


ON = OpenApiParameter(
    "on",
    {"type": "string", "format": "date", "examples": ["2026-06-30"]},
    description="A day from 1990 to 2100; today, or the day of the edition, if none.",
)
EDITION = OpenApiParameter(
    "edition", SURVEY.schema(), description="Code of a survey edition: what was stated in it alone."
)


NARROWING = ("table", "area", "column")
_CODES: dict[str, dict[str, Any]] = {
    "table": {"type": "string", "enum": [code for code, _label in TABLE_CHOICES]},
    "area": {key: value for key, value in AREA.schema().items() if key != "description"},
    "column": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,60}$", "examples": ["SIDS"]},
}
CELLS = [
    OpenApiParameter(
        name,
        {"type": "array", "items": _CODES[name], "minItems": 1},
        description=f"Cells of this {name} alone. Repeated, or parted by commas; code.",
    )
    for name in NARROWING
]
AS_FILE = OpenApiParameter(
    FORMAT, str, enum=[CsvFile.format, XlsxFile.format], description="The cells as a file; else Accept decides."
)


def narrowed(found: Iterable[Record], query: QueryDict) -> list[Record]:
    """Return the cells of the tables, areas and columns that a query names; BadQuery for one that there is not."""
    cells = list(found)
    for name in NARROWING:
        names = names_asked(query, name, list(dict.fromkeys(str(cell[name]) for cell in cells)))
        cells = [cell for cell in cells if names is None or cell[name] in names]
    return cells


class CoverageViewSet(ReadOnlyMixin, ViewSet):
    """Where cooperation is sought, and who offers it: by area and group of countries, and by area and modality."""

    content_negotiation_class = ByFormatOrAccept

    def get_renderers(self) -> builtins.list[Any]:
        """Return the forms of an answer: JSON, CSV and XLSX."""
        files = () if getattr(self, "swagger_fake_view", False) else (CsvFile(), XlsxFile())
        return [*super().get_renderers(), *files]

    @extend_schema(
        operation_id="coverage_retrieve",
        summary="Get coverage",
        parameters=[ON, EDITION, *CELLS, AS_FILE],
        responses=CoverageSerializer,
    )
    def list(self, request: Request) -> HttpResponseBase:
        """Where cooperation is sought, and who offers it; counted now, over what the reader may see."""
        refuse_other_parameters(request, allowed={"on", "edition", *NARROWING, FORMAT}, several=frozenset(NARROWING))
        asked = request.query_params.copy()
        for name in (*NARROWING, FORMAT):
            asked.pop(name, None)
        try:
            view = view_asked(asked)
        except CoverageRefused as refusal:
            raise BadQuery(refusal.errors) from None
        cells = narrowed(records(coverage(reader=request.user, view=view)), request.query_params)
        renderer = request.accepted_renderer
        if isinstance(renderer, FileRenderer):
            file = file_of(name="coverage", ending=str(renderer.format), view=view, fields=FIELDS, found=cells)
            patch_vary_headers(file, ["Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Cookie"])
            return file
        answer = {
            "on": view.on,
            "edition": view.edition.code if view.edition else None,
            "notes": notes_on(view),
            "disclaimer": disclaimer(),
            "results": cells,
        }
        return Response(CoverageSerializer(answer).data)
