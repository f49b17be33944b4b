"""Numbers as a person types and reads them in the language of the page."""

from decimal import Decimal

from django.utils.formats import get_format, number_format

from surveys.reading.numbers import COMMA, POINT


def mark_of_reader() -> str:
    """Return what stands before decimals in the language of the page: by it 10.500 is read, which could be two."""
    return COMMA if get_format("DECIMAL_SEPARATOR") == COMMA else POINT


def as_read(value: Decimal | int | str) -> str:
    """Return a number as the reader's language writes it, thousands apart: read again, it is the same number.

    A string is one that is stored, such as "-1234.5"; decimals stay as they are.
    """
    return str(number_format(Decimal(value), use_l10n=True, force_grouping=True))
