"""What remains stated in an edition alone: nobody confirmed it by the day that the secretariat set."""

from django.db.models import Exists, OuterRef, QuerySet

from surveys.choices import PostingStatus
from surveys.models import Need, Offer, Response

_POSTINGS = (Offer.objects.order_by(), Need.objects.order_by())


def with_what_remains(responses: QuerySet[Response]) -> QuerySet[Response]:
    """Return responses that know whether they `remain_stated`: something of theirs is retired, nothing is published."""
    is_theirs = OuterRef("pk")
    retired = [Exists(rows.retired().filter(response=is_theirs)) for rows in _POSTINGS]
    published = [Exists(rows.filter(response=is_theirs, status=PostingStatus.PUBLISHED)) for rows in _POSTINGS]
    return responses.annotate(remain_stated=(retired[0] | retired[1]) & ~published[0] & ~published[1])


def remains_stated(response: Response) -> bool:
    """Return whether a response of `with_what_remains` stands in its edition alone."""
    return bool(getattr(response, "remain_stated", False))
