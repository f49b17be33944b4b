"""Makes questions of the rows of a form, with their texts, choices and rules."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from directory.name_index import load_name_index
from surveys.choices import ChoicesFrom, Feeds, QuestionKind, Side
from surveys.expressions.parsing import ChoiceColumn, Expression, as_text, both, parse, parts
from surveys.questionnaires.form import Form, FormOption, FormQuestion, Words
from surveys.questionnaires.lists import OTHER
from surveys.questionnaires.xlsform.findings import Findings
from surveys.questionnaires.xlsform.kinds import ACKNOWLEDGED, CONSTRAINTS, KINDS, RANGE
from surveys.questionnaires.xlsform.languages import language_code, text_in_english
from surveys.questionnaires.xlsform.names import codes_of_choices, in_words
from surveys.questionnaires.xlsform.parts import AskedRow, is_money, name_of
from surveys.questionnaires.xlsform.rules_reading import RulesReader
from surveys.questionnaires.xlsform.writing import LIST_PREFIX

Node = Mapping[str, Any]
TRUE, FALSE = frozenset({"true", "yes", "true()", "1"}), frozenset({"false", "no", "false()", "0"})
MAX_LABEL = 2_000
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:span|font|strong|em|b|i|u|p|div|h[1-6]|center|sup|sub|small|big|mark|a)\b[^<>]{0,300}>", re.IGNORECASE
)
_HEADING = re.compile(r"^#{1,6}\s+", re.MULTILINE)
_STARS = re.compile(r"(\*\*|__)(?=\S)([^*_\n]{1,500}?)(?<=\S)\1")
CHOICES = (QuestionKind.SINGLE, QuestionKind.MULTIPLE)
COUNTRY_WORDS = frozenset(
    {"country", "country name", "country_name", "pays", "pais", "país", "страна", "国家", "البلد"}
)
MOST_COUNTRIES = 300


def kind_of(node: Node) -> QuestionKind:
    """Return the kind of a question that is asked."""
    if is_money(node):
        return QuestionKind.MONEY
    kind = str(node.get("type", ""))
    if kind == "range" and all(_is_whole(text) for text in _range(node).values()):
        return QuestionKind.WHOLE
    return KINDS[kind]


def portal_list(node: Node) -> str:
    """Return which of the portal's own lists a question is answered from; empty for a list of its own."""
    name = str(node.get("list_name") or node.get("itemset") or "")
    own = name.removeprefix(LIST_PREFIX).removesuffix("_or_other")
    return own if name.startswith(LIST_PREFIX) and own in ChoicesFrom.values else ""


def choices_of(node: Node) -> list[Node]:
    """Return the rows of the choices of a question."""
    if str(node.get("type")) in ("acknowledge", "trigger"):
        return [ACKNOWLEDGED]
    return list(node.get("choices", ()))


def named_choices(node: Node) -> dict[str, str]:
    """Return the codes of the choices of a question by their names, in their order."""
    return codes_of_choices(list(dict.fromkeys(name_of(row) for row in choices_of(node))))


def countries_of(node: Node) -> dict[str, str]:
    """Return the ISO codes of a list of countries by the names of its choices; empty for a list of anything else."""
    rows = choices_of(node)
    if not 0 < len(rows) <= MOST_COUNTRIES:
        return {}
    index = load_name_index()
    found = {}
    for row in rows:
        name = name_of(row)
        by_label = index.resolve(text_in_english(row.get("label"), "")).iso3
        found[name] = by_label or index.resolve(name, codes=True).iso3
    if not all(found.values()) or len(set(found.values())) < len(found):
        return {}
    return {name: str(iso3) for name, iso3 in found.items()}


def asks_for_the_country(node: Node) -> bool:
    """Return whether a question's name or text is the word for a country."""
    if kind_of(node) != QuestionKind.SINGLE:
        return False
    labels = node.get("label") or ""
    texts = labels.values() if isinstance(labels, Mapping) else [labels]
    return any(str(text).strip(" :?*").casefold() in COUNTRY_WORDS for text in (node.get("name"), *texts))


