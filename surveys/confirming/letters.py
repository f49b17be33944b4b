"""The note verbale, or the letter, by which a country is asked: drafted here as DOCX, signed or initialled by a person.

It quotes what is read of the country, as published; what was compiled is told apart, because it cannot be confirmed.
A reminder quotes what nothing was done about yet. How each opens and closes stands in `letter_words`.
"""

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from docx import Document

from surveys.choices import AskedBy, RowOutcome
from surveys.confirming.asking import least_due
from surveys.confirming.letter_reminders import to_remind_by_letter
from surveys.confirming.letter_words import opening_and_closing
from surveys.models import ConfirmationCampaign, ConfirmationRequest, ConfirmationRow, Offer
from surveys.models.postings.posting import Posting
from surveys.postings.writing import place_rows
from web.calendar.days import today
from web.files.archives import zip_of
from web.files.exports import disclaimer
from web.files.letters import (
    LONGEST_TEXT,
    MUTED,
    NO_REFERENCE_YET,
    add_heading,
    add_paragraph,
    cleaned,
    lines_of,
    one_line,
    set_up,
    shortened,
)
from web.text import listed

WRITTEN = (AskedBy.NOTE, AskedBy.LETTER)
"""The ways that are a document."""
PLACES = ("offer__targets", "need__preferred_partners")


@dataclass(frozen=True)
class QuotedPosting:
    """What the letter quotes of a posting."""

    title: str
    facts: Sequence[tuple[str, str]]
    text: str


def letter_docx(request: ConfirmationRequest, way: AskedBy, *, reminds: bool = False) -> bytes:
    """Return the note verbale or the letter to a country, to be edited; reminds: the one that follows in silence."""
    return _docx(request, way, _quoted_rows([request], reminds=reminds)[request.pk], reminds=reminds)


def letters_zip(campaign: ConfirmationCampaign, way: AskedBy) -> bytes:
    """Return the notes or letters to all countries that are still to be asked, in one archive."""
    requests = campaign.requests.filter(sent_on__isnull=True, closed_on__isnull=True)
    return _packed(list(requests.select_related("country", "campaign__survey")), way, reminds=False)


def reminders_zip(campaign: ConfirmationCampaign, way: AskedBy) -> bytes:
    """Return the reminders to all countries that are to have one by letter, in one archive."""
    return _packed(to_remind_by_letter(campaign, today()), way, reminds=True)


def _packed(requests: Sequence[ConfirmationRequest], way: AskedBy, *, reminds: bool) -> bytes:
    rows = _quoted_rows(requests, reminds=reminds)
    return zip_of(
        (f"{letter_name(request, way, reminds=reminds)}.docx", _docx(request, way, rows[request.pk], reminds=reminds))
        for request in requests
        if rows[request.pk]
    )


def letter_name(request: ConfirmationRequest, way: AskedBy, *, reminds: bool = False) -> str:
    """Return the name of the file, without its ending: plain ASCII."""
    return f"{way}-{request.country_id}" + ("-reminder" if reminds else "")


def usual_addressee(request: ConfirmationRequest, way: AskedBy) -> str:
    """Return whom such a letter usually goes to: a note to the mission, a letter to the ministry."""
    country = {"country": one_line(str(request.country))}
    if way == AskedBy.NOTE:
        return _("Permanent Mission of %(country)s to the United Nations") % country
    return _("Ministry of Foreign Affairs of %(country)s") % country


def _quoted_rows(requests: Iterable[ConfirmationRequest], *, reminds: bool) -> dict[int, list[ConfirmationRow]]:
    """Return the rows of each request for which nothing was done when it was sent; a fixed number of queries.

    reminds: those for which nothing is done yet, with what joined since.
    """
    lists = [f"{kind}__{name}" for kind in ("offer", "need") for name in ("areas", "modalities")]
    lists += [f"{places}__{named}" for places in PLACES for named in ("country", "group")]
    by_pk = {request.pk: request for request in requests}
    found: dict[int, list[ConfirmationRow]] = {pk: [] for pk in by_pk}
    rows = ConfirmationRow.objects.filter(request__in=found).with_postings()
    for row in rows.prefetch_related(*lists).order_by("pk"):
        request = by_pk[int(row.request_id or 0)]
        if row.outcome == RowOutcome.OPEN if reminds else _stood_when_sent(row, request.sent_on):
            found[request.pk].append(row)
    return found


def _stood_when_sent(row: ConfirmationRow, sent_on: dt.date | None) -> bool:
    if sent_on is None:
        return row.settled_on is None
    has_joined_since = row.joined_on is not None and row.joined_on > sent_on
    return not has_joined_since and (row.settled_on is None or row.settled_on > sent_on)


