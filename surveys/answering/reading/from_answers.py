"""The rule by which what a country stated in a survey becomes offers and needs; in words: docs/survey-import.md.

Which sides a response states:
1. those that it chooses itself, where it is asked for its role;
2. else the one side that all it answered belongs to;
3. else: a response that says from whom support is received states a need; one that says to whom support is given, or
   does not say that any is received, states an offer. A need described in a section of its own is stated too.
The side that is not stated becomes a draft where we read the source as having the country on that side too.

What a posting is made of: the answers that feed its fields. Each repetition of a section that repeats makes one posting
of its side, of that section's answers alone; else one posting a side is made of all answers of that side.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from directory.choices import GOVERNMENT_AGENCY_KINDS, AreaUse
from directory.models import Agency, Country
from surveys.answering.reading.directions import DIRECTIONS
from surveys.answering.titles import MAX_TITLE_CHARACTERS, composed_title
from surveys.choices import (
    TARGET_DIRECTIONS,
    Direction,
    Feeds,
    PlaceKind,
    PostingStatus,
    ResponseKind,
    Side,
)
from surveys.models import Survey
from surveys.postings.deciding.publishable import Lack, lacks
from surveys.postings.languages import reads_like
from surveys.postings.named_places import NamedPlace
from surveys.questionnaires.asked import Asked, AskedQuestion, Given

OFFERING, SEEKING = "offering", "seeking"

QUOTED = frozenset({Feeds.AREAS, Feeds.MODALITIES, Feeds.AMOUNT, *DIRECTIONS})
"""Answers that are quoted in the text of a posting; of others, such as an e-mail address, none is."""
WRITTEN = frozenset({Feeds.TITLE, Feeds.TEXT})
CONTENT = QUOTED | WRITTEN

_OPENINGS = {True: "As printed for", False: "As answered for"}
"""By whether the edition publishes what is imported: then its source is a print."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What one country, or one agency of it, stated. `notes`: what a source adds to its row, by label."""

    country: Country
    agency: Agency | None
    kind: ResponseKind
    given: Sequence[Given]
    places: Sequence[NamedPlace]
    notes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PostingDraft:
    """A posting as the answers make it, ready for `posting.create` or `posting.update`.

    `part` counts the postings of one side from 0; `targets` are an offer's targets or a need's preferred partners.
    `status` is what the survey would have it be, whatever it lacks: what is not complete is kept as a draft.
    """

    side: Side
    part: int
    status: PostingStatus
    values: Mapping[str, Any]
    areas: Sequence[str]
    modalities: Sequence[str]
    targets: Sequence[NamedPlace]
    lacks: Sequence[Lack] = ()


def stated_sides(answers: Answers, asked: Asked) -> frozenset[Side]:
    """Return the sides that a response states; see the rule at the head of the module."""
    chosen = {code for one in answers.given if asked.feeds(one) == Feeds.ROLE for code in one.codes}
    if by_role := {side for code, side in ((OFFERING, Side.OFFER), (SEEKING, Side.NEED)) if code in chosen}:
        return frozenset(by_role)
    content = [asked.questions[one.question] for one in answers.given if asked.feeds(one) in CONTENT]
    if content and len({question.side for question in content}) == 1 and content[0].side:
        return frozenset({Side(content[0].side)})
    if not content:
        return frozenset()
    directions = {place.direction for place in answers.places}
    sides = sides_by_direction(directions)
    described = {Side(question.side) for question in content if question.repeats and question.side}
    return sides | described


def sides_by_direction(directions: Collection[str]) -> frozenset[Side]:
    """Return the sides that a row states by the directions of the places that it names."""
    sides = set()
    if Direction.EXISTING_PARTNER in directions:
        sides.add(Side.NEED)
    if Direction.PROVIDES_TO in directions or Direction.EXISTING_PARTNER not in directions:
        sides.add(Side.OFFER)
    return frozenset(sides)


def status_of(side: Side, *, stated: Collection[Side], survey: Survey) -> PostingStatus:
    """Return the state that a posting of that side has when it is made: a side that is not stated is a draft."""
    return PostingStatus.PUBLISHED if side in stated and survey.publishes_on_import else PostingStatus.DRAFT


