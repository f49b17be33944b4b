"""Reads the cells of each question as its kind of answer: a choice, several, text, a number, money, a date, places."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from surveys.answering.reading.directions import codes_that_answer, named_in
from surveys.answering.reading.places import PlaceError, read_places
from surveys.choices import KINDS_OF_NUMBERS, Feeds, PlaceKind, QuestionKind
from surveys.importing.layout.column import Column
from surveys.importing.layout.tools import Tool
from surveys.importing.rows.cells import Cells, ColumnsByUse, ImportReference
from surveys.importing.rows.choosing import ChoiceError, Choices
from surveys.models import Question
from surveys.postings.named_places import NamedPlace
from surveys.questionnaires.asked import Given
from surveys.reading.amounts import Amount, AmountError, digits_of, parse_printed
from surveys.reading.days import parse_day
from surveys.reading.numbers import DECIMAL_MARK, MARKS, POINT, NumberUndecided, NumberWay
from surveys.reading.values import NO, YES, ValueUnreadable, is_formula, parse_decimal, parse_whole, stated


class AnswerReader:
    """Knows the questions and what can be chosen; `decisions`: by question, spellings and the codes they stand for."""

    def __init__(
        self,
        reference: ImportReference,
        tool: Tool,
        decisions: Mapping[str, Mapping[str, str]],
        *,
        day_first: Mapping[str, bool],
        from_1904: bool,
    ) -> None:
        self._reference, self._tool, self._day_first = reference, tool, day_first
        self._from_1904 = from_1904
        self.number_ways: Mapping[str, NumberWay] = {}
        """By question, how its numbers are written; known once the file has been gone through."""
        version, lists = reference.asked.version, reference.asked.lists
        self._questions: dict[str, Question] = {one.code: one for one in version.questions} if version else {}
        self._asked: dict[ColumnsByUse, list[tuple[str, Question]]] = {}
        self._choices: dict[str, Choices] = {
            code: Choices(question, lists.readable(question), decisions.get(code, {}), offered=lists.of(question))
            for code, question in self._questions.items()
            if question.is_choice
        }

    def read(self, cells: Cells, columns: ColumnsByUse, repeat: int, iso3: str) -> tuple[list[Given], list[NamedPlace]]:
        """Return the answers that these columns hold, and the places among them; what is wrong is complained of."""
        given: list[Given] = []
        places: list[NamedPlace] = []
        # In the order in which they are asked, whatever the order of the columns.
        for code, question in self._asked_in(columns):
            if question.feeds == Feeds.COUNTRY:
                found: Given | None = Given(code, iso3, repeat, as_given=stated(cells.of(code)))
            elif question.names_places:
                found, named = self._places(cells, question, repeat, iso3)
                places += named
            else:
                found = self._answer(cells, question, repeat, iso3)
            if found is not None:
                given.append(found)
        return given, places

    def _asked_in(self, columns: ColumnsByUse) -> list[tuple[str, Question]]:
        if columns not in self._asked:
            self._asked[columns] = [one for one in self._questions.items() if one[0] in columns.questions]
        return self._asked[columns]

    def _answer(self, cells: Cells, question: Question, repeat: int, iso3: str) -> Given | None:
        match question.kind:
            case QuestionKind.SINGLE | QuestionKind.MULTIPLE:
                return self._choice(cells, question, repeat)
            case QuestionKind.MONEY:
                return self._money(cells, question, repeat)
        text, column = stated(cells.of(question.code)), cells.column(question.code)
        if not text or column is None:
            return None
        if is_formula(text) and question.kind != QuestionKind.TEXT:
            cells.complain(column, _("A formula: paste its value instead."), question=question.code)
            return None
        value: Any = text
        try:
            if question.kind in KINDS_OF_NUMBERS:
                decimal = self._decimal(cells, column, text)
                value = str((parse_whole if question.is_whole else parse_decimal)(text, decimal=decimal))
                cells.note_number(column, value)
            elif question.kind == QuestionKind.DATE:
                order = self._day_first.get(question.code)
                value = parse_day(text, day_first=order, from_1904=self._from_1904, iso3=iso3)
        except NumberUndecided as undecided:
            self._ask_decimal_mark(cells, column, undecided)
            return None
        except ValueUnreadable as error:
            cells.complain(column, str(error), question=question.code)
            return None
        return Given(question.code, value, repeat, as_given=text)

    def _decimal(self, cells: Cells, column: Column, text: str) -> str | None:
        """Return what stands before decimals where a number can be read in two ways; None where nothing tells."""
        if cells.is_number(column):
            return POINT
        way = self.number_ways.get(column.question)
        return way.decimal(digits_of(text)) if way else None

    def _ask_decimal_mark(self, cells: Cells, column: Column, undecided: NumberUndecided) -> None:
        way = self.number_ways.get(column.question, NumberWay())
        said = str(undecided)
        if way.against:
            said += " " + _("The column writes numbers in both ways: %(cells)s.") % {"cells": "; ".join(way.against)}
        said += " " + _("Or say for the column what stands before its decimals.")
        cells.complain(column, said, question=column.question, choices=MARKS, entry=DECIMAL_MARK)

    def _choice(self, cells: Cells, question: Question, repeat: int) -> Given | None:
        choices = self._choices[question.code]
        text, column = stated(cells.of(question.code)), cells.column(question.code)
        other = stated(cells.of(question.code, "other"))
        codes: list[str] = []
        others = [other] if other and other.casefold() not in YES | NO else []
        ticked, is_ticked = self._ticked(cells, question)
        options = {one.option for one in cells.options(question.code)}
        if text and column:
            try:
                codes, said = choices.read(
                    text,
                    names=self._tool.gives_codes and not (question.kind == QuestionKind.SINGLE and choices.find(text)),
                    chosen=ticked if is_ticked else None,
                    among=options,
                )
            except ChoiceError as error:
                if not error.entries:
                    cells.complain(column, str(error), question=question.code)
                for entry, close in error.entries.items():
                    cells.complain(column, choices.complain(entry), question=question.code, choices=close, entry=entry)
                return None
            others += [said] if said else []
            if is_ticked and set(codes) & options != set(ticked):
                self._complain_of_disagreement(cells, question, codes, ticked)
                return None
        codes += ticked
        if others and "other" not in codes:
            codes.append("other")
        if not codes:
            return None
        codes = list(dict.fromkeys(codes))
        if question.kind == QuestionKind.SINGLE:
            if len(codes) > 1 and column:
                cells.complain(column, _("Several answers to a question that takes one: keep one."))
                return None
            return Given(question.code, codes[0], repeat, other="; ".join(others), as_given=text)
        return Given(question.code, codes, repeat, other="; ".join(others), as_given=text)

    def _ticked(self, cells: Cells, question: Question) -> tuple[list[str], bool]:
        """Return the options that their own columns say yes to, and whether those columns say anything in this row."""
        choices = self._choices[question.code]
        ticked, is_stated = [], False
        for one in cells.options(question.code):
            answer = cells.text(one)
            if not stated(answer):
                continue
            is_stated = True
            if choices.find(answer) == (one.option,) or answer.casefold() in YES:
                ticked.append(one.option)
            elif answer.casefold() not in NO:
                cells.complain(one, _("Write 1 where it was chosen, 0 or nothing where it was not."))
        return ticked, is_stated

    def _complain_of_disagreement(
        self, cells: Cells, question: Question, codes: Sequence[str], ticked: Sequence[str]
    ) -> None:
        """Say which column of one option says other than the column of all answers."""
        for one in cells.options(question.code):
            if (one.option in codes) != (one.option in ticked):
                whole = cells.column(question.code)
                cells.complain(
                    one,
                    _("Does not agree with the column “%(column)s” of the same question: correct one of the two.")
                    % {"column": whole.heading if whole else ""},
                )

    def _money(self, cells: Cells, question: Question, repeat: int) -> Given | None:
        printed, number = stated(cells.of(question.code)), stated(cells.of(question.code, "amount"))
        whole, exact = cells.column(question.code), cells.column(question.code, "amount")
        currency = stated(cells.of(question.code, "currency")).upper()
        years = stated(cells.of(question.code, "years"))
        value: Decimal | None = None
        covers = ""
        for text, column in ((printed, whole), (number, exact)):
            if not text or column is None:
                continue
            amount = self._amount(cells, column, text, currency)
            if amount is None:
                return None
            if value is not None and amount.value != value:
                cells.complain(
                    column,
                    _("Does not agree with the contribution as printed, which is %(amount)s.") % {"amount": value},
                )
                return None
            if amount.currency and currency not in ("", amount.currency):
                cells.complain(
                    column,
                    _("Does not agree with the currency stated beside it, which is %(currency)s.")
                    % {"currency": currency},
                )
                return None
            value, covers, currency = amount.value, covers or amount.covers, amount.currency or currency
        if whole and exact and bool(printed) != bool(number):
            cells.complain(
                exact,
                _("Does not agree with the contribution as printed, which is %(amount)s.")
                % {"amount": printed or _("not stated")},
            )
            return None
        if value is None:
            return None
        currency = currency or "USD"
        if len(currency) != 3 or not currency.isalpha() or not currency.isascii():
            where = cells.column(question.code, "currency")
            if where:
                cells.complain(where, _("Not a currency: write its ISO 4217 code, for example USD."))
            return None
        for column in (whole, exact):
            if column and cells.text(column):
                cells.note_number(column, f"{value} {currency}")
        kept = {"amount": str(value), "currency": currency, "years": years[:60]}
        return Given(question.code, kept | ({"covers": covers} if covers else {}), repeat, as_given=printed or number)

    def _amount(self, cells: Cells, column: Column, text: str, currency: str) -> Amount | None:
        try:
            return parse_printed(text, decimal=self._decimal(cells, column, text), currency=currency)
        except NumberUndecided as undecided:
            self._ask_decimal_mark(cells, column, undecided)
        except AmountError as error:
            cells.complain(column, str(error), question=column.question)
        return None

    def _places(
        self, cells: Cells, question: Question, repeat: int, iso3: str
    ) -> tuple[Given | None, list[NamedPlace]]:
        text, column = stated(cells.of(question.code)), cells.column(question.code)
        read: list[NamedPlace] = []
        if text and column and (codes := self._places_ticked_too(cells, question, text)):
            read = self._by_codes(codes, question)
        elif text and column:
            try:
                read = self._read_places(text, question, iso3)
            except PlaceError as error:
                cells.complain(column, str(error), question=question.code)
                return None, []
        else:
            read = self._by_codes(self._ticked(cells, question)[0], question)
        if not read:
            return None, []
        named = named_in(question, repeat, read)
        return Given(question.code, codes_that_answer(question, named), repeat, as_given=text), named

    def _places_ticked_too(self, cells: Cells, question: Question, text: str) -> list[str]:
        """Return the places in a cell where the 0/1 columns of the question say the same; else none."""
        ticked, is_ticked = self._ticked(cells, question)
        if not is_ticked:
            return []
        options = {one.option for one in cells.options(question.code)}
        try:
            codes, _said = self._choices[question.code].read(
                text, names=self._tool.gives_codes, chosen=ticked, among=options
            )
        except ChoiceError:
            return []
        return codes if set(codes) & options == set(ticked) else []

    def _read_places(self, text: str, question: Question, iso3: str) -> list[NamedPlace]:
        choices = self._choices[question.code]
        words = text.split()
        are_codes = self._tool.gives_codes and not any(mark in text for mark in ",;\n")
        if are_codes and choices.find(words[0]):
            return self._by_codes(words, question)
        found = read_places(
            text.replace("\n", "; "), iso3=iso3, edition=self._reference.edition, names=self._reference.names
        )
        return [self._decided_place(one, choices) for one in found]

    def _decided_place(self, read: NamedPlace, choices: Choices) -> NamedPlace:
        """Read what the names do not know by the question's own spellings, and by what people decided."""
        if read.kind != PlaceKind.UNRESOLVED:
            return read
        codes = choices.find(read.as_printed)
        return replace(self._place(codes[0], read.as_printed), direction=read.direction) if codes else read

    def _by_codes(self, words: Iterable[str], question: Question) -> list[NamedPlace]:
        choices = self._choices[question.code]
        read = []
        for word in words:
            codes = choices.find(word)
            place = (
                self._place(codes[0], word)
                if codes
                else NamedPlace(kind=PlaceKind.UNRESOLVED, as_printed=word[:200], is_ambiguous=True,
                                note="not known as a country or group")
            )  # fmt: skip
            read.append(place)
        return read

    def _place(self, code: str, printed: str) -> NamedPlace:
        kind = PlaceKind.COUNTRY if code in self._reference.countries else PlaceKind.GROUP
        return NamedPlace.by_code(kind, code, as_printed=printed)
