"""Reads an XLSForm into a questionnaire, by the library that the field uses; says what the portal cannot ask."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from surveys.choices import ChoicesFrom, Feeds, QuestionKind, Side
from surveys.models.questionnaire import CODE_PATTERN
from surveys.questionnaires.conditions import ConditionError, from_xlsform
from surveys.questionnaires.form import Condition, Form, FormOption, FormQuestion, FormSection, Words
from surveys.questionnaires.lists import OTHER
from surveys.questionnaires.xlsform_library import (
    MAX_ROWS_OF_A_FORM,
    XlsformRefused,
    form_out_of_place,
    is_xlsform,
    read_by_library,
)
from surveys.questionnaires.xlsform_writing import LIST_PREFIX, MONEY_PARTS
from surveys.reading.cells import Sheet
from surveys.reading.source_file import read_sheets

KINDS = {
    "select one": QuestionKind.SINGLE,
    "select all that apply": QuestionKind.MULTIPLE,
    "integer": QuestionKind.WHOLE,
    "decimal": QuestionKind.NUMBER,
    "date": QuestionKind.DATE,
    "text": QuestionKind.TEXT,
    "string": QuestionKind.TEXT,
    "email": QuestionKind.TEXT,
    "phone number": QuestionKind.TEXT,
}
LEFT_OUT = frozenset({
    "start", "end", "today", "deviceid", "username", "phonenumber", "simserial", "subscriberid", "email",
    "audit", "note", "calculate", "hidden", "uuid",
})  # fmt: skip
TRUE = frozenset({"true", "yes", "true()", "1"})
MAX_LABEL = {"section": 300, "question": 500, "option": 300}


@dataclass(frozen=True, slots=True)
class ReadForm:
    """A questionnaire as read, its title, and what was left out or noticed on the way."""

    form: Form
    title: str
    code: str
    notices: Sequence[str]


def read_xlsform(data: bytes, *, known: Form | None = None) -> ReadForm:
    """Return the questionnaire of an XLSForm workbook.

    known: the form that went out. What KoboToolbox does not bring back of it (what an answer becomes, other
    headings, spellings) is taken from the question, or option, of the same name.
    Raises XlsformRefused, or FileRefused where the file is no readable workbook.
    """
    return read_form(read_sheets(data, max_rows=MAX_ROWS_OF_A_FORM), known=known)


def read_form(sheets: Sequence[Sheet], *, known: Form | None = None) -> ReadForm:
    """Return the questionnaire of the sheets of an XLSForm; see `read_xlsform`."""
    if not is_xlsform(sheets):
        if said := form_out_of_place((sheet.name, sheet.rows) for sheet in sheets):
            raise XlsformRefused([said])
        raise XlsformRefused([_("This is not an XLSForm: it has no sheet “survey” with the columns type and name.")])
    read, warnings = read_by_library(sheets)
    columns = {cell for sheet in sheets if sheet.rows for cell in sheet.rows[0].cells}
    reader = _Reader(read, known or Form(), has_own_columns="ssc_feeds" in columns)
    form = reader.form()
    if reader.problems:
        raise XlsformRefused(reader.problems)
    title = str(read.get("title") or "")
    return ReadForm(form, title, str(read.get("id_string") or ""), [*warnings, *reader.notices])


class _Reader:
    """Walks what the library read."""

    def __init__(self, read: Mapping[str, Any], known: Form, *, has_own_columns: bool) -> None:
        self._read, self._known, self._has_own_columns = read, known, has_own_columns
        self._default = str(read.get("default_language") or "default")
        self._seen: set[str] = set()
        self.problems: list[str] = []
        self.notices: list[str] = []

    def form(self) -> Form:
        sections: list[FormSection] = []
        loose: list[FormQuestion] = []
        for child in self._read.get("children", ()):
            if child.get("type") in ("group", "repeat") and not self._is_money(child):
                if child.get("name") != "meta":
                    sections += self._sections(child, None)
            else:
                loose += self._questions([child])
        if loose:
            sections.insert(0, FormSection("questions", _("Questions"), questions=tuple(_join_other(loose))))
        if not any(section.questions for section in sections) and not self.problems:
            self.problems.append(_("The form asks nothing that the portal could ask."))
        self._check_conditions(sections)
        return Form(tuple(section for section in sections if section.questions))

    def _sections(self, group: Mapping[str, Any], outer: Condition | None) -> Iterator[FormSection]:
        """Yield a group as a section, and groups within it as sections after it."""
        code = self._code(group)
        own = self._condition(group)
        if own and outer and own != outer:
            self.problems.append(
                _("“%(code)s”: a condition within a group that has one itself cannot be asked.") % {"code": code}
            )
        label, translations = self._texts(group, "section")
        questions: list[Mapping[str, Any]] = []
        inner: list[Mapping[str, Any]] = []
        for child in group.get("children", ()):
            nests = child.get("type") in ("group", "repeat") and not self._is_money(child)
            (inner if nests else questions).append(child)
        yield FormSection(
            code=code,
            label=label or code,
            help=self._text(group.get("hint")),
            repeats=group.get("type") == "repeat",
            shown_if=own or outer,
            translations=translations,
            questions=tuple(_join_other(self._questions(questions))),
        )
        for child in inner:
            if group.get("type") == "repeat":
                self.problems.append(_("“%(code)s”: a group within a repeat cannot be asked.") % {"code": code})
            yield from self._sections(child, own or outer)

    def _questions(self, children: Sequence[Mapping[str, Any]]) -> list[FormQuestion]:
        found = []
        for child in children:
            kind = str(child.get("type", ""))
            if self._is_money(child):
                amount = next(part for part in child["children"] if part["name"].endswith("_amount"))
                found.append(self._question(child, QuestionKind.MONEY, required=_is_required(amount)))
            elif kind in KINDS and not (kind in LEFT_OUT and not child.get("label")):
                found.append(self._question(child, KINDS[kind], required=_is_required(child)))
            elif kind in LEFT_OUT:
                if kind in ("note", "calculate", "hidden"):
                    self.notices.append(
                        _("“%(name)s” (%(kind)s) is left out: the portal does not ask it.")
                        % {"name": child.get("name"), "kind": kind}
                    )
            else:
                self.problems.append(
                    _(
                        "“%(name)s” is of type “%(kind)s”, which the portal cannot ask. It asks: select_one, "
                        "select_multiple, text, integer, decimal, date. Remove the question, or ask it as text."
                    )
                    % {"name": child.get("name"), "kind": kind}
                )
        return found

    def _question(self, child: Mapping[str, Any], kind: QuestionKind, *, required: bool) -> FormQuestion:
        code = self._code(child)
        known = self._known.questions.get(code)
        label, translations = self._texts(child, "question")
        list_name = str(child.get("list_name") or child.get("itemset") or "")
        own_list = list_name.removeprefix(LIST_PREFIX).removesuffix("_or_other")
        from_portal = list_name.startswith(LIST_PREFIX) and own_list in ChoicesFrom.values
        if not from_portal and kind in (QuestionKind.SINGLE, QuestionKind.MULTIPLE) and not child.get("choices"):
            self.problems.append(
                _("“%(name)s” has no choices in the sheet “choices”: list them there.") % {"name": code}
            )
        options = () if from_portal else tuple(self._options(child, known))
        if not label:
            self.problems.append(_("“%(name)s” has no label: write the question.") % {"name": code})
        return FormQuestion(
            code=code,
            kind=kind,
            label=label,
            help=self._text(child.get("hint")),
            is_required=required,
            choices_from=own_list if from_portal else "",
            # Its text question follows in the form: see _join_other.
            allows_other=False,
            shown_if=self._condition(child),
            translations=translations,
            options=options,
            short_label=self._own(child, "ssc_short_label", known.short_label if known else "")[:80],
            feeds=self._one_of(child, "ssc_feeds", Feeds.values, known.feeds if known else ""),
            side=self._one_of(child, "ssc_side", Side.values, known.side if known else ""),
            headings=self._own(child, "ssc_headings", known.headings if known else ""),
            spellings=self._own(child, "ssc_spellings", known.spellings if known else ""),
            is_public=self._own(child, "ssc_public", "" if known is None or known.is_public else "no") != "no",
        )

    def _options(self, child: Mapping[str, Any], known: FormQuestion | None) -> Iterator[FormOption]:
        before = {option.code: option for option in known.options} if known else {}
        for choice in child.get("choices", ()):
            code = str(choice["name"])
            label, translations = self._texts(choice, "option")
            spellings = before[code].spellings if code in before else ""
            spellings = self._own(choice, "ssc_spellings", spellings)
            if _portal_code(code) != code and code not in spellings.splitlines():
                # Files of answers will hold the name as the form has it.
                spellings = f"{spellings}\n{code}".strip()
            yield FormOption(_portal_code(code), label or code, spellings, translations)

    def _is_money(self, child: Mapping[str, Any]) -> bool:
        parts = [part.get("name") for part in child.get("children", ())]
        return child.get("type") == "group" and parts == [f"{child.get('name')}_{part}" for part in MONEY_PARTS]

    def _code(self, child: Mapping[str, Any]) -> str:
        code = _portal_code(str(child.get("name", "")))
        if not CODE_PATTERN.match(code) or len(code) > 60:
            self.problems.append(
                _("“%(name)s” is no name that can be kept: small letters, digits and underscores, at most 60.")
                % {"name": child.get("name")}
            )
        if code in self._seen:
            self.problems.append(_("The name “%(name)s” is there twice: give each its own.") % {"name": code})
        self._seen.add(code)
        return code

    def _texts(self, child: Mapping[str, Any], what: str) -> tuple[str, Words]:
        label = self._text(child.get("label"))
        if len(label) > MAX_LABEL[what]:
            self.problems.append(
                _("The label of “%(name)s” has more than %(limit)d characters.")
                % {"name": child.get("name"), "limit": MAX_LABEL[what]}
            )
        english = {"label": label, "help": self._text(child.get("hint"))}
        translations: dict[str, dict[str, str]] = {}
        for name, column in (("label", "label"), ("help", "hint")):
            texts = child.get(column)
            for language, text in texts.items() if isinstance(texts, dict) else ():
                code = language_code(language)
                if code != "en" and code and text and text not in (english[name], "-"):
                    translations.setdefault(code, {})[name] = str(text)
        return label, translations

    def _text(self, texts: Any) -> str:
        if isinstance(texts, dict):
            by_code = {language_code(language): text for language, text in texts.items()}
            first = next(iter(texts.values()), "")
            return str(by_code.get("en") or texts.get(self._default) or first or "")
        return str(texts or "")

    def _condition(self, child: Mapping[str, Any]) -> Condition | None:
        relevant = str(child.get("bind", {}).get("relevant", ""))
        try:
            condition = from_xlsform(relevant)
        except ConditionError:
            self.problems.append(
                _(
                    "“%(name)s”: the condition “%(condition)s” cannot be asked. Write selected(${question}, 'answer'), "
                    "several joined by “or”, about one question."
                )
                % {"name": child.get("name"), "condition": relevant[:200]}
            )
            return None
        if condition is None:
            return None
        return Condition(_portal_code(condition.question), condition.options)

    def _own(self, child: Mapping[str, Any], column: str, known: str) -> str:
        return str(child.get(column) or "") if self._has_own_columns else known

    def _one_of(self, child: Mapping[str, Any], column: str, allowed: Sequence[str], known: str) -> str:
        value = self._own(child, column, known)
        if value and value not in allowed:
            self.problems.append(
                _("“%(name)s”: %(column)s is “%(value)s”. Allowed are: %(allowed)s.")
                % {"name": child.get("name"), "column": column, "value": value, "allowed": ", ".join(allowed)}
            )
            return ""
        return value

    def _check_conditions(self, sections: Sequence[FormSection]) -> None:
        asked: dict[str, FormQuestion] = {}
        for section in sections:
            self._check_condition(section.code, section.shown_if, asked)
            for question in section.questions:
                self._check_condition(question.code, question.shown_if, asked)
                asked[question.code] = question

    def _check_condition(self, code: str, condition: Condition | None, asked: Mapping[str, FormQuestion]) -> None:
        if condition and condition.question not in asked:
            self.problems.append(
                _("“%(name)s” is shown after “%(other)s”, which is not asked before it.")
                % {"name": code, "other": condition.question}
            )


def language_code(language: str) -> str:
    """Return the code in "Français (fr)"; of a name without one, "en" for English and else the name's beginning."""
    if language.endswith(")") and "(" in language:
        return language.rpartition("(")[2][:-1].strip().casefold()[:10]
    return "en" if language.casefold() in ("english", "en", "default") else language.casefold()[:10]


def _portal_code(name: str) -> str:
    """Return a name of the form as a code: in small letters, others than letters and digits as underscores."""
    code = "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in name.casefold())
    return code if code[:1].isalpha() else f"n{code}"


def _is_required(child: Mapping[str, Any]) -> bool:
    return str(child.get("bind", {}).get("required", "")).casefold() in TRUE


def _join_other(questions: Sequence[FormQuestion]) -> Iterator[FormQuestion]:
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
    return (
        text.kind == QuestionKind.TEXT
        and choice.kind in (QuestionKind.SINGLE, QuestionKind.MULTIPLE)
        and text.code == f"{choice.code}_{OTHER}"
        and (text.shown_if is None or text.shown_if == Condition(choice.code, (OTHER,)))
    )
