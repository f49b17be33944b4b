"""Any need against any offer: side by side, why they fit, or why they do not."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.links import Links, links_of
from desk.page import respond
from directory.people.membership import describe, groups_of
from directory.searching.reading import read_query
from matching.choices import Fit
from matching.models import Match
from matching.scoring.explanation import Explanation, explain, explain_each_offer
from matching.scoring.near_misses import near_misses
from matching.scoring.reasons import Labels, gate_reasons, in_short, reasons
from surveys.choices import PostingStatus, Side
from surveys.models import Need, Offer
from surveys.models.postings.posting import PostingQuerySet
from surveys.postings.shown.page_rows import PARTNERS, TARGETS
from surveys.searching.finding import PostingSearch
from web.calendar.days import today
from web.filters import LONGEST_SEARCH

OFFERS_A_PAGE = 100
NEEDS_A_PAGE = 50
GREATEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Told:
    """An explanation, in data and in words."""

    data: Explanation
    fit: Fit
    reasons: list[str]
    gates: list[tuple[str, str]]
    """Name and sentence of each gate that closes the pair."""

    @classmethod
    def of(cls, explanation: Explanation, labels: Labels, *, briefly: bool = False) -> Self:
        """Put an explanation into words; `briefly`: for one row of a list."""
        if briefly:
            words = in_short(explanation, labels) if not explanation["gates"] else []
        else:
            words = reasons(explanation, labels)
        return cls(
            data=explanation,
            fit=Fit(explanation["fit"]),
            reasons=words,
            gates=list(zip(explanation["gates"], gate_reasons(explanation), strict=True)),
        )


@dataclass(frozen=True)
class ShownSide:
    """One posting with all that a reviewer reads of it."""

    kind: str
    posting: Need | Offer
    groups: list[str]
    places: list[Any]
    links: Links


@dataclass(frozen=True)
class SideBySide:
    """The two postings of a pair."""

    need: ShownSide
    offer: ShownSide

    def __iter__(self) -> Any:
        return iter((self.need, self.offer))


def side_by_side(need: Need, offer: Offer, request: HttpRequest) -> SideBySide:
    """Read all that is shown of the two, in a fixed number of queries."""
    return SideBySide(need=shown_need(need, request), offer=shown_offer(offer, request))


def shown_need(need: Need, request: HttpRequest) -> ShownSide:
    """Read all that is shown of a need, in a fixed number of queries."""
    need = Need.objects.for_lists().prefetch_related(PARTNERS).get(pk=need.pk)
    return ShownSide("need", need, _groups(need), list(need.preferred_partners.all()), links_of(need, request))


def shown_offer(offer: Offer, request: HttpRequest) -> ShownSide:
    """Read all that is shown of an offer, in a fixed number of queries."""
    offer = Offer.objects.for_lists().prefetch_related(TARGETS).get(pk=offer.pk)
    return ShownSide("offer", offer, _groups(offer), list(offer.targets.all()), links_of(offer, request))


def _groups(posting: Need | Offer) -> list[str]:
    country, day = posting.posting_country, today()
    return [] if country is None else [describe(membership, day) for membership in groups_of(country, day)]


class PairForm(forms.Form):
    """The numbers of a need and of an offer."""

    need = forms.IntegerField(label=gettext_lazy("Number of the need"), min_value=1, max_value=GREATEST_ID)
    offer = forms.IntegerField(label=gettext_lazy("Number of the offer"), min_value=1, max_value=GREATEST_ID)


@dataclass(frozen=True)
class OfferRow:
    """One offer against the need."""

    offer: Offer
    told: Told
    match: Match | None


def needs_page(request: HttpRequest) -> HttpResponse:
    """List the needs, open ones first to choose from, and ask for any pair by number."""
    searched = _search(request)
    needs = _searched(Need.objects.published().open_now(), searched, side=Side.NEED)
    page = Paginator(needs.for_lists().order_by("country__position", "pk"), NEEDS_A_PAGE).get_page(request.GET.get("p"))
    context = {"title": _("Why, and why not?"), "page": page, "searched": searched, "form": PairForm()}
    context["extra"] = _extra(q=searched)
    return respond(request, "admin/matching/match/needs.html", context)


def need_page(request: HttpRequest, need_id: int) -> HttpResponse:
    """Show a need against the open offers: the score, or the gates that close, by name and in words."""
    need = Need.objects.for_lists().filter(pk=need_id).first()
    if need is None:
        raise Http404
    searched = _search(request)
    everything = request.GET.get("all") == "1"
    offers = Offer.objects.all() if everything else Offer.objects.published().open_now()
    offers = _searched(offers, searched, side=Side.OFFER)
    page: Page[Offer] = Paginator(offers.for_lists().order_by("country__position", "pk"), OFFERS_A_PAGE).get_page(
        request.GET.get("p")
    )
    context = {
        "title": str(need),
        "need": need,
        "page": page,
        "rows": _offer_rows(need, list(page)),
        "searched": searched,
        "everything": everything,
        "extra": _extra(q=searched, all="1" if everything else ""),
        "form": PairForm(initial={"need": need.pk}),
    }
    return respond(request, "admin/matching/match/need.html", context)


def pair_page(request: HttpRequest) -> HttpResponse:
    """Explain the pair of the numbers in the address; go to the review page where the two are a match."""
    form = PairForm(request.GET)
    pair = None
    if form.is_valid():
        match = Match.objects.filter(need=form.cleaned_data["need"], offer=form.cleaned_data["offer"]).first()
        if match is not None:
            return HttpResponseRedirect(reverse("admin:matching_match_change", args=[match.pk]))
        pair = _pair(form)
    context: dict[str, Any] = {"title": _("Why, and why not?"), "form": form}
    if pair is not None:
        need, offer = pair
        labels = Labels.read()
        sides = side_by_side(need, offer, request)
        context |= {
            "title": f"{need.party} ↔ {offer.party}",
            "need": need,
            "sides": sides,
            "today": Told.of(explain(need=need, offer=offer), labels),
            "labels": labels,
        }
    return respond(request, "admin/matching/match/pair.html", context)


def near_page(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Show what would have matched a need or an offer but for one gate, and which."""
    models: dict[str, Any] = {"need": Need, "offer": Offer}
    posting = models[kind].objects.for_lists().filter(pk=pk).first() if kind in models and pk <= GREATEST_ID else None
    if posting is None:
        raise Http404
    user: Any = request.user
    context = {
        "title": _("What nearly fits: %(posting)s") % {"posting": posting},
        "posting": posting,
        "kind": kind,
        "near_misses": near_misses(posting=posting, reader=user) if posting.status == PostingStatus.PUBLISHED else [],
    }
    return respond(request, "admin/matching/match/near.html", context)


