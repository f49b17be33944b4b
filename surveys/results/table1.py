"""Table 1 of a survey, rebuilt from the answers: who cooperates how, in what, with whom; and the source's faults."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from surveys.choices import Feeds, PlaceKind, QuestionKind, ResponseKind
from surveys.models import Reading, Response, Survey
from surveys.postings.shown.provenance import stated_words
from surveys.questionnaires.asked import Asked, AskedQuestion, Given
from surveys.results.retired import remains_stated, with_what_remains
from surveys.results.tables import NOT_STATED, ResultTable

COLUMNS: Sequence[frozenset[str]] = (
    frozenset({Feeds.MODALITIES}),
    frozenset({Feeds.AREAS}),
    frozenset({Feeds.TARGETS, Feeds.PROVIDES_TO, Feeds.EXISTING_PARTNERS}),
    frozenset({Feeds.AMOUNT}),
)
"""The columns behind the country, each by what the answers to its questions become."""

FOOTNOTE_MARKS = "⁰¹²³⁴⁵⁶⁷⁸⁹ "


@dataclass(frozen=True)
class Departure:
    """One place where the source departs from the portal's words, or says nothing: where, as printed, what of it."""

    column: str
    printed: str
    said: str


@dataclass(frozen=True)
class Table1Row:
    """One country: its name, the printed one beside it where that differs; the cells; what the source lacks."""

    response: Response
    country: str
    cells: Sequence[str]
    departures: Sequence[Departure] = field(default_factory=list)

    @property
    def is_compiled(self) -> bool:
        """Whether it was compiled from public sources."""
        return self.response.kind == ResponseKind.COMPILED

    @property
    def remains_stated(self) -> str:
        """In words that it stands in the edition alone; empty where it does not."""
        return stated_words(self.response.survey) if remains_stated(self.response) else ""


@dataclass(frozen=True)
class Table1:
    """The table, column headings first."""

    headings: Sequence[str]
    rows: Sequence[Table1Row]

    def as_table(self, survey: Survey) -> ResultTable:
        """Return it as plain rows, for files."""
        notes = [survey.disclaimer, survey.source]
        notes += [f"{row.country}: {row.response.footnote}" for row in self.rows if row.response.footnote]
        notes += [f"{row.country}: {row.remains_stated}" for row in self.rows if row.remains_stated]
        notes += [
            f"{row.country}, {departure.column}: “{departure.printed}”: {departure.said}"
            for row in self.rows
            for departure in row.departures
        ]
        return ResultTable(
            title=_("Table 1. %(survey)s") % {"survey": survey},
            headings=[_("Country"), *self.headings],
            rows=[[row.country, *row.cells] for row in self.rows],
            notes=list(filter(None, notes)),
        )


def responses_for_table1(survey: Survey) -> QuerySet[Response]:
    """Return the responses that stand, in the order of the source, with what the table reads of them."""
    return (
        with_what_remains(survey.responses.received())
        .select_related("country", "survey")
        .prefetch_related("answers", Prefetch("readings", Reading.objects.select_related("country", "group")))
        .order_by("source_row", "country__position", "pk")
    )


def table1(survey: Survey, asked: Asked, responses: Iterable[Response]) -> Table1:
    """Return Table 1 of an edition; the responses come from `responses_for_table1`, no query is run for one.

    A cell is what the country gave, as it gave it; where it chose from a list here, the labels of what it chose.
    """
    questions = [
        [
            question
            for question in asked.questions.values()
            if question.feeds in feeds and not question.repeats and question.side != "need" and question.is_public
        ]
        for feeds in COLUMNS
    ]
    headings = [_heading(own, feeds) for own, feeds in zip(questions, COLUMNS, strict=True)]
    kept = [(own, heading) for own, heading in zip(questions, headings, strict=True) if own]
    country = next((one for one in asked.questions.values() if one.feeds == Feeds.COUNTRY), None)
    rows = [_row(response, country, kept, asked) for response in responses]
    return Table1([heading for _own, heading in kept], rows)


def _heading(questions: Sequence[AskedQuestion], feeds: frozenset[str]) -> str:
    if Feeds.TARGETS in feeds:
        return _("Regions and countries")
    return questions[0].heading if questions else ""


def _row(
    response: Response,
    country: AskedQuestion | None,
    columns: Sequence[tuple[Sequence[AskedQuestion], str]],
    asked: Asked,
) -> Table1Row:
    given = {
        answer.question: Given(answer.question, answer.value, answer.repeat, answer.other, answer.as_given)
        for answer in response.answers.all()
        if answer.repeat == 0 and not answer.is_carried_over
    }
    printed = _name(response, given[country.code].as_given if country and country.code in given else "")
    cells, departures = [], []
    for questions, heading in columns:
        stated = [(question, given[question.code]) for question in questions if question.code in given]
        cells.append("; ".join(filter(None, (_words(asked, question, one) for question, one in stated))) or NOT_STATED)
        if not stated:
            departures.append(Departure(heading, NOT_STATED, _("not stated")))
        for question, one in stated:
            departures += _spelled_otherwise(question, one, heading)
    departures += _places(response)
    return Table1Row(response, printed, cells, departures)


def _name(response: Response, printed: str) -> str:
    """Return the country as the source prints it, "China ⁹"; "Türkiye (printed: Turkey)" where its name is another."""
    name, bare = str(response.country), printed.rstrip(FOOTNOTE_MARKS).strip()
    if not bare or bare in (name, response.country.name):
        return printed or name
    return _("%(country)s (printed: %(printed)s)") % {"country": name, "printed": printed}


def _words(asked: Asked, question: AskedQuestion, given: Given) -> str:
    """Return an answer in words; one to a question on support received says so, beside what has priority."""
    words = asked.words(question, given)
    return f"{question.heading}: {words}" if words and question.feeds == Feeds.EXISTING_PARTNERS else words


def _spelled_otherwise(question: AskedQuestion, given: Given, heading: str) -> list[Departure]:
    """Return the labels that the source writes otherwise than the portal's lists."""
    if (
        question.kind != QuestionKind.MULTIPLE
        or not given.as_given
        or question.choices_from not in ("areas", "modalities")
    ):
        return []
    labels = [question.choices.get(code, code) for code in given.codes]
    entries = [entry.strip() for entry in given.as_given.split(";") if entry.strip()]
    if len(entries) != len(labels):
        return []
    return [
        Departure(heading, entry, _("stands for: %(label)s") % {"label": label})
        for entry, label in zip(entries, labels, strict=True)
        if entry != label
    ]


def _places(response: Response) -> list[Departure]:
    departures = []
    for reading in response.readings.all():
        if reading.kind == PlaceKind.UNRESOLVED:
            said = _("as printed; not used in the comparison")
        elif reading.is_ambiguous:
            said = _("our reading: %(place)s") % {"place": reading}
        else:
            continue
        departures.append(Departure(_("Regions and countries"), reading.as_printed, said))
    return departures
