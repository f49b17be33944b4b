"""Writes offers and needs: the one place that creates, changes, publishes, withdraws and confirms them.

Each write is atomic and leaves one row of history, with the areas and modalities as they then were.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from directory.models import Modality, PriorityArea, User
from surveys.choices import PlaceKind, PostingStatus
from surveys.models import Offer, Target
from surveys.models.posting import Posting
from surveys.models.reading import Place

AnyPosting = TypeVar("AnyPosting", bound=Posting)

PUBLISHABLE = frozenset({PostingStatus.DRAFT, PostingStatus.SUBMITTED, PostingStatus.WITHDRAWN})
WITHDRAWABLE = frozenset({PostingStatus.DRAFT, PostingStatus.SUBMITTED, PostingStatus.PUBLISHED})


FOREIGN_KEYS = frozenset({"country", "agency", "survey", "response", "file_import"})


class PostingRefused(ValueError):
    """The posting is not in a state that allows this; the message is for people."""


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A country (ISO3), a group (code), or a token as printed that stands for neither."""

    kind: PlaceKind
    country: str | None = None
    group: str | None = None
    as_printed: str = ""
    is_ambiguous: bool = False
    note: str = ""

    @property
    def code(self) -> str:
        """What it stands for: ISO3, a group's code, or empty."""
        return self.country or self.group or ""

    @classmethod
    def of(cls, row: Place) -> "NamedPlace":
        """Return the place that a stored reading or target stands for."""
        return cls(
            kind=PlaceKind(row.kind),
            country=row.country_id,
            group=row.group_id,
            as_printed=row.as_printed,
            is_ambiguous=row.is_ambiguous,
            note=row.note,
        )


@transaction.atomic
def create(
    *,
    model: type[AnyPosting],
    values: Mapping[str, Any],
    areas: Collection[str] = (),
    modalities: Collection[str] = (),
    targets: Sequence[NamedPlace] = (),
    by: User | None,
    reason: str = "",
) -> AnyPosting:
    """Create an offer or a need; areas and modalities are codes, targets are for offers only.

    by: who did it, None from a command. reason: kept in the history, e.g. "import 12".
    """
    posting = model(**values)
    _save(posting)
    _set_relations(posting, areas=areas, modalities=modalities)
    _write_history(posting, is_new=True, by=by, reason=reason)
    if isinstance(posting, Offer):
        _set_targets(posting, targets, by=by, reason=reason)
    return posting


def differences(
    posting: Posting,
    *,
    values: Mapping[str, Any],
    areas: Collection[str],
    modalities: Collection[str],
    targets: Sequence[NamedPlace] = (),
) -> list[str]:
    """Return the names of what `update` would change; it asks nothing of the database if relations are prefetched."""
    changed = [name for name, value in values.items() if _differs(posting, name, value)]
    if {area.code for area in posting.areas.all()} != set(areas):
        changed.append("areas")
    if {modality.code for modality in posting.modalities.all()} != set(modalities):
        changed.append("modalities")
    if isinstance(posting, Offer) and [NamedPlace.of(target) for target in posting.targets.all()] != list(targets):
        changed.append("targets")
    return changed


def _differs(posting: Posting, name: str, value: Any) -> bool:
    if name in FOREIGN_KEYS:
        # By the key: the row it points to need not be read.
        return bool(getattr(posting, f"{name}_id") != (value.pk if value else None))
    return bool(getattr(posting, name) != value)


@transaction.atomic
def update(
    *,
    posting: Posting,
    values: Mapping[str, Any],
    areas: Collection[str],
    modalities: Collection[str],
    targets: Sequence[NamedPlace] = (),
    by: User | None,
    reason: str = "",
) -> list[str]:
    """Give a posting these values and relations; return what changed. Nothing is written where nothing did."""
    changed = differences(posting, values=values, areas=areas, modalities=modalities, targets=targets)
    if not changed:
        return []
    for name, value in values.items():
        setattr(posting, name, value)
    _save(posting)
    _set_relations(posting, areas=areas, modalities=modalities)
    if changed != ["targets"]:
        _write_history(posting, is_new=False, by=by, reason=reason)
    if isinstance(posting, Offer) and "targets" in changed:
        _set_targets(posting, targets, by=by, reason=reason)
    return changed


@transaction.atomic
def set_targets(*, offer: Offer, targets: Sequence[NamedPlace], by: User | None, reason: str = "") -> None:
    """Give an offer these targets, in this order; those that stay keep their row."""
    if [NamedPlace.of(target) for target in offer.targets.all()] == list(targets):
        return
    # Its `updated_at` moves: to those who follow it, the offer has changed.
    _save(offer)
    _set_targets(offer, targets, by=by, reason=reason)


def publish(*, posting: AnyPosting, by: User | None) -> AnyPosting:
    """Publish a draft, or what was submitted or withdrawn. Raises PostingRefused in any other state."""
    return _move(posting, to=PostingStatus.PUBLISHED, expected=PUBLISHABLE, by=by)


def withdraw(*, posting: AnyPosting, by: User | None) -> AnyPosting:
    """Withdraw a posting; it stays in the records. Raises PostingRefused where it already is, or is archived."""
    return _move(posting, to=PostingStatus.WITHDRAWN, expected=WITHDRAWABLE, by=by)


