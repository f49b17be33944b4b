"""Letters as DOCX files, to be edited and signed: the page, its paragraphs, and texts that any document can hold."""

import unicodedata
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from docx.oxml import OxmlElement
from docx.shared import Mm, Pt, RGBColor

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CONTENT_TYPES = {"docx": DOCX, "pdf": "application/pdf"}
"""Of a letter, by the ending of its file."""
LONGEST_TEXT = 1_500
"""Of a posting's text, in characters: a letter of two pages, the whole stands on the portal."""
NO_REFERENCE_YET = "_" * 20

_LINE_BREAKS = dict.fromkeys(map(ord, "\r\v\f\x85\u2028\u2029"), "\n") | {ord("\t"): " "}
_TURNS_TEXT_ROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_AFTER_BIDI = ("w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl")
"""What follows it in a paragraph's properties: Word reads them in the order of the schema."""
INK = RGBColor(0x17, 0x26, 0x2B)
MUTED = RGBColor(0x4C, 0x5C, 0x62)


def cleaned(text: str) -> str:
    """Return the text without what a document cannot hold or what would turn the lines around it.

    Line breaks stay; control characters, lone surrogates, non-characters and directional overrides go.
    """
    lines = text.replace("\r\n", "\n").translate(_LINE_BREAKS)
    return "".join(character for character in lines if character == "\n" or _is_printable(character)).strip()


def _is_printable(character: str) -> bool:
    code = ord(character)
    not_a_character = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    category = unicodedata.category(character)
    return category not in {"Cc", "Cs"} and character not in _TURNS_TEXT_ROUND and not not_a_character


def one_line(text: str) -> str:
    """Return the text, cleaned, without its line breaks."""
    return " ".join(cleaned(text).split())


def shortened(text: str, longest: int) -> str:
    """Return the text, ended by “…” where it has more characters."""
    return text if len(text) <= longest else f"{text[:longest].rstrip()} …"


def lines_of(text: str) -> list[str]:
    """Return the lines of a text that say something."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def set_up(document: Any, *, title: str, author: str) -> None:
    """Give a new document the page, the letters and the properties of a letter."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin = section.bottom_margin = Mm(20)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size, normal.font.color.rgb = "Arial", Pt(10.5), INK
    heading = document.styles["Heading 2"]
    # The fonts of the template's theme would win over the one named here.
    heading.element.rPr.rFonts.attrib.clear()
    heading.font.name = "Arial"
    properties, now = document.core_properties, timezone.now().replace(tzinfo=None)
    properties.title = title[:255]
    properties.author = properties.last_modified_by = author[:255]
    properties.comments = ""
    properties.language = get_language() or ""
    properties.created = properties.modified = now


def add_heading(document: Any, text: str) -> None:
    """Add a heading between the parts of a letter."""
    paragraph = document.add_heading(level=2)
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(12), Pt(4)
    add_run(paragraph, text, size=12, colour=INK, bold=True)


def add_paragraph(
    container: Any,
    text: str,
    *,
    size: float | None = None,
    colour: RGBColor | None = None,
    bold: bool = False,
    before: float = 0,
    after: float = 8,
    style: str | None = None,
) -> None:
    """Add a paragraph to a document or a cell; sizes and the space around it in points."""
    paragraph = container.add_paragraph(style=style)
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(before), Pt(after)
    add_run(paragraph, text, size=size, colour=colour, bold=bold)


def add_run(paragraph: Any, text: str, *, size: float | None, colour: RGBColor | None, bold: bool) -> None:
    """Add text to a paragraph, which runs from right to left where its words do."""
    run = paragraph.add_run(text)
    run.bold = bold or None
    if size is not None:
        run.font.size = Pt(size)
    if colour is not None:
        run.font.color.rgb = colour
    if _runs_right_to_left(text):
        properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - python-docx has no other way
        properties.insert_element_before(OxmlElement("w:bidi"), *_AFTER_BIDI)
        run.font.rtl = True


def _runs_right_to_left(text: str) -> bool:
    """Return whether the first letter that has a direction runs from right to left, as Unicode decides it."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((one for one in directions if one in {"L", "R", "AL"}), "L") != "L"
