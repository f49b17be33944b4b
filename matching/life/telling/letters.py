"""The letter by which the secretariat introduces two sides: drafted here as DOCX and PDF, signed by a person.

It names the contacts of both only once they are introduced. Who may have it is for the caller to know: reviewers
always, the two sides from the introduction on.
"""

import datetime as dt
import io
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt

from matching.choices import CONTACTS_SHOWN
from matching.life.telling.language import letter_language
from matching.life.telling.letter_parts import (
    LetterPart,
    copies_to,
    part_of,
    write_addressees,
    write_copies,
    write_part,
    write_signature,
)
from matching.models import Match
from matching.scoring.explanation import explain
from matching.scoring.reasons import reasons
from web.files.exports import disclaimer
from web.files.letters import (
    MUTED,
    NO_REFERENCE_YET,
    add_heading,
    add_paragraph,
    add_run,
    cleaned,
    lines_of,
    set_up,
    shortened,
)
from web.files.pdf import pdf_of

LONGEST_MESSAGE = 3_000


@dataclass(frozen=True)
class Letter:
    """What both files say, cleaned of what no document can hold."""

    disclaimer: str
    owner: str
    reference: str
    dated: str
    need: LetterPart
    offer: LetterPart
    salutation: str
    opening: str
    reasons: tuple[str, ...]
    message: str
    closing: str
    copies: tuple[str, ...]
    """To the missions of the two countries, or whom an associate member names; a line each."""
    is_introduced: bool

    @property
    def parts(self) -> tuple[LetterPart, LetterPart]:
        """The two sides, in the order in which the letter names them."""
        return self.need, self.offer


def is_introduced(match: Match) -> bool:
    """Return whether the two sides may have the letter, with the contacts of both."""
    return match.status in CONTACTS_SHOWN and match.on_hold_at is None


def letter_of(match: Match) -> Letter:
    """Return what the letter says today: its date is the introduction's, today's before that."""
    introduction = getattr(match, "introduction", None)
    introduced = is_introduced(match)
    dated: dt.datetime = introduction.made_at if introduction else timezone.now()
    explanation = match.decided_on or explain(need=match.need, offer=match.offer)
    return Letter(
        disclaimer=disclaimer(),
        owner=cleaned(settings.PORTAL_OWNER) or cleaned(settings.PORTAL_NAME),
        reference=(cleaned(introduction.reference) if introduction else "") or NO_REFERENCE_YET,
        dated=date_format(timezone.localdate(dated), "DATE_FORMAT"),
        need=part_of(_("What is needed"), match.need, with_contacts=introduced),
        offer=part_of(_("What is offered"), match.offer, with_contacts=introduced),
        salutation=cleaned(settings.LETTER_SALUTATION) or _("Dear colleagues,"),
        opening=_opening(introduced=introduced),
        reasons=tuple(cleaned(reason) for reason in reasons(explanation)),
        message=shortened(cleaned(introduction.message), LONGEST_MESSAGE) if introduction else "",
        closing=_(
            "This introduction commits neither side to anything. What the two sides agree is theirs to agree; the "
            "secretariat would be glad to hear of it and remains at their disposal."
        ),
        copies=copies_to(match.need, match.offer),
        is_introduced=introduced,
    )


def letter_pdf(match: Match) -> bytes:
    """Return the letter as a PDF. Raises web.files.pdf.PdfUnavailable where this machine makes none."""
    with translation.override(letter_language(match.need, match.offer)):
        context = {"letter": letter_of(match), "portal_name": settings.PORTAL_NAME}
        page = render_to_string("letters/introduction.html", context)
    return pdf_of(page)


def letter_docx(match: Match) -> bytes:
    """Return the letter as a DOCX file, to be edited and signed."""
    with translation.override(letter_language(match.need, match.offer)):
        return _docx(letter_of(match))


def _docx(letter: Letter) -> bytes:
    document: Any = Document()
    set_up(document, title=subject_of(letter), author=letter.owner)
    add_paragraph(document, letter.disclaimer, size=8, colour=MUTED)
    add_paragraph(document, letter.owner, bold=True)
    add_paragraph(document, _("Reference: %(reference)s") % {"reference": letter.reference})
    add_paragraph(document, letter.dated)
    write_addressees(document, letter.parts)
    add_paragraph(document, subject_of(letter), bold=True)
    add_paragraph(document, letter.salutation)
    add_paragraph(document, letter.opening)
    for part in letter.parts:
        write_part(document, part)
    add_heading(document, _("Why the two fit"))
    for reason in letter.reasons:
        add_paragraph(document, reason, style="List Bullet", after=2)
    if letter.message:
        add_heading(document, _("From the secretariat"))
        for line in lines_of(letter.message):
            add_paragraph(document, line)
    if letter.is_introduced:
        add_heading(document, _("Contacts"))
        _contacts(document, letter)
    add_paragraph(document, letter.closing, before=12)
    write_signature(document, letter.owner)
    write_copies(document, letter.copies)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def letter_name(match: Match, ending: str) -> str:
    """Return the name of the file: plain ASCII, whatever the titles."""
    return f"introduction-{match.public_id}.{ending}"


def subject_of(letter: Letter) -> str:
    """Return the line that says what the letter is about."""
    return _("Introduction: “%(need)s” and “%(offer)s”") % {"need": letter.need.title, "offer": letter.offer.title}


def _opening(*, introduced: bool) -> str:
    if introduced:
        return _(
            "The secretariat is pleased to introduce you to each other. Both of you have let us know that you are "
            "interested in working together on what follows."
        )
    return _("Draft: the two parties have not been introduced to each other yet.")


# --- DOCX


def _contacts(document: Any, letter: Letter) -> None:
    table = document.add_table(rows=2, cols=2)
    table.style, table.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
    of_the_first_row = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has no other way
    of_the_first_row.append(_repeated_as_a_header())
    for column, part in enumerate((letter.need, letter.offer)):
        head, cell = table.cell(0, column), table.cell(1, column)
        _fill(head, [(part.party, True)])
        lines = [
            (line, is_name)
            for contact in part.contacts
            for line, is_name in ((contact.name, True), *((line, False) for line in contact.lines))
            if line
        ]
        _fill(cell, lines or [(_("Through the secretariat."), False)])


def _repeated_as_a_header() -> Any:
    header = OxmlElement("w:tblHeader")
    header.set(qn("w:val"), "true")
    return header


def _fill(cell: Any, lines: list[tuple[str, bool]]) -> None:
    for place, (line, bold) in enumerate(lines):
        paragraph = cell.paragraphs[0] if place == 0 else cell.add_paragraph()
        paragraph.paragraph_format.space_before = Pt(4 if bold else 0)
        paragraph.paragraph_format.space_after = Pt(1)
        add_run(paragraph, line, size=9.5, colour=None, bold=bold)
