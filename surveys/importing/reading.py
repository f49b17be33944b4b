"""Reads one row of a table into who answered and what, or into everything that is wrong with it."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from directory.models import Agency, Country
from directory.text import fold
from surveys.asked import Asked, Given
from surveys.choices import Feeds, PlaceKind, QuestionKind, ResponseKind
from surveys.from_answers import DIRECTIONS, Answers, PlaceGiven
from surveys.importing.amounts import AmountError, parse_number, parse_printed
from surveys.importing.cells import CellError, SourceRow
from surveys.importing.choosing import ChoiceError, Choices
from surveys.importing.columns import Column
from surveys.importing.edition import Edition, ReadPlace
from surveys.importing.places import Names, PlaceError, read_places
from surveys.importing.tools import FOOTNOTE, GIVEN_AT, ID, IGNORE, KIND, NOTE, SOURCE, Tool
from surveys.importing.values import NO, YES, ValueUnreadable, is_formula, parse_day, parse_decimal, stated
from surveys.models import Question
from surveys.writing import NamedPlace

MAX_CELL_CHARACTERS = 10_000
KINDS = {"survey": ResponseKind.ANSWERED, "secondary": ResponseKind.COMPILED}
NOTE_LABELS = {FOOTNOTE: "Footnote", SOURCE: "Source"}


@dataclass(frozen=True)
class Reference:
    """What rows are read against, loaded once an import."""

    countries: Mapping[str, Country]
    agencies: Mapping[str, tuple[Agency, ...]]
    names: Names
    edition: Edition
    asked: Asked


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose row it is, and what makes it the same row in a later file."""

    country: Country
    agency: Agency | None
    key: str


@dataclass
class ReadRow:
    """One row as read. `cells`: by heading, those that are kept with the response; nothing where it is in error."""

    sheet: str
    number: int
    cells: dict[str, str]
    identity: Identity | None = None
    answers: Answers | None = None
    note: str = ""
    errors: list[CellError] = field(default_factory=list)


