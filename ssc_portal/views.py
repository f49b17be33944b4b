"""The home page, requests that cannot be read, and faults."""

import sys
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.defaults import server_error
from django.views.generic import TemplateView

from matching.models import Match
from surveys.models import Need, Offer
from surveys.models.postings.posting import Posting, PostingQuerySet
from web.api.problems import problem_response
from web.filters import LONGEST_SEARCH
from web.lists.pages import PublicPage
from web.unavailable import outage_of, outage_page

NEWEST_SHOWN = 3


class Home(PublicPage, TemplateView):
    """What the portal is, what is in it, and where to begin.

    What a survey says is not yet what a Government posts: it is counted apart, and is neither open nor latest.
    """

    template_name = "ssc_portal/home.html"
    is_kept = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        offers = Offer.objects.visible_to(self.request.user).open_now()
        needs = Need.objects.visible_to(self.request.user).open_now()
        confirmed_offers, confirmed_needs = offers.confirmed(), needs.confirmed()
        offer_count, need_count = confirmed_offers.count(), confirmed_needs.count()
        return super().get_context_data(**kwargs) | {
            "offer_count": offer_count,
            "need_count": need_count,
            "unconfirmed_count": offers.count() - offer_count + needs.count() - need_count,
            "country_count": len(_countries_of(confirmed_offers) | _countries_of(confirmed_needs)),
            "match_count": Match.objects.released().count(),
            "newest_offers": confirmed_offers.for_cards()[:NEWEST_SHOWN],
            "newest_needs": confirmed_needs.for_cards()[:NEWEST_SHOWN],
            "longest_search": LONGEST_SEARCH,
        }


def refuse_bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what cannot be read: 413 where it is too large, else 400; in the API as a problem."""
    is_too_large = isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent)
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if is_too_large else HTTPStatus.BAD_REQUEST
    if request.path.startswith("/api/"):
        words = _("The request is too large.") if is_too_large else _("The request cannot be read.")
        return problem_response(status, words)
    # Without the request: who looks for the person would read the body that could not be read.
    return HttpResponse(render_to_string(f"{int(status)}.html"), status=status)


def answer_fault(request: HttpRequest) -> HttpResponse:
    """Answer what was raised outside of a view, by the sessions or an upload say: 503 for what passes, else 500."""
    outage = outage_of(sys.exc_info()[1])
    if outage is None:
        return server_error(request)
    if request.path.startswith("/api/"):
        headers = {"Retry-After": outage.retry_after}
        return problem_response(HTTPStatus.SERVICE_UNAVAILABLE, outage.why(), headers=headers)
    return outage_page(outage)


def _countries_of(postings: PostingQuerySet[Posting]) -> set[str]:
    """Return the ISO3 codes of the countries whose postings they are: one query."""
    owners = postings.order_by().values_list("country", "agency__country").distinct()
    return {own or of_agency for own, of_agency in owners if own or of_agency}
