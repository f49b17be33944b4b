"""Parts of pages that show matches: the fit in words, exact numbers, labels, and short lists for a posting."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import template
from django.db.models import Q
from django.template.context import Context
from django.utils.formats import number_format

from directory.access import Action, is_member, scope_of
from directory.models import Country
from matching.choices import ENQUIRIES_OPEN, Fit
from matching.life.seen.stated import stated_overlap
from matching.models import Enquiry, Match
from matching.models.fits.match import MatchQuerySet
from matching.scoring.words import CRITERIA
from surveys.choices import PostingStatus, Side
from surveys.models import Need, Offer

register = template.Library()

SHOWN_OF_AN_OWNER = 5
MILLIONTHS_PLACES = 6


@register.filter
def fit(match: Match) -> Fit:
    """Return the fit of a match as this reader sees it."""
    return match.seen.fit


register.filter("stated_overlap", stated_overlap)


@register.filter
def fit_words(code: str) -> str:
    """Return a fit's code in words."""
    return str(Fit(code).label)


@register.filter
def millionths(value: int) -> str:
    """Return an integer of millionths as an exact decimal with six places."""
    return number_format(Decimal(value).scaleb(-MILLIONTHS_PLACES), MILLIONTHS_PLACES)


@register.filter
def hundredths(value: int) -> str:
    """Return an integer of millionths as a decimal rounded half up to two places, for people."""
    return number_format(Decimal((value + 5_000) // 10_000).scaleb(-2), 2)


@register.filter
def thousandths(value: int) -> str:
    """Return an integer of millionths as a decimal rounded half away from zero to three places."""
    rounded = (abs(value) + 500) // 1_000
    return number_format(Decimal(rounded if value >= 0 else -rounded).scaleb(-3), 3)


@register.filter
def signed_thousandths(value: int) -> str:
    """Return a difference in millionths with its sign, to three places."""
    return _signed(value, thousandths(abs(value)))


@register.filter
def tenths(value: int | None) -> str:
    """Return tenths with one decimal; a dash where there is nothing to divide by."""
    return "–" if value is None else number_format(Decimal(value).scaleb(-1), 1)


@register.filter
def signed_tenths(value: int | None) -> str:
    """Return a difference in tenths with its sign."""
    return "–" if value is None else _signed(value, tenths(abs(value)))


def _signed(value: int, words: str) -> str:
    return f"+{words}" if value > 0 else f"−{words}" if value < 0 else words


@register.filter
def criterion_words(code: str) -> str:
    """Return a criterion's code in words."""
    return str(CRITERIA[code].label)


@register.filter
def day_of(explanation: dict[str, Any]) -> dt.date:
    """Return the day that an explanation was worked out for."""
    return dt.date.fromisoformat(explanation["on"])


@register.filter
def labelled(codes: list[str], labels: dict[str, str]) -> list[str]:
    """Return the labels of the codes, in their order; a code without one stands for itself."""
    return [labels.get(code, code) for code in codes]


@register.simple_tag(takes_context=True)
def fits_of(context: Context, owner: Country | Need | Offer) -> list[Match]:
    """Return the matches of a country or a posting that the reader may see, one more than are shown, the best first.

    Those of one word stand alphabetically: no place says more than the word does.
    """
    matches: MatchQuerySet = Match.objects.visible_to(context["request"].user)
    if isinstance(owner, Need):
        matches = matches.filter(need=owner)
    elif isinstance(owner, Offer):
        matches = matches.filter(offer=owner)
    else:
        matches = matches.filter(
            Q(need__country=owner) | Q(offer__country=owner) | Q(offer__country=None, offer__agency__country=owner)
        )
    best_first = matches.for_lists().order_by("-seen_word", "need_party", "offer_party", "need", "offer")
    return list(best_first[: SHOWN_OF_AN_OWNER + 1])


@register.simple_tag(takes_context=True)
def asking_about(context: Context, posting: Need | Offer) -> str:
    """Return whether the reader may ask the secretariat about the posting: "may", "asked", "log_in", or empty.

    Only what is published is asked about, and by others than its own side: one query, for those who may.
    """
    user = context["request"].user
    if posting.status != PostingStatus.PUBLISHED:
        return ""
    if not is_member(user):
        return "log_in"
    scope = scope_of(user, Action.ASK_ABOUT_POSTINGS)
    if not scope or posting.is_within(scope):
        return ""
    side = Side.NEED if isinstance(posting, Need) else Side.OFFER
    asked = Enquiry.objects.filter((side.value, posting), asked_by=user, side=side, state__in=ENQUIRIES_OPEN)
    return "asked" if asked.exists() else "may"


@register.filter
def share(part: dict[str, Any]) -> str:
    """Return a criterion's exact fraction as a percentage with at most one decimal, for people."""
    if not part["denominator"]:
        return number_format(0)
    tenths = (2000 * part["numerator"] + part["denominator"]) // (2 * part["denominator"])
    return number_format(Decimal(tenths).scaleb(-1), 0 if tenths % 10 == 0 else 1)
