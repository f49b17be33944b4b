"""What stands around the queue: saved views, exports of what is on the screen, the brief for a meeting."""

import datetime as dt
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from desk.queue import saved_views
from desk.queue.rows import QueueRow, queue_as_shown, rows_of
from desk.queue.saved_views import ViewRefused
from directory.admin.base import actor
from matching.life.telling.briefs import brief_pdf
from matching.life.telling.letters import CONTENT_TYPES, letter_docx, letter_name, letter_pdf
from matching.models import Match
from surveys.models import Need, Offer
from web.converters import row_number
from web.files.exports import csv_response, xlsx_response
from web.files.pdf import PdfUnavailable

CHUNK = 500
"""Of matches explained at once: each block takes the same few queries."""


def export(model_admin: ModelAdmin[Match], request: HttpRequest, ending: str) -> HttpResponse:
    """Return the matches of the list, as it is filtered, searched and ordered; no contacts are in it."""
    matches = queue_as_shown(model_admin, request).for_lists().iterator(chunk_size=CHUNK)
    make: Any = csv_response if ending == "csv" else xlsx_response
    return make(name="matches", header=_header(), rows=_rows(matches))


def _header() -> list[str]:
    return [
        _("Match"), _("Status"), _("Status code"), _("Fit"), _("Fit code"), _("Score"), _("Why"),
        _("Need"), _("Need number"), _("Of"), _("Country code of the need"), _("Need confirmed on"),
        _("Offer"), _("Offer number"), _("By"), _("Country code of the offer"), _("Offer confirmed on"),
        _("First suggested"), _("Released"), _("On hold"), _("Not again before"),
    ]  # fmt: skip


def _rows(matches: Iterator[Match]) -> Iterator[list[Any]]:
    while block := list(islice(matches, CHUNK)):
        for row in rows_of(block):
            yield _row(row)


def _row(row: QueueRow) -> list[Any]:
    match = row.match
    return [
        match.public_id,
        match.get_status_display(),
        match.status,
        str(row.fit.label),
        row.fit.value,
        match.score / 1_000_000,
        "\n".join(row.reasons),
        *_side(match.need),
        *_side(match.offer),
        _day(match.created_at.date()),
        _day(match.released_at.date() if match.released_at else None),
        _day(match.on_hold_at.date() if match.on_hold_at else None),
        _day(match.refused_until),
    ]


def _side(posting: Need | Offer) -> list[Any]:
    country = posting.posting_country
    return [posting.title, posting.pk, posting.party, country.iso3 if country else "", _day(posting.confirmed_on)]


def _day(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


def save_view(request: HttpRequest) -> HttpResponse:
    """Save, or delete, a view of the reviewer's own."""
    user = actor(request)
    query = request.POST.get("query", "")
    if (unwanted := row_number(request.POST.get("delete", ""))) is not None:
        saved_views.delete(by=user, pk=unwanted)
        messages.success(request, _("The view is deleted."))
    else:
        try:
            view = saved_views.save(by=user, name=request.POST.get("name", ""), query=query)
            messages.success(request, _("Saved as “%(name)s”.") % {"name": view})
            query = view.query
        except ViewRefused as refused:
            messages.error(request, str(refused))
    address = reverse("admin:matching_match_changelist")
    return HttpResponseRedirect(f"{address}?{query}" if query else address)


def brief(request: HttpRequest, match: Match) -> HttpResponse:
    """Return the brief as a PDF, or say what is missing to make one."""
    try:
        data = brief_pdf(match=match, by=actor(request))
    except PdfUnavailable as missing:
        return HttpResponse(str(missing), status=missing.status, content_type="text/plain; charset=utf-8")
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="brief-{match.public_id}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


def letter(match: Match, ending: str) -> HttpResponse:
    """Return the letter of introduction as a draft for signature."""
    if ending not in CONTENT_TYPES:
        raise Http404
    try:
        data = letter_docx(match) if ending == "docx" else letter_pdf(match)
    except PdfUnavailable as missing:
        return HttpResponse(str(missing), status=missing.status, content_type="text/plain; charset=utf-8")
    response = HttpResponse(data, content_type=CONTENT_TYPES[ending])
    response["Content-Disposition"] = f'attachment; filename="{letter_name(match, ending)}"'
    response["Cache-Control"] = "no-store"
    return response
