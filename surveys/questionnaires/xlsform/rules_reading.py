"""Reads conditions, constraints, filters and calculations of a form in the portal's names; tells what it cannot."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from surveys.expressions.evaluating import named_in_text, unknown_in
from surveys.expressions.parsing import (
    AnswerReference,
    Call,
    ChoiceColumn,
    Expression,
    ExpressionError,
    Literal,
    Operation,
    as_text,
    both,
    parse,
    parts,
    rewritten,
)
from surveys.models.answers.questionnaire import REFERENCE
from surveys.questionnaires.form import Calculation, Condition
from surveys.questionnaires.xlsform.conditions import expression_as_condition
from surveys.questionnaires.xlsform.findings import Findings, named
from surveys.questionnaires.xlsform.names import in_words

Node = Mapping[str, Any]
MAX_SHOWN = 200
DAYS_OF_THE_TOOL = frozenset({"today", "start", "end", "get today", "start time", "end time", "get start time",
                              "get end time"})  # fmt: skip


@dataclass
class FormNames:
    """What the names of a form stand for here."""

    questions: dict[str, str] = field(default_factory=dict)
    """Codes of questions that are asked, of what belongs to one (its amount, its "other"), and of sections."""
    choices: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """By code of a choice question, the codes of its own choices by their names."""
    kinds: dict[str, str] = field(default_factory=dict)
    calculations: dict[str, tuple[Node, str, str]] = field(default_factory=dict)
    """By name: the row, the expression, the section whose repetitions each have their own."""
    codes_of_calculations: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, Node] = field(default_factory=dict)
    countries: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """By code of a question whose own list became the portal's countries: ISO codes by the form's names."""


class RulesReader:
    """Reads expressions; what it is asked for and cannot give becomes a problem of the form."""

    def __init__(self, names: FormNames, told: Findings) -> None:
        self._names, self._told = names, told
        self._used: dict[str, str] = {}
        """The rules of the calculations that something refers to."""

    def rule(self, node: Node, text: Any, *, columns: bool = False) -> Expression | None:
        """Return an expression of a row; None where there is none, or one that has become a problem."""
        text = " ".join(str(text or "").split())
        if not text:
            return None
        try:
            read = rewritten(parse(text), self._in_portal_names(node))
        except ExpressionError as error:
            self._complain(node, text, _("“%(part)s” is not understood") % {"part": error})
            return None
        for unknown in dict.fromkeys(unknown_in(read)):
            self._complain(node, text, _("“%(part)s” is nothing that the portal works out") % {"part": unknown})
        if not columns and (bare := [part.name for part in parts(read) if isinstance(part, ChoiceColumn)]):
            self._complain(node, text, _("“%(part)s” is not understood") % {"part": bare[0]})
        self._check_countries(node, text, read)
        return read

    def condition(self, nodes: Sequence[Node]) -> tuple[Condition | None, str]:
        """Return when all of several rows are shown: what one question's answers decide, and the rest as a rule."""
        whole: Expression | None = None
        for node in nodes:
            whole = both(whole, self.rule(node, node.get("bind", {}).get("relevant")))
        if whole is None:
            return None, ""
        if condition := self._simple(whole):
            return condition, ""
        if isinstance(whole, Operation) and whole.operator == "and" and (condition := self._simple(whole.left)):
            return condition, as_text(whole.right)
        return None, as_text(whole)

    def text(self, node: Node, text: str) -> str:
        """Return a text with the names of what it refers to; what is not asked here stands in it as words."""

        def name(found: Any) -> str:
            code = self._names.questions.get(found[1]) or self._calculation(node, found[1], is_needed=False)
            if code:
                return f"${{{code}}}"
            self._told.notice(node, _("its text refers to “%(name)s”, which is not known here") % {"name": found[1]})
            return f"[{in_words(found[1])}]"

        return REFERENCE.sub(name, text)

    def calculations(self) -> tuple[Calculation, ...]:
        """Return the calculations that something refers to, by name."""
        found = (
            Calculation(
                self._names.codes_of_calculations[name], self._used[name], self._names.questions.get(section, section)
            )
            for name, (_node, _rule, section) in self._names.calculations.items()
            if self._used.get(name)
        )
        return tuple(sorted(found, key=lambda one: one.name))

    def unused(self) -> list[Node]:
        """Return the rows of calculations to which nothing refers that is kept."""
        return [node for name, (node, _rule, _section) in self._names.calculations.items() if not self._used.get(name)]

    def _in_portal_names(self, node: Node) -> Callable[[Expression], Expression]:
        def change(part: Expression) -> Expression:
            match part:
                case AnswerReference(name):
                    return AnswerReference(self._code(node, name))
                case Call("jr:choice-name", (value, Literal(question))):
                    return Call("jr:choice-name", (value, Literal(f"${{{self._code(node, named_in_text(question))}}}")))
                case Operation("=" | "!=" as sign, AnswerReference(name), Literal(str() as value)):
                    return Operation(sign, AnswerReference(name), Literal(self._country(name, value)))
                case Call("selected", (AnswerReference(name), Literal(str() as value))):
                    return Call("selected", (AnswerReference(name), Literal(self._country(name, value))))
            return part

        return change

    def _country(self, code: str, value: str) -> str:
        return self._names.countries.get(code, {}).get(value, value)

    def _check_countries(self, node: Node, text: str, read: Expression) -> None:
        """Refuse what looks at a country by the form's own names otherwise than by comparing it."""
        for code, named_so in self._names.countries.items():
            uses = sum(isinstance(part, AnswerReference) and part.name == code for part in parts(read))
            compared = sum(self._compares(part, code) for part in parts(read))
            if uses > compared and any(name != iso3 for name, iso3 in named_so.items()):
                self._complain(node, text, _("“%(part)s” can only be compared with a country") % {"part": code})

    def _compares(self, part: Expression, code: str) -> bool:
        match part:
            case (
                Operation("=" | "!=", AnswerReference(name), Literal())
                | Call("selected", (AnswerReference(name), Literal()))
                | Call("jr:choice-name", (AnswerReference(name), _))
            ):
                return name == code
        return False

    def _code(self, node: Node, name: str) -> str:
        if code := self._names.questions.get(name):
            return code
        if code := self._calculation(node, name, is_needed=True):
            return code
        if name in self._names.left_out:
            said = _("refers to %(other)s, which is not asked here") % {"other": named(self._names.left_out[name])}
        else:
            said = _("refers to “%(name)s”, which the form does not ask") % {"name": name}
        self._told.problem(node, said)
        return name

    def _calculation(self, node: Node, name: str, *, is_needed: bool) -> str:
        """Return the code of a calculation and keep its rule; empty where there is none, or none that can be kept."""
        if name not in self._names.calculations:
            return ""
        own, rule, _section = self._names.calculations[name]
        if name not in self._used:
            self._used[name] = ""
            told = self._told if is_needed else Findings()
            reader = self if is_needed else RulesReader(self._names, told)
            read = reader.rule(own, rule)
            if told.problems and not is_needed:
                del self._used[name]
                return ""
            if not is_needed:
                # Read anew, so that what it refers to is kept too.
                read = self.rule(own, rule)
            self._used[name] = as_text(read) if read else ""
        return self._names.codes_of_calculations[name]

    def _simple(self, read: Expression) -> Condition | None:
        return expression_as_condition(read, self._names.kinds, self._names.choices)

    def _complain(self, node: Node, text: str, said: str) -> None:
        self._told.problem(
            node, _("the rule “%(rule)s” cannot be kept: %(said)s") % {"rule": text[:MAX_SHOWN], "said": said}
        )