class QuestionReader:
    """Makes questions; what cannot be asked is told."""

    def __init__(
        self, rules: RulesReader, told: Findings, *, known: Form, has_own_columns: bool, default_language: str
    ) -> None:
        self._rules, self._told, self._known = rules, told, known.questions
        self._has_own_columns, self._default = has_own_columns, default_language

    def question(
        self,
        asked: AskedRow,
        code: str,
        choices: Mapping[str, str],
        headings: Sequence[str],
        countries: Mapping[str, str],
    ) -> FormQuestion:
        """Return a question.

        choices: codes by the names of its own choices; countries: ISO codes by those names, where they are the
        countries among which it asks for that of the answer.
        """
        node, known = asked.node, self._known.get(code)
        kind = kind_of(node)
        amount = next(part for part in node["children"] if part["name"].endswith("_amount")) if is_money(node) else node
        shown_if, shown_if_rule = self._rules.condition([*asked.conditions, node])
        is_required, required_if = self._required(amount)
        constraint = self._constraint(amount)
        filtered = self._rules.rule(node, node.get("choice_filter"), columns=True)
        label, translations = self.texts(node)
        from_portal = ChoicesFrom.COUNTRIES if countries else portal_list(node)
        if filtered and from_portal:
            self._told.problem(node, _("a choice filter needs a list of the form's own"))
        feeds = self._one_of(node, "ssc_feeds", Feeds.values, known.feeds if known else "")
        return FormQuestion(
            code=code,
            kind=kind,
            label=label or self._words_instead(node, translations),
            help=self.plain(node, "hint") if label else "",
            is_required=is_required,
            required_if=as_text(required_if) if required_if else "",
            constraint=as_text(constraint) if constraint else "",
            constraint_message=self.plain(amount, "constraint_message"),
            choice_filter=as_text(filtered) if filtered else "",
            choices_from=from_portal,
            # Its text question follows in the form: see `join_other`.
            allows_other=False,
            shown_if=shown_if,
            shown_if_rule=shown_if_rule,
            translations=translations,
            options=() if from_portal or kind not in CHOICES else self._options(node, known, choices, filtered),
            short_label=self._own(node, "ssc_short_label", known.short_label if known else "")[:80],
            feeds=feeds or (Feeds.COUNTRY if countries else ""),
            side=self._one_of(node, "ssc_side", Side.values, known.side if known else ""),
            headings=_lines(self._own(node, "ssc_headings", known.headings if known else ""), headings),
            spellings=_lines(
                self._own(node, "ssc_spellings", known.spellings if known else ""),
                [f"{name} = {iso3}" for name, iso3 in countries.items() if name.casefold() != iso3.casefold()],
            ),
            is_public=self._own(node, "ssc_public", "" if known is None or known.is_public else "no") != "no",
        )

    def plain(self, node: Node, column: str) -> str:
        """Return a text of a row in English, or in what stands for it."""
        return self._rules.text(node, self._without_format(node, text_in_english(_texts(node, column), self._default)))

    def _without_format(self, node: Node, text: str) -> str:
        """Return a text without the marks of bold, colours and headings, which would be shown as they stand."""
        plain = _STARS.sub(r"\2", _HEADING.sub("", _TAG.sub("", _BREAK.sub("\n", text)))).strip()
        if plain != text.strip():
            self._told.notice(node, _("its text is shown without its formatting"))
        return plain

    def texts(self, node: Node) -> tuple[str, Words]:
        """Return the label of a row, and its texts in other languages."""
        label = self.plain(node, "label")
        if len(label) > MAX_LABEL:
            self._told.problem(node, _("its label has more than %(limit)d characters") % {"limit": MAX_LABEL})
        translations: dict[str, dict[str, str]] = {}
        for name, column in (("label", "label"), ("help", "hint"), ("constraint_message", "constraint_message")):
            texts, english = _texts(node, column), self.plain(node, column)
            for language, text in texts.items() if isinstance(texts, Mapping) else ():
                code, text = (
                    language_code(language),
                    self._rules.text(node, self._without_format(node, str(text or ""))),
                )
                if code != "en" and text and text not in (english, "-"):
                    translations.setdefault(code, {})[name] = text
        return label, translations

    def _words_instead(self, node: Node, translations: Words) -> str:
        """Return what stands for a label that is not there: the hint, else the name."""
        hint = self.plain(node, "hint")
        for words in translations.values():
            if "help" in words and "label" not in words and isinstance(words, dict):
                words["label"] = words.pop("help")
        if not hint:
            self._told.notice(node, _("it has no label: its name stands for it"))
        return hint or in_words(name_of(node))

    def _required(self, node: Node) -> tuple[bool, Expression | None]:
        text = str(node.get("bind", {}).get("required", "")).strip()
        if text.casefold() in TRUE | FALSE:
            return text.casefold() in TRUE, None
        return False, self._rules.rule(node, text)

    def _constraint(self, node: Node) -> Expression | None:
        constraint = self._rules.rule(node, node.get("bind", {}).get("constraint"))
        kind = str(node.get("type", ""))
        if kind in CONSTRAINTS:
            self._told.notice(node, _("“%(kind)s” is asked as text, whose form is checked") % {"kind": kind})
            return both(parse(CONSTRAINTS[kind]), constraint)
        if kind != "range":
            return constraint
        limits = _range(node)
        try:
            rule = parse(
                f". >= {limits['start']} and . <= {limits['end']} and "
                f"round((. - {limits['start']}) mod {limits['step']}, 9) mod {limits['step']} = 0"
            )
        except ValueError:
            self._told.problem(node, _("its range is not understood"))
            return constraint
        return both(rule, constraint)

    def _options(
        self, node: Node, known: FormQuestion | None, codes: Mapping[str, str], filtered: Expression | None
    ) -> tuple[FormOption, ...]:
        return tuple(self._each_option(node, known, codes, _columns(filtered)))

    def _each_option(
        self, node: Node, known: FormQuestion | None, codes: Mapping[str, str], columns: Sequence[str]
    ) -> Iterator[FormOption]:
        before = {option.code: option for option in known.options} if known else {}
        rows: dict[str, list[Node]] = {}
        for row in choices_of(node):
            rows.setdefault(name_of(row), []).append(row)
        folded: dict[str, str] = {}
        for name, same in rows.items():
            if (first := folded.setdefault(name.casefold(), name)) != name:
                self._told.problem(
                    node,
                    _("its choices “%(first)s” and “%(second)s” differ in capital letters alone: files of answers "
                      "could not tell them apart") % {"first": first, "second": name},
                )  # fmt: skip
            if len({self.plain(row, "label") for row in same}) > 1:
                self._told.problem(
                    node, _("its list has two choices “%(name)s” with other labels: name them apart") % {"name": name}
                )
            row, code = same[0], codes[name]
            label, translations = self.texts(row)
            spellings = self._own(row, "ssc_spellings", before[code].spellings if code in before else "")
            yield FormOption(
                code,
                label or in_words(name),
                # Files of answers will hold the name as the form has it.
                _lines(spellings, [name] if name != code else []),
                translations,
                name if name != code else "",
                tuple({column: str(row.get(column) or "") for column in columns} for row in same) if columns else (),
            )

    def _own(self, node: Node, column: str, known: str) -> str:
        return str(node.get(column) or "") if self._has_own_columns else known

    def _one_of(self, node: Node, column: str, allowed: Sequence[str], known: str) -> str:
        value = self._own(node, column, known)
        if value and value not in allowed:
            self._told.problem(
                node,
                _("%(column)s is “%(value)s”. Allowed are: %(allowed)s.")
                % {"column": column, "value": value, "allowed": ", ".join(allowed)},
            )
            return ""
        return value


