"""The page of the search over everything."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from directory.models import Agency, Country
from directory.searching.finding import agencies_found, countries_found
from directory.searching.reading import Query, read_query
from practices.models import Practice
from practices.searching.finding import PracticeSearch, why_practice_found
from ssc_portal.searching.corrections import corrections
from ssc_portal.searching.help_pages import HelpPage, help_found
from ssc_portal.searching.shortcuts import shortcuts
from surveys.choices import Side
from surveys.models import Need, Offer
from surveys.postings.shown.cards import PostingCard, cards_of
from surveys.postings.shown.page_rows import PARTNERS, TARGETS
from surveys.searching.finding import PostingSearch
from surveys.searching.reasons import why_found
from web.filters import LONGEST_SEARCH, SearchField
from web.lists.pages import PublicPage

FEW_SHOWN, MANY_SHOWN = 5, 25
"""Of each kind, and of one kind alone."""
KINDS: dict[str, str | Promise] = {
    "countries": gettext_lazy("Countries and territories"),
    "offers": gettext_lazy("Offers"),
    "needs": gettext_lazy("Needs"),
    "practices": gettext_lazy("Practices"),
    "agencies": gettext_lazy("Agencies"),
    "help": gettext_lazy("Help"),
}


@dataclass(frozen=True)
class FoundPractice:
    """A practice, and why it was found."""

    practice: Practice
    why: list[str]


@dataclass(frozen=True)
class Found:
    """What a search found, by kind: how many, and the first of them."""

    counts: dict[str, int]
    countries: Sequence[Country]
    offers: Sequence[PostingCard]
    needs: Sequence[PostingCard]
    practices: Sequence[FoundPractice]
    agencies: Sequence[Agency]
    help: Sequence[HelpPage]
    is_loose: bool = False
    """Whether no posting has all of the terms, so that those are shown which have some."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is found."""
        return not any(self.counts.values())


class Search(PublicPage, TemplateView):
    """One box over open offers and needs, practices, countries, agencies and pages of help; each list has the rest."""

    template_name = "ssc_portal/search.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text = self.request.GET.get("q", "").strip()
        kind = self.request.GET.get("kind", "")
        context = super().get_context_data(**kwargs) | {"text": text, "longest_search": LONGEST_SEARCH, "kind": kind}
        if set(self.request.GET) - {"q", "kind"} or (kind and kind not in KINDS):
            refusal = _("This page takes “q” and “kind” alone; “kind” is one of: %(kinds)s.")
            return context | {"refusal": refusal % {"kinds": ", ".join(KINDS)}, "text": ""}
        if not text:
            return context
        if refusal := _refusal(text):
            return context | {"refusal": refusal}
        query = read_query(text)
        found = self._find(query, kind)
        return context | {
            "found": found,
            "tabs": [(code, label, found.counts[code]) for code, label in KINDS.items() if found.counts[code]],
            "shortcuts": shortcuts(query, reader=self.request.user),
            "corrections": corrections(query, reader=self.request.user) if found.is_empty or found.is_loose else [],
            "few": MANY_SHOWN if kind else FEW_SHOWN,
        }

    def _find(self, query: Query, kind: str) -> Found:
        shown = MANY_SHOWN if kind else FEW_SHOWN
        reader = self.request.user
        offers = Offer.objects.visible_to(reader).open_now()
        needs = Need.objects.visible_to(reader).open_now()
        is_loose = False
        search = PostingSearch(query)
        found_offers = search.best_first(offers, side=Side.OFFER)
        found_needs = search.best_first(needs, side=Side.NEED)
        counts = {"offers": found_offers.count(), "needs": found_needs.count()}
        if not any(counts.values()) and len(query.terms) > 1:
            is_loose = True
            found_offers = search.best_first(offers, side=Side.OFFER, any_term=True)
            found_needs = search.best_first(needs, side=Side.NEED, any_term=True)
            counts = {"offers": found_offers.count(), "needs": found_needs.count()}
        practice_search = PracticeSearch(query)
        practices = practice_search.best_first(Practice.objects.public())
        counts["practices"] = practices.count()
        countries, agencies, pages = countries_found(query), agencies_found(query), help_found(query)
        counts |= {"countries": len(countries), "agencies": len(agencies), "help": len(pages)}
        first_offers = list(found_offers.for_lists().prefetch_related(TARGETS)[:shown])  # type: ignore[attr-defined]
        first_needs = list(found_needs.for_lists().prefetch_related(PARTNERS)[:shown])  # type: ignore[attr-defined]
        first_practices = list(practices.for_lists()[:shown])  # type: ignore[attr-defined]
        country_of = Country.objects.in_bulk(countries[:shown])
        agency_of = {
            row.code: row for row in Agency.objects.filter(code__in=agencies[:shown]).select_related("country")
        }
        return Found(
            counts=counts,
            countries=[country_of[iso3] for iso3 in countries[:shown]],
            offers=cards_of(first_offers, kind="offer", why=lambda offer: why_found(offer, search)),
            needs=cards_of(first_needs, kind="need", why=lambda need: why_found(need, search)),
            practices=[
                FoundPractice(practice, why_practice_found(practice, practice_search)) for practice in first_practices
            ],
            agencies=[agency_of[code] for code in agencies[:shown] if code in agency_of],
            help=pages[:shown],
            is_loose=is_loose,
        )

    def render_to_response(self, context: dict[str, Any], **response_kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().render_to_response(context, **response_kwargs)
        if context.get("refusal"):
            response.status_code = 400
        return response


def _refusal(text: str) -> str:
    """Return in words why the text cannot be searched for; empty where it can."""
    try:
        SearchField().clean(text)
    except ValidationError as refused:
        return " ".join(refused.messages)
    return ""
