"""Decides what each row of a file would become, writing nothing: the preview is the plan that is applied.

A row is added, changed, unchanged or in error; a response that the file no longer has is missing, which is reported
and changes nothing. "Unchanged" must hold for the same answers in another file (a survey tool's second export, the
workbook instead of the text file), so rows are compared twice: by their cells, which is quick, and where those or the
way of reading differ, by what they answer. For example `3588249` and `3588249.00` are the same cell; a new heading over
the same answers is another cell and the same answer.

The file is gone through twice: once to count it and to see which rows are of one country, so that both are refused and
not the second alone; then some hundred rows at a time, with as many queries for each lot, so that neither memory nor
queries grow with the file. What people have corrected since (how a place is read, answers that this file does not ask
for, a posting that was edited) is carried into the plan, not overwritten by it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from directory.models import Agency, Country
from directory.name_index import load_name_index
from surveys.answering.edition import load_edition
from surveys.answering.postings_of_response import PostingPlan, plan_postings
from surveys.answering.reading.from_answers import Answers, agencies_that_post
from surveys.answering.reading.places import RememberingNames
from surveys.answering.stored_answers import answers_of, keep_readings, load_responses
from surveys.choices import COUNT_NOWHERE, Feeds, ResponseStatus, RowResult
from surveys.importing.held import is_held, is_refused, refused_of
from surveys.importing.layout.column import Column
from surveys.importing.layout.opening import OpenImport
from surveys.importing.layout.repeat_rows import RepeatRows
from surveys.importing.rows.breaking_rules import BrokenRules
from surveys.importing.rows.cells import ImportReference, ReadRow
from surveys.importing.rows.comparing import CellChange, changed_cells, erased_answers, say_the_same
from surveys.importing.rows.number_ways import NumberColumns
from surveys.importing.rows.row import RowReader
from surveys.models import Response
from surveys.reading.cells import CellError, FileRefused, SourceRow, column_letter
from surveys.reading.days import order_of_days

ROWS_AT_ONCE = 250
"""Fewer than would be quickest: each stands in memory with its answers, its postings and what is said of them."""
ROWS_A_WORD = 1_000
"""After so many rows gone through, whoever waits is told again how far it is."""
WAITING, LACKING = "waiting", "lacking:"
"""Under these, beside the results of rows, postings are counted that wait as drafts; the second leads a field."""
HELD_OF, KEPT_OF = "held:", "kept:"
"""These lead a country: of how many rows of it the answers, of how many of its postings both versions are kept."""


@dataclass(frozen=True)
class RowPlan:
    """What one row becomes; `row` is None for a response that is missing from the file.

    `answers` and `before`: what would be stored, and what it replaces.
    """

    key: str
    result: RowResult
    row: ReadRow | None = None
    response: Response | None = None
    answers: Answers | None = None
    before: Answers | None = None
    changes: Sequence[CellChange] = ()
    errors: Sequence[CellError] = ()
    postings: Sequence[PostingPlan] = ()
    given_at: Any = None


class Planner:
    """Plans the rows of an opened file, some hundred at a time: what it holds in memory does not grow with the file."""

    def __init__(self, opened: OpenImport, *, on_gone_through: Callable[[int, int], None] | None = None) -> None:
        """on_gone_through: is told now and then how many rows have been gone through a first time, and of how many."""
        self._opened = opened
        self.survey = opened.survey
        edition = load_edition(opened.survey.code)
        agencies: dict[str, tuple[Agency, ...]] = defaultdict(tuple)
        for agency in Agency.objects.active().filter(country__isnull=False).select_related("country"):
            agencies[str(agency.country_id)] += (agency,)
        self._reference = ImportReference(
            countries=Country.objects.active().in_bulk(),
            agencies=agencies,
            names=RememberingNames(load_name_index()),
            edition=edition,
            asked=opened.asked,
        )
        self._posting_agencies = agencies_that_post(agency for own in agencies.values() for agency in own)
        self._holds = is_held(opened.survey)
        self._check_columns()
        self.reader = RowReader(
            reference=self._reference,
            columns=opened.columns,
            tool=opened.table.tool,
            decisions=opened.decisions,
            has_agency_key=opened.survey.has_agency_key,
            day_first=self._orders_of_days(),
            from_1904=opened.table.from_1904,
            merged=opened.table.merged,
        )
        self._repeats = [RepeatRows(repeats) for repeats in opened.table.repeats]
        numbers = NumberColumns(opened.table, opened.columns, opened.asked)
        self.total, self._keys = self._first_pass(numbers, on_gone_through)
        ways = numbers.ways(opened.decisions)
        self.reader.read_numbers(ways)
        opened.notices += numbers.notices(ways)
        opened.notices += filter(None, (repeats.notice_of_orphans() for repeats in self._repeats))

    @property
    def version_id(self) -> int | None:
        """The version of the questionnaire that the answers are kept with."""
        return self._opened.asked.version.pk if self._opened.asked.version else None

    @property
    def shape(self) -> str:
        """The fingerprint of the file's headings."""
        return self._opened.table.shape

    @property
    def columns(self) -> Sequence[Column]:
        """Where the columns go."""
        return self._opened.columns

    def plans(self, *, for_writing: bool = False) -> Iterator[list[RowPlan]]:
        """Yield what the rows would become, `ROWS_AT_ONCE` at a time, with a fixed number of queries each.

        for_writing: hold the postings until the transaction ends, so that the plan still holds when applied.
        """
        rows = self._opened.table.rows()
        broken = BrokenRules(self._opened.asked)
        while some := list(islice(rows, ROWS_AT_ONCE)):
            plans = self._plan(some, for_writing=for_writing)
            for plan in plans:
                if plan.row is not None:
                    broken.note(plan.row)
            yield plans
        self._opened.notices += broken.notices()

    def missing(self) -> Iterator[RowPlan]:
        """Yield the responses of the edition that are not in the file: they are reported and kept."""
        if self.survey.pk is None:
            return
        stored = Response.objects.filter(survey=self.survey, status=ResponseStatus.RECEIVED)
        for response in stored.exclude(file_import=None).order_by("source_row", "pk").iterator(chunk_size=ROWS_AT_ONCE):
            if response.key not in self._keys:
                yield RowPlan(response.key, RowResult.MISSING, response=response)

    def _check_columns(self) -> None:
        goes = {column.goes for column in self._opened.columns}
        country = next((one for one in self._reference.asked.questions.values() if one.feeds == "country"), None)
        if country is None or not any(f"question:{country.code}{part}" in goes for part in ("", ":code")):
            headings = ", ".join(f"“{column.heading[:40]}”" for column in self._opened.columns[:30])
            said = _(
                "No column names the country that answers. The columns are: %(columns)s. Name one of them "
                "“country”, or say which one it is: on the page of the upload, or with --column HEADING=country."
            )
            raise FileRefused(" ".join([said % {"columns": headings}, *self._opened.notices]))

    def _orders_of_days(self) -> dict[str, bool]:
        """Return of each date question whether its cells write the day first: as the whole file shows, if it does."""
        opened, questions = self._opened, self._reference.asked.questions
        texts: dict[str, set[str]] = defaultdict(set)
        for name, table in (("", opened.table), *((one.table.sheet.name, one.table) for one in opened.table.repeats)):
            dates = {
                column.index: column.question
                for column in opened.columns
                if column.sheet == name and column.question in questions and questions[column.question].kind == "date"
            }
            for row in table.rows() if dates else ():
                for index, question in dates.items():
                    if index < len(row.cells):
                        texts[question].add(row.cells[index])
        orders = {question: order_of_days(cells) for question, cells in texts.items()}
        return {question: order for question, order in orders.items() if order is not None}

    def _first_pass(
        self, numbers: NumberColumns, tell: Callable[[int, int], None] | None
    ) -> tuple[int, dict[str, tuple[int, ...]]]:
        """Count the rows, note whose they are, and look at how their numbers are written."""
        keys: dict[str, tuple[int, ...]] = {}
        total, of = 0, self._opened.table.row_count
        for row in self._opened.table.rows():
            if tell and total % ROWS_A_WORD == 0:
                tell(total, of)
            total += 1
            numbers.note(row)
            for repeats in self._repeats:
                repeats.note_owner(row)
            if key := self.reader.identify(row):
                keys[key] = (*keys.get(key, ()), row.number)
        if not total:
            raise FileRefused(_("The table has a heading but no row."))
        numbers.note_repeats()
        return total, keys

    def _plan(self, rows: Sequence[SourceRow], *, for_writing: bool) -> list[RowPlan]:
        sheet = self._opened.table.sheet.name
        read = [self.reader.read(row, self._repeated(row), sheet=sheet) for row in rows]
        for one, row in zip(read, rows, strict=True):
            self._complain_of_same_identity(one)
            self._complain_of_cells_outside(one, row)
        keys = [one.identity.key for one in read if one.identity]
        responses = load_responses(self.survey, keys, for_writing=for_writing)
        plans = [
            self._plan_row(one, responses.get(one.identity.key) if one.identity else None, row)
            for one, row in zip(read, rows, strict=True)
        ]
        return self._held(plans, responses) if self._holds else plans

    def _held(self, plans: Sequence[RowPlan], responses: Mapping[str, Response]) -> list[RowPlan]:
        """Return the plans of rows whose edition is released: what they would change waits to be chosen."""
        refused = refused_of(responses.values())
        held = []
        for plan in plans:
            if plan.result not in (RowResult.ADDED, RowResult.CHANGED) or plan.answers is None:
                held.append(plan)
            elif plan.response and is_refused(refused.get(plan.response.pk), plan.answers):
                held.append(RowPlan(plan.key, RowResult.UNCHANGED, row=plan.row, response=plan.response))
            else:
                held.append(replace(plan, result=RowResult.HELD, postings=()))
        return held

    def _repeated(self, row: SourceRow) -> list[tuple[str, SourceRow]]:
        return [one for repeats in self._repeats for one in repeats.of(row)]

    def _plan_row(self, read: ReadRow, response: Response | None, row: SourceRow) -> RowPlan:
        key = read.identity.key if read.identity else ""
        if read.errors or read.answers is None:
            return RowPlan(key, RowResult.IN_ERROR, row=read, errors=read.errors)
        is_back = response is not None and response.status in COUNT_NOWHERE
        changes = changed_cells(response, read) if response else []
        if response and not is_back and not changes and response.read_with == self.reader.fingerprint:
            return RowPlan(key, RowResult.UNCHANGED, row=read, response=response)
        answers, before = erased_answers(response, read, read.answers) if response else read.answers, None
        # Of a file that was undone nothing comes back with the next one: its answers are kept, and count nowhere.
        if response and not is_back:
            before = answers_of(response)
            answers = replace(answers, places=keep_readings(answers.places, response.readings.all()))
            answers = self._with_what_the_file_does_not_ask(answers, before)
            if say_the_same(before, answers):
                # A file of the same answers under other headings changes nothing.
                answering = {column.key for column in self._opened.columns if column.question}
                changes = [
                    change
                    for change in changes
                    if change.column in response.as_printed or change.column not in answering
                ]
        side = self._reference.edition.sides.get(answers.country.iso3)
        postings = plan_postings(
            answers,
            response=response,
            before=before,
            asked=self._opened.asked,
            survey=self.survey,
            drafts_other_side=side is not None and side.has_a_side_not_stated,
            agencies=self._posting_agencies,
        )
        is_same = response and not is_back and not changes and before is not None and say_the_same(before, answers)
        if is_same and not any(one.changed for one in postings):
            return RowPlan(key, RowResult.UNCHANGED, row=read, response=response)
        if side and side.note:
            read.note = "\n".join(filter(None, [read.note, side.note]))
        return RowPlan(
            key,
            RowResult.CHANGED if response and not is_back else RowResult.ADDED,
            row=read,
            response=response,
            answers=answers,
            before=before,
            changes=changes,
            postings=postings,
            given_at=self.reader.given_at(row),
        )

    def _is_of_country(self, column: Column) -> bool:
        question = self._opened.asked.questions.get(column.question)
        return question is not None and question.feeds == Feeds.COUNTRY

    def _with_what_the_file_does_not_ask(self, answers: Answers, before: Answers) -> Answers:
        """Keep the earlier answers to questions that no column of this file answers: a shorter file loses nothing."""
        here = {column.question for column in self._opened.columns}
        given = [one for one in before.given if one.question not in here]
        places = [one for one in before.places if one.question and one.question not in here]
        order = {code: place for place, code in enumerate(self._opened.asked.questions)}
        return replace(
            answers,
            given=sorted((*answers.given, *given), key=lambda one: (order.get(one.question, 999), one.repeat)),
            places=[*answers.places, *places],
            notes={**before.notes, **answers.notes},
        )

    def _complain_of_cells_outside(self, read: ReadRow, row: SourceRow) -> None:
        width = self._opened.table.headings[-1].index + 1
        for index, cell in enumerate(row.cells[width:], start=width):
            if cell:
                read.errors.append(
                    CellError(
                        read.sheet,
                        row.number,
                        column_letter(index),
                        cell[:60],
                        _("This cell stands beside the table. If a cell to its left holds a separator, quote it."),
                    )
                )
                return

    def _complain_of_same_identity(self, read: ReadRow) -> None:
        numbers = self._keys.get(read.identity.key, ()) if read.identity else ()
        if len(numbers) < 2:
            return
        own = [column for column in self._opened.columns if self._is_of_country(column)]
        country = next((column for column in own if column.part), own[0] if own else None)
        read.errors.append(
            CellError(
                read.sheet,
                read.number,
                country.key if country else "",
                read.cells.get(country.key, "")[:60] if country else "",
                _("Rows %(rows)s are of the same country or agency: keep one. If each is a response of its own, say "
                  "which column numbers the responses.")
                % {"rows": ", ".join(map(str, numbers[:20]))},
            )
        )  # fmt: skip


def count_row(results: Counter[str], row: RowPlan) -> None:
    """Count a row by its result, what of it people have to choose, and its drafts by what they lack."""
    results[row.result.value] += 1
    whose = row.row.identity.country.pk if row.row and row.row.identity else ""
    if row.result == RowResult.HELD:
        results[HELD_OF + whose] += 1
    for planned in row.postings:
        if planned.kept and planned.differs:
            results[KEPT_OF + whose] += 1
        if planned.waits_for:
            results[WAITING] += 1
            results.update(LACKING + lack.field for lack in planned.waits_for)


def counts_of(results: Counter[str]) -> dict[str, int]:
    """Return rows by result; how many postings wait as drafts, and what they lack; and by country what is to choose.

    Each result is named but HELD, which most editions know nothing of.
    """
    beside = (LACKING, HELD_OF, KEPT_OF)
    more = {code: count for code, count in results.items() if code == WAITING or code.startswith(beside)}
    named = [result.value for result in RowResult if result != RowResult.HELD or results[result.value]]
    return {code: results[code] for code in named} | more
