"""What a page shows of a posting that others edit too, see `web.since_shown`."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from surveys.models.postings.posting import Posting
from surveys.postings.deciding.versions import version_at_hand
from surveys.postings.shown.history import PostingVersion, versions_of
from surveys.postings.shown.proposed import ToldVersion, proposed_of
from web.since_shown import Happening, Shown


class ShownPosting(Shown):
    """A posting with its areas, modalities and places, as it was read: each of its writes sets when it was."""

    def __init__(self, posting: Posting, *, names_staff: bool = False) -> None:
        """names_staff: whether the reader is of the secretariat, whose people others do not know by name."""
        self.posting, self.names_staff, self.updated_at = posting, names_staff, posting.updated_at
        self.proposed = version_at_hand(posting)

    def state(self) -> Any:
        """Return which posting it is, when it was last written, and which proposed version of it is at hand, if any."""
        state = [type(self.posting).__name__, self.posting.pk, self.updated_at]
        return state if self.proposed is None else [*state, self.proposed.pk, self.proposed.state]

    def hold(self) -> None:
        """Hold the posting without its key: matches may still refer to it."""
        rows = type(self.posting).objects.select_for_update(of=("self",), no_key=True)  # type: ignore[attr-defined]
        self.updated_at = rows.values_list("updated_at", flat=True).get(pk=self.posting.pk)
        getattr(self.posting, "_prefetched_objects_cache", {}).pop("proposed_versions", None)
        self.proposed = version_at_hand(self.posting)

    def happened(self, since: dt.datetime) -> list[Happening]:
        """Return its versions, each with what the fields now say, and what became of those that were proposed."""
        versions = versions_of(self.posting, names_staff=self.names_staff)
        told = [
            Happening(version.at, _in_words(version), version.who)
            for version in reversed(versions)
            if version.at > since and version.changes
        ]
        proposed = proposed_of(self.posting, names_staff=self.names_staff)
        told += [one for version in proposed for one in _happened_to(version) if one.at > since]
        return sorted(told, key=lambda one: one.at)


def _happened_to(version: ToldVersion) -> list[Happening]:
    told = [Happening(version.at, _("a version was proposed"), version.who)]
    if version.decided_at is not None:
        said = _("the proposed version: %(state)s") % {"state": version.state.lower()}
        told.append(Happening(version.decided_at, said, version.decided_by))
    return told


def _in_words(version: PostingVersion) -> str:
    return ", ".join(
        _("%(field)s is now “%(value)s”") % {"field": change.field, "value": change.after}
        if change.after
        else _("%(field)s: “%(value)s” was taken out") % {"field": change.field, "value": change.before}
        for change in version.changes
    )
