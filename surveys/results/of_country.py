"""What one country said in the editions whose results are released, as its page shows it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import F, Prefetch
from django.utils.translation import gettext as _

from directory.models import Country
from surveys.choices import Direction, PlaceKind, ResponseKind
from surveys.models import Reading, Response, Survey
from surveys.postings.shown.provenance import stated_words
from surveys.questionnaires.asked import Asked, Given
from surveys.results.retired import remains_stated, with_what_remains
from surveys.results.table1 import table1
from web.calendar.days import today


@dataclass(frozen=True)
class SaidInAnEdition:
    """One response of the country: what stands in its row, its challenges, and from whom it received support."""

    survey: Survey
    response: Response
    said: Sequence[tuple[str, str]]
    """Headings and cells of its row of Table 1."""
    challenges: Sequence[str]
    support_received: Sequence[str]
    """As printed, in the printed order."""

    @property
    def is_compiled(self) -> bool:
        """Whether it was compiled from public sources."""
        return self.response.kind == ResponseKind.COMPILED

    @property
    def remains_stated(self) -> str:
        """In words that it stands in the edition alone; empty where it does not."""
        return stated_words(self.survey) if remains_stated(self.response) else ""


def said_by(country: Country) -> list[SaidInAnEdition]:
    """Return what the country said, newest edition first; the queries grow with editions, not with answers."""
    responses = (
        with_what_remains(Response.objects.received())
        .filter(country=country, survey__is_public=True, survey__results_released_on__lte=today())
        .select_related("survey", "country", "agency")
        .prefetch_related("answers", Prefetch("readings", Reading.objects.select_related("country", "group")))
        .order_by(F("survey__stated_on").desc(nulls_last=True), "survey__code", "source_row", "pk")
    )
    asked: dict[str, Asked] = {}
    found = []
    for response in responses:
        survey = response.survey
        if survey.code not in asked:
            asked[survey.code] = Asked.of(survey)
        found.append(_said(response, asked[survey.code]))
    return found


def _said(response: Response, asked: Asked) -> SaidInAnEdition:
    table = table1(response.survey, asked, [response])
    received = [
        _as_printed(reading) for reading in response.readings.all() if reading.direction == Direction.EXISTING_PARTNER
    ]
    return SaidInAnEdition(
        survey=response.survey,
        response=response,
        said=list(zip(table.headings, table.rows[0].cells, strict=True)),
        challenges=list(_challenges(response, asked)),
        support_received=received,
    )


def _as_printed(reading: Reading) -> str:
    printed = reading.as_printed or str(reading)
    return _("none named (printed: “%(text)s”)") % {"text": printed} if reading.kind == PlaceKind.NONE else printed


def _challenges(response: Response, asked: Asked) -> Iterator[str]:
    for answer in response.answers.all():
        question = asked.questions.get(answer.question)
        if question is None or answer.is_carried_over or not question.is_public:
            continue
        if question.choices_from.startswith("challenges"):
            yield asked.words(question, Given(answer.question, answer.value, other=answer.other))