def postings_of(
    answers: Answers, *, asked: Asked, survey: Survey, drafts_other_side: bool, agencies: Mapping[str, Agency]
) -> list[PostingDraft]:
    """Return the offers and the needs that the answers make, offers first.

    drafts_other_side: keep the side that is not stated as a draft. agencies: the one agency of a country under which
    its postings stand, by ISO3 (`agencies_that_post`).
    """
    stated = stated_sides(answers, asked)
    sides = (Side.OFFER, Side.NEED) if drafts_other_side and stated else [side for side in Side if side in stated]
    drafts = []
    for side in sides:
        for part, content in enumerate(_contents(side, answers, asked)):
            drafts.append(
                _draft(side, part, answers, content, stated=stated, survey=survey, agencies=agencies, asked=asked)
            )
    return drafts


def agencies_that_post(agencies: Iterable[Agency]) -> dict[str, Agency]:
    """Return, by ISO3, the agency of each country that has exactly one national agency or ministry in use."""
    found: dict[str, list[Agency]] = {}
    for agency in agencies:
        if agency.is_active and agency.country_id and agency.kind in GOVERNMENT_AGENCY_KINDS:
            found.setdefault(agency.country_id, []).append(agency)
    return {iso3: own[0] for iso3, own in found.items() if len(own) == 1}


def targets_of(places: Iterable[NamedPlace]) -> list[NamedPlace]:
    """Return whom an offer is for: priorities and those that support is given to, each once.

    Existing partners are no targets. A token that nobody could resolve stays one, and is not compared.
    """
    return _each_once(places, TARGET_DIRECTIONS)


def partners_of(places: Iterable[NamedPlace]) -> list[NamedPlace]:
    """Return the preferred partners of a need, each once; those that support was received from are none."""
    return _each_once(places, {Direction.PREFERRED})


def _each_once(places: Iterable[NamedPlace], directions: Collection[Direction]) -> list[NamedPlace]:
    kept: dict[tuple[str, str], NamedPlace] = {}
    for place in places:
        if place.direction in directions and place.kind != PlaceKind.NONE:
            kept.setdefault((place.kind, place.code or place.as_printed), place)
    return list(kept.values())


@dataclass(frozen=True, slots=True)
class _Content:
    """The answers of which one posting is made, with their questions, and the places among them."""

    given: Sequence[tuple[AskedQuestion, Given]]
    places: Sequence[NamedPlace]

    def first(self, feeds: Feeds) -> Given | None:
        return next((given for question, given in self.given if question.feeds == feeds), None)

    def codes(self, feeds: Feeds) -> list[str]:
        codes = [code for question, given in self.given if question.feeds == feeds for code in given.codes]
        return list(dict.fromkeys(codes))


def _contents(side: Side, answers: Answers, asked: Asked) -> list[_Content]:
    own = [(asked.questions[one.question], one) for one in answers.given if one.question in asked.questions]
    own = [(question, one) for question, one in own if question.side in ("", side)]
    repeated = sorted(
        {
            (question.section, one.repeat)
            for question, one in own
            if question.repeats and question.side and question.feeds in CONTENT
        }
    )
    if not repeated:
        return [_content([(question, one) for question, one in own if not question.repeats], answers)]
    contents = []
    for section, repeat in repeated:
        kept = [
            (question, one)
            for question, one in own
            if (question.section == section and one.repeat == repeat)
            or (not question.repeats and question.feeds in (Feeds.CONTACT, Feeds.AGENCY))
        ]
        contents.append(_content(kept, answers))
    return contents


def _content(given: Sequence[tuple[AskedQuestion, Given]], answers: Answers) -> _Content:
    kept = {(one.question, one.repeat) for _question, one in given}
    places = [place for place in answers.places if (place.question, place.repeat) in kept]
    return _Content(given, places)


def _agency_that_states(answers: Answers, agencies: Mapping[str, Agency]) -> Agency | None:
    """Return the agency under which a posting stands; none where others compiled it: no agency has said it."""
    if answers.kind == ResponseKind.COMPILED:
        return None
    return answers.agency or agencies.get(answers.country.iso3)


