"""Proposed versions of postings that are public: finding the one at hand, and ending it with what it was made for.

Written by `surveys.postings.deciding.proposing`, decided by `surveys.postings.approval`. What is public stays
meanwhile, row, history and `updated_at`: nobody else can tell that a version waits.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import Prefetch

from directory.models import User
from surveys.choices import VersionState
from surveys.models import Offer, ProposedVersion
from surveys.models.postings.posting import Posting

_ROWS = ProposedVersion.objects.at_hand().select_related("written_by", "contact_person", "decided_by")
AT_HAND = Prefetch("proposed_versions", _ROWS)
"""What lists fetch along with own postings."""
AT_HAND_OF_EITHER = (Prefetch("offer__proposed_versions", _ROWS), Prefetch("need__proposed_versions", _ROWS))
"""The same for rows that stand for an offer or a need."""


def version_at_hand(posting: Any) -> ProposedVersion | None:
    """Return the version of a posting that waits, or was sent back; a query, unless AT_HAND was fetched with it."""
    if posting.pk is None:
        return None
    kept = getattr(posting, "_prefetched_objects_cache", {}).get("proposed_versions")
    if kept is None:
        kept = posting.proposed_versions.at_hand().select_related("written_by", "contact_person", "decided_by")
    return next((version for version in kept if version.is_at_hand), None)


def waiting_version(posting: Posting) -> ProposedVersion | None:
    """Return the version of a posting that waits for approval."""
    version = version_at_hand(posting)
    return version if version is not None and version.is_waiting else None


def with_version_at_hand(postings: Collection[Posting]) -> list[Posting]:
    """Return those of these postings of which a version waits, or was sent back: one query."""
    found = list(ProposedVersion.objects.of(postings).at_hand().values_list("offer", "need"))
    offers, needs = ({pair[place] for pair in found} for place in (0, 1))
    return [one for one in postings if one.pk in (offers if isinstance(one, Offer) else needs)]


def drop_versions(postings: Collection[Posting], *, by: User | None) -> None:
    """Put away the versions of postings that are public no more; what they said stays in the records."""
    if postings:
        ProposedVersion.objects.of(postings).close(VersionState.DROPPED, by=by)
