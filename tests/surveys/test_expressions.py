"""The language of rules: read, written back, worked out; what is no part of it is named, and nothing runs away."""

import datetime as dt
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.expressions.evaluating import evaluate, unknown_in
from surveys.expressions.parsing import (
    AnswerReference,
    Call,
    Expression,
    ExpressionError,
    Literal,
    Negative,
    Operation,
    as_text,
    parse,
)
from surveys.expressions.values import Value

pytestmark = pytest.mark.any_database


class Here:
    """A person of 20 who chose x and y."""

    today = dt.date(2027, 1, 15)
    repeat = 1
    here: Value = 20.0
    kept: dict[str, Value] = {
        "one": "yes", "several": "x y", "age": 20.0, "none": "", "born": dt.date(2007, 1, 1), "town": "t1",
    }  # fmt: skip

    def answer(self, name: str, repeat: int | None = None) -> Value:
        return self.kept[name]

    def all_answers(self, name: str) -> Sequence[Value]:
        return [3.0, "", 4.0]

    def label(self, name: str, choice: str) -> str:
        return {"yes": "Yes, I do"}.get(choice, choice)

    def column(self, name: str) -> str:
        return {"state": "t1", "name": "n"}.get(name, "")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('${one} = "yes"', True),
        ("${one} = ‘yes’", True),
        ("'don’t' = \"don’t\"", True),
        ("selected(${several}, 'y') and not(selected(${several}, 'z'))", True),
        (". >= 18 and . <= 99", True),
        ("${age} > 5 or ${nothing} > 5", True),
        ("${none} > 5", False),
        ("${none} = ''", True),
        ("${none} != 0", True),
        ("state = ${town}", True),
        ("regex(., '^[0-9]{2}$')", True),
        ("regex('abcd', '[a-c]+')", False),
        ("count-selected(${several})", 2.0),
        ("selected-at(${several}, 1)", "y"),
        ("if(${age} >= 18, 'adult', 'child')", "adult"),
        ("coalesce(${none}, 'else')", "else"),
        ("sum(${age}) + count-non-empty(${age})", 9.0),
        ("max(${age})", 4.0),
        ("int((today() - ${born}) div 365.25)", 20.0),
        ("${born} < '2008-01-01' and ${born} <= today()", True),
        ("format-date(today(), '%d/%m/%Y')", "15/01/2027"),
        ("string-length('été') = 3", True),
        ("jr:choice-name(${one}, '${one}')", "Yes, I do"),
        ("position(..)", 2.0),
        ("7 mod 3 + -2 * 3", -5.0),
        ("2 - 1 - 1", 0.0),
        ("1 div 0 > 5", True),
        ("round(2.5) = 3 and round(-2.455, 2) = -2.46", True),
        ("../age = 20 and /data/group/age = 20", True),
        ("concat('a', 1, true())", "a1true"),
        ("checklist(2, -1, 1, true(), false())", True),
    ],
)
def test_what_it_comes_to(text: str, value: Value):
    read = parse(text)
    assert list(unknown_in(read)) == []
    assert parse(as_text(read)) == read
    assert evaluate(read, Here()) == value


@pytest.mark.parametrize("text", ["", "(", "${a} =! 3", "${a} 5", "a b", "'open", "${a}[1]", "f(,)", "1 +", "@x"])
def test_what_is_not_understood(text: str):
    with pytest.raises(ExpressionError):
        parse(text)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("pulldata('f', 'a', 'b', ${c}) = 1", "pulldata()"),
        ("random() > 0.5", "random()"),
        ("selected(${a})", "selected()"),
        ("regex(., '(a)\\1')", "regex((a)\\1)"),
        ("regex(., '(?=a)b')", "regex((?=a)b)"),
        ("regex(., ${a})", "regex(…)"),
        (".. = 1", ".."),
        ("__import__('os')", "__import__()"),
    ],
)
def test_what_is_not_worked_out_is_named(text: str, named: str):
    assert list(unknown_in(parse(text))) == [named]


def test_nothing_runs_away():
    started = time.process_time()
    for text in ("(" * 5_000 + "1" + ")" * 5_000, "not(" * 60 + "1" + ")" * 60, " or ".join(["1"] * 3_000)):
        with pytest.raises(ExpressionError):
            parse(text)
    hostile = parse(f"regex('{'a' * 9_000}!', '(a+)+(a*)*(a|aa)+$')")
    assert evaluate(hostile, Here()) is False
    assert time.process_time() - started < 5


NAMES = st.sampled_from(["a", "b_2", "and_so", "c-d", "div1"])
LEAVES: st.SearchStrategy[Expression] = st.one_of(
    st.builds(Literal, st.sampled_from(["", "a b", "é", "%=,()${a}", "it's", 'say "a"', "or"])),
    st.builds(Literal, st.sampled_from([0.0, 7.0, 1e9, 0.5, 0.1, 12345.678])),
    st.builds(AnswerReference, NAMES),
)
TREES = st.recursive(
    LEAVES,
    lambda within: st.one_of(
        st.builds(
            Operation, st.sampled_from(["or", "and", "=", "!=", "<", ">=", "+", "-", "*", "div", "mod"]), within, within
        ),
        st.builds(Negative, within),
        st.builds(Call, st.sampled_from(["not", "selected", "if"]), st.lists(within, max_size=3).map(tuple)),
    ),
    max_leaves=12,
)


@given(TREES)
def test_every_expression_comes_back_as_it_went_out(tree: Expression):
    assert parse(as_text(tree)) == tree
