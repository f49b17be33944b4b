"""The body of a request, read strictly: what JSON leaves to its readers is refused rather than guessed.

A name given twice, NaN, a number that no column holds, a text that no database stores, a nest without end: each is 400
in words, and a body beyond the limit is 413 before it is read whole.
"""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any, Never

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

MOST_DEPTH = 6
"""Lists and objects within one another: a batch holds items, an item an amount or places."""
LONGEST_NUMBER = 40


class BadBody(APIException):
    """Fields that are unknown, missing or wrong: 400, with what is wrong by field."""

    status_code = HTTPStatus.BAD_REQUEST

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__(_("The request cannot be taken as it stands."))
        self.errors = dict(errors)


class JsonBodyParser(BaseParser):
    """JSON in UTF-8, numbers with decimals as Decimal."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return what the body says. Raises ParseError, BadBody, and RequestDataTooBig beyond the limit of settings."""
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        raw = stream.read(most + 1)
        if len(raw) > most:
            raise RequestDataTooBig
        return read_json(raw)


class MergePatchParser(JsonBodyParser):
    """The same, under the name that RFC 7396 has for a change by naming fields."""

    media_type = "application/merge-patch+json"


def read_json(raw: bytes) -> Any:
    """Return what these bytes say in JSON. Raises ParseError where they cannot be read, BadBody for what is in them."""
    try:
        value = json.loads(
            raw.decode("utf-8-sig"),
            object_pairs_hook=_each_once,
            parse_constant=_no_number,
            parse_float=_decimal,
            parse_int=_whole,
        )
    except UnicodeDecodeError:
        raise ParseError(_("The body is not UTF-8.")) from None
    except json.JSONDecodeError as error:
        where = {"line": error.lineno, "column": error.colno}
        raise ParseError(_("The body is not JSON: see line %(line)s, column %(column)s.") % where) from None
    except RecursionError:
        raise ParseError(_too_deep()) from None
    wrong: dict[str, list[str]] = {}
    for path, said in _wrong_texts(value, (), 0):
        wrong.setdefault(path, []).append(said)
    if wrong:
        raise BadBody(wrong)
    return value


def _too_deep() -> str:
    return _("The body holds lists and objects within one another deeper than %(most)s.") % {"most": MOST_DEPTH}


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ParseError(_("“%(name)s” is given more than once.") % {"name": _printable(twice)})
    return found


def _no_number(text: str) -> Never:
    raise ParseError(_("%(text)s is no number of JSON.") % {"text": text})


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        _too_long(text)


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        _too_long(text)
    return int(text)


def _too_long(text: str) -> Never:
    raise ParseError(_("%(text)s… is no number that is kept here.") % {"text": text[:LONGEST_NUMBER]})


def _wrong_texts(value: Any, path: tuple[str, ...], depth: int) -> Iterator[tuple[str, str]]:
    """Yield what no database stores, each with the dotted name of where it stands. Raises ParseError if too deep."""
    if depth > MOST_DEPTH:
        raise ParseError(_too_deep())
    if isinstance(value, str):
        if said := _unstorable(value):
            yield ".".join(path) or "body", said
    elif isinstance(value, dict):
        for name, inner in value.items():
            if said := _unstorable(name):
                yield ".".join((*path, _printable(name))), said
            yield from _wrong_texts(inner, (*path, _printable(name)), depth + 1)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _wrong_texts(inner, (*path, str(number)), depth + 1)


def _unstorable(text: str) -> str:
    if "\0" in text:
        return _("It holds a NUL character.")
    try:
        text.encode()
    except UnicodeEncodeError:
        return _("It holds half of a character (a lone surrogate).")
    return ""


def _printable(name: str) -> str:
    """Return a name of a field so that an answer can hold it, however long or broken it is."""
    return name[:80].replace("\0", "�").encode(errors="replace").decode()