def _pair(form: PairForm) -> tuple[Need, Offer] | None:
    need = Need.objects.for_lists().filter(pk=form.cleaned_data["need"]).first()
    offer = Offer.objects.for_lists().filter(pk=form.cleaned_data["offer"]).first()
    if need is None:
        form.add_error("need", _("There is no need with this number."))
    if offer is None:
        form.add_error("offer", _("There is no offer with this number."))
    return None if need is None or offer is None else (need, offer)


def _offer_rows(need: Need, offers: list[Offer]) -> list[OfferRow]:
    """Return the offers of a page, those that fit first, by score."""
    match_of = {match.offer_id: match for match in Match.objects.filter(need=need, offer__in=offers)}
    labels = Labels.read()
    explanations: Iterable[Explanation] = explain_each_offer(need=need, offers=offers)
    rows = [
        OfferRow(offer=offer, told=Told.of(explanation, labels, briefly=True), match=match_of.get(offer.pk))
        for offer, explanation in zip(offers, explanations, strict=True)
    ]
    return sorted(rows, key=lambda row: (len(row.told.gates) > 0, -row.told.data["score"], row.offer.pk))


def _search(request: HttpRequest) -> str:
    return request.GET.get("q", "")[:LONGEST_SEARCH].strip()


def _extra(**values: str) -> str:
    """Return what the numbers of pages carry along."""
    given = urlencode({name: value for name, value in values.items() if value})
    return f"&{given}" if given else ""


def _searched(postings: PostingQuerySet[Any], text: str, *, side: Side) -> PostingQuerySet[Any]:
    """Return the postings that a text typed into the search finds, or the one of that number; all where it is empty."""
    if not text:
        return postings
    found = PostingSearch(read_query(text), by_reach=False).condition(side=side)
    if text.isascii() and text.isdigit() and int(text) <= GREATEST_ID:
        found |= Q(pk=int(text))
    return postings.filter(found)
