"""The desk's figures: what waits and how old it is, what was decided when, how long steps take; each with its table."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic.base import TemplateResponseMixin

from desk.page import DeskPage
from matching.choices import MatchStatus
from matching.life.seen import statistics
from matching.life.seen.statistics import FigureTable
from web.calendar.days import today
from web.pictures.bars import Bar, BarPicture

DAYS_OF_A_PERIOD = (30, 90, 365)


@dataclass(frozen=True)
class Figure:
    """A table with its picture; None where the table says it better: groups overlap, and a row counts five things."""

    table: FigureTable
    picture: BarPicture | None


class DeskFigures(DeskPage, TemplateResponseMixin):
    """What waits, how old it is, what was decided, how long steps take, and for which groups of countries."""

    http_method_names = ["get", "head"]
    template_name = "admin/matching/match/figures.html"
    title = gettext_lazy("Figures")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the figures; a period that is none of those to choose from is all time."""
        given = request.GET.get("period", "")
        days = next((number for number in DAYS_OF_A_PERIOD if str(number) == given), None)
        since = today() - dt.timedelta(days=days) if days else None
        context = self.get_context_data(
            figures=[Figure(table, _picture(table)) for table in statistics.figures(since=since)],
            periods=[
                ("all", _("All time")),
                *((str(number), _("Last %(days)d days") % {"days": number}) for number in DAYS_OF_A_PERIOD),
            ],
            period=str(days or "all"),
        )
        return self.render_to_response(context)


def bars_of_states(numbers: Mapping[str, int], asked: QueryDict) -> BarPicture | None:
    """Return the picture of how many matches of a list are in each state; None where there is none.

    asked: the query of the list; each state leads to the list narrowed to it.
    """
    bars = []
    for state in MatchStatus:
        if number := numbers.get(state.value):
            query = asked.copy()
            query["status"] = state.value
            bars.append(Bar(str(state.label), (number,), address=f"?{query.urlencode()}"))
    return BarPicture("states", _("Matches by state"), _("State"), _("Matches"), bars) if bars else None


def _picture(table: FigureTable) -> BarPicture | None:
    match table.code:
        case "status":
            queue = reverse("admin:matching_match_changelist")
            bars = [
                Bar(str(label), (number,), address=f"{queue}?status={status.value}")
                for status, (label, number) in zip(MatchStatus, table.rows, strict=True)
            ]
            return _bars(table, bars)
        case "age":
            return _bars(table, [Bar(_("%(days)s days") % {"days": days}, (number,)) for days, number in table.rows])
        case "decisions":
            return _bars(
                table, [Bar(month, tuple(numbers)) for month, *numbers in table.rows], series=table.columns[1:]
            )
        case "refusals":
            return _bars(table, [Bar(str(reason), (number,)) for reason, number in table.rows])
        case "steps":
            return _bars(table, [_step(*row) for row in table.rows])
    return None


def _bars(table: FigureTable, bars: list[Bar], *, series: tuple[str, ...] = ()) -> BarPicture:
    counted = _("Decisions") if series else table.columns[-1]
    return BarPicture(f"figure-{table.code}", table.title, table.columns[0], counted, bars, series=series)


def _step(step: str, matches: int, days: Any) -> Bar:
    """Return the bar of a step; of how many matches it is the median stands beside it: of few it says little."""
    if not matches:
        return Bar(step, (0,), shown=str(days))
    of = ngettext("%(days)s days, %(number)d match", "%(days)s days, %(number)d matches", matches)
    return Bar(step, (days,), shown=of % {"days": number_format(days), "number": matches})
