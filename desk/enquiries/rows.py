"""What is said of the pair of an enquiry: the fit, or the gates that close it; and which postings it may be about."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.db.models import Q
from django.http import HttpRequest

from desk.pairs import Told
from directory.choices import GOVERNMENT_AGENCY_KINDS
from matching.enquiries.asking import MODELS
from matching.life.seen.sides import OTHER_SIDE
from matching.models import Enquiry
from matching.scoring.explanation import explain_pairs
from matching.scoring.reasons import Labels
from surveys.choices import PostingStatus, Side
from surveys.models import Need, Offer

MOST_COMPARED = 200
"""Postings of the agency that asks: the ones that it published last."""
MOST_SHOWN = 10


@dataclass(frozen=True)
class ComparedPosting:
    """A posting of the agency that asks, against the one that it asks about."""

    need: Need
    offer: Offer
    posting: Need | Offer
    told: Told


def tell_pairs(enquiries: Iterable[Enquiry]) -> None:
    """Set `told` of each: the fit or the gates of its pair, None where it names none; a fixed number of queries."""
    rows = list(enquiries)
    named = [row for row in rows if row.need_id and row.offer_id]
    pairs = _pairs_of(named)
    labels = Labels.read() if named else Labels({}, {}, {})
    explained = {
        row.pk: Told.of(explanation, labels, briefly=True)
        for row, explanation in zip(named, explain_pairs(pairs=pairs), strict=True)
    }
    for row in rows:
        row.told = explained.get(row.pk)  # type: ignore[attr-defined]


def compared_with_own(enquiry: Enquiry) -> list[ComparedPosting]:
    """Return the published postings of the agency that asks, the best fit first; for an enquiry that names none."""
    other, agency = OTHER_SIDE[Side(enquiry.side)], enquiry.agency
    theirs = Q(agency=agency)
    if agency.country_id and agency.kind in GOVERNMENT_AGENCY_KINDS:
        theirs |= Q(agency__isnull=True, country=agency.country_id)
    rows = MODELS[other].objects.filter(theirs, status=PostingStatus.PUBLISHED).for_lists()
    postings = list(rows.order_by("-updated_at", "pk")[:MOST_COMPARED])
    asked = type(enquiry.posting).objects.for_lists().get(pk=enquiry.posting.pk)
    pairs = [(asked, one) if enquiry.side == Side.NEED else (one, asked) for one in postings]
    labels = Labels.read()
    compared = [
        ComparedPosting(need, offer, one, Told.of(explanation, labels, briefly=True))
        for one, (need, offer), explanation in zip(postings, pairs, explain_pairs(pairs=pairs), strict=True)
    ]
    return sorted(compared, key=lambda row: (len(row.told.gates), -row.told.data["score"], row.posting.pk))[:MOST_SHOWN]


class EnquiryChangeList(ChangeList):
    """The list of enquiries, with the fit of each pair worked out once for the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: Any = list(self.result_list)
        tell_pairs(self.result_list)


def _pairs_of(enquiries: list[Enquiry]) -> list[tuple[Need, Offer]]:
    needs = Need.objects.for_lists().in_bulk({row.need_id for row in enquiries if row.need_id})
    offers = Offer.objects.for_lists().in_bulk({row.offer_id for row in enquiries if row.offer_id})
    return [(needs[row.need_id], offers[row.offer_id]) for row in enquiries]
