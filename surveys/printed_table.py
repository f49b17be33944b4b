"""A survey's rows as the source prints them, for its page: the printed columns alone, with how places were read."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from surveys.choices import PlaceKind
from surveys.models import Reading, Response

# Only what the paper prints: a later survey's cells may hold a person's name, and none of those is named here.
PRINTED_COLUMNS: dict[str, Promise] = {
    "modalities": _("Modalities"),
    "priority_areas_as_printed": _("Priority areas"),
    "regions_countries_as_printed": _("Regions and countries"),
    "contribution_as_printed": _("Contribution (unit and period unclear)"),
}


@dataclass(frozen=True)
class PrintedRow:
    """One response as printed: its cells in the order of the columns, and its readings."""

    response: Response
    name: str
    cells: list[str]
    readings: list[Reading]

    @property
    def questions(self) -> list[Reading]:
        """Readings that a person has yet to confirm: applied although ambiguous, or unresolved."""
        return [one for one in self.readings if one.is_ambiguous or one.kind == PlaceKind.UNRESOLVED]


@dataclass(frozen=True)
class PrintedTable:
    """Headings and rows of a survey's table."""

    headings: list[Promise]
    rows: list[PrintedRow]


def rows_as_printed(responses: Iterable[Response]) -> PrintedTable:
    """Return the printed columns that at least one response has, in the order of the paper.

    The responses come with `country` and `readings` fetched; no query is run for a row.
    """
    kept = list(responses)
    columns = [code for code in PRINTED_COLUMNS if any(code in response.as_printed for response in kept)]
    return PrintedTable(
        headings=[PRINTED_COLUMNS[code] for code in columns],
        rows=[
            PrintedRow(
                response=response,
                name=str(response.as_printed.get("country_as_printed") or response.country),
                cells=[str(response.as_printed.get(code) or "") for code in columns],
                readings=[*response.readings.all()],
            )
            for response in kept
        ],
    )
