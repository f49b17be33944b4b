"""What expressions compute with, and how one kind of value becomes another, as XPath 1.0 and ODK have it."""

import datetime as dt
import math
import re

Value = str | float | bool | dt.date
"""Answers to choices are their names, several with spaces between them; no answer is an empty text."""

EPOCH = dt.date(1970, 1, 1)
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T.*)?\Z")
_NUMBER = re.compile(r"\s*-?(?:\d+(?:\.\d*)?|\.\d+)\s*\Z")


def as_number(value: Value) -> float:
    """Return a value as a number; a day as days since 1970, what is neither as NaN."""
    match value:
        case bool():
            return float(value)
        case dt.date():
            return float((value - EPOCH).days)
        case str():
            if _NUMBER.match(value):
                return float(value)
            day = as_day(value)
            return math.nan if day is None else as_number(day)
    return value


def as_string(value: Value) -> str:
    """Return a value as text: whole numbers without a point."""
    match value:
        case bool():
            return "true" if value else "false"
        case dt.date():
            return value.isoformat()
        case str():
            return value
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else f"{value:.15g}"


def as_truth(value: Value) -> bool:
    """Return whether a value counts as true: a text that is not empty, a number that is not 0."""
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return bool(value)


def as_day(value: Value) -> dt.date | None:
    """Return a value as a day, None where it is none."""
    match value:
        case bool():
            return None
        case dt.date():
            return value
        case float():
            if math.isfinite(value) and abs(value) < 2_900_000:
                try:
                    return EPOCH + dt.timedelta(days=math.floor(value))
                except OverflowError:
                    return None
            return None
    found = _DAY.match(value.strip())
    try:
        return dt.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def are_equal(left: Value, right: Value) -> bool:
    """Return whether two values are the same: as truths, numbers or texts, by the kinds that they are of."""
    if isinstance(left, bool) or isinstance(right, bool):
        return as_truth(left) == as_truth(right)
    if isinstance(left, float) or isinstance(right, float):
        # No answer is no number: it is the same as an empty text alone.
        return as_number(left) == as_number(right) if "" not in (left, right) else left == right
    return as_string(left) == as_string(right)
