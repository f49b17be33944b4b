"""The proposed versions of a posting, as its own side, who approves it, and the secretariat read of them."""

import datetime as dt
from dataclasses import dataclass

from surveys.choices import VersionState
from surveys.models import ProposedVersion
from surveys.models.postings.posting import Posting
from surveys.postings.deciding.versions import version_at_hand
from surveys.postings.shown.differences import ProposedChange, changes_in_words
from surveys.postings.shown.history import MOST_VERSIONS, people_of_the_secretariat, who_in_words


@dataclass(frozen=True)
class ToldVersion:
    """A version that somebody proposed: who, when, and what became of it."""

    version: ProposedVersion
    at: dt.datetime
    who: str
    state: str
    decided_at: dt.datetime | None
    decided_by: str
    changes: list[ProposedChange]
    """What it would change in what is public now."""


def told_version(posting: Posting, *, names_staff: bool = False) -> ToldVersion | None:
    """Return the version at hand with what it changes; None where there is none."""
    version = version_at_hand(posting)
    return None if version is None else _told([version], posting, names_staff=names_staff, shows_changes=True)[0]


def proposed_of(posting: Posting, *, names_staff: bool = False, shows_changes: bool = False) -> list[ToldVersion]:
    """Return all versions that were proposed of a posting, newest first."""
    rows = ProposedVersion.objects.of([posting]).select_related("written_by", "decided_by", "contact_person")
    return _told(list(rows[:MOST_VERSIONS]), posting, names_staff=names_staff, shows_changes=shows_changes)


def _told(
    versions: list[ProposedVersion], posting: Posting, *, names_staff: bool, shows_changes: bool
) -> list[ToldVersion]:
    people = {one.decided_by_id for one in versions} | {one.written_by_id for one in versions}
    staff = set[int]() if names_staff or not versions else people_of_the_secretariat(people)
    changes = changes_in_words(posting, versions) if shows_changes and versions else [[] for _one in versions]
    return [
        ToldVersion(
            version=one,
            at=one.written_at,
            who=who_in_words(one.written_by, staff),
            state=str(VersionState(one.state).label),
            decided_at=one.decided_at,
            decided_by=who_in_words(one.decided_by, staff) if one.decided_at else "",
            changes=own,
        )
        for one, own in zip(versions, changes, strict=True)
    ]
