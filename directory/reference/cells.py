"""From a cell of a file to a plain value and from a stored row to the same: what the three-way merge compares.

A plain value is what JSON can hold: text, whole number, yes or no, nothing, or a list of codes; days are ISO text and a
row of another list is its code.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from django.core.exceptions import ValidationError
from django.db import models

Plain: TypeAlias = str | int | bool | list[str] | None
Values: TypeAlias = dict[str, Plain]
Codes: TypeAlias = Mapping[type[models.Model], Mapping[Any, str]]

YES_NO = {"yes": True, "no": False}
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
LINES_FIELD = "aliases"
GREATEST_NUMBER = 32_767  # what a small integer column holds on both databases


class WrongCellError(ValueError):
    """A cell cannot be read: what is wrong with it, and what would be right."""

    def __init__(self, wrong: str, right: str) -> None:
        self.wrong = wrong
        self.right = right
        super().__init__(f"{wrong}; {right}")


def options(model: type[models.Model]) -> Any:
    """Return what Django documents as `Model._meta`: the fields and constraints of a model."""
    return model._meta  # noqa: SLF001


def target_of(field: models.Field[Any, Any]) -> type[models.Model]:
    """Return the model that a foreign key or a many-to-many field refers to."""
    target = field.related_model
    assert isinstance(target, type)
    return target


def code_field(model: type[models.Model]) -> str:
    """Return the name of the field that files use to name a row of `model`: its key, or `code` if that is a number."""
    key = options(model).pk
    return "code" if isinstance(key, models.AutoField) else str(key.name)


def cell_reader(field: models.Field[Any, Any]) -> Callable[[str], Plain]:
    """Return the function that reads the cells of a field's column; it raises WrongCellError."""
    read = _reader_by_kind(field)

    def read_cell(cell: str) -> Plain:
        text = unicodedata.normalize("NFC", cell.strip())
        if any(unicodedata.category(character) in {"Cc", "Cs"} and character != "\n" for character in text):
            raise WrongCellError("a control character", "text without control characters")
        return read(text)

    return read_cell


def plain_value(instance: models.Model, field: models.Field[Any, Any], codes: Codes) -> Plain:
    """Return what `instance` holds in `field` as a plain value; `codes` turns numbered keys into codes."""
    if isinstance(field, models.ManyToManyField):
        return sorted(str(related.pk) for related in getattr(instance, field.name).all())
    value = getattr(instance, field.attname)
    if isinstance(field, models.ForeignKey) and value is not None:
        return codes.get(target_of(field), {}).get(value, value)
    return value.isoformat() if isinstance(value, dt.date) else value


def plain_default(field: models.Field[Any, Any]) -> Plain:
    """Return what a new row holds in `field` before anyone has said anything."""
    return [] if isinstance(field, models.ManyToManyField) else field.get_default()


def _reader_by_kind(field: models.Field[Any, Any]) -> Callable[[str], Plain]:
    if isinstance(field, models.ManyToManyField):
        return lambda text: sorted({code.strip() for code in text.split(";") if code.strip()})
    if isinstance(field, models.BooleanField):
        return _read_yes_no
    if isinstance(field, models.DateField):
        return lambda text: _read_day(text) if text else _nothing(field, "a day such as 2026-11-24")
    if isinstance(field, models.IntegerField):
        return lambda text: _read_number(text) if text else _nothing(field, "a whole number")
    if isinstance(field, models.ForeignKey):
        right = f"a {code_field(target_of(field))} of {options(target_of(field)).verbose_name_plural}"
        return lambda text: text or _nothing(field, right)
    return lambda text: _read_text(field, text)


def _nothing(field: models.Field[Any, Any], right: str) -> Plain:
    if not field.null:
        raise WrongCellError("empty", right)
    return None


def _read_yes_no(text: str) -> bool:
    if text not in YES_NO:
        raise WrongCellError(f'"{text}" is neither yes nor no', "yes or no")
    return YES_NO[text]


def _read_day(text: str) -> str:
    right = "a day such as 2026-11-24"
    if not ISO_DAY.fullmatch(text):
        raise WrongCellError(f'"{text}" is not a day', right)
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise WrongCellError(f'"{text}" is not a day', right) from error


def _read_number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > GREATEST_NUMBER:
        raise WrongCellError(f'"{text}" is not a whole number', f"a whole number from 0 to {GREATEST_NUMBER}")
    return int(text)


def _read_text(field: models.Field[Any, Any], text: str) -> str:
    if field.name == LINES_FIELD:
        return "\n".join(part.strip() for part in text.split("|") if part.strip())
    if not text:
        if not field.blank:
            raise WrongCellError("empty", "a value")
        return ""
    known = [str(value) for value, _label in field.flatchoices]
    if known and text not in known:
        raise WrongCellError(f'"{text}" is not known', f"one of {', '.join(known)}")
    try:
        field.run_validators(text)
    except ValidationError as error:
        raise WrongCellError(f'"{text}" does not fit', " ".join(error.messages)) from error
    return text
