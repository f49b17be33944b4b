"""Fields of what is sent: of the type that the schema says and of no other, so that nothing is read as something else.

REST framework's own take "5" for 5, 1 for true and a number for a text.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

_AMOUNT = re.compile(r"[0-9]{1,13}(\.[0-9]{1,2})?")
_LABELS = ("_label", "_labels")
"""How the names end of what answers say of a code."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class TextField(serializers.CharField):
    """A text, and nothing that could be written as one."""

    def to_internal_value(self, data: Any) -> str:
        """Return the text, without white space around it."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class TruthField(serializers.BooleanField):
    """`true` or `false`."""

    def to_internal_value(self, data: Any) -> bool:
        """Return it; what only looks like one is refused."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class WholeField(serializers.IntegerField):
    """A whole number, written as one."""

    def to_internal_value(self, data: Any) -> int:
        """Return the number."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class SentDayField(serializers.DateField):
    """A day as 2027-01-31."""

    def to_internal_value(self, value: Any) -> Any:
        """Return the day."""
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


class MoneyField(serializers.DecimalField):
    """An amount to the cent, as "12500.00" or as a number; never negative.

    Fifteen digits: as many as every database keeps.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 15, "decimal_places": 2, "min_value": Decimal(0), **kwargs})

    def to_internal_value(self, data: Any) -> Decimal:
        """Return the amount; what is not plain digits is refused in a text, what would be rounded in either."""
        is_text = isinstance(data, str) and _AMOUNT.fullmatch(data)
        is_number = isinstance(data, int | Decimal) and not isinstance(data, bool)
        if not (is_text or is_number):
            self.fail("invalid")
        return super().to_internal_value(data)


class CodeTextField(TextField):
    """The code of a row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 80, **kwargs})


class CodesListField(serializers.ListField):
    """Codes of rows."""

    child = CodeTextField()

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        super().__init__(**{"max_length": most, **kwargs})


class StrictSerializer(serializers.Serializer[Any]):
    """An object with these fields and no others; one that can only be read is refused by its name."""

    READ_ONLY: frozenset[str] = frozenset()
    """Names that answers hold and that nobody can send."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the values. Raises ValidationError with everything that is wrong, by field."""
        if not isinstance(data, Mapping):
            raise ValidationError({"non_field_errors": [_("Send an object with named fields.")]})
        wrong: dict[str, Any] = {str(name): [self._refusal(str(name))] for name in data if name not in self.fields}
        try:
            values = super().to_internal_value(data)
        except ValidationError as error:
            detail: Any = error.detail
            wrong = {**detail, **wrong}
        if wrong:
            raise ValidationError(wrong)
        return values

    def _refusal(self, name: str) -> str:
        if name in self.READ_ONLY or name.endswith(_LABELS):
            return _("It can only be read: leave it out.")
        return _("Unknown field. Allowed here: %(names)s.") % {"names": ", ".join(sorted(self.fields))}


def by_name(detail: Any) -> dict[str, list[str]]:
    """Return the messages of a ValidationError by dotted name: "amount.value", "targets.0.country"."""
    found: dict[str, list[str]] = {}
    for path, message in _messages(detail, ()):
        found.setdefault(".".join(path) or "body", []).append(message)
    return found


def _messages(detail: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            step = () if name == "non_field_errors" else (str(name)[:80],)
            yield from _messages(inner, (*path, *step))
    elif isinstance(detail, list):
        for number, inner in enumerate(detail):
            if isinstance(inner, Mapping):
                yield from _messages(inner, (*path, str(number)))
            else:
                yield path, str(inner)
    else:
        yield path, str(detail)
