"""Proposes for each column of a file the question that it answers; a person corrects, and that is remembered."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from surveys.choices import Feeds, QuestionKind
from surveys.importing.layout.column import OPTION, QUESTION, Column
from surveys.importing.layout.headings import MOST_PIECES, own_headings, readings, simplify
from surveys.importing.layout.repeating import number_repetitions, section_named
from surveys.importing.layout.settling import (
    each_question_from_one_place,
    one_id,
    others_specified,
    settle,
    twins_in_turn,
)
from surveys.importing.layout.table import Heading, SheetTable
from surveys.importing.layout.tools import ID, IGNORE, KEEP, Tool, is_part_of_a_place, own_column
from surveys.importing.layout.words import FEWER_WORDS, MOST_WORDS, TAGS, TELLING, WORDS
from surveys.models import Question, Questionnaire
from surveys.questionnaires.lists import OTHER, Lists
from web.text import fold

PARTS = {
    QuestionKind.MONEY: ("amount", "currency", "years"),
    QuestionKind.SINGLE: (OTHER,),
    QuestionKind.MULTIPLE: (OTHER,),
}
_SUB = re.compile(r"^(?P<code>[A-Za-z]\w*)\[(?P<sub>[^\]]+)\](?P<rest>.*)$", re.DOTALL)
_BRACKETED = re.compile(r"^(?P<question>[^\[\]]*(?:\[\w+\])?[^\[\]]*)\[(?P<option>[^\[\]]+)\]$")
_SUB_CODE = re.compile(r"^\s*\w+\[\w+\]\s*[.:]?\s*")


class Columns:
    """Knows the headings of a questionnaire, and proposes where the columns of a table go."""

    def __init__(self, version: Questionnaire | None, lists: Lists, *, within: Collection[str] | None = None) -> None:
        """Learn the questions; within: codes of the sections that count, where not all do."""
        self._version, self._lists = version, lists
        self._questions: dict[str, Question] = {}
        self._by_heading: dict[str, str] = {}
        self._named_by: dict[tuple[str, str], str] = {}
        self._repeated: dict[str, str] = {}
        self._options: dict[str, tuple[dict[str, str], dict[str, str]]] = {}
        self._inside: dict[str, Columns] = {}
        self._titles: dict[str, str] = {}
        self._section_words: dict[str, set[str]] = {}
        for section in version.sections.all() if version else ():
            if within is not None and section.code not in within:
                continue
            if section.repeats:
                self._titles[section.code] = section.label
            for question in section.questions.all():
                self._questions[question.code] = question
                self._section_words[question.code] = {section.code, fold(section.label)}
                if section.repeats:
                    self._repeated[question.code] = section.code
        for question in self._questions.values():
            for heading in own_headings(question):
                self._by_heading.setdefault(simplify(heading), question.code)
        for feeds, words in WORDS.items():
            code = next((one.code for one in self._questions.values() if one.feeds == feeds and not one.side), None)
            code = code or next((one.code for one in self._questions.values() if one.feeds == feeds), None)
            for word in words if code else ():
                self._by_heading.setdefault(simplify(word), str(code))

    @property
    def known_words(self) -> dict[str, int]:
        """Folded headings, and how much each tells of a row that it is the one with the headings."""
        words: dict[str, int] = {}
        for question in self._questions.values():
            for heading in own_headings(question):
                words[fold(heading)] = 3
        for heading in self._by_heading:
            words.setdefault(heading, 2)
        for feeds_words in WORDS.values():
            words.update({fold(word): max(2, words.get(fold(word), 0)) for word in feeds_words})
        return words

    def propose(self, table: SheetTable, remembered: Mapping[str, str] | None = None) -> list[Column]:
        """Return the columns of a table, and of the sheets that repeat, each with where it goes.

        remembered: by key, what a person chose for an earlier file of the same shape.
        """
        chosen = remembered or {}
        columns = self._propose(table, table.tool, chosen)
        main = {heading.key for heading in table.headings}
        for repeats in table.repeats:
            sheet = repeats.table.sheet.name
            own = {key: goes for key, goes in chosen.items() if key not in main}
            own |= {key.partition("\n")[2]: goes for key, goes in chosen.items() if key.startswith(f"{sheet}\n")}
            columns += self._propose(repeats.table, table.tool, own, sheet=sheet)
        return each_question_from_one_place(columns, self._repeated)

    def goes_to(self, goes: str) -> bool:
        """Return whether a column can go there: a question that is asked, or one of the portal's own columns."""
        if goes in (KEEP, IGNORE, ID) or goes.startswith("about:"):
            return True
        column = Column(0, "", "", "", goes)
        if column.question not in self._questions:
            return False
        return not column.option or column.option in dict(self.options_of(column.question))

    def options_of(self, code: str) -> list[tuple[str, str]]:
        """Return the options of a question, code and label: what a column of yes and no can stand for."""
        question = self._questions.get(code)
        return [(choice.code, choice.label) for choice in self._lists.of(question)] if question else []

    def choices(self) -> list[tuple[str, str]]:
        """Return where a column can go, for a person to choose: value and words, questions first."""
        questions: list[tuple[str, str]] = []
        for question in self._questions.values():
            questions.append((f"{QUESTION}:{question.code}", question.heading))
            questions += [
                (f"{QUESTION}:{question.code}:{part}", f"{question.heading}: {_part_words(part)}")
                for part in PARTS.get(QuestionKind(question.kind), ())
                if part != OTHER or question.allows_other
            ]
            if question.is_choice and question.feeds != Feeds.COUNTRY:
                words = _("%(question)s: yes or no to one answer") % {"question": question.heading}
                questions.append((f"{QUESTION}:{question.code}:{OPTION}", words))
        return [
            *questions,
            (ID, _("The tool's own number of the response")),
            (KEEP, _("No question: kept with the response")),
            (IGNORE, _("Leave out")),
        ]

    def _propose(
        self, table: SheetTable, tool: Tool, remembered: Mapping[str, str], *, sheet: str = ""
    ) -> list[Column]:
        numbered = number_repetitions(table.headings, tool)
        names = {heading.index: sheet or numbered[heading.index][0].repeats for heading in table.headings
                 if sheet or heading.index in numbered}  # fmt: skip
        inside = {
            name: self._of_repetitions(name, [one for one in table.headings if names.get(one.index) == name])
            for name in dict.fromkeys(names.values())
        }
        proposed = []
        for heading in table.headings:
            flat, repeat = numbered.get(heading.index, (None, 0))
            column = Column(
                heading.index,
                heading.letter,
                heading.text,
                heading.key,
                sheet=sheet,
                repeat=repeat if not sheet else 0,
                is_repeated=heading.index in names,
            )
            known = inside[names[heading.index]] if column.is_repeated else self
            chosen = remembered.get(heading.key)
            if chosen and self.goes_to(chosen):
                proposed.append(self._with_option(replace(column, goes=chosen, how="remembered"), heading))
            else:
                proposed.append(known.propose_one(column, replace(heading, own=flat.path) if flat else heading, tool))
        proposed = others_specified(proposed, table.headings, tool, self._questions)
        return settle(twins_in_turn(one_id(proposed, tool), self._questions, self._section_words))

    def _of_repetitions(self, name: str, headings: Sequence[Heading]) -> "Columns":
        """Return the questions of the section that a sheet, or a group of columns, repeats."""
        fits = dict.fromkeys(self._titles, 0)
        for heading in headings:
            code = next(filter(None, (self._by_own_heading(text) for text in readings(heading, "/"))), "")
            if code in self._repeated:
                fits[self._repeated[code]] += 1
        code = section_named(name, self._titles, fits)
        if code not in self._inside:
            self._inside[code] = Columns(self._version, self._lists, within={code} if code else set(self._titles))
        return self._inside[code]

    def _by_own_heading(self, text: str) -> str:
        simple = simplify(text)
        own = (code for code in self._repeated if simple in map(simplify, own_headings(self._questions[code])))
        return next(own, "")

    def _with_option(self, column: Column, heading: Heading) -> Column:
        """Add the option that the heading ends with, where a person said that the column is of one."""
        if not column.lacks_option:
            return column
        pieces = heading.own.split("/", MOST_PIECES)
        ends = ("/".join(pieces[start:]) for start in range(len(pieces)))
        option = next(filter(None, (self._option_code(column.question, end) for end in ends)), "")
        return replace(column, goes=f"{QUESTION}:{column.question}:{OPTION}{option}")

    def propose_one(self, column: Column, heading: Heading, tool: Tool) -> Column:
        """Return a column with where its heading says that it goes."""
        if option := self._sub_question(heading) or self._in_brackets(heading):
            return replace(column, goes=option, how="heading")
        own = own_column(tool, heading.own)
        exact = self._exact(heading, tool)
        if own is not None and not (exact and own == IGNORE and exact.partition(":")[2] == fold(heading.own)):
            return replace(column, goes=own, how="tool")
        if exact:
            return replace(column, goes=exact, how="heading")
        if heading.tag:
            feeds = TAGS.get(heading.tag.partition("+")[0])
            code = next((one.code for one in self._questions.values() if one.feeds == feeds), "") if feeds else ""
            if code:
                return replace(column, goes=f"{QUESTION}:{code}", how="tag")
        if option := self._option(heading, tool):
            return replace(column, goes=option, how="heading")
        if not is_part_of_a_place(tool, heading.own) and (word := self._by_word(heading)):
            return replace(column, goes=word, how="word")
        return column

    def _exact(self, heading: Heading, tool: Tool) -> str:
        for text in readings(heading, tool.separators):
            code = self._by_heading.get(simplify(text))
            if code:
                return self._with_part(code, text)
            for suffix, part in (
                ("_amount", "amount"),
                ("_currency", "currency"),
                ("_years", "years"),
                ("_other", OTHER),
            ):
                base = fold(text).removesuffix(suffix)
                if base != fold(text) and base in self._questions:
                    return f"{QUESTION}:{base}:{part}"
        return ""

    def _with_part(self, code: str, text: str) -> str:
        question = self._questions[code]
        if question.feeds == Feeds.COUNTRY and fold(text) in ("iso3", "country code", "iso code", "iso3 code"):
            return f"{QUESTION}:{code}:code"
        if question.kind == QuestionKind.MONEY and fold(text) == question.code:
            return f"{QUESTION}:{code}:amount"
        return f"{QUESTION}:{code}"

    def _option(self, heading: Heading, tool: Tool) -> str:
        """Return the option that a heading such as "Modalities/Training" says yes or no to."""
        text = f"{heading.group} / {heading.own}" if heading.group else heading.text
        for separator in tool.separators if not heading.group else "/":
            pieces = text.split(separator, MOST_PIECES)
            for start in range(len(pieces) - 1):
                for end in range(start + 1, len(pieces)):
                    named = self._behind_groups(separator.join(pieces[start:end]), tool)
                    rest = separator.join(pieces[end:]).strip()
                    if named and (option := self._option_code(named, rest)):
                        return f"{QUESTION}:{named}:option={option}"
        code = self._named(heading.group)
        option = self._option_code(code, heading.own) if code else ""
        return f"{QUESTION}:{code}:option={option}" if option else ""

    def _behind_groups(self, text: str, tool: Tool) -> str:
        """Return the question that a text ends with, whatever groups stand before it; empty where none does."""
        at = (text, tool.separators)
        if at not in self._named_by:
            found = self._by_heading.get(simplify(text), "")
            for separator in tool.separators if not found and tool.gives_codes else "":
                pieces = text.split(separator, MOST_PIECES)
                ends = (separator.join(pieces[start:]) for start in range(1, len(pieces)))
                found = found or next(filter(None, (self._by_heading.get(simplify(end), "") for end in ends)), "")
            self._named_by[at] = found
        return self._named_by[at]

    def _sub_question(self, heading: Heading) -> str:
        """Return the option of a heading such as "modalities[SQ001]. Training" or "areas[other]"."""
        sub = _SUB.match(heading.own)
        code = self._by_heading.get(simplify(sub["code"]), fold(sub["code"])) if sub else ""
        if sub is None or code not in self._questions or not self._questions[code].is_choice:
            return ""
        if fold(sub["sub"]) == OTHER:
            return f"{QUESTION}:{code}:{OTHER}"
        words = sub["rest"].strip(" .:_-").strip("[]") or sub["sub"]
        found = (self._option_code(code, text) for text in (sub["sub"], words, words.rpartition("[")[2].rstrip("]")))
        option = next(filter(None, found), "")
        return f"{QUESTION}:{code}:option={option}" if option else ""

    def _in_brackets(self, heading: Heading) -> str:
        """Return the option of a heading such as "Which modalities can you offer? [Training]", with a code or not."""
        bracketed = _BRACKETED.match(heading.own)
        code = self._named(_SUB_CODE.sub("", bracketed["question"])) if bracketed else ""
        if bracketed is None or not code:
            return ""
        if fold(bracketed["option"]) == OTHER and self._questions[code].allows_other:
            return f"{QUESTION}:{code}:{OTHER}"
        option = self._option_code(code, bracketed["option"])
        return f"{QUESTION}:{code}:option={option}" if option else ""

    def _named(self, text: str) -> str:
        """Return the choice question that a text names, by its heading or by a word in it; empty where none does."""
        goes = self._by_heading.get(simplify(text)) or self._by_word(Heading(0, text, text)).split(":", 2)[1:2]
        code = goes if isinstance(goes, str) else "".join(goes)
        return code if code in self._questions and self._questions[code].is_choice else ""

    def _option_code(self, code: str, text: str) -> str:
        if not self._questions[code].is_choice:
            return ""
        if code not in self._options:
            exact: dict[str, str] = {}
            simple: dict[str, set[str]] = {}
            question = self._questions[code]
            for choice in self._lists.of(question):
                for words in (choice.code, choice.label, *choice.spellings):
                    exact.setdefault(fold(words), choice.code)
                    simple.setdefault(simplify(words), set()).add(choice.code)
            for line in question.spellings.splitlines():
                words, _equals, meant = line.partition("=")
                exact[fold(words)] = meant.strip()
                simple[simplify(words)] = {meant.strip()}
            # "Energy (solar)" and "Energy (wind)" are one when simplified: then neither is meant.
            self._options[code] = (
                exact,
                {words: next(iter(codes)) for words, codes in simple.items() if len(codes) == 1},
            )
        exact_code, simple_code = self._options[code]
        return exact_code.get(fold(text)) or simple_code.get(simplify(text), "")

    def _by_word(self, heading: Heading) -> str:
        """Return the question that a heading names by a word in it, where the words of one kind alone are there."""
        text = f" {simplify(heading.own)} "
        length = len(text.split())
        found = {}
        for feeds, words in WORDS.items():
            if length > (MOST_WORDS if feeds in TELLING else FEWER_WORDS):
                continue
            for word in words:
                if f" {simplify(word)} " in text:
                    if named := self._by_heading.get(simplify(word)):
                        found[feeds] = named
                    break
        if Feeds.AREAS in found and Feeds.MODALITIES in found:
            found.pop(Feeds.AREAS)
        if len(found) > 1:
            # "In which country do you work": the country is what most headings of several words are about.
            found = {feeds: code for feeds, code in found.items() if feeds != Feeds.COUNTRY}
        if len(found) != 1:
            return ""
        code = next(iter(found.values()))
        if " other " in text or " otro " in text or " autre " in text:
            return f"{QUESTION}:{code}:{OTHER}" if self._questions[code].allows_other else ""
        return self._with_part(code, "")


def _part_words(part: str) -> str:
    return {
        "amount": _("amount as a number"),
        "currency": _("currency"),
        "years": _("years"),
        OTHER: _("other, as text"),
    }[part]
