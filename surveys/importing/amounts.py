"""Reads amounts of money strictly: what could be two numbers is neither."""

import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

MAX_DIGITS = 16
_DECIMALS = 2

_NUMBER = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_PRINTED = re.compile(
    rf"(?:USD|US\$)?\s*(?P<number>{_NUMBER.pattern})\s*(?:\((?P<covers>[^()]*)\))?\s*(?P<marks>[¹²³⁰⁴⁵⁶⁷⁸⁹\s]*)"
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
    """Return a number such as "3,588,249.00" or "3588249", with commas only between thousands, point before decimals.

    Raises AmountError for anything else: NaN, Infinity, exponents, negative numbers, decimal commas, more than two
    decimals (never rounded) or more than 16 digits before the point.
    """
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
    printed = _PRINTED.fullmatch(text)
    if printed is None:
        raise AmountError(_what_is_wrong(text))
    return Amount(
        value=parse_number(printed["number"]), as_printed=text, covers=" ".join((printed["covers"] or "").split())
    )


def _what_is_wrong(text: str) -> str:
    if _DECIMAL_COMMA.fullmatch(text.strip()):
        return _("A comma before decimals can be read in two ways: write 13.75 for the fraction, 1,375 for thousands.")
    if text.strip().startswith(("-", "−", "(")):
        return _("An amount is not negative.")
    return _("Not an amount: write digits such as 1,234,567.00, or n/a where none is stated.")
