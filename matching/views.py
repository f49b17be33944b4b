"""Pages of matches, and of how they are scored."""

from typing import Any, cast

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import Http404
from django.views.generic import TemplateView

from directory.listing.country_lists import CountryFilteredList
from directory.models import Country
from directory.models.reference_data.country import NAMES
from matching.files import COLUMNS
from matching.filtersets import CooperationFilter, MatchFilter
from matching.life.seen.stated import stated_overlap
from matching.life.telling.cooperation import as_published, published
from matching.listing.branches import MatchParts, branches_for
from matching.models import Match
from matching.scoring.pairs import shown_pair
from matching.scoring.profiles import default_profile
from matching.scoring.reasons import Labels, gate_reasons, reasons
from matching.scoring.words import CRITERIA, GATES
from surveys.choices import Side
from surveys.models import Need, Offer
from web.lists.pages import PublicPage

_OF_A_POSTING = (
    "title",
    "language",
    "confirmed_on",
    "stated_on",
    "response__kind",
    "agency__name",
    "agency__acronym",
    *(f"{country}__{name}" for country in ("country", "agency__country") for name in NAMES),
)
_OF_A_CARD = (
    *(field.name for field in Match._meta.concrete_fields if not field.is_relation),  # noqa: SLF001 - documented
    "profile__code",
    "shown_by__code",
    *(f"{side}__{name}" for side in Side for name in _OF_A_POSTING),
)
"""Columns that the card of a match shows: most of the others are texts, of two postings and their countries."""


class MatchList(CountryFilteredList[Match]):
    """Released fits, for everyone; for focal points those of their agency too; all of them for the secretariat."""

    model = Match
    filterset_class = MatchFilter
    form_fields = ("q", "country", "group", "area", "modality", "fit", "ordering")
    results_template = "matching/match_results.html"
    section = "matches"
    file_name = "matches"
    columns = COLUMNS

    def countries_to_choose(self) -> QuerySet[Country]:
        return _countries_of(cast("MatchParts", self.parts_of_list))

    def rows(self) -> QuerySet[Match]:
        return Match.objects.visible_to(self.request.user)

    def branches(self) -> MatchParts:
        return branches_for(self.request.user)

    def for_page(self, rows: QuerySet[Match]) -> QuerySet[Match]:
        return self.for_file(rows).only(*_OF_A_CARD)

    def for_file(self, rows: QuerySet[Match]) -> QuerySet[Match]:
        return rows.for_lists()  # type: ignore[attr-defined]


class CooperationList(CountryFilteredList[Match]):
    """Agreed cooperation to whose publication both sides have consented, the same for everyone."""

    model = Match
    template_name = "matching/cooperation_list.html"
    results_template = "matching/cooperation_results.html"
    filterset_class = CooperationFilter
    form_fields = ("country", "group", "area", "modality", "ordering")
    section = "matches"
    section_current = "true"

    def countries_to_choose(self) -> QuerySet[Country]:
        return _countries_of(MatchParts([self.rows()]))

    def rows(self) -> QuerySet[Match]:
        return published()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"cooperation": [as_published(match) for match in context["object_list"]]}


class MatchDetail(PublicPage, TemplateView):
    """Why a need and an offer fit, in words first; for who answers for a side, also why they do not."""

    template_name = "matching/match_detail.html"
    section = "matches"
    section_current = "true"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        reader = self.request.user
        pair = shown_pair(need_pk=kwargs["need_pk"], offer_pk=kwargs["offer_pk"], reader=reader)
        if pair is None:
            raise Http404
        labels = Labels.read()
        return super().get_context_data(**kwargs) | {
            "pair": pair,
            "explanation": pair.explanation,
            "labels": labels,
            "reasons": reasons(pair.explanation, labels),
            "gate_reasons": gate_reasons(pair.explanation),
            "stated": stated_overlap(pair.match) if pair.match else "",
            "may_open_need": Need.objects.visible_to(reader).filter(pk=pair.need.pk).exists(),
            "may_open_offer": Offer.objects.visible_to(reader).filter(pk=pair.offer.pk).exists(),
        }


class Method(PublicPage, TemplateView):
    """How the score works, with the weights that runs use."""

    template_name = "matching/method.html"
    section = "method"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        profile = default_profile()
        return super().get_context_data(**kwargs) | {
            "profile": profile,
            "gates": GATES.values(),
            "criteria": [(words, getattr(profile, f"weight_{code}")) for code, words in CRITERIA.items()],
        }


def _countries_of(parts: MatchParts) -> QuerySet[Country]:
    """Return the countries of either side of the matches: two queries, which do not read everybody's matches.

    Parts of many are asked country by country, up to the first match of each; of the others the few are read.
    """
    few = [
        part.order_by().annotate(found=country).values_list("found", flat=True)
        for number, part in enumerate(parts)
        if number not in parts.of_many
        for country in (F("need__country"), Coalesce("offer__country", "offer__agency__country"))
    ]
    codes = few[0].union(*few[1:]) if few else ()
    is_found = Q(iso3__in=[code for code in codes if code])
    country = OuterRef("iso3")
    for number in parts.of_many:
        matches = parts[number].order_by()
        is_found |= Q(Exists(matches.filter(need__country=country))) | Q(Exists(matches.filter(offer__country=country)))
        is_found |= Q(Exists(matches.filter(offer__country=None, offer__agency__country=country)))
    return Country.objects.listed().filter(is_found)
