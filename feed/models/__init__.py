"""Marks of what was written, what each audience was last told, and how far its feed is."""

from feed.models.feed import Feed
from feed.models.mark import FeedMark
from feed.models.sequencer import Sequencer
from feed.models.state import FeedState

__all__ = ["Feed", "FeedMark", "FeedState", "Sequencer"]
