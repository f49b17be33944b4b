"""Between what is stored of a response and what the rule reads: answers and readings, both ways."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db.models import Prefetch

from surveys.answering.reading.from_answers import Answers
from surveys.choices import PlaceKind, ResponseKind
from surveys.models import Need, Offer, Reading, Response, Survey
from surveys.postings.named_places import NamedPlace
from surveys.questionnaires.asked import Given

NOTE_COLUMNS = {"footnote": "Footnote", "source": "Source"}


def answers_of(response: Response) -> Answers:
    """Return what a stored response states, from its answers and readings as prefetched."""
    given = [
        Given(answer.question, answer.value, answer.repeat, answer.other, answer.as_given)
        for answer in response.answers.all()
        if not answer.is_carried_over
    ]
    places = [NamedPlace.of(reading) for reading in response.readings.all()]
    notes = {label: str(response.as_printed.get(column, "")) for column, label in NOTE_COLUMNS.items()}
    return Answers(
        country=response.country,
        agency=response.agency,
        kind=ResponseKind(response.kind),
        given=given,
        places=places,
        notes={label: text for label, text in notes.items() if text},
    )


def load_responses(survey: Survey, keys: Iterable[str], *, for_writing: bool = False) -> dict[str, Response]:
    """Return the stored responses of these keys with all that a plan asks of them; none of an edition to be."""
    if survey.pk is None:
        return {}
    offers = Offer.objects.select_related("agency").prefetch_related("areas", "modalities", "targets")
    needs = Need.objects.select_related("agency").prefetch_related("areas", "modalities", "preferred_partners")
    if for_writing:
        offers, needs = (
            offers.select_for_update(of=("self",), no_key=True),
            needs.select_for_update(of=("self",), no_key=True),
        )
    responses = (
        Response.objects.filter(survey=survey, key__in=list(keys))
        .select_related("country", "agency")
        .prefetch_related("readings", "answers", Prefetch("offers", queryset=offers), Prefetch("needs", queryset=needs))
    )
    return {response.key: response for response in responses}


def keep_readings(places: Sequence[NamedPlace], readings: Iterable[Reading]) -> list[NamedPlace]:
    """Return the places as they were read before, where the cell still names them: people may have corrected them."""
    before: dict[tuple[str, str, str, int], list[Reading]] = defaultdict(list)
    for reading in readings:
        before[reading.direction, reading.as_printed, reading.question, reading.repeat].append(reading)
    kept = []
    for one in places:
        token = (one.direction, one.as_printed)
        # A reading from before the portal kept questionnaires names no question.
        same = before[*token, one.question, one.repeat] or before[*token, "", 0]
        stored = same.pop(0) if same else None
        if stored is None or stored.kind == PlaceKind.UNRESOLVED:
            kept.append(one)
        else:
            kept.append(replace(NamedPlace.of(stored), question=one.question, repeat=one.repeat))
    return kept
