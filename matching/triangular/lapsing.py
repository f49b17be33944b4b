"""Options that lapse with one of their three postings: withdrawn, closed, used up, or without leave for a third."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Q

from matching.choices import OPTIONS_SHOWN, OptionEventKind, OptionStatus
from matching.life.steps import take_steps
from matching.models import TriangularOption
from matching.models.triangular.option import POSTINGS
from matching.triangular.roles import open_and_allowing
from surveys.choices import PostingStatus
from surveys.models import Need, Offer
from web.calendar.days import first_day_not_ended


def on_postings_changed(sender: type[Need] | type[Offer], ids: Collection[int], **kwargs: Any) -> None:
    """Lapse the open options in which a posting takes part that is not published any more; in the same transaction."""
    closed = sender.objects.filter(pk__in=ids).exclude(status=PostingStatus.PUBLISHED).order_by().values("pk")
    if sender is Need:
        _lapse(Q(need__in=closed))
    else:
        _lapse(Q(pivotal_offer__in=closed) | Q(facilitating_offer__in=closed))


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
    return len(take_steps(options, OptionEventKind.LAPSED, by=None, only_from=OPTIONS_SHOWN))