def join_other(questions: Sequence[FormQuestion]) -> Iterator[FormQuestion]:
    """Make a choice and the text "other" that follows it one question."""
    kept = list(questions)
    for index, question in enumerate(kept):
        before = kept[index - 1] if index else None
        if before and _is_other_of(question, before):
            continue
        after = kept[index + 1] if index + 1 < len(kept) else None
        if after and _is_other_of(after, question):
            options = tuple(option for option in question.options if option.code != OTHER)
            yield replace(question, allows_other=True, options=options)
        else:
            yield question


def _is_other_of(text: FormQuestion, choice: FormQuestion) -> bool:
    """Return whether a text asks which other choice is meant, and nothing else of its own."""
    if text.kind != QuestionKind.TEXT or choice.kind not in CHOICES or text.code != f"{choice.code}_{OTHER}":
        return False
    offers_other = choice.choices_from or any(option.code == OTHER and not option.name for option in choice.options)
    has_rules = text.is_required or text.required_if or text.constraint or text.shown_if_rule
    after_other = text.shown_if is None or (text.shown_if.question == choice.code and text.shown_if.options == (OTHER,))
    return bool(offers_other) and not has_rules and after_other


def _texts(node: Node, column: str) -> Any:
    return node.get("bind", {}).get("jr:constraintMsg") if column == "constraint_message" else node.get(column)


def _columns(filtered: Expression | None) -> list[str]:
    found = (part.name for part in parts(filtered) if isinstance(part, ChoiceColumn)) if filtered else ()
    return [name for name in dict.fromkeys(found) if name not in ("name", "label")]


def _lines(text: str, more: Sequence[str]) -> str:
    """Return lines with those of `more` that are not among them."""
    lines = text.splitlines()
    return "\n".join([*lines, *(line for line in more if line not in lines)]) if more else text


def _range(node: Node) -> dict[str, str]:
    return RANGE | {name: str(value) for name, value in (node.get("parameters") or {}).items() if name in RANGE}


def _is_whole(text: str) -> bool:
    return text.lstrip("-").isdigit()
