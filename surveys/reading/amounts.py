"""Reads amounts of money strictly: what could be two numbers is neither, unless something tells which."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from babel.numbers import list_currencies
from django.utils.translation import gettext as _

from surveys.reading.numbers import MINUS, SEPARATORS, read_digits, visible

MAX_DIGITS = 13
"""Before the point: with two behind it fifteen, as many as SQLite keeps of a number; more could not be read again."""
MAX_CHARACTERS = 120
_DECIMALS = 2

_SHORTENED = re.compile(
    r"\D*\d[\d.,\s]*"
    r"(?:(?:k|m|bn|mn|mio|mln|thousand|million|billion|mille|millions|milliards?|mil|millones|lakhs?|lacs?|crores?|cr|"
    r"ribu|juta|miliar|nghìn|triệu|tỷ|тыс|млн|млрд)\b|[万萬亿億]).*",
    re.IGNORECASE,
)
"""Numbers that end in a word: 500k, 1,5 million, 2 crore, 5 万."""
_NAME = rf"[^\d\s()%=<>{re.escape(MINUS)}{re.escape(SEPARATORS)}¹²³⁰⁴⁵⁶⁷⁸⁹]{{1,4}}\.?"
_PRINTED = re.compile(
    rf"(?P<before>{_NAME})?\s*(?P<number>\d[\d{re.escape(SEPARATORS)}]*?)(?P<no_cents>[.,/][-–—])?\s*"
    rf"(?P<after>{_NAME})?\s*"
    r"(?:\((?P<covers>[^()]*)\))?\s*(?P<marks>[¹²³⁰⁴⁵⁶⁷⁸⁹\s]*)"
)
_DOLLARS = frozenset(
    (
        "ARS", "AUD", "BBD", "BND", "BSD", "BZD", "CAD", "CLP", "COP", "CUP", "DOP", "FJD", "GYD", "HKD", "JMD",
        "LRD", "MXN", "NAD", "NZD", "SBD", "SGD", "SRD", "TOP", "TTD", "TWD", "USD", "UYU", "WST",
    )
)  # fmt: skip
_YEN, _RUPEES = frozenset({"CNY", "JPY"}), frozenset({"INR", "LKR", "MUR", "NPR", "PKR", "SCR"})
_KRONER = frozenset({"DKK", "ISK", "NOK", "SEK"})
_OF_SEVERAL_COUNTRIES = {
    "$": _DOLLARS, "¥": _YEN, "￥": _YEN, "元": _YEN, "RS": _RUPEES, "RS.": _RUPEES, "₨": _RUPEES, "KR": _KRONER,
    "KR.": _KRONER,
}  # fmt: skip
_SIGNS = {
    "US$": "USD", "$US": "USD", "USD$": "USD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD",
    "C$": "CAD", "CA$": "CAD", "FJ$": "FJD", "WS$": "WST", "T$": "TOP", "SI$": "SBD", "R$": "BRL", "€": "EUR",
    "£": "GBP", "₹": "INR", "₽": "RUB", "฿": "THB", "₫": "VND", "Đ": "VND", "₩": "KRW", "₱": "PHP", "₸": "KZT",
    "₮": "MNT", "₺": "TRY", "₼": "AZN", "₾": "GEL", "֏": "AMD", "៛": "KHR", "₭": "LAK", "৳": "BDT", "TK": "BDT",
    "TK.": "BDT", "RP": "IDR", "RP.": "IDR", "RM": "MYR", "NU.": "BTN", "VT": "VUV",
}  # fmt: skip


class AmountError(ValueError):
    """The text is no amount; the message says what would be."""


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount as printed. `currency`: ISO 4217, empty where none stands at it; `covers` is what stands in brackets.

    `covers`: for example "LDCs".
    """

    value: Decimal
    as_printed: str
    covers: str = ""
    currency: str = ""


