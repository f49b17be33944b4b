"""The home page and the search over everything."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from directory.filtersets import AgencyFilter, CountryFilter
from directory.models import Agency, Country
from matching.models import Match
from surveys.filtersets import NeedFilter, OfferFilter
from surveys.models import Need, Offer
from surveys.models.posting import Posting, PostingQuerySet
from surveys.postings.shown.page_rows import TARGETS
from web.api.problems import problem_response
from web.filters import LONGEST_SEARCH
from web.pages import PublicPage

NEWEST_SHOWN = 3
FOUND_SHOWN = 5


class Home(PublicPage, TemplateView):
    """What the portal is, what is in it, and where to begin."""

    template_name = "ssc_portal/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        offers = Offer.objects.visible_to(self.request.user).open_now()
        needs = Need.objects.visible_to(self.request.user).open_now()
        return super().get_context_data(**kwargs) | {
            "offer_count": offers.count(),
            "need_count": needs.count(),
            "country_count": len(_countries_of(offers) | _countries_of(needs)),
            "match_count": Match.objects.released().count(),
            "newest_offers": offers.for_lists().prefetch_related(TARGETS)[:NEWEST_SHOWN],
            "newest_needs": needs.for_lists()[:NEWEST_SHOWN],
            "longest_search": LONGEST_SEARCH,
        }


class Search(PublicPage, TemplateView):
    """One box over open offers and needs, countries and agencies; each list has the rest."""

    template_name = "ssc_portal/search.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text = self.request.GET.get("q", "").strip()
        context = super().get_context_data(**kwargs) | {"text": text, "longest_search": LONGEST_SEARCH}
        unknown = sorted(set(self.request.GET) - {"q"})
        if unknown:
            return context | {"refusal": _("This page searches by “q” alone."), "text": ""}
        if not text:
            return context
        asked = QueryDict(mutable=True)
        asked["q"] = text
        reader = self.request.user
        offers = OfferFilter(asked, Offer.objects.visible_to(reader).open_now())
        if not offers.is_valid():
            return context | {"refusal": " ".join(str(error) for error in offers.errors["q"])}
        needs = NeedFilter(asked, Need.objects.visible_to(reader).open_now())
        countries = CountryFilter(asked, Country.objects.listed())
        agencies = AgencyFilter(asked, Agency.objects.public().select_related("country"))
        found = {
            "offers": _first(offers.qs.for_lists().prefetch_related(TARGETS)),  # type: ignore[attr-defined]
            "needs": _first(needs.qs.for_lists()),  # type: ignore[attr-defined]
            "countries": _first(countries.qs),
            "agencies": _first(agencies.qs),
        }
        return context | found | {"found": any(found.values())}

    def render_to_response(self, context: dict[str, Any], **response_kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().render_to_response(context, **response_kwargs)
        if context.get("refusal"):
            response.status_code = 400
        return response


def refuse_bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what cannot be read: 413 where it is too large, else 400; in the API as a problem."""
    is_too_large = isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent)
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if is_too_large else HTTPStatus.BAD_REQUEST
    if request.path.startswith("/api/"):
        words = _("The request is too large.") if is_too_large else _("The request cannot be read.")
        return problem_response(status, words)
    # Without the request: who looks for the person would read the body that could not be read.
    return HttpResponse(render_to_string(f"{int(status)}.html"), status=status)


def _countries_of(postings: PostingQuerySet[Posting]) -> set[str]:
    """Return the ISO3 codes of the countries whose postings they are: one query."""
    owners = postings.order_by().values_list("country", "agency__country").distinct()
    return {own or of_agency for own, of_agency in owners if own or of_agency}


def _first(rows: QuerySet[Any]) -> list[Any]:
    """Return one row more than the page shows, so that it knows of the rest without counting."""
    return list(rows[: FOUND_SHOWN + 1])
