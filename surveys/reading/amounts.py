"""Reads amounts of money strictly: what could be two numbers is neither."""

import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

MAX_DIGITS = 16
MAX_CHARACTERS = 120
_DECIMALS = 2

_NUMBER = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
# With spaces or points between thousands, or one or two decimals, a comma before them can be read in one way only.
_SPACED = re.compile(r"(?P<whole>[0-9]{1,3}(?:[ \u00a0\u202f'’][0-9]{3})+)(?:[.,](?P<decimals>[0-9]{1,2}))?")
_COMMA = re.compile(r"(?P<whole>[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+),(?P<decimals>[0-9]{1,2})")
_SHORTENED = re.compile(r"[^0-9]*([0-9][0-9.,\s]*)\s*(k|m|bn|mio|million|thousand|billion)\b.*", re.IGNORECASE)
_PRINTED = re.compile(
    r"(?:USD|US\$)?\s*(?P<number>[0-9][0-9.,'’ \u00a0\u202f]*?)\s*"
    r"(?:\((?P<covers>[^()]*)\))?\s*(?P<marks>[¹²³⁰⁴⁵⁶⁷⁸⁹\s]*)"
)
_DECIMAL_COMMA = re.compile(r"[0-9]+,[0-9]{1,2}|[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+|[0-9]+,[0-9]{4,}")


class AmountError(ValueError):
    """The text is no amount; the message says what would be."""


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of US dollars as printed; `covers` is what stands in brackets behind it, e.g. "LDCs"."""

    value: Decimal
    as_printed: str
    covers: str = ""


def parse_number(text: str) -> Decimal:
    """Return a number such as "3,588,249.00", "3588249", "1 200 000,50" or "13,75".

    A comma with three digits behind it stands between thousands, one with one or two before decimals. Raises
    AmountError for anything else: NaN, Infinity, exponents, negative numbers, more than two decimals (never rounded)
    or more than 16 digits before the point.
    """
    _check_length(text)
    if other := _SPACED.fullmatch(text) or _COMMA.fullmatch(text):
        text = "".join(letter for letter in other["whole"] if letter.isdigit()) + f".{other['decimals'] or 0}"
    if not _NUMBER.fullmatch(text):
        raise AmountError(_what_is_wrong(text))
    value = Decimal(text.replace(",", ""))
    whole, _point, decimals = format(value, "f").partition(".")
    if len(decimals.rstrip("0")) > _DECIMALS:
        raise AmountError(_("More than two decimals: write the amount in full cents, e.g. 1234.56."))
    if len(whole.lstrip("0")) > MAX_DIGITS:
        raise AmountError(_("The amount has more than %(limit)d digits.") % {"limit": MAX_DIGITS})
    return value.quantize(Decimal("0.01"))


def parse_printed(text: str) -> Amount:
    """Return an amount as a paper prints it: "1,549,800.00 (LDCs) ¹⁰" is 1549800.00, which covers LDCs.

    Raises AmountError as `parse_number` does.
    """
    _check_length(text)
    printed = _PRINTED.fullmatch(text)
    if printed is None:
        raise AmountError(_what_is_wrong(text))
    return Amount(
        value=parse_number(printed["number"]), as_printed=text, covers=" ".join((printed["covers"] or "").split())
    )


def _check_length(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise AmountError(_("More than %(limit)d characters.") % {"limit": MAX_CHARACTERS})


def _what_is_wrong(text: str) -> str:
    if _DECIMAL_COMMA.fullmatch(text.strip()):
        return _("A comma before decimals can be read in two ways: write 13.75 for the fraction, 1,375 for thousands.")
    if _SHORTENED.fullmatch(text.strip()):
        return _("Write the amount in full, e.g. 500000 for 500k.")
    if text.strip().startswith(("-", "−", "(")):
        return _("An amount is not negative.")
    return _("Not an amount: write digits such as 1,234,567.00, or n/a where none is stated.")
