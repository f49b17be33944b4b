"""Reads an expression as XLSForm writes it into a tree, and writes the tree back; nothing is ever executed as code.

`${age} >= 18 and (selected(${role}, 'a') or . = "x")`: references, the own answer (`.`), both quotation marks, numbers,
comparisons, arithmetic, `and`, `or`, and calls of the functions that `functions.py` knows. Bare names are columns of
the sheet of choices, as choice filters have them. Paths to a neighbour (`../age`, `/data/group/age`) are references.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

MAX_CHARACTERS, MAX_BRACKETS, MAX_DEPTH = 10_000, 40, 150
"""Deeper trees would exhaust the stack of what walks them: a chain of `or` is as deep as it is long."""
_NAME = r"[^\W\d][\w.\-]*(?::[^\W\d][\w.\-]*)?"
_TOKENS = re.compile(
    rf"""\s*(?:
        (?P<reference>\$\{{\s*{_NAME}\s*\}})
      | (?P<text>"[^"]*"|'[^']*')
      | (?P<number>\d+(?:\.\d*)?|\.\d+)
      | (?P<path>(?:current\(\)\s*/\s*)?(?:\.\./)+(?:{_NAME}/)*{_NAME}|(?:/{_NAME})+)
      | (?P<parent>\.\.)
      | (?P<here>\.)
      | (?P<name>{_NAME})
      | (?P<sign><=|>=|!=|=|<|>|\+|-|\*|\(|\)|,|\|)
    )""",
    re.VERBOSE,
)
# How strongly each binds, the weakest first.
_STRENGTH = {
    "or": 1, "and": 2, "=": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "div": 6, "mod": 6,
}  # fmt: skip
_SIGN_OF_A_NUMBER = 7
# What word processors make of quotation marks.
_TYPOGRAPHIC = str.maketrans("“”„‘’‚\xa0", "\"\"\"'''\x20")


class ExpressionError(ValueError):
    """An expression that is not understood; the message is the part of it that is not."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A text or a number that stands in the expression."""

    value: str | float