def _draft(
    side: Side,
    part: int,
    answers: Answers,
    content: _Content,
    *,
    stated: frozenset[Side],
    survey: Survey,
    agencies: Mapping[str, Agency],
    asked: Asked,
) -> PostingDraft:
    title = content.first(Feeds.TITLE)
    contact = content.first(Feeds.CONTACT)
    values: dict[str, Any] = {
        "country": answers.country,
        "agency": _agency_that_states(answers, agencies),
        "title": str(title.value)[:MAX_TITLE_CHARACTERS] if title else _title(side, answers, content, asked),
        "text": _text(side, answers, content, survey=survey, is_stated=side in stated, asked=asked),
        "language": _language(content),
        **_amount(content if side == Side.OFFER or not _is_shared(content) else None, survey),
        "places": _whole_number(content.first(Feeds.PLACES)),
        "opens_on": _day(content.first(Feeds.OPENS_ON)),
        "closes_on": _day(content.first(Feeds.CLOSES_ON)),
        "contact": str(contact.value) if contact else "",
        "stated_on": survey.stated_on,
        "survey": survey,
        "response_part": part,
    }
    areas = [asked.areas[code] for code in content.codes(Feeds.AREAS) if code in asked.areas]
    return PostingDraft(
        side=side,
        part=part,
        status=status_of(side, stated=stated, survey=survey),
        values=values,
        areas=[area.code for area in areas],
        modalities=[code for code in content.codes(Feeds.MODALITIES) if code in asked.modalities],
        targets=targets_of(content.places) if side == Side.OFFER else partners_of(content.places),
        lacks=lacks(title=values["title"], areas=areas, states_modality=True, closes_on=values["closes_on"]),
    )


def _language(content: _Content) -> str:
    """Return what the country's own words read like; where it wrote none, the words are ours, in English."""
    return reads_like(*(str(given.value) for question, given in content.given if question.feeds in WRITTEN)) or "en"


def _is_shared(content: _Content) -> bool:
    """Whether the amount among the answers is asked of no side in particular: then it is the offer's."""
    return any(question.feeds == Feeds.AMOUNT and not question.side for question, _given in content.given)


def _amount(content: _Content | None, survey: Survey) -> dict[str, Any]:
    given = content.first(Feeds.AMOUNT) if content else None
    value = given.value if given else None
    empty: dict[str, Any] = {
        "amount": None,
        "amount_currency": "",
        "amount_years": "",
        "amount_as_printed": "",
        "amount_note": "",
    }
    if given is None or not isinstance(value, dict):
        return empty
    amount = Decimal(value["amount"])
    if not amount:
        return empty
    years = str(value.get("years", ""))
    covers = f"Covers {value['covers']} only. " if value.get("covers") else ""
    printed = given.as_given if survey.publishes_on_import else ""
    return {
        "amount": amount,
        "amount_currency": str(value.get("currency", "")),
        "amount_years": years[:60],
        "amount_as_printed": printed[:120],
        "amount_note": f"{covers}As printed; unit and period unclear." if printed and not years else covers.strip(),
    }


def _whole_number(given: Given | None) -> int | None:
    number = Decimal(given.value) if given else None
    return int(number) if number is not None and number == number.to_integral_value() and 0 < number < 2**31 else None


def _day(given: Given | None) -> dt.date | None:
    return dt.date.fromisoformat(given.value) if given else None


def _title(side: Side, answers: Answers, content: _Content, asked: Asked) -> str:
    areas = [asked.areas[code] for code in content.codes(Feeds.AREAS) if code in asked.areas]
    return composed_title(
        side,
        country=answers.country.name,
        areas=[area.label for area in areas if area.use == AreaUse.AREA],
        modalities=[
            asked.modalities[code].label for code in content.codes(Feeds.MODALITIES) if code in asked.modalities
        ],
        names_areas=not asked.is_printed,
    )


def without_opening(text: str) -> str:
    """Return the text of a posting without the paragraph that says in which survey it was stated, and by whom not."""
    return "\n\n".join(part for part in text.split("\n\n") if not part.startswith(tuple(_OPENINGS.values())))


def _text(side: Side, answers: Answers, content: _Content, *, survey: Survey, is_stated: bool, asked: Asked) -> str:
    """Return the text of a posting: what the country wrote, then what it answered, as given, and in which survey."""
    country = answers.country.name
    opening = f"{_OPENINGS[survey.publishes_on_import]} {country} in: {survey.title}."
    if answers.kind == ResponseKind.COMPILED:
        opening += " Compiled from public sources, not answered by the Government."
    if not is_stated:
        opening += (
            f" The row does not state {'an offer' if side == Side.OFFER else 'a need'}: this draft holds what is"
            f" printed, for {country} to confirm, correct or discard."
        )
    written = [str(given.value) for question, given in content.given if question.feeds == Feeds.TEXT]
    quoted = [
        f"{question.heading}: {asked.words(question, given)}"
        for question, given in content.given
        if question.feeds in QUOTED
    ]
    quoted += [f"{label}: {text}" for label, text in answers.notes.items() if text]
    return "\n\n".join(filter(None, ["\n\n".join(written), opening, "\n".join(quoted)]))
