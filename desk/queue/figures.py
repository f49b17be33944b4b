"""The desk's figures: what waits and how old it is, what was decided when, how long steps take; each with its table."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matching.choices import MatchStatus
from matching.life.seen import statistics
from matching.life.seen.statistics import FigureTable
from matching.models import Match
from web.days import today
from web.pictures.bars import Bar, BarPicture

DAYS_OF_A_PERIOD = (30, 90, 365)


@dataclass(frozen=True)
class Figure:
    """A table with its picture; None where the table says it better: groups overlap, and a row counts five things."""

    table: FigureTable
    picture: BarPicture | None


def show_figures(model_admin: ModelAdmin[Match], request: HttpRequest) -> HttpResponse:
    """Show what waits, how old it is, what was decided, how long steps take, and for which groups of countries."""
    given = request.GET.get("period", "")
    days = next((number for number in DAYS_OF_A_PERIOD if str(number) == given), None)
    since = today() - dt.timedelta(days=days) if days else None
    return TemplateResponse(
        request,
        "admin/matching/match/figures.html",
        {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "title": _("Figures"),
            "figures": [Figure(table, _picture(table)) for table in statistics.figures(since=since)],
            "periods": [
                ("all", _("All time")),
                *((str(number), _("Last %(days)d days") % {"days": number}) for number in DAYS_OF_A_PERIOD),
            ],
            "period": str(days or "all"),
        },
    )


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
