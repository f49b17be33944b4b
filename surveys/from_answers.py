"""The rule by which what a country stated in a survey becomes an offer and a need; in words: docs/survey-import.md.

1. A row that says from whom support is received states a need.
2. A row that says to whom support is given, or does not say that any is received, states an offer.
3. The side that a row does not state becomes a draft where we read the source as having the country on that side too.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from directory.choices import GOVERNMENT_AGENCY_KINDS, AreaUse
from directory.models import Agency, Country, Modality, PriorityArea
from surveys.choices import TARGET_DIRECTIONS, Direction, PlaceKind, PostingStatus, ResponseKind, Side
from surveys.importing.amounts import Amount
from surveys.importing.edition import ReadPlace
from surveys.models import Survey
from surveys.posting import NamedPlace

MAX_TITLE_CHARACTERS = 200

PRINTED_LABELS = {
    "modalities": "Modalities",
    "priority_areas_as_printed": "Priority areas",
    "regions_countries_as_printed": "Regions and countries",
    "contribution_as_printed": "Contribution (US dollars)",
    "footnote": "Footnote",
    "source": "Source",
}


@dataclass(frozen=True, slots=True)
class Answers:
    """What one country, or one agency of it, stated: read, and as printed by column."""

    country: Country
    agency: Agency | None
    kind: ResponseKind
    areas: Sequence[PriorityArea]
    modalities: Sequence[Modality]
    places: Sequence[ReadPlace]
    amount: Amount | None
    printed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PostingDraft:
    """A posting as the answers make it, ready for `posting.create` or `posting.update`."""

    side: Side
    status: PostingStatus
    values: Mapping[str, Any]
    areas: Sequence[str]
    modalities: Sequence[str]
    targets: Sequence[NamedPlace] | None
    """None for a need: a survey names no preferred partners."""


def stated_sides(directions: Collection[str]) -> frozenset[Side]:
    """Return the sides that a row states, by the directions of the places that it names."""
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
    answers: Answers, *, survey: Survey, drafts_other_side: bool, agencies: Mapping[str, Agency]
) -> list[PostingDraft]:
    """Return the offer and the need that the answers make, offer first.

    drafts_other_side: keep the side that is not stated as a draft. agencies: the one agency of a country under which
    its postings stand, by ISO3 (`agencies_that_post`).
    """
    stated = stated_sides({reading.direction for reading in answers.places})
    sides = (Side.OFFER, Side.NEED) if drafts_other_side else [side for side in Side if side in stated]
    return [_draft(side, answers, stated=stated, survey=survey, agencies=agencies) for side in sides]


def agencies_that_post(agencies: Iterable[Agency]) -> dict[str, Agency]:
    """Return, by ISO3, the agency of each country that has exactly one national agency or ministry in use."""
    found: dict[str, list[Agency]] = {}
    for agency in agencies:
        if agency.is_active and agency.country_id and agency.kind in GOVERNMENT_AGENCY_KINDS:
            found.setdefault(agency.country_id, []).append(agency)
    return {iso3: own[0] for iso3, own in found.items() if len(own) == 1}


def targets_of(places: Iterable[ReadPlace]) -> list[NamedPlace]:
    """Return whom an offer is for: priorities and those that support is given to, each once.

    Existing partners are no targets. A token that nobody could resolve stays one, reaching nobody.
    """
    targets: dict[tuple[str, str], NamedPlace] = {}
    for reading in places:
        place = reading.place
        if reading.direction in TARGET_DIRECTIONS and place.kind != PlaceKind.NONE:
            targets.setdefault((place.kind, place.code or place.as_printed), place)
    return list(targets.values())


def _draft(
    side: Side, answers: Answers, *, stated: frozenset[Side], survey: Survey, agencies: Mapping[str, Agency]
) -> PostingDraft:
    is_offer = side == Side.OFFER
    amount = answers.amount if is_offer else None
    values = {
        "country": answers.country,
        "agency": answers.agency or agencies.get(answers.country.iso3),
        "title": title_of(side, answers),
        "text": text_of(side, answers, survey=survey, is_stated=side in stated),
        "language": "en",
        "amount": amount.value if amount else None,
        "amount_currency": "USD" if amount else "",
        "amount_as_printed": amount.as_printed if amount else "",
        "amount_note": _amount_note(amount),
        "stated_on": survey.stated_on,
        "survey": survey,
    }
    return PostingDraft(
        side=side,
        status=status_of(side, stated=stated, survey=survey),
        values=values,
        areas=[area.code for area in answers.areas],
        modalities=[modality.code for modality in answers.modalities],
        targets=targets_of(answers.places) if is_offer else None,
    )


def title_of(side: Side, answers: Answers) -> str:
    """Return a title in English of at most 200 characters: who offers or seeks, in how many areas, by what."""
    count = sum(area.use == AreaUse.AREA for area in answers.areas)
    verb = "offers" if side == Side.OFFER else "seeks"
    title = f"{answers.country.name} {verb} cooperation"
    if count:
        title += f" in {count} {'area' if count == 1 else 'areas'}"
    labels = [modality.label[:1].lower() + modality.label[1:] for modality in answers.modalities]
    for kept in range(len(labels), 0, -1):
        rest = len(labels) - kept
        candidate = f"{title}: {', '.join(labels[:kept])}" + (f" and {rest} more" if rest else "")
        if len(candidate) <= MAX_TITLE_CHARACTERS:
            return candidate
    return title[:MAX_TITLE_CHARACTERS]


def text_of(side: Side, answers: Answers, *, survey: Survey, is_stated: bool) -> str:
    """Return the text of a posting: what the row states, as printed, and from which document."""
    country = answers.country.name
    opening = f"As printed for {country} in: {survey.title}."
    if answers.kind == ResponseKind.COMPILED:
        opening += " Compiled from public sources, not answered by the Government."
    if not is_stated:
        opening += (
            f" The row does not state {'an offer' if side == Side.OFFER else 'a need'}: this draft holds what is"
            f" printed, for {country} to confirm, correct or discard."
        )
    printed = [
        f"{label}: {answers.printed[column]}" for column, label in PRINTED_LABELS.items() if answers.printed.get(column)
    ]
    return "\n\n".join([opening, "\n".join(printed)])


def _amount_note(amount: Amount | None) -> str:
    if amount is None:
        return ""
    covers = f"Covers {amount.covers} only. " if amount.covers else ""
    return f"{covers}As printed; unit and period unclear."
