"""Whether a feed can be read, and how far the sequencer is behind."""

import datetime as dt

from django.utils import timezone

from feed.audiences import FeedAudience
from feed.listed import form
from feed.models import Feed, FeedMark, Sequencer
from feed.place import place

LATE_AFTER = dt.timedelta(minutes=15)
"""A mark that waits for so long is told of in /readyz."""


def ready_feed(audience: FeedAudience) -> Feed | None:
    """Return the feed of an audience as it stands; None where it has not been filled.

    So it is at first, after a restore, and where a new version of the portal gives rows other fields. A read: the
    sequencer alone fills feeds, and gives those of a restored database another id.
    """
    if not Sequencer.objects.filter(stands_in=place(), form=form()).exists():
        return None
    return Feed.objects.filter(audience=audience, is_filled=True).first()


def waits_since() -> dt.datetime | None:
    """Return when the oldest of what nobody has looked at was written; a pass over everything may take its time."""
    return FeedMark.objects.filter(of_a_pass=False).order_by("pk").values_list("made_at", flat=True).first()


def is_kept_up() -> bool:
    """Return whether what was written is looked at in good time."""
    oldest = waits_since()
    return oldest is None or oldest > timezone.now() - LATE_AFTER
