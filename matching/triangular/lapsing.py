"""Options that lapse with one of their three postings: withdrawn, closed, used up, or without leave for a third."""

from typing import Any

from django.db import transaction
from django.db.models import Q

from directory.days import first_day_not_ended
from matching.choices import OPTIONS_SHOWN, OptionEventKind, OptionStatus
from matching.models import TriangularOption
from matching.models.triangular_option import POSTINGS
from matching.steps import take_many
from matching.triangular.roles import open_and_allowing
from surveys.models import Need, Offer
from surveys.models.posting import Posting


def on_posting_closed(sender: type[Posting], posting: Need | Offer, **kwargs: Any) -> None:
    """Lapse the options of a posting that is no longer published; in the same transaction."""
    lapse_options_of(posting)


def lapse_options_of(posting: Posting) -> int:
    """Let the open options lapse in which the posting takes any part; return how many."""
    if isinstance(posting, Need):
        return _lapse(Q(need=posting))
    return _lapse(Q(pivotal_offer=posting) | Q(facilitating_offer=posting))


def lapse_expired_options() -> int:
    """Let the open options lapse one of whose postings has closed everywhere on earth; return how many."""
    closed = first_day_not_ended()
    expired = Q()
    for posting in POSTINGS:
        expired |= Q(**{f"{posting}__closes_on__lt": closed})
    return _lapse(expired)


def lapse_closed_proposals() -> int:
    """Let proposals lapse of which a posting is not open now, or no longer allows a third; return how many."""
    offers = open_and_allowing(Offer.objects.all()).order_by().values("pk")
    all_open = Q(
        need__in=open_and_allowing(Need.objects.all()).order_by().values("pk"),
        pivotal_offer__in=offers,
        facilitating_offer__in=offers,
    )
    return _lapse(~all_open & Q(status=OptionStatus.PROPOSED))


@transaction.atomic
def _lapse(which: Q) -> int:
    options = TriangularOption.objects.filter(which)
    return len(take_many(options, OptionEventKind.LAPSED, by=None, only_from=OPTIONS_SHOWN))
