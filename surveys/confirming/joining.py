"""What is read of countries after a campaign began: it joins while there is time to ask about it, else it waits.

The daily work takes it in, before it writes to those who are newly designated: so whoever was asked already hears of
what came since in one mail. The table says at once how many will join, and how many wait for the next campaign.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction

from directory.models import Country
from surveys.confirming.campaigns import read_of
from surveys.models import ConfirmationCampaign, ConfirmationRequest, ConfirmationRow, Need, Offer
from web.rows import create_with_history

LEAST_DAYS_AHEAD = 14
"""Days until the day to answer by: fewer leave no time to ask."""


@dataclass
class ReadSince:
    """What was read after a campaign began, by whether it joins."""

    joins: list[Offer | Need] = field(default_factory=list)
    waits: list[Offer | Need] = field(default_factory=list)


def read_since(campaign: ConfirmationCampaign, on: dt.date) -> ReadSince:
    """Return what the campaign does not ask about yet, as it stands on the day `on`; a fixed number of queries."""
    found = ReadSince()
    if campaign.closed_on is not None:
        return found
    rows = ConfirmationRow.objects.filter(request__campaign=campaign).order_by().values_list("offer", "need")
    asked = {("offer", offer) if offer else ("need", need) for offer, need in rows}
    requests = {request.country_id: request for request in campaign.requests.all()}
    for posting in read_of(campaign.survey):
        if ("offer" if isinstance(posting, Offer) else "need", posting.pk) in asked:
            continue
        joins = _has_time(campaign, requests.get(_country_of(posting).pk), on)
        (found.joins if joins else found.waits).append(posting)
    return found


def join_new_rows(on: dt.date) -> int:
    """Let join, on the day `on`, what was read since in the campaigns under way; return how many postings."""
    joined = 0
    for pk in ConfirmationCampaign.objects.filter(closed_on__isnull=True).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            campaign = ConfirmationCampaign.objects.select_for_update(of=("self",)).get(pk=pk)
            joined += _join(campaign, read_since(campaign, on).joins, on)
    return joined


def _join(campaign: ConfirmationCampaign, postings: Iterable[Offer | Need], on: dt.date) -> int:
    by_country: dict[Country, list[Offer | Need]] = {}
    for posting in postings:
        by_country.setdefault(_country_of(posting), []).append(posting)
    held = campaign.requests.select_for_update(of=("self",)).filter(country__in=by_country).order_by("pk")
    requests = {request.country_id: request for request in held}
    new = [ConfirmationRequest(campaign=campaign, country=one) for one in by_country if one.pk not in requests]
    create_with_history(ConfirmationRequest, new, by=None, reason="joined")
    requests |= {request.country_id: request for request in new}
    rows = [
        ConfirmationRow(
            request=requests[country.pk],
            offer=posting if isinstance(posting, Offer) else None,
            need=posting if isinstance(posting, Need) else None,
            joined_on=on,
        )
        for country, own in by_country.items()
        # Its country may have answered since it was read above.
        if _has_time(campaign, requests[country.pk], on)
        for posting in own
    ]
    ConfirmationRow.objects.bulk_create(rows)
    return len(rows)


def _has_time(campaign: ConfirmationCampaign, request: ConfirmationRequest | None, on: dt.date) -> bool:
    """Whether a country can still be asked about more: not answered, not reminded, and with days enough left.

    What joins after its reminder would be retired without one.
    """
    due = (request.due_on if request else None) or campaign.closes_on
    if request is not None:
        steps = (request.answered_on, request.closed_on, request.reminded_on, request.letter_reminded_on)
        if any(day is not None for day in steps):
            return False
    return due >= on + dt.timedelta(days=LEAST_DAYS_AHEAD)


def _country_of(posting: Offer | Need) -> Country:
    country = posting.posting_country
    if country is None:
        raise ValueError("Only what is read of a country is asked about.")
    return country
