"""Conditions "shown only if" on one question's answers, as an expression of XLSForm and back."""

from collections.abc import Mapping
from functools import reduce

from surveys.choices import QuestionKind
from surveys.expressions.parsing import AnswerReference, Call, Expression, Literal, Operation
from surveys.questionnaires.form import Condition

NamesOfChoices = Mapping[str, Mapping[str, str]]
"""By question, the names of its choices in the form by their codes."""


def condition_as_expression(condition: Condition, names: NamesOfChoices) -> Expression:
    """Return a condition as the column `relevant` has it."""
    question = AnswerReference(condition.question)
    if not condition.options:
        return Operation("!=", question, Literal(""))
    known = names.get(condition.question, {})
    selected: list[Expression] = [
        Call("selected", (question, Literal(known.get(option, option)))) for option in condition.options
    ]
    return reduce(lambda one, other: Operation("or", one, other), selected)


def expression_as_condition(
    read: Expression, kinds: Mapping[str, str], choices: Mapping[str, Mapping[str, str]]
) -> Condition | None:
    """Return what an expression says of one question's answers, None where it says anything else.

    kinds: of the questions that are asked; choices: their own choices, codes by the names of the form.
    """
    match read:
        case Operation("!=", AnswerReference(name), Literal("")):
            return Condition(name) if name in kinds else None
    options: list[str] = []
    names: set[str] = set()
    left = [read]
    while left:
        match left.pop():
            case Operation("or", first, second):
                left += [second, first]
            case Call("selected", (AnswerReference(name), Literal(str() as value))):
                names.add(name)
                options.append(value)
            # Of several choices, "=" says that it is the only one.
            case Operation("=", AnswerReference(name), Literal(str() as value)) if (
                kinds.get(name) == QuestionKind.SINGLE
            ):
                names.add(name)
                options.append(value)
            case _:
                return None
    if len(names) != 1 or kinds.get(next(iter(names))) not in (QuestionKind.SINGLE, QuestionKind.MULTIPLE):
        return None
    question = names.pop()
    known = choices.get(question)
    if known is None:
        return Condition(question, tuple(options))
    return Condition(question, tuple(known[one] for one in options)) if set(options) <= set(known) else None
