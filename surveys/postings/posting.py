"""Writes offers and needs: the one place that creates, changes, publishes, withdraws and confirms them.

Each write is atomic and leaves one row of history, with the areas and modalities as they then were. Who may is asked
of the access table and of the country's window; `by` is None for a command or an import. Submitting and approving
stand in `surveys.postings.approval`.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can, scope_of
from directory.choices import AreaUse
from directory.mail import outbox
from directory.mail.receivers import coordinators_of
from directory.models import PriorityArea, User
from surveys.choices import PostingStatus, WindowKind, WithdrawalReason
from surveys.models.posting import Posting
from surveys.postings.named_places import NamedPlace
from surveys.postings.publishable import Lack, answerable, lacks_of, lacks_with, of_closing
from surveys.postings.windows import publishes_alone, window_of
from surveys.postings.writing import AnyPosting, NewPosting, differences, place_rows, write_posting, write_postings
from web.days import today

PUBLISHABLE = frozenset({PostingStatus.DRAFT, PostingStatus.SUBMITTED, PostingStatus.WITHDRAWN})
WITHDRAWABLE = frozenset({PostingStatus.DRAFT, PostingStatus.SUBMITTED, PostingStatus.PUBLISHED})

COPIED = (
    "country", "agency", "title", "text", "language", "english_text", "places", "amount", "amount_currency",
    "amount_years", "amount_note", "contact", "contact_person", "delivery_languages", "visibility",
    "facilitating_allowed", "any_modality",
)  # fmt: skip
BEFORE_OTHERS = frozenset({PostingStatus.PUBLISHED, PostingStatus.SUBMITTED})
"""States in which a posting is public, or about to be: it has to be complete."""
WEIGHED = frozenset({"status", "title", "areas", "modalities", "any_modality", "closes_on"})
"""What decides whether a posting is complete."""


class PostingRefused(ValueError):
    """The posting is not in a state, or the person not in a position, that allows this; the message is for people."""


class PostingLacks(PostingRefused):
    """The posting would be published and is not complete: `lacks` says what would be right, by field."""

    def __init__(self, posting: Posting, found: Sequence[Lack]) -> None:
        said = _("“%(posting)s” is not complete. %(lacks)s")
        super().__init__(said % {"posting": posting.title, "lacks": " ".join(lack.words for lack in found)})
        self.lacks = found


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
    _check_may_write(by, posting)
    if posting.status in BEFORE_OTHERS:
        _check_complete(posting, lacks_with(posting, values={}, areas=_areas_of(areas), modalities=modalities))
    write_posting(posting, is_new=True, areas=areas, modalities=modalities, places=targets or (), by=by, reason=reason)
    return posting


@transaction.atomic
def create_many(
    *, model: type[AnyPosting], new: Sequence[NewPosting], by: User | None, reason: str
) -> list[AnyPosting]:
    """Create many postings of one kind, as an import does; see `create`, which checks and writes one."""
    rows = [model(**one.values) for one in new]
    for row in rows:
        _check_may_write(by, row)
    public = [(row, one) for row, one in zip(rows, new, strict=True) if row.status in BEFORE_OTHERS]
    known = {area.pk: area for area in _areas_of({code for _row, one in public for code in one.areas})}
    for row, one in public:
        own = [known[code] for code in one.areas if code in known]
        _check_complete(row, lacks_with(row, values={}, areas=own, modalities=one.modalities))
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
) -> list[str]:
    """Do what `update` says; who vouches for the posting with this answers for all of it."""
    _check_may_write(by, posting)
    changed = differences(posting, values=values, areas=areas, modalities=modalities, targets=targets)
    if not changed:
        return []
    if values.get("status", posting.status) in BEFORE_OTHERS and (vouches or not WEIGHED.isdisjoint(changed)):
        found = lacks_with(posting, values=values, areas=_areas_of(areas), modalities=modalities)
        if found and not vouches and posting.status in BEFORE_OTHERS:
            found = answerable(found, before=lacks_of(posting), changed=changed)
        _check_complete(posting, found)
    for name, value in values.items():
        setattr(posting, name, value)
    _check_may_write(by, posting)
    write_posting(
        posting,
        areas=areas,
        modalities=modalities,
        places=targets if "targets" in changed else None,
        only_places=changed == ["targets"],
        by=by,
        reason=reason,
    )
    return changed


@transaction.atomic
def edit(
    *,
    posting: AnyPosting,
    values: Mapping[str, Any],
    areas: Collection[str],
    modalities: Collection[str],
    targets: Sequence[NamedPlace],
    by: User,
) -> list[str]:
    """Let a person of its own side change a posting; return what changed.

    What is published stays so where the person publishes alone, and is confirmed as of today; else it waits for
    approval, and is not shown meanwhile. Raises PostingRefused for a posting that is archived, and PostingLacks where
    it is before others and would not be complete.
    """
    locked = lock(posting)
    if locked.status == PostingStatus.ARCHIVED:
        raise PostingRefused(_("“%(posting)s” is archived: it can be copied, not changed.") % words_of(locked))
    was_published = locked.status == PostingStatus.PUBLISHED
    if differences(locked, values=values, areas=areas, modalities=modalities, targets=targets):
        mark_edited(locked)
        values = {**values, "edited_on": locked.edited_on}
    if was_published and "edited_on" in values:
        if publishes_alone(by, locked):
            values = {**values, "confirmed_on": today()}
        else:
            values = {
                **values,
                "status": PostingStatus.SUBMITTED,
                "submitted_at": timezone.now(),
                "submitted_by": by,
                "sent_back_note": "",
            }
    changed = _change(
        posting=locked,
        values=values,
        areas=areas,
        modalities=modalities,
        targets=targets,
        by=by,
        reason="edited",
        vouches=True,
    )
    return [name for name in changed if name in CONTENT or name in ("areas", "modalities", "targets")]


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


@transaction.atomic
def publish(*, posting: AnyPosting, by: User | None) -> AnyPosting:
    """Publish a draft, or what was submitted or withdrawn. Raises PostingRefused in any other state.

    Raises PostingLacks where it is not complete.
    The own agency's person, where its word is enough, also vouches for it: confirmed as of today.
    """
    locked = lock(posting)
    values: dict[str, Any] = {"submitted_at": None, "submitted_by": None, "sent_back_note": ""}
    if by is not None and not can(by, Action.MANAGE_POSTINGS):
        _check_may_write(by, locked)
        if not publishes_alone(by, locked):
            raise PostingRefused(_("“%(posting)s” has to be approved first: submit it.") % words_of(locked))
        values["confirmed_on"] = today()
    move(locked, to=PostingStatus.PUBLISHED, expected=PUBLISHABLE, by=by, **values)
    if by is not None and "confirmed_on" in values and window_of(locked).kind == WindowKind.SEVERAL:
        outbox.write(
            kind="posting_published",
            key=f"posting_published:{locked._meta.model_name}:{locked.pk}:{locked.updated_at.isoformat()}",  # noqa: SLF001
            about={"kind": locked._meta.model_name, "posting": locked.pk},  # noqa: SLF001
            to=[user for user in coordinators_of(locked.country_id, locked.agency_id) if user.pk != by.pk],
        )
    return locked


@transaction.atomic
def withdraw(
    *, posting: AnyPosting, by: User | None, reason: WithdrawalReason | str = "", note: str = ""
) -> AnyPosting:
    """Withdraw a posting; it stays in the records. Raises PostingRefused where it already is, or is archived.

    Its own side says why; its open matches lapse with it.
    """
    locked = lock(posting)
    _check_may_write(by, locked)
    if by is not None and not can(by, Action.MANAGE_POSTINGS) and not reason:
        raise PostingRefused(_("Say why “%(posting)s” is withdrawn.") % words_of(locked))
    move(
        locked,
        to=PostingStatus.WITHDRAWN,
        expected=WITHDRAWABLE,
        by=by,
        withdrawal_reason=reason,
        withdrawal_note=note.strip(),
        submitted_at=None,
        submitted_by=None,
    )
    return locked


@transaction.atomic
def archive(*, posting: AnyPosting, by: User | None, reason: str) -> AnyPosting:
    """Put a posting away whose import was undone; it stays in the records. Raises PostingRefused if it is archived."""
    locked = lock(posting)
    move(
        locked,
        to=PostingStatus.ARCHIVED,
        expected=WITHDRAWABLE | {PostingStatus.WITHDRAWN},
        by=by,
        reason=reason,
    )
    return locked


@transaction.atomic
def return_to_draft(*, posting: AnyPosting, by: User | None, reason: str) -> AnyPosting:
    """Make a published posting a draft again: its source no longer states it. Raises PostingRefused otherwise."""
    locked = lock(posting)
    move(locked, to=PostingStatus.DRAFT, expected={PostingStatus.PUBLISHED}, by=by, reason=reason)
    return locked


@transaction.atomic
def confirm(*, posting: AnyPosting, by: User | None, on: dt.date) -> AnyPosting:
    """Record that the country's own agency vouched for a posting on the day `on`, which is not in the future.

    Raises PostingRefused for a posting withdrawn or archived, for a day to come, for one before the last, and where
    the person's word is not enough; PostingLacks for one that is published and not complete, or over.
    """
    locked = lock(posting)
    _check_may_write(by, locked)
    if by is not None and not publishes_alone(by, locked):
        raise PostingRefused(_("“%(posting)s” has to be approved first: submit it.") % words_of(locked))
    if locked.status in (PostingStatus.WITHDRAWN, PostingStatus.ARCHIVED):
        raise PostingRefused(_("“%(posting)s” is %(status)s: it cannot be confirmed.") % words_of(locked))
    if on > timezone.now().date():
        raise PostingRefused(_("A posting cannot be confirmed on a day to come."))
    if locked.confirmed_on is not None and on < locked.confirmed_on:
        raise PostingRefused(_("“%(posting)s” was confirmed on a later day already.") % words_of(locked))
    if locked.status in BEFORE_OTHERS:
        _check_complete(locked)
    if locked.confirmed_on != on:
        locked.confirmed_on = on
        locked.submitted_at, locked.submitted_by, locked.sent_back_note = None, None, ""
        write_posting(locked, by=by, reason="confirmed")
    return locked


@transaction.atomic
def renew(*, posting: AnyPosting, by: User, closes_on: dt.date | None) -> AnyPosting:
    """Keep a published posting open until the end of `closes_on` (None: without an end), vouched for as of today.

    Where the person's word is not enough it waits for approval. Raises PostingRefused for a day that has ended.
    """
    locked = lock(posting)
    if locked.status != PostingStatus.PUBLISHED:
        raise PostingRefused(_("“%(posting)s” is %(status)s: it cannot be renewed.") % words_of(locked))
    if lack := of_closing(closes_on):
        raise PostingLacks(locked, [lack])
    edit(
        posting=locked,
        values={"closes_on": closes_on},
        areas=[area.pk for area in locked.areas.all()],
        modalities=[modality.pk for modality in locked.modalities.all()],
        targets=[NamedPlace.of(row) for row in place_rows(locked).all()],
        by=by,
    )
    locked = lock(locked)
    if locked.status == PostingStatus.PUBLISHED and publishes_alone(by, locked):
        return confirm(posting=locked, by=by, on=today())
    return locked


def mark_edited(posting: Posting) -> None:
    """Note, before it is saved, that a person edited a posting: an import then leaves it alone."""
    posting.edited_on = timezone.now()


def _check_complete(posting: Posting, found: Sequence[Lack] | None = None) -> None:
    """Raise PostingLacks where something is lacking (None: look) without which a posting is not published."""
    if found := lacks_of(posting) if found is None else found:
        raise PostingLacks(posting, found)


def _areas_of(codes: Collection[str]) -> list[PriorityArea]:
    return list(PriorityArea.objects.filter(pk__in=codes)) if codes else []


def move(
    posting: Posting, *, to: PostingStatus, expected: Collection[str], by: User | None, reason: str = "", **values: Any
) -> None:
    """Bring a posting held by `lock` into another state, with these values; raises PostingRefused from another one.

    Raises PostingLacks where it would be before others and is not complete.
    """
    if posting.status not in expected:
        raise PostingRefused(
            _("“%(posting)s” is %(status)s: it cannot become %(to)s.") % {**words_of(posting), "to": to.label.lower()}
        )
    if to in BEFORE_OTHERS:
        _check_complete(posting)
    posting.status = to
    for name, value in values.items():
        setattr(posting, name, value)
    write_posting(posting, by=by, reason=reason or to.value)


def words_of(posting: Posting) -> dict[str, str]:
    """Return the posting's title and state, for messages."""
    return {"posting": posting.title, "status": str(posting.get_status_display()).lower()}


def lock(posting: AnyPosting) -> AnyPosting:
    """Read the posting again, for this transaction alone: what is decided holds when it is written.

    Held without its key: others may refer to it meanwhile, so that a run that stores its matches does not wait for it.
    """
    rows = cast("Any", type(posting)).objects.select_related("country", "agency__country")
    return cast("AnyPosting", rows.select_for_update(of=("self",), no_key=True).get(pk=posting.pk))


def _check_may_write(by: User | None, posting: Posting) -> None:
    if by is None or can(by, Action.MANAGE_POSTINGS) or can(by, Action.MANAGE_SURVEYS):
        return
    if not posting.is_within(scope_of(by, Action.POST)):
        raise PostingRefused(_("You do not speak for the agency or country of this posting."))


CONTENT = frozenset({*COPIED, "opens_on", "closes_on"})