class RowReader:
    """Reads the rows of one table by its columns; `decisions`: by question, spellings and the codes they stand for."""

    def __init__(
        self,
        *,
        reference: Reference,
        columns: Sequence[Column],
        tool: Tool,
        decisions: Mapping[str, Mapping[str, str]],
        has_agency_key: bool,
        day_first: Mapping[str, bool],
    ) -> None:
        self._reference, self._tool = reference, tool
        self._has_agency_key, self._day_first = has_agency_key, day_first
        self._decisions = decisions
        self._main = [column for column in columns if not column.sheet]
        self._repeated = [column for column in columns if column.sheet]
        self._by_goes = {column.goes: column for column in self._main if column.goes.startswith("about:")}
        version = reference.asked.version
        self._questions: dict[str, Question] = {one.code: one for one in version.questions} if version else {}
        self._choices: dict[str, Choices] = {
            code: Choices(
                question,
                reference.asked.lists.readable(question),
                decisions.get(code, {}),
                offered=reference.asked.lists.of(question),
            )
            for code, question in self._questions.items()
            if question.is_choice
        }
        self._country_question = next((one.code for one in self._questions.values() if one.feeds == Feeds.COUNTRY), "")
        self._agency_question = next((one.code for one in self._questions.values() if one.feeds == Feeds.AGENCY), "")
        self.fingerprint = _fingerprint(columns, decisions, version.pk if version else 0, day_first)

    def identify(self, row: SourceRow) -> str:
        """Return the key of a row without reading the rest of it; empty where it is in error."""
        read = ReadRow("", row.number, {})
        identity = self._identity(_Cells(self._main, row, read))
        return identity.key if identity else ""

    def read(self, row: SourceRow, repeats: Sequence[tuple[str, SourceRow]] = (), *, sheet: str = "") -> ReadRow:
        """Return the row as read, with its repetitions in other sheets (name of the sheet, row)."""
        read = ReadRow(sheet, row.number, self._kept(row, repeats))
        cells = _Cells(self._main, row, read)
        read.identity = self._identity(cells)
        if any(len(cell) > MAX_CELL_CHARACTERS for cell in read.cells.values()):
            long = next(name for name, cell in read.cells.items() if len(cell) > MAX_CELL_CHARACTERS)
            read.errors.append(
                CellError(sheet, row.number, long, read.cells[long][:200],
                          _("More than %(limit)d characters.") % {"limit": MAX_CELL_CHARACTERS})
            )  # fmt: skip
            return read
        kind = self._kind(cells)
        if read.identity is None:
            return read
        iso3 = read.identity.country.iso3
        given, places = self._answers(cells, self._main, 0, iso3)
        counts: dict[str, int] = {}
        for name, repeated in repeats:
            columns = [column for column in self._repeated if column.sheet == name]
            repeat = counts[name] = counts.get(name, -1) + 1
            more, named = self._answers(_Cells(columns, repeated, read, sheet=name), columns, repeat, iso3)
            given += more
            places += named
        if read.errors:
            return read
        notes = {label: stated(cells.about(goes)) for goes, label in NOTE_LABELS.items()}
        read.note = stated(cells.about(NOTE))
        read.answers = Answers(
            country=read.identity.country,
            agency=read.identity.agency,
            kind=kind,
            given=given,
            places=places,
            notes={label: text for label, text in notes.items() if text},
        )
        return read

    def given_at(self, row: SourceRow) -> Any:
        """Return when the tool received the response, None where it does not say, or not so that it can be read."""
        column = self._by_goes.get(GIVEN_AT)
        text = row.cells[column.index] if column and column.index < len(row.cells) else ""
        try:
            moment = parse_datetime(text)
        except ValueError:
            return None
        return moment if moment is not None and moment.tzinfo else None

    def _kept(self, row: SourceRow, repeats: Sequence[tuple[str, SourceRow]]) -> dict[str, str]:
        kept = {
            column.key: row.cells[column.index] if column.index < len(row.cells) else ""
            for column in self._main
            if column.goes != IGNORE or column.option or self._is_row_number(column)
        }
        counts: dict[str, int] = {}
        for name, repeated in repeats:
            counts[name] = counts.get(name, 0) + 1
            for column in self._repeated:
                if column.sheet == name and column.goes != IGNORE and column.index < len(repeated.cells):
                    kept[f"{name} {counts[name]}: {column.key}"] = repeated.cells[column.index]
        return kept

    def _is_row_number(self, column: Column) -> bool:
        # The printed number of a row is content of the source; a tool's running number is not.
        return column.key == "row_no"

    def _kind(self, cells: "_Cells") -> ResponseKind:
        column = self._by_goes.get(KIND)
        if column is None:
            return ResponseKind.ANSWERED
        kind = KINDS.get(cells.about(KIND).casefold())
        if kind is None:
            cells.complain(column, _("Write survey (the country answered) or secondary (compiled from sources)."))
            return ResponseKind.ANSWERED
        return kind

    def _identity(self, cells: "_Cells") -> Identity | None:
        country = self._country(cells)
        if country is None:
            return None
        agency, is_known = self._agency(cells, country)
        tool_id = stated(cells.about(ID))
        if tool_id:
            return Identity(country, agency, f"id:{tool_id}"[:255])
        if not self._has_agency_key:
            return Identity(country, agency, country.iso3)
        if not is_known:
            column = cells.column(self._agency_question)
            own = self._reference.agencies.get(country.iso3, ())
            if column:
                cells.complain(
                    column,
                    _("Not an agency of %(country)s. Known are: %(known)s. Add it in the admin first.")
                    % {"country": country, "known": "; ".join(map(str, own)) or _("none")},
                )
            return None
        return Identity(country, agency, f"{country.iso3}/{agency.code}" if agency else country.iso3)

    def _agency(self, cells: "_Cells", country: Country) -> tuple[Agency | None, bool]:
        text = stated(cells.of(self._agency_question)) if self._agency_question else ""
        if not text:
            return None, True
        own = self._reference.agencies.get(country.iso3, ())
        wanted = fold(text)
        found = [agency for agency in own if wanted in (fold(agency.code), fold(agency.name), fold(agency.acronym))]
        return (found[0], True) if len(found) == 1 else (None, False)

    def _country(self, cells: "_Cells") -> Country | None:
        names, question = self._reference.names, self._country_question
        named, coded = cells.column(question), cells.column(question, "code")
        printed, code = stated(cells.of(question)), stated(cells.of(question, "code"))
        column = coded if code or named is None else named
        if column is None or not (code or printed):
            where = coded or named
            if where:
                cells.complain(where, _("Name the country: its ISO 3166-1 alpha-3 code, or its name."))
            return None
        decided = self._decided(printed)
        if decided and not code:
            return decided
        by_name = names.resolve(printed, codes=self._tool.gives_codes)
        if code:
            country = self._reference.countries.get(code.upper())
            if country is None:
                reading = names.resolve(code, codes=True)
                found = tuple(filter(None, (reading.iso3, by_name.iso3))) or reading.suggestions
                self._complain_of_country(cells, column, _("Not an ISO 3166-1 alpha-3 code."), found)
                return None
            if printed and named and country.iso3 not in (by_name.iso3, *by_name.suggestions):
                self._complain_of_country(
                    cells,
                    named,
                    _("Does not agree with the code %(code)s, which is %(country)s.")
                    % {"code": country.iso3, "country": country.name},
                    (by_name.iso3,) if by_name.iso3 else by_name.suggestions,
                )
                return None
        else:
            if by_name.iso3 is None:
                said = {
                    "ambiguous": _("The name of more than one country: write its code."),
                    "group": _("The name of a group, not of a country."),
                }.get(by_name.kind, _("Not known as a country: write its name or its code."))
                self._complain_of_country(cells, column, said, by_name.suggestions)
                return None
            country = self._reference.countries[by_name.iso3]
        if not country.is_listed:
            cells.complain(
                column,
                _("%(country)s is not among the countries and territories listed here.") % {"country": country.name},
            )
            return None
        return country

    def _decided(self, printed: str) -> Country | None:
        decisions = self._decisions.get(self._country_question, {})
        code = next((code for spelling, code in decisions.items() if fold(spelling) == fold(printed)), "")
        return self._reference.countries.get(code) if printed else None

    def _complain_of_country(self, cells: "_Cells", column: Column, message: str, codes: Iterable[str | None]) -> None:
        known = [code for code in dict.fromkeys(codes) if code and code in self._reference.countries]
        if known:
            names = ", ".join(f"{code} ({self._reference.countries[code].name})" for code in known)
            message += " " + _("Did you mean: %(countries)s?") % {"countries": names}
        cells.complain(column, message, question=self._country_question, choices=tuple(known), entry=cells.text(column))

    def _answers(
        self, cells: "_Cells", columns: Sequence[Column], repeat: int, iso3: str
    ) -> tuple[list[Given], list[PlaceGiven]]:
        given: list[Given] = []
        places: list[PlaceGiven] = []
        asked = dict.fromkeys(column.question for column in columns if column.question in self._questions)
        # In the order in which they are asked, whatever the order of the columns.
        for code in (code for code in self._questions if code in asked):
            question = self._questions[code]
            if question.feeds == Feeds.COUNTRY:
                found: Given | None = Given(code, iso3, repeat, as_given=stated(cells.of(code)))
            elif question.names_places:
                found, named = self._places(cells, question, repeat, iso3)
                places += named
            else:
                found = self._answer(cells, question, repeat)
            if found is not None:
                given.append(found)
        return given, places

    def _answer(self, cells: "_Cells", question: Question, repeat: int) -> Given | None:
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
            if question.kind == QuestionKind.NUMBER:
                value = parse_decimal(text)
            elif question.kind == QuestionKind.DATE:
                value = parse_day(text, day_first=self._day_first.get(question.code))
        except ValueUnreadable as error:
            cells.complain(column, str(error), question=question.code)
            return None
        return Given(question.code, value, repeat, as_given=text)

    def _choice(self, cells: "_Cells", question: Question, repeat: int) -> Given | None:
        choices = self._choices[question.code]
        text, column = stated(cells.of(question.code)), cells.column(question.code)
        other = stated(cells.of(question.code, "other"))
        codes: list[str] = []
        others = [other] if other and other.casefold() not in YES | NO else []
        if text and column:
            try:
                codes, said = choices.read(text, names=self._tool.gives_codes)
            except ChoiceError as error:
                for entry, close in error.entries.items():
                    cells.complain(column, choices.complain(entry), question=question.code, choices=close, entry=entry)
                return None
            others += [said] if said else []
        for one in cells.options(question.code):
            answer = cells.text(one)
            if choices.find(answer) == (one.option,) or answer.casefold() in YES:
                codes.append(one.option)
            elif answer.casefold() not in NO and stated(answer):
                cells.complain(one, _("Write 1 where it was chosen, 0 or nothing where it was not."))
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

    def _money(self, cells: "_Cells", question: Question, repeat: int) -> Given | None:
        printed, number = stated(cells.of(question.code)), stated(cells.of(question.code, "amount"))
        whole, exact = cells.column(question.code), cells.column(question.code, "amount")
        currency = stated(cells.of(question.code, "currency")).upper() or "USD"
        years = stated(cells.of(question.code, "years"))
        value: Decimal | None = None
        covers = ""
        for text, column, is_printed in ((printed, whole, True), (number, exact, False)):
            if not text or column is None:
                continue
            try:
                if is_printed:
                    amount = parse_printed(text)
                    read, covers = amount.value, amount.covers
                else:
                    read = parse_number(text)
            except AmountError as error:
                cells.complain(column, str(error), question=question.code)
                return None
            if value is not None and read != value:
                cells.complain(
                    column,
                    _("Does not agree with the contribution as printed, which is %(amount)s.") % {"amount": value},
                )
                return None
            value = read
        if whole and exact and bool(printed) != bool(number):
            cells.complain(
                exact,
                _("Does not agree with the contribution as printed, which is %(amount)s.")
                % {"amount": printed or _("not stated")},
            )
            return None
        if value is None:
            return None
        if len(currency) != 3 or not currency.isalpha() or not currency.isascii():
            where = cells.column(question.code, "currency")
            if where:
                cells.complain(where, _("Not a currency: write its ISO 4217 code, for example USD."))
            return None
        kept = {"amount": str(value), "currency": currency, "years": years[:60]}
        return Given(question.code, kept | ({"covers": covers} if covers else {}), repeat, as_given=printed or number)

    def _places(
        self, cells: "_Cells", question: Question, repeat: int, iso3: str
    ) -> tuple[Given | None, list[PlaceGiven]]:
        text, column = stated(cells.of(question.code)), cells.column(question.code)
        direction = DIRECTIONS.get(Feeds(question.feeds)) if question.feeds else None
        read: list[ReadPlace] = []
        if text and column:
            try:
                read = self._read_places(text, question, iso3)
            except PlaceError as error:
                cells.complain(column, str(error), question=question.code)
                return None, []
        for one in cells.options(question.code):
            if cells.text(one).casefold() in YES:
                read += self._by_codes([one.option], question)
        if not read:
            return None, []
        if direction is not None:
            # A line of its own ("Support to: …") says more than the question.
            default = DIRECTIONS[Feeds.TARGETS]
            read = [ReadPlace(direction if one.direction == default else one.direction, one.place) for one in read]
        codes = list(dict.fromkeys(one.place.code for one in read if one.place.code))
        given = Given(question.code, codes, repeat, as_given=text)
        return given, [PlaceGiven(question.code, repeat, one) for one in read]

    def _read_places(self, text: str, question: Question, iso3: str) -> list[ReadPlace]:
        choices = self._choices[question.code]
        words = text.split()
        are_codes = self._tool.gives_codes and not any(mark in text for mark in ",;\n")
        if are_codes and choices.find(words[0]):
            return self._by_codes(words, question)
        found = read_places(
            text.replace("\n", "; "), iso3=iso3, edition=self._reference.edition, names=self._reference.names
        )
        return [self._decided_place(one, choices) for one in found]

    def _decided_place(self, read: ReadPlace, choices: Choices) -> ReadPlace:
        """Read what the names do not know by the question's own spellings, and by what people decided."""
        if read.place.kind != PlaceKind.UNRESOLVED:
            return read
        codes = choices.find(read.place.as_printed)
        return ReadPlace(read.direction, self._place(codes[0], read.place.as_printed)) if codes else read

    def _by_codes(self, words: Iterable[str], question: Question) -> list[ReadPlace]:
        choices = self._choices[question.code]
        direction = DIRECTIONS[Feeds.TARGETS]
        read = []
        for word in words:
            codes = choices.find(word)
            place = (
                self._place(codes[0], word)
                if codes
                else NamedPlace(kind=PlaceKind.UNRESOLVED, as_printed=word[:200], is_ambiguous=True,
                                note="not known as a country or group")
            )  # fmt: skip
            read.append(ReadPlace(direction, place))
        return read

    def _place(self, code: str, printed: str) -> NamedPlace:
        if code in self._reference.countries:
            return NamedPlace(kind=PlaceKind.COUNTRY, country=code, as_printed=printed)
        return NamedPlace(kind=PlaceKind.GROUP, group=code, as_printed=printed)


