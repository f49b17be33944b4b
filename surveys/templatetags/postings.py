"""Parts of pages that show postings: counts and short lists for a country or an agency, and amounts."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django import template
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.template.context import Context
from django.utils.formats import number_format

from directory.models import Agency, Country, User
from surveys.choices import PostingStatus
from surveys.models import Need, Offer
from surveys.models.postings.posting import Posting, PostingQuerySet, Row
from surveys.postings.deciding.publishable import Lack, lacks_of
from surveys.postings.deciding.publishable import in_short as short_words
from surveys.postings.deciding.versions import version_at_hand, waiting_version
from surveys.postings.languages import reads_otherwise
from surveys.postings.languages import translation_note as which_text_prevails
from surveys.postings.shown.cards import PostingCard, cards_of
from surveys.postings.shown.provenance import statement

register = template.Library()

SHOWN_OF_AN_OWNER = 6


@register.filter
def language_proposed(posting: Posting) -> str:
    """Return the name of the language that the posting reads like, where that is not the one that it says."""
    return reads_otherwise(title=posting.title, text=posting.text, language=posting.language)


@register.filter
def provenance(posting: Posting) -> str:
    """Return what is said of where the posting comes from, and whether its own agency vouched for it."""
    return statement(posting)


@register.filter
def cards(postings: Iterable[Posting], kind: str) -> list[PostingCard]:
    """Return the cards of offers or needs, as `cards_of` has them."""
    return cards_of(postings, kind=kind)


@register.filter
def translation_note(posting: Posting) -> str:
    """Return which text prevails, where the posting's own is in another language than English; else nothing."""
    return which_text_prevails(posting)


register.filter("version_at_hand", version_at_hand)
register.filter("waiting_version", waiting_version)


@register.filter
def lacking(posting: Posting) -> list[Lack]:
    """Return what a posting lacks before it may be published; of one that is public and over, nothing: it is over."""
    found = lacks_of(posting)
    if posting.status == PostingStatus.PUBLISHED:
        return [lack for lack in found if lack.field != "closes_on"]
    return [] if posting.status == PostingStatus.ARCHIVED else found


@register.filter
def in_short(found: Iterable[Lack]) -> str:
    """Return what is lacking in a few words."""
    return short_words(lack.field for lack in found)


@register.filter
def amount_in_full(posting: Posting) -> str:
    """Return the amount to the cent with its currency, never rounded; empty where none is stated."""
    if posting.amount is None:
        return ""
    return f"{number_format(posting.amount, 2, use_l10n=True, force_grouping=True)} {posting.amount_currency}".strip()


@register.simple_tag(takes_context=True)
def offers_of(context: Context, owner: Country | Agency) -> list[Offer]:
    """Return the newest open offers of a country or an agency that the reader may see, one more than are shown."""
    return _newest(owner, Offer.objects.visible_to(_reader(context)))


@register.simple_tag(takes_context=True)
def needs_of(context: Context, owner: Country | Agency) -> list[Need]:
    """Return the newest open needs of a country or an agency that the reader may see, one more than are shown."""
    return _newest(owner, Need.objects.visible_to(_reader(context)))


@register.simple_tag(takes_context=True)
def posting_counts(context: Context, countries: Iterable[Country]) -> dict[str, dict[str, int]]:
    """Return how many open offers and needs each of the countries has that the reader may see: two queries."""
    codes = [country.iso3 for country in countries]
    reader = _reader(context)
    counts = {code: {"offers": 0, "needs": 0} for code in codes}
    for kind, postings in (("offers", Offer.objects.visible_to(reader)), ("needs", Need.objects.visible_to(reader))):
        owners = postings.open_now().filter(Q(country__in=codes) | Q(country=None, agency__country__in=codes))
        for code, number in Counter(
            own or of_agency for own, of_agency in owners.values_list("country", "agency__country")
        ).items():
            counts[code][kind] = number
    return counts


@register.filter
def at(mapping: dict[str, Any], key: str) -> Any:
    """Return the entry of the mapping under the key, or None."""
    return mapping.get(key)


def _newest(owner: Country | Agency, postings: PostingQuerySet[Row]) -> list[Row]:
    if isinstance(owner, Agency):
        owned = postings.filter(agency=owner)
    else:
        owned = postings.filter(Q(country=owner) | Q(country=None, agency__country=owner))
    return list(owned.open_now().for_cards()[: SHOWN_OF_AN_OWNER + 1])


def _reader(context: Context) -> User | AnonymousUser:
    return context["request"].user
