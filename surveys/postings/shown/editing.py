"""What a page shows of a posting that others edit too, see `web.since_shown`."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from surveys.models.posting import Posting
from surveys.postings.shown.history import PostingVersion, versions_of
from web.since_shown import Happening, Shown


class ShownPosting(Shown):
    """A posting with its areas, modalities and places, as it was read: each of its writes sets when it was."""

    def __init__(self, posting: Posting, *, names_staff: bool = False) -> None:
        """names_staff: whether the reader is of the secretariat, whose people others do not know by name."""
        self.posting, self.names_staff, self.updated_at = posting, names_staff, posting.updated_at

    def state(self) -> Any:
        """Return which posting it is, and when it was last written."""
        return [type(self.posting).__name__, self.posting.pk, self.updated_at]

    def hold(self) -> None:
        """Hold the posting without its key: matches may still refer to it."""
        rows = type(self.posting).objects.select_for_update(of=("self",), no_key=True)  # type: ignore[attr-defined]
        self.updated_at = rows.values_list("updated_at", flat=True).get(pk=self.posting.pk)

    def happened(self, since: dt.datetime) -> list[Happening]:
        """Return its versions, each with what the fields now say."""
        versions = versions_of(self.posting, names_staff=self.names_staff)
        return [
            Happening(version.at, _in_words(version), version.who)
            for version in reversed(versions)
            if version.at > since and version.changes
        ]


def _in_words(version: PostingVersion) -> str:
    return ", ".join(
        _("%(field)s is now “%(value)s”") % {"field": change.field, "value": change.after}
        if change.after
        else _("%(field)s: “%(value)s” was taken out") % {"field": change.field, "value": change.before}
        for change in version.changes
    )