def _docx(request: ConfirmationRequest, way: AskedBy, rows: Sequence[ConfirmationRow], *, reminds: bool) -> bytes:
    document: Any = Document()
    portal = one_line(settings.PORTAL_NAME)
    owner = one_line(settings.PORTAL_OWNER) or _("The secretariat of %(portal)s") % {"portal": portal}
    subject = _("What is read of %(country)s in “%(survey)s”") % {
        "country": one_line(str(request.country)),
        "survey": one_line(str(request.campaign.survey)),
    }
    words = {
        "secretariat": owner,
        "addressee": one_line(request.addressee) or usual_addressee(request, way),
        "country": one_line(str(request.country)),
        "survey": one_line(str(request.campaign.survey)),
        "portal": portal,
        "day": date_format(_day_to_name(request, reminds=reminds)),
        "asked_by": one_line(request.reference) or NO_REFERENCE_YET,
        "asked_on": date_format(request.sent_on or timezone.localdate()),
        "address": f"{settings.PORTAL_URL}/workspace/confirming/",
    }
    opening, closing = opening_and_closing(way, words, reminds=reminds)
    reference = request.letter_reminder_reference if reminds else request.reference
    dated = date_format((request.letter_reminded_on if reminds else request.sent_on) or timezone.localdate())
    set_up(document, title=subject, author=owner)
    add_paragraph(document, disclaimer(), size=8, colour=MUTED)
    add_paragraph(document, owner, bold=True)
    add_paragraph(document, _("Reference: %(reference)s") % {"reference": one_line(reference) or NO_REFERENCE_YET})
    if way != AskedBy.NOTE:
        add_paragraph(document, dated)
        add_paragraph(document, words["addressee"])
        add_paragraph(document, subject, bold=True)
    for line in opening:
        add_paragraph(document, line)
    own = [row.posting for row in rows if not row.posting.is_compiled]
    compiled = [row.posting for row in rows if row.posting.is_compiled]
    if own:
        add_heading(document, _("Stated in the survey"))
        add_paragraph(document, _("For each of the following, please say that it holds, correct it, or withdraw it."))
        _quote(document, own)
    if compiled:
        add_heading(document, _("Compiled from public sources"))
        add_paragraph(
            document,
            _(
                "The following was compiled from public sources and not stated by the Government. It cannot be "
                "confirmed as it stands: the Government is invited to post what it offers or seeks in its own words, "
                "upon which the compiled entry is removed; or to have the entry withdrawn."
            ),
        )
        _quote(document, compiled)
    for line in closing:
        add_paragraph(document, line, before=6)
    if way == AskedBy.NOTE:
        add_paragraph(document, dated, before=12)
        add_paragraph(document, words["addressee"])
    else:
        add_paragraph(document, NO_REFERENCE_YET * 2, before=30, after=0)
        add_paragraph(document, _("Name and function"), size=9, colour=MUTED, after=0)
        add_paragraph(document, owner)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _day_to_name(request: ConfirmationRequest, *, reminds: bool) -> dt.date:
    """Return by which day it asks: of a reminder that is not sent yet, the one that it will have from today on."""
    day = request.due_on or request.campaign.closes_on
    return max(day, least_due(request, today())) if reminds and request.letter_reminded_on is None else day


def _quote(document: Any, postings: Iterable[Posting]) -> None:
    for posting in postings:
        quoted = _quoted(posting)
        add_paragraph(document, quoted.title, bold=True, before=6, after=2)
        for label, words in quoted.facts:
            add_paragraph(document, f"{label}: {words}", style="List Bullet", after=2)
        for line in lines_of(quoted.text):
            add_paragraph(document, line, size=9, after=2)


def _quoted(posting: Posting) -> QuotedPosting:
    is_offer = isinstance(posting, Offer)
    places = [one_line(str(place)) for place in place_rows(posting).all()]
    facts = [
        (_("Kind"), _("Offer") if is_offer else _("Need")),
        (_("For"), one_line(posting.party)),
        (_("Priority areas"), _joined(posting.areas.all())),
        (_("Modalities"), _joined(posting.modality_words)),
        (_("For whom") if is_offer else _("Preferred partners"), listed(places)),
        (_("Amount, as printed"), one_line(posting.amount_as_printed)),
    ]
    return QuotedPosting(
        title=one_line(posting.title),
        facts=[(label, words) for label, words in facts if words],
        text=shortened(cleaned(posting.text), LONGEST_TEXT),
    )


def _joined(rows: Iterable[Any]) -> str:
    return listed(one_line(str(row)) for row in rows)
