"""Writes the rows of postings: the one door. Nothing else saves, changes or deletes one, or its areas or places.

Each write is atomic, leaves one row of history, and says that the posting changed (`surveys.postings.changes`). A
signal of the history's library would write before the areas and modalities are there; so it is held back, and the
history is written once all is in place.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.db import transaction
from django.db.models import Q
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from directory.models import Modality, PriorityArea, User
from surveys.models import Need, Offer, PreferredPartner, Target
from surveys.models.posting import Posting
from surveys.postings.changes import tell_postings_changed
from surveys.postings.named_places import NamedPlace

AnyPosting = TypeVar("AnyPosting", bound=Posting)

FOREIGN_KEYS = frozenset({"country", "agency", "survey", "response", "file_import", "contact_person", "submitted_by"})


def place_rows(posting: Posting) -> Any:
    """Return the manager of the places of a posting: an offer's targets, a need's preferred partners."""
    return posting.targets if isinstance(posting, Offer) else posting.preferred_partners  # type: ignore[attr-defined]


def differences(
    posting: Posting,
    *,
    values: Mapping[str, Any],
    areas: Collection[str],
    modalities: Collection[str],
    targets: Sequence[NamedPlace] | None = None,
) -> list[str]:
    """Return the names of what `update` would change; it asks nothing of the database if relations are prefetched.

    targets: an offer's targets or a need's preferred partners, in their order; None leaves them as they are.
    """
    changed = [name for name, value in values.items() if _differs(posting, name, value)]
    if {area.code for area in posting.areas.all()} != set(areas):
        changed.append("areas")
    if {modality.code for modality in posting.modalities.all()} != set(modalities):
        changed.append("modalities")
    if targets is not None and [NamedPlace.of(row) for row in place_rows(posting).all()] != list(targets):
        changed.append("targets")
    return changed


def _differs(posting: Posting, name: str, value: Any) -> bool:
    if name in FOREIGN_KEYS:
        # By the key: the row it points to need not be read.
        return bool(getattr(posting, f"{name}_id") != (value.pk if value else None))
    return bool(getattr(posting, name) != value)


@transaction.atomic
def write_posting(
    posting: Posting,
    *,
    is_new: bool = False,
    areas: Collection[str] | None = None,
    modalities: Collection[str] | None = None,
    places: Sequence[NamedPlace] | None = None,
    only_places: bool = False,
    by: User | None,
    reason: str,
) -> None:
    """Save a posting with what is given of its areas, modalities (by code) and places; None leaves them as they are.

    only_places: nothing else differs, so the history of the places says it all.
    """
    _save(posting)
    if areas is not None or modalities is not None:
        _set_relations(posting, areas=areas, modalities=modalities)
    if not only_places:
        _write_history(posting, is_new=is_new, by=by, reason=reason)
    if places is not None:
        _set_places(posting, places, by=by, reason=reason)
    tell_postings_changed(type(posting), [posting.pk], by=by)


def _save(posting: Posting) -> None:
    """Save without the history that a signal writes: it would not see the areas and modalities yet."""
    posting.skip_history_when_saving = True  # type: ignore[attr-defined]
    try:
        posting.save()
    finally:
        del posting.skip_history_when_saving  # type: ignore[attr-defined]


def _set_relations(posting: Posting, *, areas: Collection[str] | None, modalities: Collection[str] | None) -> None:
    posting.skip_history_when_saving = True  # type: ignore[attr-defined]
    try:
        if areas is not None:
            posting.areas.set(PriorityArea.objects.filter(pk__in=areas))
        if modalities is not None:
            posting.modalities.set(Modality.objects.filter(pk__in=modalities))
    finally:
        del posting.skip_history_when_saving  # type: ignore[attr-defined]


def _write_history(posting: Posting, *, is_new: bool, by: User | None, reason: str) -> None:
    """Write one row of history, with the areas and modalities as they are now."""
    manager = cast("Any", type(posting)).history
    (record,) = manager.bulk_history_create([posting], update=not is_new, default_user=by, default_change_reason=reason)
    own = "offer_id" if isinstance(posting, Offer) else "need_id"
    for name in ("areas", "modalities"):
        through = getattr(type(posting), name).through
        kept = getattr(record, name).model
        kept.objects.bulk_create(
            [kept(history=record, **row) for row in through.objects.filter(**{own: posting.pk}).values()]
        )


def _set_places(posting: Posting, places: Sequence[NamedPlace], *, by: User | None, reason: str) -> None:
    """Write what differs: a place is the same as long as it stands for the same under the same words."""
    model: Any = Target if isinstance(posting, Offer) else PreferredPartner
    owner = "offer" if isinstance(posting, Offer) else "need"
    present: dict[tuple[str, str, str], Any] = {}
    surplus = []
    for row in model.objects.filter(**{owner: posting}):
        key = (row.kind, row.country_id or row.group_id or "", row.as_printed)
        if key in present:
            surplus.append(row)
        else:
            present[key] = row
    added, moved = [], []
    for position, place in enumerate(places):
        same = present.pop((place.kind, place.code, place.as_printed), None)
        row = same or model(**{owner: posting})
        before = (row.position, row.is_ambiguous, row.note)
        for column, value in {**place.columns, "position": position}.items():
            setattr(row, column, value)
        if same is None:
            added.append(row)
        elif before != (row.position, row.is_ambiguous, row.note):
            moved.append(row)
    for gone in (*present.values(), *surplus):
        gone._history_user = by  # noqa: SLF001 - simple-history's own way to say who
        gone.delete()
    if added:
        bulk_create_with_history(added, model, default_user=by, default_change_reason=reason)
    if moved:
        bulk_update_with_history(
            moved, model, ["position", "is_ambiguous", "note"], default_user=by, default_change_reason=reason
        )


@dataclass(frozen=True, slots=True)
class NewPosting:
    """An offer or a need to be written with others: its values, codes of areas and modalities, and its places."""

    values: Mapping[str, Any]
    areas: Sequence[str]
    modalities: Sequence[str]
    places: Sequence[NamedPlace]


@transaction.atomic
def write_postings(
    model: type[AnyPosting], new: Sequence[NewPosting], *, by: User | None, reason: str
) -> list[AnyPosting]:
    """Write many new postings of one kind with their history: the number of queries does not grow with theirs."""
    if not new:
        return []
    rows = cast("Any", model).objects.bulk_create([model(**one.values) for one in new])
    own = "offer" if issubclass(model, Offer) else "need"
    links: dict[str, list[Any]] = {}
    for name, code in (("areas", "priorityarea_id"), ("modalities", "modality_id")):
        through = getattr(model, name).through
        links[name] = through.objects.bulk_create(
            through(**{f"{own}_id": row.pk, code: key})
            for row, one in zip(rows, new, strict=True)
            for key in dict.fromkeys(getattr(one, name))
        )
    records = cast("Any", model).history.bulk_history_create(rows, default_user=by, default_change_reason=reason)
    record_of = {row.pk: record for row, record in zip(rows, records, strict=True)}
    for name, linked in links.items():
        if records and linked:
            kept = getattr(records[0], name).model
            kept.objects.bulk_create(
                kept(history=record_of[getattr(link, f"{own}_id")], **_columns(link)) for link in linked
            )
    place_model: Any = Target if own == "offer" else PreferredPartner
    places = [
        place_model(**{own: row}, **place.columns, position=position)
        for row, one in zip(rows, new, strict=True)
        for position, place in enumerate(one.places)
    ]
    if places:
        bulk_create_with_history(places, place_model, default_user=by, default_change_reason=reason)
    tell_postings_changed(model, [row.pk for row in rows], by=by)
    return list(rows)


@transaction.atomic
def erase_contacts(*, person: User, texts: Collection[str], by: User | None) -> None:
    """Take a person off the contacts of all postings, and the free texts that name it.

    By `update`, and without a word in the history: contacts are no part of it.
    """
    mentioned = Q(pk__in=())
    for text in texts:
        mentioned |= Q(contact__icontains=text)
    for model in (Offer, Need):
        rows: Any = model.objects.order_by("pk").select_for_update(of=("self",), no_key=True)
        named = list(rows.filter(contact_person=person).values_list("pk", flat=True))
        told = list(rows.filter(mentioned).values_list("pk", flat=True))
        model.objects.filter(pk__in=named).update(contact_person=None)
        model.objects.filter(pk__in=told).update(contact="")
        tell_postings_changed(model, sorted({*named, *told}), by=by)


def _columns(link: Any) -> dict[str, Any]:
    return {field.attname: getattr(link, field.attname) for field in link._meta.concrete_fields}  # noqa: SLF001 - Django's documented API
