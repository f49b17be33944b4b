"""The functions that expressions may call: their names as ODK documents them, how many arguments, what they do."""

import datetime as dt
import math
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

import re2

from surveys.expressions.values import Value, as_day, as_number, as_string, as_truth

MANY = 1_000
MAX_TEXT = 10_000


class Function(NamedTuple):
    """A function of values; `least` and `most`: how many arguments it takes."""

    least: int
    most: int
    apply: Callable[[Sequence[Value]], Value]


def is_pattern(pattern: str) -> bool:
    """Return whether a pattern can be matched here: in linear time, so without references back and looks around."""
    try:
        _compiled(pattern)
    except re2.error:
        return False
    return True


@lru_cache(maxsize=500)
def _compiled(pattern: str) -> "re2._Regexp[str]":
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    return re2.compile(pattern, options)


def _regex(given: Sequence[Value]) -> bool:
    # As Java matches: the whole text.
    return bool(_compiled(as_string(given[1])).fullmatch(as_string(given[0])[:MAX_TEXT]))


def _words(value: Value) -> list[str]:
    return as_string(value).split()


def _selected_at(given: Sequence[Value]) -> str:
    words, place = _words(given[0]), as_number(given[1])
    return words[int(place)] if math.isfinite(place) and 0 <= int(place) < len(words) else ""


def _substr(given: Sequence[Value]) -> str:
    text = as_string(given[0])
    return text[slice(*(_place(one) for one in given[1:3]))]


def _place(value: Value) -> int:
    number = as_number(value)
    return int(number) if math.isfinite(number) else 0


def _substring(given: Sequence[Value]) -> str:
    text, start = as_string(given[0]), _place(given[1]) - 1
    end = len(text) if len(given) < 3 else max(start + _place(given[2]), 0)
    return text[max(start, 0) : end]


def _substring_before(given: Sequence[Value]) -> str:
    before, found, _after = as_string(given[0]).partition(as_string(given[1]) or "\0")
    return before if found else ""


def _translate(given: Sequence[Value]) -> str:
    text, before, after = (as_string(one) for one in given)
    table = {letter: after[place : place + 1] for place, letter in reversed(list(enumerate(before)))}
    return "".join(table.get(letter, letter) for letter in text)


def _round(given: Sequence[Value]) -> float:
    number, digits = as_number(given[0]), _place(given[1]) if len(given) > 1 else 0
    if not math.isfinite(number) or abs(digits) > 15:
        return number
    try:
        return float(Decimal(repr(number)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))
    except InvalidOperation:
        return number


def _int(given: Sequence[Value]) -> float:
    number = as_number(given[0])
    return float(int(number)) if math.isfinite(number) else math.nan


def _on_number(function: Callable[[float], float]) -> Callable[[Sequence[Value]], float]:
    def apply(given: Sequence[Value]) -> float:
        number = as_number(given[0])
        try:
            return float(function(number)) if math.isfinite(number) else number
        except (OverflowError, ValueError):
            return math.nan

    return apply


def _pow(given: Sequence[Value]) -> float:
    try:
        power = as_number(given[0]) ** as_number(given[1])
    except (OverflowError, ZeroDivisionError):
        return math.nan
    return power if isinstance(power, float) else math.nan


def _date(given: Sequence[Value]) -> Value:
    day = as_day(given[0])
    return "" if day is None else day


_FORMATS: dict[str, Callable[[dt.date], str]] = {
    "Y": lambda day: f"{day.year:04d}",
    "y": lambda day: f"{day.year % 100:02d}",
    "m": lambda day: f"{day.month:02d}",
    "n": lambda day: str(day.month),
    "b": lambda day: day.strftime("%b"),
    "d": lambda day: f"{day.day:02d}",
    "e": lambda day: str(day.day),
    "a": lambda day: day.strftime("%a"),
    "H": lambda _day: "00",
    "h": lambda _day: "0",
    "M": lambda _day: "00",
    "S": lambda _day: "00",
}


def _format_date(given: Sequence[Value]) -> str:
    day, pieces = as_day(given[0]), as_string(given[1]).split("%")
    if day is None:
        return ""
    return pieces[0] + "".join(
        _FORMATS[piece[0]](day) + piece[1:] if piece[:1] in _FORMATS else piece for piece in pieces[1:]
    )