def return_to_draft(*, posting: AnyPosting, by: User | None, reason: str) -> AnyPosting:
    """Make a published posting a draft again: its source no longer states it. Raises PostingRefused otherwise."""
    return _move(posting, to=PostingStatus.DRAFT, expected={PostingStatus.PUBLISHED}, by=by, reason=reason)


@transaction.atomic
def confirm(*, posting: AnyPosting, by: User | None, on: dt.date) -> AnyPosting:
    """Record that the country's own agency vouched for a posting on the day `on`, which is not in the future.

    Raises PostingRefused for a posting withdrawn or archived, for a day to come, and for one before the last.
    """
    locked = _lock(posting)
    if locked.status in (PostingStatus.WITHDRAWN, PostingStatus.ARCHIVED):
        raise PostingRefused(_("“%(posting)s” is %(status)s: it cannot be confirmed.") % _words(locked))
    if on > timezone.now().date():
        raise PostingRefused(_("A posting cannot be confirmed on a day to come."))
    if locked.confirmed_on is not None and on < locked.confirmed_on:
        raise PostingRefused(_("“%(posting)s” was confirmed on a later day already.") % _words(locked))
    if locked.confirmed_on != on:
        locked.confirmed_on = on
        _save(locked)
        _write_history(locked, is_new=False, by=by, reason="confirmed")
    return locked


def mark_edited(posting: Posting) -> None:
    """Note, before it is saved, that a person edited a posting: an import then leaves it alone."""
    posting.edited_on = timezone.now()


@transaction.atomic
def _move(
    posting: AnyPosting, *, to: PostingStatus, expected: Collection[str], by: User | None, reason: str = ""
) -> AnyPosting:
    locked = _lock(posting)
    if locked.status not in expected:
        raise PostingRefused(
            _("“%(posting)s” is %(status)s: it cannot become %(to)s.") % {**_words(locked), "to": to.label.lower()}
        )
    locked.status = to
    _save(locked)
    _write_history(locked, is_new=False, by=by, reason=reason or to.value)
    return locked


def _words(posting: Posting) -> dict[str, str]:
    return {"posting": posting.title, "status": str(posting.get_status_display()).lower()}


def _lock(posting: AnyPosting) -> AnyPosting:
    """Read the posting again, for this transaction alone: what is decided holds when it is written."""
    rows = cast("Any", type(posting)).objects
    return cast("AnyPosting", rows.select_for_update(of=("self",)).get(pk=posting.pk))


def _save(posting: Posting) -> None:
    """Save without the history that a signal writes: it would not see the areas and modalities yet."""
    posting.skip_history_when_saving = True  # type: ignore[attr-defined]
    try:
        posting.save()
    finally:
        del posting.skip_history_when_saving  # type: ignore[attr-defined]


def _set_relations(posting: Posting, *, areas: Collection[str], modalities: Collection[str]) -> None:
    posting.skip_history_when_saving = True  # type: ignore[attr-defined]
    try:
        posting.areas.set(PriorityArea.objects.filter(pk__in=areas))
        posting.modalities.set(Modality.objects.filter(pk__in=modalities))
    finally:
        del posting.skip_history_when_saving  # type: ignore[attr-defined]


def _write_history(posting: Posting, *, is_new: bool, by: User | None, reason: str) -> None:
    manager = cast("Any", type(posting)).history
    (record,) = manager.bulk_history_create([posting], update=not is_new, default_user=by, default_change_reason=reason)
    own = "offer_id" if isinstance(posting, Offer) else "need_id"
    for name in ("areas", "modalities"):
        through = getattr(type(posting), name).through
        kept = getattr(record, name).model
        kept.objects.bulk_create(
            [kept(history=record, **row) for row in through.objects.filter(**{own: posting.pk}).values()]
        )


def _set_targets(offer: Offer, places: Sequence[NamedPlace], *, by: User | None, reason: str) -> None:
    """Write what differs: a target is the same as long as it stands for the same under the same words."""
    present: dict[tuple[str, str, str], Target] = {}
    surplus = []
    for target in Target.objects.filter(offer=offer):
        key = (target.kind, target.country_id or target.group_id or "", target.as_printed)
        if key in present:
            surplus.append(target)
        else:
            present[key] = target
    added, moved = [], []
    for position, place in enumerate(places):
        same = present.pop((place.kind, place.code, place.as_printed), None)
        target = same or Target(offer=offer)
        before = (target.position, target.is_ambiguous, target.note)
        target.kind, target.country_id, target.group_id = place.kind, place.country, place.group
        target.as_printed, target.is_ambiguous, target.note = place.as_printed, place.is_ambiguous, place.note
        target.position = position
        if same is None:
            added.append(target)
        elif before != (target.position, target.is_ambiguous, target.note):
            moved.append(target)
    for gone in (*present.values(), *surplus):
        gone._history_user = by  # type: ignore[attr-defined]  # noqa: SLF001 - simple-history's own way to say who
        gone.delete()
    if added:
        bulk_create_with_history(added, Target, default_user=by, default_change_reason=reason)
    if moved:
        bulk_update_with_history(
            moved,
            Target,
            ["position", "is_ambiguous", "note"],
            default_user=by,
            default_change_reason=reason,
        )
