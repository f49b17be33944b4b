"""Writes what offers and needs say: the one place that creates and changes them; their states are in `states`.

Each write is atomic and leaves one row of history, with the areas and modalities as they then were. Who may is asked
of the access table and of the country's window; `by` is None for a command or an import. Submitting and approving
stand in `surveys.postings.approval`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.choices import AreaUse
from directory.models import PriorityArea, User
from surveys.choices import PostingStatus
from surveys.models import ProposedVersion
from surveys.models.postings.posting import Posting
from surveys.postings.content import Content
from surveys.postings.deciding.held import (
    BEFORE_OTHERS,
    PostingLacks,
    PostingRefused,
    check_complete,
    check_may_be_vouched_for,
    check_may_write,
    lock,
    with_origin,
    words_of,
)
from surveys.postings.deciding.proposing import propose
from surveys.postings.deciding.publishable import answerable, lacks_of, lacks_with
from surveys.postings.deciding.versions import drop_versions
from surveys.postings.deciding.windows import publishes_alone
from surveys.postings.named_places import NamedPlace
from surveys.postings.writing import (
    AnyPosting,
    NewPosting,
    PostingChange,
    differences,
    place_rows,
    write_changes,
    write_posting,
    write_postings,
)
from web.calendar.days import today

COPIED = (
    "country", "agency", "title", "text", "language", "english_text", "places", "amount", "amount_currency",
    "amount_years", "amount_note", "contact", "contact_person", "delivery_languages", "visibility",
    "facilitating_allowed", "any_modality",
)  # fmt: skip
WEIGHED = frozenset({"status", "title", "areas", "modalities", "any_modality", "closes_on"})
"""What decides whether a posting is complete."""


@transaction.atomic
def create(
    *,
    model: type[AnyPosting],
    values: Mapping[str, Any],
    areas: Collection[str] = (),
    modalities: Collection[str] = (),
    targets: Sequence[NamedPlace] | None = None,
    by: User | None,
    reason: str = "",
) -> AnyPosting:
    """Create an offer or a need; areas and modalities are codes.

    targets: of an offer its targets, of a need its preferred partners. by: who did it, None from a command. reason:
    kept in the history, e.g. "import 12". Raises PostingRefused where the person does not speak for its agency or
    country, and PostingLacks where it would be published and is not complete.
    """
    posting = model(**values)
    check_may_write(by, posting)
    if posting.status in BEFORE_OTHERS:
        check_complete(posting, lacks_with(posting, values={}, areas=_areas_of(areas), modalities=modalities))
    write_posting(posting, is_new=True, areas=areas, modalities=modalities, places=targets or (), by=by, reason=reason)
    return posting


@transaction.atomic
def create_many(
    *, model: type[AnyPosting], new: Sequence[NewPosting], by: User | None, reason: str
) -> list[AnyPosting]:
    """Create many postings of one kind, as an import does; see `create`, which checks and writes one."""
    rows = [model(**one.values) for one in new]
    for row in rows:
        check_may_write(by, row)
    public = [(row, one) for row, one in zip(rows, new, strict=True) if row.status in BEFORE_OTHERS]
    known = {area.pk: area for area in _areas_of({code for _row, one in public for code in one.areas})}
    for row, one in public:
        own = [known[code] for code in one.areas if code in known]
        check_complete(row, lacks_with(row, values={}, areas=own, modalities=one.modalities))
    return write_postings(model, new, by=by, reason=reason)


@transaction.atomic
def update(
    *,
    posting: Posting,
    values: Mapping[str, Any],
    areas: Collection[str],
    modalities: Collection[str],
    targets: Sequence[NamedPlace] | None = None,
    by: User | None,
    reason: str = "",
) -> list[str]:
    """Give a posting these values and relations; return what changed. Nothing is written where nothing did.

    `targets` None leaves them as they are. Raises PostingLacks where the posting is before others, or would be, and the
    change leaves something lacking; see `answerable`.
    """
    return _change(
        posting=posting, values=values, areas=areas, modalities=modalities, targets=targets, by=by, reason=reason
    )


def _change(
    *,
    posting: Posting,
    values: Mapping[str, Any],
    areas: Collection[str],
    modalities: Collection[str],
    targets: Sequence[NamedPlace] | None,
    by: User | None,
    reason: str,
    vouches: bool = False,
    written_by: User | None = None,
) -> list[str]:
    """Do what `update` says; who vouches for the posting with this answers for all of it.

    written_by: whom the history names, where somebody else has approved what that person wrote.
    """
    wanted = PostingUpdate(posting, values, areas, modalities, targets)
    changed = _take(wanted, area_rows=_areas_of, by=by, vouches=vouches)
    if changed:
        write = _as_change(wanted, changed)
        write_posting(
            posting,
            areas=areas,
            modalities=modalities,
            places=write.places,
            only_places=write.only_places,
            by=written_by or by,
            reason=reason,
        )
    return changed


@dataclass(frozen=True, slots=True)
class PostingUpdate:
    """What a posting is to be given; see `update`."""

    posting: Posting
    values: Mapping[str, Any]
    areas: Collection[str]
    modalities: Collection[str]
    targets: Sequence[NamedPlace] | None = None


@transaction.atomic
def update_many(
    *, model: type[Posting], updates: Sequence[PostingUpdate], by: User | None, reason: str, or_draft: bool = False
) -> None:
    """Do with many postings of one kind, held by whoever asks, what `update` does with one; as an import does.

    or_draft: what would be before others and is not complete becomes a draft, instead of raising PostingLacks.
    """
    known = {area.pk: area for area in _areas_of({code for one in updates for code in one.areas})}

    def area_rows(codes: Collection[str]) -> list[PriorityArea]:
        return [known[code] for code in codes if code in known]

    changes = []
    for one in updates:
        try:
            changed = _take(one, area_rows=area_rows, by=by)
        except PostingLacks:
            if not or_draft:
                raise
            one = replace(one, values={**one.values, "status": PostingStatus.DRAFT})
            changed = _take(one, area_rows=area_rows, by=by)
        if changed:
            changes.append(_as_change(one, changed))
    write_changes(model, changes, by=by, reason=reason)


def _take(
    wanted: PostingUpdate,
    *,
    area_rows: Callable[[Collection[str]], list[PriorityArea]],
    by: User | None,
    vouches: bool = False,
) -> list[str]:
    """Give a posting its values, not saved, once all is checked; return what changes."""
    posting, values = wanted.posting, wanted.values
    check_may_write(by, posting)
    changed = differences(
        posting, values=values, areas=wanted.areas, modalities=wanted.modalities, targets=wanted.targets
    )
    if not changed:
        return []
    if values.get("status", posting.status) in BEFORE_OTHERS and (vouches or not WEIGHED.isdisjoint(changed)):
        found = lacks_with(posting, values=values, areas=area_rows(wanted.areas), modalities=wanted.modalities)
        if found and not vouches and posting.status in BEFORE_OTHERS:
            found = answerable(found, before=lacks_of(posting), changed=changed)
        check_complete(posting, found)
    if posting.status == PostingStatus.PUBLISHED and "status" in changed:
        drop_versions([posting], by=by)
    for name, value in values.items():
        setattr(posting, name, value)
    check_may_write(by, posting)
    return changed


def _as_change(wanted: PostingUpdate, changed: Collection[str]) -> PostingChange:
    return PostingChange(
        wanted.posting,
        wanted.areas,
        wanted.modalities,
        wanted.targets if "targets" in changed else None,
        only_places=list(changed) == ["targets"],
    )


@transaction.atomic
def edit(
    *,
    posting: AnyPosting,
    values: Mapping[str, Any],
    areas: Collection[str],
    modalities: Collection[str],
    targets: Sequence[NamedPlace],
    by: User,
    key: str = "",
) -> list[str]:
    """Let a person of its own side change a posting; return what changed.

    key: the name of the key to the API by which it was sent, for which `by` answers.

    What is published stays so. Where the person publishes alone, it is confirmed as of today; else what the person
    wrote waits for approval as a proposed version, and nothing has changed (`surveys.postings.deciding.proposing`).
    Raises PostingRefused for a posting that is archived, and PostingLacks where it is before others and would
    not be complete.
    """
    locked = lock(posting)
    if locked.status == PostingStatus.ARCHIVED:
        raise PostingRefused(_("“%(posting)s” is archived: it can be copied, not changed.") % words_of(locked))
    check_may_be_vouched_for(locked)
    said: dict[str, Any] = {"areas": areas, "modalities": modalities, "targets": targets, "by": by}
    is_published = locked.status == PostingStatus.PUBLISHED
    if is_published and not publishes_alone(by, locked):
        propose(posting=locked, values=values, **said, key=key)
        return []
    if differences(locked, values=values, areas=areas, modalities=modalities, targets=targets):
        mark_edited(locked)
        values = {**values, "edited_on": locked.edited_on, "sent_with_key": key}
        if is_published:
            values["confirmed_on"] = today()
    changed = _change(posting=locked, values=values, **said, reason=with_origin("edited", key), vouches=True)
    return [name for name in changed if name in CONTENT or name in ("areas", "modalities", "targets")]


def write_version(*, posting: Posting, content: Content, version: ProposedVersion) -> None:
    """Write what a proposed version of a posting, held by whoever asks, says: as its writer's, whoever approved it.

    Raises PostingLacks where it is not complete by now.
    """
    _change(
        posting=posting,
        values={**content.values, "edited_on": version.written_at, "sent_with_key": version.sent_with_key},
        areas=content.areas,
        modalities=content.modalities,
        targets=content.targets,
        by=None,
        written_by=version.written_by,
        reason=with_origin("edited", version.sent_with_key),
        vouches=True,
    )


@transaction.atomic
def refer(*, posting: Posting, reference: str, by: User, key: str = "") -> None:
    """Note by which reference the agency's own system knows a posting: no content, so it is neither edited nor vouched.

    Raises PostingRefused where the person does not speak for it, and IntegrityError where another one has it.
    """
    locked = lock(posting)
    check_may_write(by, locked)
    if locked.reference != reference:
        locked.reference = reference
        write_posting(locked, by=by, reason=with_origin("reference", key))


@transaction.atomic
def correct(
    *,
    posting: AnyPosting,
    values: Mapping[str, Any],
    areas: Collection[str],
    modalities: Collection[str],
    targets: Sequence[NamedPlace] | None = None,
    by: User,
) -> list[str]:
    """Let the secretariat change the content of a posting, whose state stays; return what changed.

    It is noted as edited by a person, and as no confirmation by the country.
    """
    locked = lock(posting)
    if differences(locked, values=values, areas=areas, modalities=modalities, targets=targets):
        mark_edited(locked)
        values = {**values, "edited_on": locked.edited_on}
    return update(posting=locked, values=values, areas=areas, modalities=modalities, targets=targets, by=by)


@transaction.atomic
def set_targets(*, posting: Posting, targets: Sequence[NamedPlace], by: User | None, reason: str = "") -> None:
    """Give an offer these targets, a need these preferred partners, in this order; kept rows stay."""
    if [NamedPlace.of(row) for row in place_rows(posting).all()] == list(targets):
        return
    # Its `updated_at` moves: to those who follow it, the posting has changed.
    write_posting(posting, places=targets, only_places=True, by=by, reason=reason)


@transaction.atomic
def copy(*, posting: AnyPosting, by: User) -> AnyPosting:
    """Make a draft with the content of a posting, without its dates, its source and its past."""
    return create(
        model=type(posting),
        values={name: getattr(posting, name) for name in COPIED},
        areas=[area.pk for area in posting.areas.all() if area.use != AreaUse.AS_PRINTED],
        modalities=[modality.pk for modality in posting.modalities.all()],
        targets=[NamedPlace.of(row) for row in place_rows(posting).all()],
        by=by,
        reason=f"copy of {posting.pk}",
    )


def mark_edited(posting: Posting) -> None:
    """Note, before it is saved, that a person edited a posting: an import then leaves it alone."""
    posting.edited_on = timezone.now()


def _areas_of(codes: Collection[str]) -> list[PriorityArea]:
    return list(PriorityArea.objects.filter(pk__in=codes)) if codes else []


CONTENT = frozenset({*COPIED, "opens_on", "closes_on"})