@dataclass(frozen=True, slots=True)
class AnswerReference:
    """The answer to a question, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Here:
    """The answer that is being checked: `.`; `..` where it names the repetition in which it stands."""

    is_parent: bool = False


@dataclass(frozen=True, slots=True)
class ChoiceColumn:
    """A column of the sheet of choices, for the choice that a filter looks at."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    function: str
    arguments: "tuple[Expression, ...]" = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """Two expressions with an operator between them."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Negative:
    """A number with its sign turned."""

    of: "Expression"


Expression = Literal | AnswerReference | Here | ChoiceColumn | Call | Operation | Negative


class _Token(NamedTuple):
    kind: str
    text: str


@lru_cache(maxsize=2_000)
def parse(text: str) -> Expression:
    """Return an expression as a tree. Raises ExpressionError with what is not understood."""
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError(text[:100])
    try:
        tokens = list(_tokens(text))
    except ExpressionError:
        tokens = list(_tokens(text.translate(_TYPOGRAPHIC)))
    parser = _Parser(tokens)
    found = parser.expression(0, 0)
    if parser.rest:
        raise ExpressionError(parser.rest)
    level: Sequence[Expression] = [found]
    for _depth in range(MAX_DEPTH):
        level = [part for one in level for part in _within(one)]
        if not level:
            return found
    raise ExpressionError(text[:100])


def as_text(expression: Expression) -> str:
    """Return the expression as XLSForm writes it: `parse` makes the same tree of it."""
    return _written(expression, 0)


def parts(expression: Expression) -> Iterator[Expression]:
    """Yield an expression and all that stands in it."""
    yield expression
    for part in _within(expression):
        yield from parts(part)


def references(expression: Expression) -> set[str]:
    """Return the names of the questions that it refers to."""
    return {part.name for part in parts(expression) if isinstance(part, AnswerReference)}


def rewritten(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """Return the expression with each part of it changed, from the innermost outwards."""
    match expression:
        case Call():
            return change(
                replace(expression, arguments=tuple(rewritten(part, change) for part in expression.arguments))
            )
        case Operation():
            left, right = rewritten(expression.left, change), rewritten(expression.right, change)
            return change(replace(expression, left=left, right=right))
        case Negative():
            return change(Negative(rewritten(expression.of, change)))
    return change(expression)


def both(first: Expression | None, second: Expression | None) -> Expression | None:
    """Return what holds where both hold; None stands for what always holds."""
    if first is None or second is None:
        return first or second
    return Operation("and", first, second)


def _within(expression: Expression) -> Sequence[Expression]:
    match expression:
        case Call():
            return expression.arguments
        case Operation():
            return (expression.left, expression.right)
        case Negative():
            return (expression.of,)
    return ()


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while text[position:].strip():
        found = _TOKENS.match(text, position)
        if found is None:
            raise ExpressionError(text[position:].strip()[:100])
        kind = str(found.lastgroup)
        yield _Token(kind, found[kind])
        position = found.end()


class _Parser:
    """Takes tokens one by one; brackets within brackets are bounded, so that no expression exhausts the stack."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens, self._at = tokens, 0

    @property
    def rest(self) -> str:
        """What was not taken, as text."""
        return " ".join(token.text for token in self._tokens[self._at :])[:100]

    def expression(self, weakest: int, depth: int) -> Expression:
        if depth > MAX_BRACKETS:
            raise ExpressionError(self.rest)
        left = self._operand(depth)
        while (operator := self._operator()) and _STRENGTH[operator] > weakest:
            self._at += 1
            left = Operation(operator, left, self.expression(_STRENGTH[operator], depth + 1))
        return left

    def _operator(self) -> str:
        token = self._peek()
        return token.text if token and token.kind in ("name", "sign") and token.text in _STRENGTH else ""

    def _peek(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _take(self, sign: str = "") -> _Token:
        token = self._peek()
        if token is None or (sign and token != _Token("sign", sign)):
            raise ExpressionError(self.rest or sign)
        self._at += 1
        return token

    def _operand(self, depth: int) -> Expression:
        token = self._take()
        match token.kind:
            case "reference":
                return AnswerReference(token.text[2:-1].strip())
            case "path":
                return AnswerReference(token.text.rpartition("/")[2])
            case "text":
                return Literal(token.text[1:-1])
            case "number":
                return Literal(float(token.text))
            case "here" | "parent":
                return Here(is_parent=token.kind == "parent")
            case "name":
                return self._named(token.text, depth)
        if token.text == "(":
            found = self.expression(0, depth + 1)
            self._take(")")
            return found
        if token.text == "-":
            return Negative(self.expression(_SIGN_OF_A_NUMBER, depth + 1))
        self._at -= 1
        raise ExpressionError(self.rest)

    def _named(self, name: str, depth: int) -> Expression:
        if self._peek() != _Token("sign", "("):
            return ChoiceColumn(name)
        self._take("(")
        arguments: list[Expression] = []
        while self._peek() != _Token("sign", ")"):
            if arguments:
                self._take(",")
            arguments.append(self.expression(0, depth + 1))
        self._take(")")
        return Call(name, tuple(arguments))


def _written(expression: Expression, weakest: int) -> str:
    match expression:
        case Literal():
            return _literal(expression.value)
        case AnswerReference():
            return f"${{{expression.name}}}"
        case Here():
            return ".." if expression.is_parent else "."
        case ChoiceColumn():
            return expression.name
        case Call():
            return f"{expression.function}({', '.join(_written(part, 0) for part in expression.arguments)})"
        case Negative():
            return f"-{_written(expression.of, _SIGN_OF_A_NUMBER)}"
    own = _STRENGTH[expression.operator]
    left, right = _written(expression.left, own - 1), _written(expression.right, own)
    text = f"{left} {expression.operator} {right}"
    return f"({text})" if own <= weakest else text


def _literal(value: str | float) -> str:
    if isinstance(value, str):
        return f'"{value}"' if "'" in value else f"'{value}'"
    return f"{value:.15g}" if value != int(value) or abs(value) >= 1e15 else str(int(value))
