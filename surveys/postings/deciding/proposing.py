"""An edit of what is public, by somebody whose edits somebody else approves: it waits beside what is public."""

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from directory.models import PriorityArea, User
from surveys.choices import PostingStatus, VersionState
from surveys.models import ProposedVersion
from surveys.models.postings.posting import Posting
from surveys.postings.content import CONTACTS, Content, changes_of, content_of, values_of
from surveys.postings.deciding.held import PostingRefused, check_complete, check_may_write, lock, words_of
from surveys.postings.deciding.publishable import lacks_with
from surveys.postings.deciding.telling import tell_approvers
from surveys.postings.deciding.versions import drop_versions, version_at_hand
from surveys.postings.deciding.windows import publishes_alone
from surveys.postings.named_places import NamedPlace
from surveys.postings.writing import AnyPosting, differences

WRITTEN = ("content", *CONTACTS)


def version_to_edit(posting: Posting, *, by: User) -> ProposedVersion | None:
    """Return the version that the person goes on with; None where it changes the posting itself.

    Who publishes alone changes what is public, and decides on what others propose by itself.
    """
    if posting.status != PostingStatus.PUBLISHED or publishes_alone(by, posting):
        return None
    return version_at_hand(posting)


def content_to_edit(posting: Posting, *, by: User) -> Content:
    """Return what the person changes when it edits the posting."""
    return content_of(posting, version_to_edit(posting, by=by))


def propose(
    *,
    posting: Posting,
    values: Mapping[str, Any],
    areas: Collection[str],
    modalities: Collection[str],
    targets: Sequence[NamedPlace],
    by: User,
    key: str = "",
) -> ProposedVersion | None:
    """Keep what a person would have a published posting, held by whoever asks, say; None where that is as it says.

    It takes the place of a version at hand, whose other values it keeps. Whoever approves is written to once, however
    often it is written anew before that. Raises PostingRefused, and PostingLacks where it would not be complete.
    """
    check_may_write(by, posting)
    earlier = version_at_hand(posting)
    wanted = {**(values_of(posting, earlier) if earlier else {}), **values}
    check_may_write(by, _moved(posting, wanted))
    changed = differences(posting, values=wanted, areas=areas, modalities=modalities, targets=targets)
    if not changed:
        drop_versions([posting] if earlier else [], by=by)
        return None
    rows = PriorityArea.objects.filter(pk__in=areas)
    check_complete(posting, lacks_with(posting, values=wanted, areas=rows, modalities=modalities))
    made = ProposedVersion(
        **{_side(posting): posting},
        content=changes_of(changed, values=wanted, areas=areas, modalities=modalities, targets=targets),
        **{name: wanted.get(name, getattr(posting, name)) for name in CONTACTS},
        written_by=by,
        sent_with_key=key,
    )
    if earlier is not None and earlier.is_waiting and _says_the_same(earlier, made):
        return earlier
    if earlier is not None:
        ProposedVersion.objects.filter(pk=earlier.pk).close(VersionState.REPLACED, by=by)
    ProposedVersion.objects.bulk_create([made])
    if earlier is None or not earlier.is_waiting:
        tell_approvers(posting, version=made)
    return made


@transaction.atomic
def take_back(*, posting: AnyPosting, by: User) -> AnyPosting:
    """Take back the version of a posting that waits, or was sent back: what is public stays.

    Raises PostingRefused where there is none, and where the person does not speak for the posting.
    """
    locked = lock(posting)
    check_may_write(by, locked)
    if version_at_hand(locked) is None:
        raise PostingRefused(_("No version of “%(posting)s” waits any more.") % words_of(locked))
    drop_versions([locked], by=by)
    return locked


def _moved(posting: AnyPosting, values: Mapping[str, Any]) -> AnyPosting:
    """Return the posting as whose it would be. Raises PostingRefused where that would be another country's.

    Whoever approves decides for one country: a version that moves a posting would need two.
    """
    moved = copy(posting)
    moved.agency, moved.country = values.get("agency", posting.agency), values.get("country", posting.country)
    if moved.posting_country != posting.posting_country:
        said = _("“%(posting)s” is published, and stays with its country: copy it for another one, and withdraw it.")
        raise PostingRefused(said % words_of(posting))
    return moved


def _says_the_same(one: ProposedVersion, other: ProposedVersion) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in WRITTEN)


def _side(posting: Posting) -> str:
    return "offer" if hasattr(posting, "targets") else "need"
