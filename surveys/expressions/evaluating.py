"""Works an expression out, from answers that are handed in: no clock, no database, no code of the expression's own."""

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from typing import Protocol

from surveys.expressions.functions import FUNCTIONS, OF_ALL_REPETITIONS, OF_THE_PLACE, is_pattern
from surveys.expressions.parsing import (
    AnswerReference,
    Call,
    ChoiceColumn,
    Expression,
    Here,
    Literal,
    Negative,
    Operation,
    parts,
)
from surveys.expressions.values import Value, are_equal, as_number, as_string, as_truth


class Standpoint(Protocol):
    """Where an expression stands: what was answered, seen from one repetition."""

    @property
    def today(self) -> dt.date:
        """The day on which it is asked."""

    @property
    def repeat(self) -> int:
        """The repetition, from 0."""

    @property
    def here(self) -> Value:
        """The answer that is being checked."""

    def answer(self, name: str, repeat: int | None = None) -> Value:
        """Return the answer to a question: of this repetition, or of another."""

    def all_answers(self, name: str) -> Sequence[Value]:
        """Return its answers in all repetitions."""

    def label(self, name: str, choice: str) -> str:
        """Return what a choice of a question is called."""

    def column(self, name: str) -> str:
        """Return what a column of the sheet of choices says of the choice that is looked at."""


def unknown_in(expression: Expression) -> Iterator[str]:
    """Yield what cannot be worked out: functions that are not there, or called otherwise; patterns that look around."""
    found = list(parts(expression))
    # position(..) is the one way to ask for the repetition itself.
    placed = sum(isinstance(one, Call) and one.function == "position" and bool(one.arguments) for one in found)
    if sum(isinstance(one, Here) and one.is_parent for one in found) > placed:
        yield ".."
    for part in found:
        if isinstance(part, Call) and (said := _unknown_call(part)):
            yield said


def _unknown_call(call: Call) -> str:
    function, arguments = call.function, call.arguments
    if not _is_called_rightly(function, len(arguments)):
        return f"{function}()"
    if function == "regex":
        pattern = as_string(arguments[1].value) if isinstance(arguments[1], Literal) else ""
        return "" if pattern and is_pattern(pattern) else f"regex({pattern or '…'})"
    if function == "jr:choice-name" and not isinstance(arguments[1], Literal):
        return f"{function}()"
    if function == "indexed-repeat" and not isinstance(arguments[0], AnswerReference):
        return f"{function}()"
    return ""


def evaluate(expression: Expression, given: Standpoint) -> Value:
    """Return the value of an expression in which nothing is unknown (`unknown_in`)."""
    match expression:
        case Literal(value):
            return value
        case AnswerReference(name):
            return given.answer(name)
        case Here():
            return given.here
        case ChoiceColumn(name):
            return given.column(name)
        case Negative(of):
            return -as_number(evaluate(of, given))
        case Operation():
            return _operation(expression, given)
        case Call():
            return _call(expression, given)
    raise TypeError(expression)


def holds(expression: Expression, given: Standpoint) -> bool:
    """Return whether an expression is true."""
    return as_truth(evaluate(expression, given))


def named_in_text(question: str | float) -> str:
    """Return the name of the question in the second argument of jr:choice-name, which is a text: '${name}'."""
    return as_string(question).strip().removeprefix("${").removesuffix("}").strip()


def _is_called_rightly(function: str, number: int) -> bool:
    if function in OF_THE_PLACE:
        least, most = OF_THE_PLACE[function]
        return least <= number <= most
    known = FUNCTIONS.get(function) or OF_ALL_REPETITIONS.get(function)
    return known is not None and known.least <= number <= known.most


def _operation(expression: Operation, given: Standpoint) -> Value:
    left = evaluate(expression.left, given)
    match expression.operator:
        case "and":
            return as_truth(left) and holds(expression.right, given)
        case "or":
            return as_truth(left) or holds(expression.right, given)
    right = evaluate(expression.right, given)
    match expression.operator:
        case "=":
            return are_equal(left, right)
        case "!=":
            return not are_equal(left, right)
    first, second = as_number(left), as_number(right)
    match expression.operator:
        case "<":
            return first < second
        case "<=":
            return first <= second
        case ">":
            return first > second
        case ">=":
            return first >= second
        case "+":
            return first + second
        case "-":
            return first - second
        case "*":
            return first * second
    return _divided(first, second, remainder=expression.operator == "mod")


def _divided(first: float, second: float, *, remainder: bool) -> float:
    if second == 0 or not math.isfinite(first) or math.isnan(second):
        return math.nan if remainder or first == 0 or math.isnan(second) else math.copysign(math.inf, first)
    return math.fmod(first, second) if remainder else first / second


def _call(call: Call, given: Standpoint) -> Value:
    if call.function in OF_THE_PLACE:
        return _of_the_place(call, given)
    if call.function in OF_ALL_REPETITIONS:
        values: list[Value] = []
        for one in call.arguments:
            values += given.all_answers(one.name) if isinstance(one, AnswerReference) else [evaluate(one, given)]
        return OF_ALL_REPETITIONS[call.function].apply(values)
    return FUNCTIONS[call.function].apply([evaluate(one, given) for one in call.arguments])


def _of_the_place(call: Call, given: Standpoint) -> Value:
    match call.function, call.arguments:
        case "if", (condition, then, otherwise):
            return evaluate(then if holds(condition, given) else otherwise, given)
        case "coalesce", (first, second):
            value = evaluate(first, given)
            return value if value != "" else evaluate(second, given)
        case "once", (value,):
            return evaluate(value, given)
        case "position", _:
            return float(given.repeat + 1)
        case "jr:choice-name", (value, Literal(question)):
            return given.label(named_in_text(question), as_string(evaluate(value, given)))
        case "indexed-repeat", (AnswerReference(name), _, place):
            number = as_number(evaluate(place, given))
            return given.answer(name, int(number) - 1) if math.isfinite(number) else ""
    # today() and now(): the portal asks for days.
    return given.today
