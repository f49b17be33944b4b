"""What is asked: a need or an offer that nobody has stored, checked as one that is to be published."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _

from directory.choices import AreaUse
from directory.models import Country, Modality, PriorityArea
from matching.scoring.given import GIVEN_ID, GivenPosting
from surveys.choices import PlaceKind, PostingStatus, Side
from surveys.models import Need, Offer
from surveys.postings.deciding.publishable import lacks
from surveys.postings.forms.place_choice import options_of
from surveys.postings.languages import CODES, reads_like
from surveys.postings.shown.own_words import OwnWords
from surveys.postings.shown.reach import PlaceKey
from web.calendar.days import first_day_not_ended, last_day_begun

ENGLISH = "en"


class AskedWrongly(ValueError):
    """What was given cannot be scored; `errors` holds messages by field."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__("; ".join(errors))
        self.errors = dict(errors)


@dataclass(frozen=True)
class MatchQuestion:
    """The fields of a request, of the right types and lengths, and with codes as they were written."""

    side: Side
    country: str
    title: str
    text: str
    language: str
    """Code; empty: as title and text read."""
    english_text: str
    areas: tuple[str, ...]
    modalities: tuple[str, ...]
    any_modality: bool
    places: tuple[tuple[PlaceKind, str], ...]
    opens_on: dt.date | None
    closes_on: dt.date | None


class Read(NamedTuple):
    """A question as the engine takes it, and as an instance that is not saved, for explanations."""

    given: GivenPosting
    posting: Need | Offer


def read_question(question: MatchQuestion) -> Read:
    """Check what is asked as a form checks what is to be published; four queries. Raises AskedWrongly."""
    areas = list(PriorityArea.objects.filter(pk__in=question.areas, use__in=_USES, is_active=True))
    modalities = set(Modality.objects.active().filter(pk__in=question.modalities).values_list("pk", flat=True))
    errors: dict[str, list[str]] = {}
    if not Country.objects.listed().filter(pk=question.country).exists():
        errors["country"] = [
            _("No country or territory of the portal has the code %(code)s.") % {"code": question.country}
        ]
    for name, known in (("areas", {area.pk for area in areas}), ("modalities", modalities)):
        if unknown := [code for code in getattr(question, name) if code not in known]:
            errors[name] = [_("Not known here: %(codes)s.") % {"codes": ", ".join(unknown)}]
    places = options_of([f"{kind}:{code}" for kind, code in question.places])
    known_places = {option.value for option in places}
    if unknown := [code for kind, code in question.places if f"{kind}:{code}" not in known_places]:
        errors[place_field(question.side)] = [_("Not known here: %(codes)s.") % {"codes": ", ".join(unknown)}]
    language = question.language or reads_like(question.title, question.text) or ENGLISH
    for field, words in _of_the_whole(question, areas, language):
        errors.setdefault(field, []).append(words)
    if errors:
        raise AskedWrongly(errors)
    return Read(_given(question, language, [option.key for option in places]), _posting(question))


_USES = (AreaUse.AREA, AreaUse.TAG)


def place_field(side: Side) -> str:
    """Return what the places of a posting of that side are called."""
    return "targets" if side == Side.OFFER else "preferred_partners"


def _of_the_whole(question: MatchQuestion, areas: list[PriorityArea], language: str) -> list[tuple[str, str]]:
    found = [
        (lack.field, lack.words)
        for lack in lacks(
            title=question.title,
            areas=areas,
            states_modality=question.any_modality or bool(question.modalities),
            closes_on=question.closes_on,
        )
        if lack.field != "areas" or not question.areas or len(areas) == len(question.areas)
    ]
    if language not in CODES:
        found.append(("language", _("Give one of: %(codes)s.") % {"codes": ", ".join(CODES)}))
    if question.english_text and language == ENGLISH:
        words = _("Title and text are in English: leave this empty, or choose their language.")
        found.append(("english_text", words))
    if question.opens_on and question.closes_on and question.closes_on < question.opens_on:
        found.append(("closes_on", _("It closes before it opens.")))
    return found


def _given(question: MatchQuestion, language: str, places: list[PlaceKey]) -> GivenPosting:
    # As of a stored one: where any form can be discussed beside modalities that come first, these are compared.
    return GivenPosting(
        side=question.side,
        country=question.country,
        areas=frozenset(question.areas),
        modalities=frozenset(question.modalities),
        places=tuple(places),
        words=OwnWords(f"{question.title}\n{question.text}", language, question.english_text),
        is_open=_is_open(question),
    )


def _is_open(question: MatchQuestion) -> bool:
    """Return whether its dates hold it open at this moment somewhere on earth, as `open_now_q` says of stored ones."""
    has_opened = question.opens_on is None or question.opens_on <= last_day_begun()
    return has_opened and (question.closes_on is None or question.closes_on >= first_day_not_ended())


def _posting(question: MatchQuestion) -> Need | Offer:
    model = Need if question.side == Side.NEED else Offer
    return model(
        pk=GIVEN_ID,
        country_id=question.country,
        title=question.title,
        status=PostingStatus.PUBLISHED,
        opens_on=question.opens_on,
        closes_on=question.closes_on,
    )
