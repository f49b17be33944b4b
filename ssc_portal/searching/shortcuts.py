"""Answers to the questions behind a search: who could help the country named, and who asks for the same."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.translation import gettext as _

from directory.models import User
from directory.searching.lexicon import AREA, COUNTRY, MODALITY, Meaning
from directory.searching.reading import Query
from surveys.filtersets import NeedFilter, OfferFilter
from surveys.models import Need, Offer
from web.filters import query_of

MOST_COUNTRIES = 2


@dataclass(frozen=True)
class Shortcut:
    """A list that answers, how many rows it has, and what it is of, in words."""

    words: str
    count: int
    address: str


def shortcuts(query: Query, *, reader: "User | AnonymousUser") -> list[Shortcut]:
    """Return lists that answer a query with a country in it: what is open to it, and what it seeks and offers.

    Narrowed to the areas and modalities named beside it. Lists without a row are left out.
    """
    areas, modalities = query.named(AREA), query.named(MODALITY)
    subject = ", ".join(
        query.lexicon.label(Meaning(kind, code))
        for kind, codes in ((AREA, areas), (MODALITY, modalities))
        for code in codes
    )
    stated = [("area", code) for code in areas] + [("modality", code) for code in modalities]
    offers, needs = Offer.objects.visible_to(reader).open_now(), Need.objects.visible_to(reader).open_now()
    found = []
    for iso3 in query.countries[:MOST_COUNTRIES]:
        names = {"country": query.lexicon.label(Meaning(COUNTRY, iso3)), "subject": subject}
        open_to = [("reaches", iso3), *stated]
        found.append(
            Shortcut(
                (_("Offers open to %(country)s: %(subject)s") if subject else _("Offers open to %(country)s")) % names,
                OfferFilter(query_of(open_to), offers).qs.count(),
                f"{reverse('surveys:offers')}?{urlencode(open_to)}",
            )
        )
        own = [("country", iso3), *stated]
        found.append(
            Shortcut(
                (_("Needs of %(country)s: %(subject)s") if subject else _("Needs of %(country)s")) % names,
                NeedFilter(query_of(own), needs).qs.count(),
                f"{reverse('surveys:needs')}?{urlencode(own)}",
            )
        )
        found.append(
            Shortcut(
                (_("Offers of %(country)s: %(subject)s") if subject else _("Offers of %(country)s")) % names,
                OfferFilter(query_of(own), offers).qs.count(),
                f"{reverse('surveys:offers')}?{urlencode(own)}",
            )
        )
    return [shortcut for shortcut in found if shortcut.count]
