"""The letter by which the secretariat puts an option to its three sides: drafted here, signed by a person.

It is one letter, which each of the three reads whole: so it is written only where each posting is public anyway. No
contacts are in it, because nobody has been introduced.
"""

import io
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from docx import Document

from matching.choices import OptionStatus
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
from matching.models import TriangularOption
from matching.models.triangular.option import POSTINGS
from matching.scoring.reasons import Labels
from matching.triangular.explanation import explain_options
from matching.triangular.reasons import option_reasons
from web.files.exports import disclaimer
from web.files.letters import MUTED, NO_REFERENCE_YET, add_heading, add_paragraph, cleaned, set_up
from web.files.pdf import pdf_of


@dataclass(frozen=True)
class OptionLetter:
    """What the letter says, cleaned of what no document can hold."""

    disclaimer: str
    owner: str
    reference: str
    dated: str
    parts: tuple[LetterPart, ...]
    """The beneficiary, the pivotal partner, the facilitating partner."""
    subject: str
    salutation: str
    opening: str
    reasons: tuple[str, ...]
    closing: str
    copies: tuple[str, ...]


def obstacle(option: TriangularOption) -> str:
    """Return why there is no letter to the three sides, for people; empty where there is one."""
    if option.status != OptionStatus.PROPOSED:
        return _("It is written once the option is proposed.")
    for name in POSTINGS:
        posting = getattr(option, name)
        if not type(posting).objects.visible_to(None).filter(pk=posting.pk).exists():
            return _("“%(posting)s” is not public: the letter would tell the other sides of it.") % {"posting": posting}
    return ""


def letter_docx(option: TriangularOption) -> bytes:
    """Return the letter as a DOCX file, to be edited and signed; ask `obstacle` first."""
    with translation.override(letter_language(*(getattr(option, name) for name in POSTINGS))):
        return _docx(option_letter(option))


def letter_pdf(option: TriangularOption) -> bytes:
    """Return the letter as a PDF; ask `obstacle` first. Raises web.files.pdf.PdfUnavailable where there is none."""
    with translation.override(letter_language(*(getattr(option, name) for name in POSTINGS))):
        context = {"letter": option_letter(option), "portal_name": settings.PORTAL_NAME}
        page = render_to_string("letters/triangular.html", context)
    return pdf_of(page)


def option_letter(option: TriangularOption) -> OptionLetter:
    """Return what the letter says today, of what the option was decided on."""
    headings = (_("What is needed"), _("What the pivotal partner offers"), _("What the facilitating partner offers"))
    postings = [getattr(option, name) for name in POSTINGS]
    parts = [part_of(heading, one, with_contacts=False) for heading, one in zip(headings, postings, strict=True)]
    explanation = option.decided_on or explain_options([option])[0]
    return OptionLetter(
        disclaimer=disclaimer(),
        owner=cleaned(settings.PORTAL_OWNER) or cleaned(settings.PORTAL_NAME),
        reference=NO_REFERENCE_YET,
        dated=date_format(timezone.localdate(), "DATE_FORMAT"),
        parts=tuple(parts),
        subject=_("An option for triangular cooperation: “%(need)s”") % {"need": parts[0].title},
        salutation=cleaned(settings.LETTER_SALUTATION) or _("Dear colleagues,"),
        opening=_(
            "The secretariat puts to the three of you an option for triangular cooperation. It rests on what each of "
            "you has stated; nobody has agreed to anything."
        ),
        reasons=tuple(cleaned(reason) for reason in option_reasons(explanation, Labels.read())),
        closing=_(
            "This letter commits none of the three sides to anything. The secretariat would be glad to hear from each "
            "of you whether it wishes to be introduced to the others."
        ),
        copies=copies_to(*postings),
    )


def _docx(letter: OptionLetter) -> bytes:
    document: Any = Document()
    set_up(document, title=letter.subject, author=letter.owner)
    add_paragraph(document, letter.disclaimer, size=8, colour=MUTED)
    add_paragraph(document, letter.owner, bold=True)
    add_paragraph(document, _("Reference: %(reference)s") % {"reference": letter.reference})
    add_paragraph(document, letter.dated)
    write_addressees(document, letter.parts)
    add_paragraph(document, letter.subject, bold=True)
    add_paragraph(document, letter.salutation)
    add_paragraph(document, letter.opening)
    for part in letter.parts:
        write_part(document, part)
    add_heading(document, _("Why these three"))
    for reason in letter.reasons:
        add_paragraph(document, reason, style="List Bullet", after=2)
    add_paragraph(document, letter.closing, before=12)
    write_signature(document, letter.owner)
    write_copies(document, letter.copies)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()
