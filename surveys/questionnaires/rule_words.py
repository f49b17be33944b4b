"""Says in words what a constraint asks for, where it is of the usual kind: `. >= 18 and . <= 99`."""

from django.utils.translation import gettext as _

from surveys.expressions.parsing import Call, Expression, Here, Literal, Negative, Operation
from surveys.expressions.values import as_string


def constraint_in_words(rule: Expression) -> str:
    """Return what an answer must be, for example "at least 18, at most 99"; empty for other rules."""
    parts: list[str] = []
    left = [rule]
    while left:
        match left.pop():
            case Operation("and", first, second):
                left += [second, first]
            case Operation(operator, Here(), limit) if words := _limit(operator, limit):
                parts.append(words)
            case _:
                return ""
    return ", ".join(parts)


def _limit(operator: str, limit: Expression) -> str:
    value = _value(limit)
    if not value:
        return ""
    match operator:
        case ">=":
            return _("at least %(limit)s") % {"limit": value}
        case "<=":
            return _("at most %(limit)s") % {"limit": value}
        case ">":
            return _("more than %(limit)s") % {"limit": value}
        case "<":
            return _("less than %(limit)s") % {"limit": value}
        case "!=":
            return _("not %(limit)s") % {"limit": value}
    return ""


def _value(limit: Expression) -> str:
    match limit:
        case Literal(value):
            return as_string(value)
        case Negative(Literal(float() as value)):
            return as_string(-value)
        case Call("today" | "now"):
            return _("today")
    return ""
