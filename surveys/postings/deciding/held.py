"""What every change of a posting asks first: who may, what is lacking, and the row held until it is written."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, cast

from django.utils.translation import gettext as _

from directory.access import Action, can, scope_of
from directory.models import User
from surveys.choices import PostingStatus
from surveys.models.postings.posting import Posting
from surveys.postings.deciding.publishable import Lack, lacks_of
from surveys.postings.deciding.versions import drop_versions
from surveys.postings.writing import AnyPosting, PostingChange, write_changes, write_posting

BEFORE_OTHERS = frozenset({PostingStatus.PUBLISHED, PostingStatus.SUBMITTED})
"""States in which a posting is public, or about to be: it has to be complete."""


class PostingRefused(ValueError):
    """The posting is not in a state, or the person not in a position, that allows this; the message is for people."""


class PostingLacks(PostingRefused):
    """The posting would be published and is not complete: `lacks` says what would be right, by field."""

    def __init__(self, posting: Posting, found: Sequence[Lack]) -> None:
        said = _("“%(posting)s” is not complete. %(lacks)s")
        super().__init__(said % {"posting": posting.title, "lacks": " ".join(lack.words for lack in found)})
        self.lacks = found


def check_complete(posting: Posting, found: Sequence[Lack] | None = None) -> None:
    """Raise PostingLacks where something is lacking (None: look) without which a posting is not published."""
    if found := lacks_of(posting) if found is None else found:
        raise PostingLacks(posting, found)


def check_may_be_vouched_for(posting: Posting) -> None:
    """Raise PostingRefused for what others compiled: no country has said it, so none confirms it or makes it its own.

    It posts in its place instead (`surveys.confirming.replacing`), and the compiled row goes.
    """
    if posting.is_compiled:
        said = _("“%(posting)s” was compiled from public sources, and is not confirmed: post in its place.")
        raise PostingRefused(said % words_of(posting))


def move(
    posting: Posting, *, to: PostingStatus, expected: Collection[str], by: User | None, reason: str = "", **values: Any
) -> None:
    """Bring a posting held by `lock` into another state, with these values; raises PostingRefused from another one.

    Raises PostingLacks where it would be before others and is not complete.
    """
    was_public = _set_state(posting, to=to, expected=expected)
    drop_versions([posting] if was_public else [], by=by)
    for name, value in values.items():
        setattr(posting, name, value)
    write_posting(posting, by=by, reason=reason or to.value)


def move_many(
    postings: Iterable[Posting], *, to: PostingStatus, expected: Collection[str], by: User | None, reason: str
) -> None:
    """Bring many postings, held by whoever asks, into another state; see `move`."""
    by_model: dict[type[Posting], list[PostingChange]] = {}
    hidden: list[Posting] = []
    for posting in postings:
        if _set_state(posting, to=to, expected=expected):
            hidden.append(posting)
        by_model.setdefault(type(posting), []).append(PostingChange(posting))
    drop_versions(hidden, by=by)
    for model, changes in by_model.items():
        write_changes(model, changes, by=by, reason=reason)


def _set_state(posting: Posting, *, to: PostingStatus, expected: Collection[str]) -> bool:
    """Set the state; return whether the posting was published, and is not any more."""
    if posting.status not in expected:
        raise PostingRefused(
            _("“%(posting)s” is %(status)s: it cannot become %(to)s.") % {**words_of(posting), "to": to.label.lower()}
        )
    if to in BEFORE_OTHERS:
        check_complete(posting)
    was_public = posting.status == PostingStatus.PUBLISHED != to
    posting.status = to
    return was_public


def with_origin(step: str, key: str) -> str:
    """Return what the history says of a step: that it came through the API with the key of this name, if any."""
    return f"{step}, through the API with key “{key}”" if key else step


def words_of(posting: Posting) -> dict[str, str]:
    """Return the posting's title and state, for messages."""
    return {"posting": posting.title, "status": str(posting.get_status_display()).lower()}


def lock(posting: AnyPosting) -> AnyPosting:
    """Read the posting again, for this transaction alone: what is decided holds when it is written.

    Held without its key: others may refer to it meanwhile, so that a run that stores its matches does not wait for it.
    """
    rows = cast("Any", type(posting)).objects.select_related("country", "agency__country")
    return cast("AnyPosting", rows.select_for_update(of=("self",), no_key=True).get(pk=posting.pk))


def check_may_write(by: User | None, posting: Posting) -> None:
    """Raise PostingRefused where the person does not speak for the posting's side; a command and an import may."""
    if by is None or can(by, Action.MANAGE_POSTINGS) or can(by, Action.MANAGE_SURVEYS):
        return
    if not posting.is_within(scope_of(by, Action.POST)):
        raise PostingRefused(_("You do not speak for the agency or country of this posting."))
