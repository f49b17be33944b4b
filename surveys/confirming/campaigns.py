"""Begins a campaign of an edition, and moves the day until which it is asked."""

import datetime as dt
from itertools import chain
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.models import User
from surveys.choices import PostingStatus
from surveys.models import ConfirmationCampaign, ConfirmationRequest, ConfirmationRow, Need, Offer, Survey
from surveys.models.confirming import DEFAULT_REMINDER_DAYS
from web.calendar.days import today
from web.rows import create_with_history


class ConfirmingRefused(ValueError):
    """The step is not possible, or not for this person; the message is for people."""


def check_manages(by: User) -> None:
    """Raise ConfirmingRefused for who is no manager: only managers ask countries in the secretariat's name."""
    if not can(by, Action.MANAGE_SURVEYS):
        raise ConfirmingRefused(_("Only managers ask countries, and record what they answer."))


def open_campaign(survey: Survey) -> ConfirmationCampaign | None:
    """Return the campaign of the edition that is under way, if any."""
    return survey.confirmation_campaigns.filter(closed_on__isnull=True).first()


def read_of(survey: Survey) -> list[Offer | Need]:
    """Return what is published as read in the edition and nobody has confirmed, with whose it is."""
    rows: list[list[Any]] = [
        list(
            model.objects.filter(survey=survey, status=PostingStatus.PUBLISHED, confirmed_on__isnull=True)
            .select_related("country", "agency__country", "response")
            .order_by("pk")
        )
        for model in (Offer, Need)
    ]
    return [posting for posting in chain.from_iterable(rows) if posting.posting_country is not None]


@transaction.atomic
def begin(
    *, survey: Survey, closes_on: dt.date, by: User, reminder_days: int = DEFAULT_REMINDER_DAYS
) -> ConfirmationCampaign:
    """Begin a campaign: one request a country of which something is read. Nothing is sent by this.

    Raises ConfirmingRefused where one is under way, the day is not to come, or nothing is left to confirm.
    """
    check_manages(by)
    held = Survey.objects.select_for_update().get(pk=survey.pk)
    if open_campaign(held) is not None:
        raise ConfirmingRefused(_("A campaign of this edition is under way."))
    if closes_on <= today():
        raise ConfirmingRefused(_("Set a day to come, by which to answer."))
    postings = read_of(held)
    if not postings:
        raise ConfirmingRefused(_("Nothing is published of this edition that is not confirmed."))
    campaign = ConfirmationCampaign(
        survey=held, begun_on=today(), closes_on=closes_on, reminder_days=reminder_days, begun_by=by
    )
    campaign.full_clean()
    campaign._history_user = by  # type: ignore[attr-defined]  # noqa: SLF001 - simple-history's own way to say who
    campaign.save()
    countries = {posting.posting_country.pk: posting.posting_country for posting in postings if posting.posting_country}
    ordered = sorted(countries.values(), key=lambda country: (country.position, country.pk))
    requests = [ConfirmationRequest(campaign=campaign, country=country) for country in ordered]
    create_with_history(ConfirmationRequest, requests, by=by, reason="begun")
    by_country = {one.country_id: one for one in requests}
    ConfirmationRow.objects.bulk_create(
        ConfirmationRow(
            request=by_country[posting.posting_country.pk],
            offer=posting if isinstance(posting, Offer) else None,
            need=posting if isinstance(posting, Need) else None,
        )
        for posting in postings
        if posting.posting_country
    )
    return campaign


@transaction.atomic
def move_closing(*, campaign: ConfirmationCampaign, closes_on: dt.date, by: User) -> ConfirmationCampaign:
    """Set a later day until which it is asked; of each country too, whose own may be later already.

    Raises ConfirmingRefused for one that is closed, and for a nearer day: letters have named the other.
    """
    check_manages(by)
    held = ConfirmationCampaign.objects.select_for_update().get(pk=campaign.pk)
    if held.closed_on is not None:
        raise ConfirmingRefused(_("This campaign is closed."))
    if closes_on < held.closes_on:
        raise ConfirmingRefused(_("The day moves later only: letters may have named it."))
    held.closes_on = closes_on
    save(held, by=by)
    for request in held.requests.select_for_update().filter(closed_on__isnull=True, due_on__lt=closes_on):
        request.due_on = closes_on
        save(request, by=by)
    return held


def save(row: ConfirmationCampaign | ConfirmationRequest, *, by: User | None) -> None:
    """Save a row with its history, by whom."""
    row._history_user = by  # type: ignore[union-attr]  # noqa: SLF001 - simple-history's own way to say who
    row.save()


def lock_request(request: ConfirmationRequest) -> ConfirmationRequest:
    """Read a request again, for this transaction alone."""
    rows = ConfirmationRequest.objects.select_related("campaign__survey", "country")
    return rows.select_for_update(of=("self",)).get(pk=request.pk)
