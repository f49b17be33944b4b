"""What a file is that is no table, told by how it begins (and, of XML without a declaration, how it ends)."""

import re

from web.child.refusing import Refused

OLE_MARK = bytes.fromhex("d0cf11e0a1b11ae1")
PICTURES = (b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"RIFF")
WHITE = b" \t\r\n"
LOOKED_AT = 4_000
_XML = ("<?xml", "<!doctype", "<!--", "<html", "<workbook", "<table", "<svg")
_XFORM = ("http://www.w3.org/2002/xforms", "<h:html", "<xforms")
_FIRST_TAG = re.compile(r"<([a-z_][\w.-]*(:[\w.-]+)?)([^<>]*)>")
_MARKUP_OF_HEADINGS = frozenset({"p", "b", "i", "u", "a", "em", "strong", "span", "font"})
"""Survey tools export questions with the markup that they were written in."""


def refuse_what_is_no_table(data: bytes) -> None:
    """Raise Refused, with what the file is, where it begins like something else than a table of text."""
    if data.startswith(OLE_MARK):
        raise Refused("ole")
    if data.startswith(b"%PDF"):
        raise Refused("pdf")
    if data.startswith(PICTURES):
        raise Refused("picture")
    beginning = _text(data[:LOOKED_AT]).lstrip("\ufeff \t\r\n").lower()
    if beginning.startswith("<") and any(mark in beginning for mark in _XFORM):
        raise Refused("xform")
    if beginning.startswith(_XML) or _is_xml_without_declaration(beginning, data):
        raise Refused("xml")
    if beginning.startswith("{\\rtf"):
        raise Refused("rtf")
    if beginning.startswith(("{", "[")):
        raise Refused("json")


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="ignore")
    return data.decode("utf-8", errors="replace")


def _is_xml_without_declaration(beginning: str, data: bytes) -> bool:
    """Whether a tag that names its language, or has a prefix, comes first, or one that is closed at the very end."""
    tag = _FIRST_TAG.match(beginning)
    if tag is None:
        return False
    name, prefixed, attributes = tag.groups()
    if prefixed or "xmlns" in attributes:
        return True
    end = _text(data[-200:]) if not data.startswith((b"\xff\xfe", b"\xfe\xff")) else _text(data[:2] + data[-200:])
    return name not in _MARKUP_OF_HEADINGS and end.rstrip().lower().endswith(f"</{name}>")
