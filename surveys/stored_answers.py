"""Between what is stored of a response and what the rule reads: answers and readings, both ways."""

from surveys.asked import Given
from surveys.choices import Direction, ResponseKind
from surveys.from_answers import Answers, PlaceGiven
from surveys.importing.edition import ReadPlace
from surveys.models import Response
from surveys.writing import NamedPlace

NOTE_COLUMNS = {"footnote": "Footnote", "source": "Source"}


def answers_of(response: Response) -> Answers:
    """Return what a stored response states, from its answers and readings as prefetched."""
    given = [
        Given(answer.question, answer.value, answer.repeat, answer.other, answer.as_given)
        for answer in response.answers.all()
        if not answer.is_carried_over
    ]
    places = [
        PlaceGiven(reading.question, reading.repeat, ReadPlace(Direction(reading.direction), NamedPlace.of(reading)))
        for reading in response.readings.all()
    ]
    notes = {label: str(response.as_printed.get(column, "")) for column, label in NOTE_COLUMNS.items()}
    return Answers(
        country=response.country,
        agency=response.agency,
        kind=ResponseKind(response.kind),
        given=given,
        places=places,
        notes={label: text for label, text in notes.items() if text},
    )
