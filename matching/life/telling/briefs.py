"""A brief of one match for a meeting: two pages, as PDF, for the secretariat."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.models import User
from matching.choices import CONTACTS_SHOWN
from matching.life.steps import ReviewRefused
from matching.life.telling.contacts import contacts_of
from matching.models import Match
from matching.scoring.explanation import explain
from matching.scoring.reasons import Labels, gate_reasons, reasons
from web.calendar.days import today
from web.files.exports import disclaimer, storable
from web.files.pdf import pdf_of

LONGEST_TEXT = 600
LONGEST_NOTE = 160
EVENTS_SHOWN = 8
CHECKS_SHOWN = 6


def brief_pdf(*, match: Match, by: User) -> bytes:
    """Return the brief; texts are cut so that it takes two pages. Contacts stand in it once the two are introduced.

    Raises ReviewRefused for anyone but the secretariat, PdfUnavailable where Pango is missing.
    """
    if not can(by, Action.READ_EVERYTHING):
        raise ReviewRefused(_("Briefs are made for the secretariat alone."))
    return pdf_of(brief_html(match))


def brief_html(match: Match) -> str:
    """Return the page that the PDF is made of."""
    labels = Labels.read()
    explanation: dict[str, Any] = match.decided_on or explain(need=match.need, offer=match.offer)
    is_introduced = match.status in CONTACTS_SHOWN
    sides = [
        {
            "kind": kind,
            "posting": posting,
            "title": storable(posting.title),
            "text": cut(posting.text, LONGEST_TEXT),
            "english_text": cut(posting.english_text, LONGEST_TEXT),
            "contacts": contacts_of(posting)[:3] if is_introduced else [],
        }
        for kind, posting in (("need", match.need), ("offer", match.offer))
    ]
    events = list(match.events.select_related("by").order_by("-at", "-pk")[:EVENTS_SHOWN])
    return render_to_string(
        "letters/brief.html",
        {
            "match": match,
            "sides": sides,
            "rows": match.sides.all(),
            "fit": match.fit.label,
            "reasons": reasons(explanation, labels)[:8],
            "gates": gate_reasons(explanation),
            "events": [(event, cut(event.note, LONGEST_NOTE)) for event in events],
            "checks": match.checks.select_related("by")[:CHECKS_SHOWN],
            "disclaimer": disclaimer(),
            "owner": settings.PORTAL_OWNER or settings.PORTAL_NAME,
            "on": today(),
        },
    )


def cut(text: str, limit: int) -> str:
    """Return text of at most so many characters, ending in an ellipsis where it was longer."""
    text = storable(" ".join(text.split()))
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
