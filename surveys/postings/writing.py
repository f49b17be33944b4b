"""Writes the rows of postings: the one door. Nothing else saves, changes or deletes one, or its areas or places.

Each write is atomic, leaves one row of history, and says that the posting changed (`surveys.postings.changes`). A
signal of the history's library would write before the areas and modalities are there; so it is held back, and the
history is written once all is in place.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.db import transaction
from django.db.models import Model, Q

from directory.models import Modality, PriorityArea, User
from surveys.models import Need, Offer, PreferredPartner, ProposedVersion, Target
from surveys.models.postings.posting import Posting
from surveys.postings.changes import tell_postings_changed
from surveys.postings.named_places import NamedPlace
from web.rows import (
    ADDED,
    CHANGED,
    create_with_history,
    delete_rows_with_history,
    insert_history,
    insert_rows,
    last_history_of,
    update_rows,
    update_rows_with_history,
)

AnyPosting = TypeVar("AnyPosting", bound=Posting)

_TEXTS = ("title", "text", "english_text", "amount_as_printed", "amount_note")
LISTS: Mapping[str, tuple[Any, str]] = {
    "areas": (PriorityArea, "priorityarea_id"),
    "modalities": (Modality, "modality_id"),
}
"""The lists that a posting refers to, each with its column in the table between."""
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
    change = PostingChange(posting, areas, modalities, places, only_places=only_places)
    _write_the_rest(type(posting), [change], is_new=is_new, by=by, reason=reason)


@dataclass(frozen=True, slots=True)
class PostingChange:
    """A posting that was given its new values, and what is to be written beside it; see `write_posting`."""

    posting: Posting
    areas: Collection[str] | None = None
    modalities: Collection[str] | None = None
    places: Sequence[NamedPlace] | None = None
    only_places: bool = False


@transaction.atomic
def write_changes(model: type[Posting], changes: Sequence[PostingChange], *, by: User | None, reason: str) -> None:
    """Save many postings of one kind as `write_posting` saves one: the number of queries does not grow with theirs."""
    if not changes:
        return
    fields = [field.name for field in model._meta.concrete_fields if not field.primary_key]  # noqa: SLF001 - Django's documented API
    fields.remove("created_at")
    update_rows(model, [change.posting for change in changes], fields)
    _write_the_rest(model, changes, is_new=False, by=by, reason=reason)


def _save(posting: Posting) -> None:
    """Save without the history that a signal writes: it would not see the areas and modalities yet."""
    posting.skip_history_when_saving = True  # type: ignore[attr-defined]
    try:
        posting.save()
    finally:
        del posting.skip_history_when_saving  # type: ignore[attr-defined]


def _write_the_rest(
    model: type[Posting], changes: Sequence[PostingChange], *, is_new: bool, by: User | None, reason: str
) -> None:
    """Write what stands beside the rows of postings, and say that they have changed."""
    _set_relation(model, "areas", {one.posting.pk: one.areas for one in changes if one.areas is not None})
    _set_relation(
        model, "modalities", {one.posting.pk: one.modalities for one in changes if one.modalities is not None}
    )
    rows = [one.posting for one in changes if not one.only_places]
    _write_history(model, rows, ADDED if is_new else CHANGED, by=by, reason=reason)
    _set_places(model, {one.posting: one.places for one in changes if one.places is not None}, by=by, reason=reason)
    for one in changes:
        # What was fetched with it before is not so any more.
        getattr(one.posting, "_prefetched_objects_cache", {}).clear()
    tell_postings_changed(model, [one.posting.pk for one in changes], by=by)


def _set_relation(model: type[Posting], name: str, wanted: Mapping[int, Collection[str]]) -> None:
    """Give each posting (by id) these areas or modalities, by code; codes that are not there are left out."""
    if not wanted:
        return
    own = f"{_owner(model)}_id"
    listed, code = LISTS[name]
    through = getattr(model, name).through
    codes = {code for some in wanted.values() for code in some}
    known = set(listed.objects.filter(pk__in=codes).values_list("pk", flat=True)) if codes else set()
    missing = {(pk, one) for pk, some in wanted.items() for one in some if one in known}
    gone = []
    for link in through.objects.filter(**{f"{own}__in": list(wanted)}):
        pair = (getattr(link, own), getattr(link, code))
        if pair in missing:
            missing.remove(pair)
        elif pair[1] not in wanted[pair[0]]:
            gone.append(link.pk)
    if gone:
        through.objects.filter(pk__in=gone).delete()
    if missing:
        through.objects.bulk_create(through(**{own: pk, code: one}) for pk, one in sorted(missing))


def _write_history(model: type[Posting], rows: Sequence[Posting], says: str, *, by: User | None, reason: str) -> None:
    """Write a row of history of each posting, with the areas and modalities as they are now."""
    if not rows:
        return
    insert_history(model, rows, says, by=by, reason=reason)
    record_of = last_history_of(model, [row.pk for row in rows])
    own = f"{_owner(model)}_id"
    for name, (_listed, code) in LISTS.items():
        kept = _history_of_list(model, name)
        links = getattr(model, name).through.objects.filter(**{f"{own}__in": list(record_of)}).order_by("pk")
        insert_rows(
            kept,
            ("history_id", "id", own, code),
            [(record_of[link[1]], *link) for link in links.values_list("pk", own, code)],
        )


def _history_of_list(model: type[Posting], name: str) -> type[Model]:
    """Return the model of what the history keeps of the areas or modalities of postings."""
    return cast("type[Model]", getattr(cast("Any", model).history.model, name).model)


def _owner(model: type[Posting]) -> str:
    return "offer" if issubclass(model, Offer) else "need"


def _set_places(
    model: type[Posting], wanted: Mapping[Posting, Sequence[NamedPlace]], *, by: User | None, reason: str
) -> None:
    """Write what differs: a place is the same as long as it stands for the same under the same words."""
    if not wanted:
        return
    place_model: Any = Target if issubclass(model, Offer) else PreferredPartner
    owner = _owner(model)
    stored: dict[int, list[Any]] = {posting.pk: [] for posting in wanted}
    for row in place_model.objects.filter(**{f"{owner}__in": list(wanted)}):
        stored[getattr(row, f"{owner}_id")].append(row)
    added: list[Any] = []
    moved: list[Any] = []
    gone: list[Any] = []
    for posting, places in wanted.items():
        present: dict[tuple[str, str, str], Any] = {}
        for row in stored[posting.pk]:
            key = (row.kind, row.country_id or row.group_id or "", row.as_printed)
            if key in present:
                gone.append(row)
            else:
                present[key] = row
        for position, place in enumerate(places):
            same = present.pop((place.kind, place.code, place.as_printed), None)
            row = same or place_model(**{owner: posting})
            before = (row.position, row.is_ambiguous, row.note)
            for column, value in {**place.columns, "position": position}.items():
                setattr(row, column, value)
            if same is None:
                added.append(row)
            elif before != (row.position, row.is_ambiguous, row.note):
                moved.append(row)
        gone += present.values()
    delete_rows_with_history(place_model, gone, by=by, reason=reason)
    if added:
        create_with_history(place_model, added, by=by, reason=reason)
    update_rows_with_history(place_model, moved, ["position", "is_ambiguous", "note"], by=by, reason=reason)


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
    own = _owner(model)
    for name, (_listed, code) in LISTS.items():
        links = [(row.pk, key) for row, one in zip(rows, new, strict=True) for key in dict.fromkeys(getattr(one, name))]
        insert_rows(getattr(model, name).through, (f"{own}_id", code), links)
    _write_history(model, rows, ADDED, by=by, reason=reason)
    place_model: Any = Target if own == "offer" else PreferredPartner
    places = [
        place_model(**{own: row}, **place.columns, position=position)
        for row, one in zip(rows, new, strict=True)
        for position, place in enumerate(one.places)
    ]
    if places:
        create_with_history(place_model, places, by=by, reason=reason)
    tell_postings_changed(model, [row.pk for row in rows], by=by)
    return list(rows)


@transaction.atomic
def erase_contacts(*, person: User, texts: Collection[str], by: User | None) -> None:
    """Take a person off the contacts of all postings, and the free texts that name it.

    By `update`, and without a word in the history: contacts are no part of it. What waits for approval is cleared too.
    """
    mentioned = Q(pk__in=())
    for text in texts:
        mentioned |= Q(contact__icontains=text)
    ProposedVersion.objects.filter(contact_person=person).update(contact_person=None)
    ProposedVersion.objects.filter(mentioned).update(contact="")
    for model in (Offer, Need):
        rows: Any = model.objects.order_by("pk").select_for_update(of=("self",), no_key=True)
        named = list(rows.filter(contact_person=person).values_list("pk", flat=True))
        told = list(rows.filter(mentioned).values_list("pk", flat=True))
        model.objects.filter(pk__in=named).update(contact_person=None)
        model.objects.filter(pk__in=told).update(contact="")
        tell_postings_changed(model, sorted({*named, *told}), by=by)


@transaction.atomic
def erase_texts(model: type[Posting], pks: Collection[int], *, scrub: Callable[[str], str]) -> None:
    """Take the contacts off these postings, and out of their texts and those of their history what `scrub` takes out.

    By `update`, and without a word in the history, as for contacts of people.
    """
    rows: Any = cast("Any", model).objects.filter(pk__in=pks).order_by("pk")
    changed = []
    contacts: dict[int, str] = {}
    for posting in rows.select_for_update(of=("self",), no_key=True):
        contacts[posting.pk] = posting.contact
        before = [posting.contact, *(getattr(posting, name) for name in _TEXTS)]
        posting.contact = ""
        for name in _TEXTS:
            setattr(posting, name, scrub(getattr(posting, name)))
        if before != [posting.contact, *(getattr(posting, name) for name in _TEXTS)]:
            changed.append(posting.pk)
            folded = posting._meta.get_field("search_text").pre_save(posting, False)  # noqa: SLF001
            values = {name: getattr(posting, name) for name in _TEXTS}
            rows.filter(pk=posting.pk).update(contact="", search_text=folded, **values)
    history: Any = cast("Any", model).history
    for version in history.filter(id__in=pks):
        values = {name: scrub(getattr(version, name)) for name in _TEXTS}
        if any(getattr(version, name) != value for name, value in values.items()):
            history.filter(pk=version.pk).update(**values)
    _erase_versions(model, contacts, scrub=scrub)
    tell_postings_changed(cast("Any", model), changed, by=None)


def _erase_versions(model: type[Posting], contacts: Mapping[int, str], *, scrub: Callable[[str], str]) -> None:
    """Do the same with what was proposed of these postings (id: its contact until now); a contact of its own stays."""
    own = f"{_owner(model)}_id"
    for version in ProposedVersion.objects.filter(**{f"{own}__in": list(contacts)}):
        values = version.content["values"]
        scrubbed = {name: scrub(value) if isinstance(value, str) else value for name, value in values.items()}
        contact = "" if version.contact == contacts[getattr(version, own)] else version.contact
        ProposedVersion.objects.filter(pk=version.pk).update(
            content={**version.content, "values": scrubbed}, note=scrub(version.note), contact=contact
        )
