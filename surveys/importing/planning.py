"""Decides what each row of a file would become, writing nothing: the preview is the plan that is applied."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from unicodedata import normalize

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from directory.models import Agency, Country, Modality, PriorityArea
from directory.name_index import load_name_index
from surveys import posting
from surveys.choices import Direction, PlaceKind, PostingStatus, RowResult, Side
from surveys.from_answers import Answers, PostingDraft, agencies_that_post, postings_of, stated_sides, status_of
from surveys.importing.amounts import AmountError, parse_number
from surveys.importing.cells import CellError
from surveys.importing.edition import Edition, ReadPlace, load_edition
from surveys.importing.labels import Labels
from surveys.importing.parsing import Complaints, Identity, Reference, read_answers, read_identity
from surveys.importing.table1 import Row
from surveys.models import Need, Offer, Reading, Response, Survey
from surveys.posting import NamedPlace


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that differs from the last import."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PostingPlan:
    """What becomes of one side: `kept` says why a posting is left as it is."""

    draft: PostingDraft | None
    side: Side
    existing: Offer | Need | None = None
    status: PostingStatus | None = None
    changed: Sequence[str] = ()
    kept: str = ""


@dataclass(frozen=True)
class RowPlan:
    """What one row becomes; `row` is None for a response that is missing from the file."""

    key: str
    result: RowResult
    row: Row | None = None
    identity: Identity | None = None
    response: Response | None = None
    answers: Answers | None = None
    changes: Sequence[CellChange] = ()
    errors: Sequence[CellError] = ()
    postings: Sequence[PostingPlan] = ()


@dataclass(frozen=True)
class Plan:
    """What a whole file becomes."""

    survey: Survey
    edition: Edition
    rows: Sequence[RowPlan] = field(default_factory=list)

    @property
    def errors(self) -> list[CellError]:
        """Every error, in the order of the file."""
        return [error for row in self.rows for error in row.errors]

    @property
    def counts(self) -> dict[str, int]:
        """Rows by result."""
        return {result.value: sum(row.result == result for row in self.rows) for result in RowResult}


def make_plan(survey: Survey, rows: Sequence[Row], *, for_writing: bool = False) -> Plan:
    """Return what the rows would become; the number of queries does not depend on the number of rows.

    for_writing: hold the survey's postings until the transaction ends, so that the plan still holds when applied.
    """
    edition = load_edition(survey.code)
    reference = _load_reference(edition)
    responses = _load_responses(survey, for_writing=for_writing)
    posting_agencies = agencies_that_post(agency for own in reference.agencies.values() for agency in own)

    complaints = [Complaints(row) for row in rows]
    identities = [
        read_identity(row, reference=reference, complaints=noted) for row, noted in zip(rows, complaints, strict=True)
    ]
    _complain_of_same_identity(rows, identities, complaints)

    plans = []
    for row, identity, noted in zip(rows, identities, complaints, strict=True):
        key = identity.key if identity else ""
        response = responses.get(key)
        changes = _changes(response, row) if response else []
        if identity and response and not changes and not noted.errors:
            plans.append(RowPlan(key, RowResult.UNCHANGED, row=row, identity=identity, response=response))
            continue
        answers = read_answers(row, identity, reference=reference, complaints=noted) if identity else None
        if noted.errors or answers is None or identity is None:
            plans.append(RowPlan(key, RowResult.IN_ERROR, row=row, identity=identity, errors=noted.errors))
            continue
        if response:
            answers = replace(answers, places=keep_readings(answers.places, readings_of(response)))
        plans.append(
            RowPlan(
                key,
                RowResult.CHANGED if response else RowResult.ADDED,
                row=row,
                identity=identity,
                response=response,
                answers=answers,
                changes=changes,
                postings=_plan_postings(
                    answers, response=response, survey=survey, edition=edition, agencies=posting_agencies
                ),
            )
        )
    present = {plan.key for plan in plans}
    plans += [
        RowPlan(key, RowResult.MISSING, response=response) for key, response in responses.items() if key not in present
    ]
    return Plan(survey, edition, plans)


def keep_readings(places: Sequence[ReadPlace], readings: Iterable[Reading]) -> list[ReadPlace]:
    """Return the places as they were read before, where the cell still names them: people may have corrected them."""
    before: dict[tuple[str, str], list[Reading]] = defaultdict(list)
    for reading in readings:
        before[reading.direction, reading.as_printed].append(reading)
    kept = []
    for place in places:
        same = before[place.direction, place.place.as_printed]
        stored = same.pop(0) if same else None
        if stored is None or stored.kind == PlaceKind.UNRESOLVED:
            kept.append(place)
        else:
            kept.append(ReadPlace(place.direction, NamedPlace.of(stored)))
    return kept


def readings_of(response: Response) -> list[Reading]:
    """Return the stored readings of a response, in their order, from what was prefetched."""
    return list(response.readings.all())


def _load_reference(edition: Edition) -> Reference:
    agencies: dict[str, tuple[Agency, ...]] = defaultdict(tuple)
    for agency in Agency.objects.active().filter(country__isnull=False):
        agencies[str(agency.country_id)] += (agency,)
    return Reference(
        countries=Country.objects.active().in_bulk(),
        agencies=agencies,
        areas=Labels(PriorityArea.objects.active()),
        modalities=Labels(Modality.objects.active()),
        names=load_name_index(),
        edition=edition,
    )


def _load_responses(survey: Survey, *, for_writing: bool) -> dict[str, Response]:
    offers = Offer.objects.prefetch_related("areas", "modalities", "targets")
    needs = Need.objects.prefetch_related("areas", "modalities")
    if for_writing:
        offers, needs = offers.select_for_update(), needs.select_for_update()
    responses = Response.objects.filter(survey=survey).prefetch_related(
        "readings", Prefetch("offers", queryset=offers), Prefetch("needs", queryset=needs)
    )
    return {response.key: response for response in responses}


def _complain_of_same_identity(
    rows: Sequence[Row], identities: Sequence[Identity | None], complaints: Sequence[Complaints]
) -> None:
    numbers: dict[str, list[int]] = defaultdict(list)
    for row, identity in zip(rows, identities, strict=True):
        if identity:
            numbers[identity.key].append(row.number)
    for identity, noted in zip(identities, complaints, strict=True):
        same = numbers[identity.key] if identity else []
        if len(same) > 1:
            noted.add(
                "iso3",
                _("Rows %(rows)s are of the same country or agency: keep one.")
                % {"rows": ", ".join(map(str, same[:20]))},
            )


def _changes(response: Response, row: Row) -> list[CellChange]:
    before = response.as_printed
    return [
        CellChange(column, before.get(column, ""), text)
        for column, text in row.cells.items()
        if _comparable(column, before.get(column, "")) != _comparable(column, text)
    ]


def _comparable(column: str, text: str) -> str | Decimal:
    if column == "contribution_usd":
        try:
            return parse_number(text)
        except AmountError:
            pass
    return normalize("NFC", text)


def _plan_postings(
    answers: Answers,
    *,
    response: Response | None,
    survey: Survey,
    edition: Edition,
    agencies: Mapping[str, Agency],
) -> list[PostingPlan]:
    reading = edition.sides.get(answers.country.iso3)
    drafts = postings_of(
        answers,
        survey=survey,
        drafts_other_side=reading is not None and reading.has_a_side_not_stated,
        agencies=agencies,
    )
    existing: dict[Side, Offer | Need] = {}
    stated_before: frozenset[Side] = frozenset()
    if response:
        existing.update((Side.OFFER, offer) for offer in response.offers.all())
        existing.update((Side.NEED, need) for need in response.needs.all())
        stated_before = stated_sides({Direction(reading.direction) for reading in readings_of(response)})
    plans = [
        _plan_posting(draft, existing.pop(draft.side, None), stated_before=stated_before, survey=survey)
        for draft in drafts
    ]
    for side, left in existing.items():
        was = status_of(side, stated=stated_before, survey=survey)
        is_untouched = not _why_kept(left) and left.status == was != PostingStatus.DRAFT
        plans.append(
            PostingPlan(
                None,
                side,
                existing=left,
                status=PostingStatus.DRAFT if is_untouched else None,
                changed=("status",) if is_untouched else (),
                kept="" if is_untouched else _why_kept(left) or _("the row no longer states it"),
            )
        )
    return plans


def _plan_posting(
    draft: PostingDraft, existing: Offer | Need | None, *, stated_before: frozenset[Side], survey: Survey
) -> PostingPlan:
    if existing is None:
        return PostingPlan(draft, draft.side, status=draft.status)
    if kept := _why_kept(existing):
        return PostingPlan(draft, draft.side, existing=existing, kept=kept)
    was = status_of(draft.side, stated=stated_before, survey=survey)
    # A state that a person chose stays; one that the import gave follows what the row states now.
    status = draft.status if existing.status == was else PostingStatus(existing.status)
    changed = posting.differences(
        existing,
        values={**draft.values, "status": status},
        areas=draft.areas,
        modalities=draft.modalities,
        targets=draft.targets,
    )
    return PostingPlan(draft, draft.side, existing=existing, status=status, changed=changed)


def _why_kept(existing: Offer | Need) -> str:
    if existing.edited_on is not None:
        return _("edited by a person")
    if existing.confirmed_on is not None:
        return _("confirmed by the country's own agency")
    return ""
