"""Reads an XLSForm into a questionnaire, by the library that the field uses; says what the portal cannot ask."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from surveys.choices import Feeds, QuestionKind
from surveys.expressions.parsing import as_text
from surveys.questionnaires.form import Form, FormQuestion, FormSection
from surveys.questionnaires.rules import MONEY_PARTS
from surveys.questionnaires.xlsform.findings import Findings
from surveys.questionnaires.xlsform.kinds import CALCULATED, KINDS, METADATA, NOT_ANSWERED, PICTURES_AND_PLACES
from surveys.questionnaires.xlsform.left_out import tell_columns, tell_languages
from surveys.questionnaires.xlsform.library import (
    MAX_ROWS_OF_A_FORM,
    SHEETS,
    XlsformRefused,
    form_out_of_place,
    is_xlsform,
    read_by_library,
)
from surveys.questionnaires.xlsform.names import Codes, in_words
from surveys.questionnaires.xlsform.parts import (
    AskedRow,
    FormPart,
    Node,
    Parts,
    is_group,
    is_money,
    name_of,
    parts_of,
    prepared,
)
from surveys.questionnaires.xlsform.questions import (
    QuestionReader,
    asks_for_the_country,
    choices_of,
    countries_of,
    join_other,
    kind_of,
    named_choices,
    portal_list,
)
from surveys.questionnaires.xlsform.rules_reading import DAYS_OF_THE_TOOL, FormNames, RulesReader
from surveys.questionnaires.xlsform.writing import OTHER_LABELS
from surveys.reading.cells import Sheet
from surveys.reading.source_file import read_sheets

LOOSE = "questions"
MAX_CHOICES = 30_000


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
    return read_form(read_sheets(data, max_rows=MAX_ROWS_OF_A_FORM, computed=SHEETS), known=known)


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
    tell_columns(sheets, form, reader.told)
    tell_languages(sheets, reader.told)
    if problems := reader.told.problems:
        raise XlsformRefused(problems)
    if not form.sections:
        raise XlsformRefused([_("The form asks nothing that the portal could ask."), *reader.told.notices])
    title = str(read.get("title") or "")
    return ReadForm(form, title, str(read.get("id_string") or ""), [*warnings, *reader.told.notices])


class _Reader:
    """Walks what the library read: first for the names, to which rules may refer before they stand, then the rest."""

    def __init__(self, read: Mapping[str, Any], known: Form, *, has_own_columns: bool) -> None:
        self.told = Findings()
        self._children = prepared(read.get("children", ()), read.get("choices", {}))
        self._has_own_columns = has_own_columns
        self._names = FormNames()
        self._known = known
        self._rules = RulesReader(self._names, self.told)
        self._questions = QuestionReader(
            self._rules, self.told, known=known, has_own_columns=has_own_columns,
            default_language=str(read.get("default_language") or "default"),
        )  # fmt: skip
        self._codes: dict[int, str] = {}
        """Of rows, by what Python knows each by: one name may stand in two groups."""
        self._headings: dict[int, list[str]] = {}
        self._choices: dict[int, dict[str, str]] = {}

    def form(self) -> Form:
        parts = parts_of(self._children)
        for node in parts.repeats_in_repeats:
            self.told.problem(node, _("a repetition within a repetition cannot be held"))
        kept = self._kept(parts)
        self._name_all(parts, kept)
        if sum(map(len, self._choices.values())) > MAX_CHOICES:
            # Each question keeps its own: the same long list a hundred times would hold the page up for minutes.
            raise XlsformRefused(
                [
                    _("The questions offer more than %(limit)d choices together: leave some out.")
                    % {"limit": MAX_CHOICES}
                ]
            )
        sections = [section for part, asked in kept if (section := self._section(part, asked)).questions]
        for node in parts.untitled:
            if node.get("label"):
                self.told.notice(
                    node, _("a group within a repetition: its questions are asked, its title is not shown")
                )
        for node in self._rules.unused():
            self.told.notice(node, _("it is calculated, not asked: its result is not kept"))
        return Form(tuple(sections), self._rules.calculations())

    def _kept(self, parts: Parts) -> list[tuple[FormPart, list[AskedRow]]]:
        """Return the parts with the questions that are asked, and keep the names of those that are not."""
        found = []
        for part in parts.found:
            within = name_of(part.groups[-1]) if part.repeats else ""
            asked = [one for one in part.questions if self._is_asked(one.node, within)]
            if asked:
                found.append((part, asked))
        return found

    def _is_asked(self, node: Node, within: str) -> bool:
        kind, name = str(node.get("type", "")), name_of(node)
        if is_money(node):
            return True
        calculated = node.get("bind", {}).get("calculate")
        if kind == CALCULATED or calculated:
            self._names.calculations[name] = (node, str(calculated or ""), within)
            if kind != CALCULATED:
                self.told.notice(node, _("it is calculated, so nobody is asked"))
            return False
        if kind in KINDS and not (kind in METADATA and not node.get("label")):
            if str(node.get("bind", {}).get("readonly", "")).casefold() in ("yes", "true", "true()"):
                self._leave_out(node, _("it cannot be answered (read only) and is left out"))
                return False
            return self._can_be_answered(node)
        if kind in DAYS_OF_THE_TOOL:
            self._names.calculations[name] = (node, "today()", "")
        elif kind in METADATA:
            self._names.left_out[name] = node
        elif kind in NOT_ANSWERED:
            self._leave_out(node, _("“%(kind)s” asks nothing and is left out") % {"kind": kind})
        elif kind in PICTURES_AND_PLACES:
            self._leave_out(node, _("“%(kind)s” cannot be answered here and is left out") % {"kind": kind})
        else:
            self._refuse(node, kind)
        return False

    def _can_be_answered(self, node: Node) -> bool:
        """Return whether the choices of a question stand in the form."""
        if kind_of(node) not in (QuestionKind.SINGLE, QuestionKind.MULTIPLE) or portal_list(node):
            return True
        appearance = str(node.get("control", {}).get("appearance", ""))
        is_elsewhere = node.get("itemset") and not choices_of(node) and not node.get("list_name")
        if "search(" in appearance.replace(" ", "") or is_elsewhere:
            self._names.left_out[name_of(node)] = node
            self.told.problem(node, _("its choices come from a file or from other answers, which are not read here"))
            return False
        if (node.get("parameters") or {}).get("randomize") == "true":
            self.told.notice(node, _("its choices stand in the order of the form, not in a random one"))
        if not choices_of(node):
            self.told.problem(node, _("it has no choices in the sheet “choices”: list them there"))
            return False
        return True

    def _leave_out(self, node: Node, said: str) -> None:
        self._names.left_out[name_of(node)] = node
        self.told.notice(node, said)

    def _refuse(self, node: Node, kind: str) -> None:
        self._names.left_out[name_of(node)] = node
        self.told.problem(
            node,
            _(
                "it is of type “%(kind)s”, which the portal cannot ask. It asks: select_one, select_multiple, text, "
                "integer, decimal, range, date, time, dateTime, acknowledge. Remove the question, or ask it as text"
            )
            % {"kind": kind},
        )

    def _name_all(self, parts: Parts, kept: Sequence[tuple[FormPart, Sequence[AskedRow]]]) -> None:
        """Give a code to all that is kept: what bears a code as its name keeps it."""
        every = [name for node in _all_nodes(self._children) for name in [name_of(node)]]
        codes = Codes(every)
        twice = {name for name in every if every.count(name) > 1} if len(set(every)) < len(every) else set()
        for part, asked in kept:
            self._name_section(part, codes)
            for one in asked:
                self._name_question(one, codes, twice)
        for name in self._names.calculations:
            self._names.codes_of_calculations[name] = codes.give(name)
        self._find_the_country(kept)

    def _name_section(self, part: FormPart, codes: Codes) -> None:
        group = part.groups[-1] if part.groups else None
        name = name_of(group) if group else LOOSE
        if group is None or id(group) in self._codes:
            self._codes[id(part)] = codes.give(name if group is None else f"{name}_2")
            return
        self._codes[id(part)] = self._codes[id(group)] = codes.give(name)
        self._names.questions.setdefault(name, self._codes[id(part)])

    def _name_question(self, one: AskedRow, codes: Codes, twice: set[str]) -> None:
        node, name = one.node, name_of(one.node)
        code = codes.give(name, group=one.group)
        self._codes[id(node)] = code
        self._names.questions[name] = code
        self._names.kinds[code] = kind_of(node)
        if name in twice and one.group:
            self._headings[id(node)] = [f"{one.group}/{name}"]
        else:
            self._headings[id(node)] = [name] if name.casefold() != code else []
        if is_money(node):
            for part in MONEY_PARTS:
                self._names.questions[f"{name}_{part}"] = f"{code}_{part}"
        if kind_of(node) in (QuestionKind.SINGLE, QuestionKind.MULTIPLE) and not portal_list(node):
            self._choices[id(node)] = named_choices(node)
            self._names.choices[code] = self._choices[id(node)]

    def _find_the_country(self, kept: Sequence[tuple[FormPart, Sequence[AskedRow]]]) -> None:
        """Find the question that asks whose answers these are, where the form's own columns do not say."""
        if self._has_own_columns or any(question.feeds == Feeds.COUNTRY for question in self._known.questions.values()):
            return
        for part, asked in kept:
            for one in asked if not part.repeats else ():
                if not asks_for_the_country(one.node):
                    continue
                own = portal_list(one.node)
                countries = {"": ""} if own == "countries" else {} if own else countries_of(one.node)
                if countries:
                    code = self._codes[id(one.node)]
                    self._names.countries[code] = {} if own else countries
                    self._names.choices.pop(code, None)
                    return

    def _section(self, part: FormPart, asked: Sequence[AskedRow]) -> FormSection:
        group = part.groups[-1] if part.groups else None
        code = self._codes[id(part)]
        questions = list(self._joined([self._question(one) for one in asked], [one.node for one in asked]))
        shown_if, shown_if_rule = self._rules.condition(part.groups)
        if group is None:
            return FormSection(code, _("Questions"), questions=tuple(questions))
        label, translations = self._questions.texts(group)
        count = self._rules.rule(group, group.get("control", {}).get("jr:count")) if part.repeats else None
        return FormSection(
            code=code,
            label=label or in_words(name_of(group)),
            help=self._questions.plain(group, "hint"),
            repeats=part.repeats,
            repeat_count=as_text(count) if count else "",
            shown_if=shown_if,
            shown_if_rule=shown_if_rule,
            translations=translations,
            questions=tuple(questions),
        )

    def _question(self, one: AskedRow) -> FormQuestion:
        key, code = id(one.node), self._codes[id(one.node)]
        countries = self._names.countries.get(code)
        question = self._questions.question(one, code, self._choices.get(key, {}), self._headings[key], countries or {})
        return question if countries is None else replace(question, feeds=question.feeds or Feeds.COUNTRY)

    def _joined(self, questions: Sequence[FormQuestion], nodes: Sequence[Node]) -> Iterator[FormQuestion]:
        """Yield questions, each choice with the text "other" behind it as one; that text's own words are told."""
        kept = list(join_other(questions))
        codes = {question.code for question in kept}
        for question, node in zip(questions, nodes, strict=True):
            if question.code not in codes and question.label not in OTHER_LABELS:
                self.told.notice(node, _("it is written beside the choice “other”; its own text is not shown"))
        yield from kept


def _all_nodes(children: Sequence[Node]) -> Iterator[Node]:
    for node in children:
        yield node
        if is_group(node):
            yield from _all_nodes(node.get("children", ()))