def _weighted(given: Sequence[Value], *, weighs: bool) -> bool:
    least, most, rest = as_number(given[0]), as_number(given[1]), given[2:]
    pairs = zip(rest[::2], rest[1::2], strict=False) if weighs else ((one, 1.0) for one in rest)
    total = sum(as_number(weight) for one, weight in pairs if as_truth(one))
    return (least < 0 or total >= least) and (most < 0 or total <= most)


def _numbers(given: Sequence[Value]) -> list[float]:
    return [as_number(one) for one in given if one != ""]


FUNCTIONS: dict[str, Function] = {
    "abs": Function(1, 1, _on_number(abs)),
    "boolean": Function(1, 1, lambda given: as_truth(given[0])),
    "boolean-from-string": Function(1, 1, lambda given: as_string(given[0]) in ("1", "true")),
    "ceiling": Function(1, 1, _on_number(math.ceil)),
    "checklist": Function(3, MANY, lambda given: _weighted(given, weighs=False)),
    "concat": Function(1, MANY, lambda given: "".join(map(as_string, given))),
    "contains": Function(2, 2, lambda given: as_string(given[1]) in as_string(given[0])),
    "count-selected": Function(1, 1, lambda given: float(len(_words(given[0])))),
    "date": Function(1, 1, _date),
    "decimal-date-time": Function(1, 1, lambda given: as_number(_date(given))),
    "ends-with": Function(2, 2, lambda given: as_string(given[0]).endswith(as_string(given[1]))),
    "exp": Function(1, 1, _on_number(math.exp)),
    "false": Function(0, 0, lambda _given: False),
    "floor": Function(1, 1, _on_number(math.floor)),
    "format-date": Function(2, 2, _format_date),
    "int": Function(1, 1, _int),
    "log": Function(1, 1, _on_number(math.log)),
    "log10": Function(1, 1, _on_number(math.log10)),
    "normalize-space": Function(1, 1, lambda given: " ".join(_words(given[0]))),
    "not": Function(1, 1, lambda given: not as_truth(given[0])),
    "number": Function(1, 1, lambda given: as_number(given[0])),
    "pow": Function(2, 2, _pow),
    "regex": Function(2, 2, _regex),
    "round": Function(1, 2, _round),
    "selected": Function(2, 2, lambda given: as_string(given[1]).strip() in _words(given[0])),
    "selected-at": Function(2, 2, _selected_at),
    "sqrt": Function(1, 1, _on_number(math.sqrt)),
    "starts-with": Function(2, 2, lambda given: as_string(given[0]).startswith(as_string(given[1]))),
    "string": Function(1, 1, lambda given: as_string(given[0])),
    "string-length": Function(1, 1, lambda given: float(len(as_string(given[0])))),
    "substr": Function(2, 3, _substr),
    "substring": Function(2, 3, _substring),
    "substring-after": Function(2, 2, lambda given: as_string(given[0]).partition(as_string(given[1]) or "\0")[2]),
    "substring-before": Function(2, 2, _substring_before),
    "translate": Function(3, 3, _translate),
    "true": Function(0, 0, lambda _given: True),
    "weighted-checklist": Function(4, MANY, lambda given: _weighted(given, weighs=True)),
}  # fmt: skip
"""By name, of values alone."""

OF_ALL_REPETITIONS: dict[str, Function] = {
    "count": Function(1, 1, lambda given: float(len(given))),
    "count-non-empty": Function(1, 1, lambda given: float(len([one for one in given if one != ""]))),
    "max": Function(1, MANY, lambda given: max(_numbers(given), default=math.nan)),
    "min": Function(1, MANY, lambda given: min(_numbers(given), default=math.nan)),
    "sum": Function(1, 1, lambda given: sum(_numbers(given), 0.0)),
    "join": Function(2, MANY, lambda given: as_string(given[0]).join(map(as_string, given[1:]))),
}
"""By name, of all answers that a reference stands for, where its question repeats."""

OF_THE_PLACE = {"coalesce": (2, 2), "if": (3, 3), "today": (0, 0), "now": (0, 0), "position": (0, 1), "once": (1, 1),
                "jr:choice-name": (2, 2), "indexed-repeat": (3, 3)}  # fmt: skip
"""Those that `evaluating.py` decides itself, with the number of their arguments: they look at where they stand."""