def parse_number(text: str, *, decimal: str | None) -> Decimal:
    """Return an amount such as "3,588,249.00", "3588249", "1 200 000,50", "12,34,567" or "13,75", to the cent.

    decimal: the mark before decimals where a number can be read in two ways, such as 10.500; None where nothing tells,
    and then NumberUndecided is raised. Raises AmountError for anything else: NaN, Infinity, exponents, negative
    numbers, more than two decimals (never rounded) or more than 13 digits before the point.
    """
    _check_length(text)
    value = read_digits(text, decimal=decimal)
    if value is None:
        raise AmountError(_what_is_wrong(text))
    whole, _point, decimals = format(value, "f").partition(".")
    if len(decimals.rstrip("0")) > _DECIMALS:
        raise AmountError(_("More than two decimals: write the amount in full cents, e.g. 1234.56."))
    if len(whole.lstrip("0")) > MAX_DIGITS:
        raise AmountError(_("The amount has more than %(limit)d digits.") % {"limit": MAX_DIGITS})
    return value.quantize(Decimal("0.01"))


def parse_printed(text: str, *, decimal: str | None, currency: str = "") -> Amount:
    """Return an amount as a paper prints it: "US$ 1,549,800.00 (LDCs) ¹⁰" is 1549800.00 in USD, which covers LDCs.

    currency: what is named beside it, which tells whose dollars "$" means. decimal: see `parse_number`. Raises as
    `parse_number` does, and AmountError for what stands at the amount and names no currency.
    """
    _check_length(text)
    printed = _PRINTED.fullmatch(visible(text))
    if printed is None:
        raise AmountError(_what_is_wrong(text))
    names = [name.upper() for name in (printed["before"], printed["after"]) if name]
    named = {_currency(name, text) for name in names if name not in _OF_SEVERAL_COUNTRIES}
    for name in (name for name in names if name in _OF_SEVERAL_COUNTRIES):
        beside = named or {currency}
        if not beside & _OF_SEVERAL_COUNTRIES[name]:
            said = _("“%(name)s” is the currency of several countries: write its ISO 4217 code, for example USD 10500.")
            raise AmountError(said % {"name": name})
        named = beside
    if len(named) > 1:
        raise AmountError(_("Two currencies stand at the amount: keep one."))
    return Amount(
        value=parse_number(_digits(printed), decimal=decimal),
        as_printed=text,
        covers=" ".join((printed["covers"] or "").split()),
        currency=next(iter(named), ""),
    )


def digits_of(text: str) -> str:
    """Return the number in a printed amount, or in a number with its sign; empty where there is none."""
    printed = _PRINTED.fullmatch(visible(text).lstrip(MINUS).strip()) if len(text) <= MAX_CHARACTERS else None
    return _digits(printed) if printed else ""


def _digits(printed: re.Match[str]) -> str:
    """Return the number with the cents that a dash says are none: 5.000,- and 1'234.- and, in South Asia, 5,000/-."""
    mark = (printed["no_cents"] or "")[:1].replace("/", ".")
    return f"{printed['number']}{mark}{'00' if mark else ''}"


def _currency(code: str, text: str) -> str:
    if code in _SIGNS:
        return _SIGNS[code]
    if code in _currencies():
        return code
    if _SHORTENED.fullmatch(text.strip()):
        raise AmountError(_what_is_wrong(text))
    said = _("“%(name)s” is no currency known here: write its ISO 4217 code, for example USD 10500.")
    raise AmountError(said % {"name": code})


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


def _check_length(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise AmountError(_("More than %(limit)d characters.") % {"limit": MAX_CHARACTERS})


def _what_is_wrong(text: str) -> str:
    if _SHORTENED.fullmatch(text.strip()):
        return _("Write the amount in full, e.g. 500000 for 500k.")
    if visible(text).startswith((*MINUS, "(")):
        return _("An amount is not negative.")
    return _("Not an amount: write digits such as 1,234,567.00, or n/a where none is stated.")
