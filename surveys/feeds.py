"""What changed last among the offers or the needs of a list, as an Atom feed (RFC 4287)."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language

from surveys.models import Need, Offer
from surveys.postings.shown.provenance import statement
from web.files.exports import storable

MOST_ENTRIES = 50
CONTENT_TYPE = "application/atom+xml; charset=utf-8"
BEFORE_ANY = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class PostingFeed(Atom1Feed):
    """An Atom feed whose summaries are plain text: what is written in a posting is markup to no reader."""

    def latest_post_date(self) -> dt.datetime:
        """Return when an entry changed last; a feed without entries is the same whenever it is asked for."""
        return super().latest_post_date() if self.items else BEFORE_ANY

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        """Write the elements of an entry."""
        super().add_item_elements(handler, {**item, "description": None})
        handler.addQuickElement("summary", item["description"], {"type": "text"})


def posting_feed(postings: Iterable[Offer | Need], *, title: str, feed_url: str, list_url: str, host: str) -> str:
    """Return the feed of these postings, fetched `for_lists`, in their order.

    feed_url, list_url: of the feed and of the page with the same filters, in full; host: what precedes the address of a
    posting.
    """
    feed = PostingFeed(
        title=title, link=list_url, description=None, language=get_language(), feed_url=feed_url, feed_guid=feed_url
    )
    for posting in postings:
        link = f"{host}{posting.get_absolute_url()}"
        feed.add_item(
            title=storable(posting.title),
            link=link,
            unique_id=link,
            description=storable("\n".join(_lines(posting))),
            author_name=storable(posting.party),
            pubdate=posting.created_at,
            updateddate=posting.updated_at,
            categories=[storable(str(area)) for area in posting.areas.all()],
        )
    return str(feed.writeString("utf-8"))


def _lines(posting: Offer | Need) -> Iterator[str]:
    yield posting.party
    yield statement(posting)
    for stated in ([str(area) for area in posting.areas.all()], posting.modality_words):
        if stated:
            yield "; ".join(stated)