class _Cells:
    """The cells of one row by where their columns go, and the complaints about them."""

    def __init__(self, columns: Sequence[Column], row: SourceRow, read: ReadRow, *, sheet: str = "") -> None:
        self._row, self._read, self._sheet = row, read, sheet or read.sheet
        self._columns = columns
        self._by_goes = {column.goes: column for column in columns}

    def column(self, question: str, part: str = "") -> Column | None:
        return self._by_goes.get(f"question:{question}{':' if part else ''}{part}")

    def of(self, question: str, part: str = "") -> str:
        column = self.column(question, part)
        return self.text(column) if column else ""

    def about(self, goes: str) -> str:
        column = self._by_goes.get(goes)
        return self.text(column) if column else ""

    def text(self, column: Column) -> str:
        return self._row.cells[column.index] if column.index < len(self._row.cells) else ""

    def options(self, question: str) -> list[Column]:
        return [column for column in self._columns if column.option and column.question == question]

    def complain(
        self, column: Column, message: str, *, question: str = "", choices: tuple[str, ...] = (), entry: str = ""
    ) -> None:
        value = self.text(column)[:200]
        self._read.errors.append(
            CellError(self._sheet, self._row.number, column.key, value, message, question, entry[:200], choices)
        )


def _fingerprint(
    columns: Sequence[Column], decisions: Mapping[str, Any], version: int, day_first: Mapping[str, bool]
) -> str:
    read_as = [sorted((column.sheet, column.key, column.goes) for column in columns), decisions, version, day_first]
    return hashlib.sha256(json.dumps(read_as, sort_keys=True).encode()).hexdigest()
