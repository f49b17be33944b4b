"""Postings that are likely the same: looked for before publishing, so that a need is not posted twice."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from rapidfuzz import fuzz

from directory.models import User
from surveys.choices import PostingStatus
from surveys.models.postings.posting import Posting
from web.text import fold

SURE_FROM = 85
"""Likeness of titles, of 100, from which two postings are likely the same whatever else they say."""
WITH_SAME_CONTENT_FROM = 70
"""The same where areas and modalities are the same too."""
MOST = 5
COMPARED_AT_MOST = 500


def likely_duplicates(posting: Posting, reader: User | AnonymousUser) -> list[Posting]:
    """Return up to five postings of the same kind and owner that are likely this one, the likeliest first.

    The owner is the country or the agency. Only what the reader may see, and nothing withdrawn or archived. Titles
    are compared without regard to the order of their words, by `rapidfuzz.fuzz.token_set_ratio` on folded text. Three
    queries.
    """
    same_owner = Q(country=posting.country_id) if posting.country_id else Q(pk__in=())
    if posting.agency_id:
        same_owner |= Q(agency=posting.agency_id)
    model = type(posting)
    others = (
        model.objects.visible_to(reader)  # type: ignore[attr-defined]
        .filter(same_owner)
        .exclude(pk=posting.pk)
        .exclude(status__in=(PostingStatus.WITHDRAWN, PostingStatus.ARCHIVED))
        .for_lists()[:COMPARED_AT_MOST]
    )
    title, content = fold(posting.title), _content(posting)
    found = []
    for other in others:
        likeness = fuzz.token_set_ratio(title, fold(other.title))
        if likeness >= SURE_FROM or (likeness >= WITH_SAME_CONTENT_FROM and _content(other) == content):
            found.append((likeness, other))
    found.sort(key=lambda pair: (-pair[0], pair[1].pk))
    return [other for _likeness, other in found[:MOST]]


def _content(posting: Posting) -> tuple[frozenset[str], frozenset[str]]:
    return (
        frozenset(area.pk for area in posting.areas.all()),
        frozenset(modality.pk for modality in posting.modalities.all()),
    )
