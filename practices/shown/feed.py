"""Practices that changed last, as an Atom feed."""

from collections.abc import Iterable

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from practices.models import Practice
from surveys.feeds import PostingFeed
from web.files.exports import storable


def practice_feed(practices: Iterable[Practice], *, feed_url: str, list_url: str, host: str) -> str:
    """Return the feed of these practices, fetched `for_lists`, in their order; see `surveys.feeds.posting_feed`."""
    feed = PostingFeed(
        title=_("Practices of South-South cooperation"),
        link=list_url,
        description=None,
        language=get_language(),
        feed_url=feed_url,
        feed_guid=feed_url,
    )
    for practice in practices:
        link = f"{host}{practice.get_absolute_url()}"
        areas = [str(area) for area in practice.areas.all()]
        lines = [practice.party, str(practice.get_kind_display()), "; ".join(areas)]
        feed.add_item(
            title=storable(practice.title),
            link=link,
            unique_id=link,
            description=storable("\n".join(line for line in lines if line)),
            author_name=storable(practice.party),
            pubdate=practice.published_at,
            updateddate=practice.updated_at,
            categories=[storable(area) for area in areas],
        )
    return str(feed.writeString("utf-8"))
