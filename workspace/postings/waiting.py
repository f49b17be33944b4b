"""Postings that wait for a person: to confirm, sent back, drafts, about to expire, to approve."""

import datetime as dt
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from directory.access import Action, can
from directory.models import User
from surveys.choices import PostingStatus, ResponseKind
from surveys.models import Need, Offer
from web.days import today, years_before
from workspace.waiting import Waiting

EXPIRING_WITHIN = dt.timedelta(days=30)
STILL_VALID_AFTER_YEARS = 1


def waiting_for(user: User) -> list[Waiting]:
    """Return what waits for the person: two queries a kind of posting."""
    found = []
    for kind, model in (("offer", Offer), ("need", Need)):
        found += _of_a_kind(user, kind, model) if can(user, Action.POST) else []
        found += _to_approve(user, kind, model) if can(user, Action.APPROVE_POSTINGS) else []
    return sorted(found, key=lambda one: not one.is_urgent)


def _of_a_kind(user: User, kind: str, model: Any) -> list[Waiting]:
    published = Q(status=PostingStatus.PUBLISHED, submitted_at__isnull=True)
    compiled = Q(response__isnull=False, response__kind=ResponseKind.COMPILED)
    conditions = {
        "unconfirmed": published & Q(confirmed_on__isnull=True) & ~compiled,
        "compiled": published & compiled,
        "stale": published & Q(confirmed_on__lt=years_before(today(), STILL_VALID_AFTER_YEARS)),
        "expiring": published & Q(closes_on__gte=today(), closes_on__lt=today() + EXPIRING_WITHIN),
        "sent_back": ~Q(sent_back_note="") & Q(submitted_at__isnull=True),
        "draft": Q(status=PostingStatus.DRAFT, sent_back_note=""),
    }
    counts = model.objects.writable_by(user).aggregate(
        **{name: Count("pk", filter=condition) for name, condition in conditions.items()}
    )
    return [
        Waiting(
            what=_words(kind, name, counts[name]),
            count=counts[name],
            address=f"{reverse(f'workspace:{kind}s')}{STATE_OF[name]}",
            detail=_details()[name],
            is_urgent=name in ("unconfirmed", "sent_back"),
        )
        for name in conditions
        if counts[name]
    ]


STATE_OF = {
    "unconfirmed": "?state=unconfirmed",
    "compiled": "?state=unconfirmed",
    "stale": "?state=published",
    "expiring": "?state=published",
    "sent_back": "?state=draft",
    "draft": "?state=draft",
}


def _words(kind: str, name: str, count: int) -> str:
    words = {
        ("offer", "unconfirmed"): ngettext("Offer to confirm", "Offers to confirm", count),
        ("need", "unconfirmed"): ngettext("Need to confirm", "Needs to confirm", count),
        ("offer", "compiled"): ngettext("Offer compiled of you", "Offers compiled of you", count),
        ("need", "compiled"): ngettext("Need compiled of you", "Needs compiled of you", count),
        ("offer", "stale"): ngettext("Offer: still valid?", "Offers: still valid?", count),
        ("need", "stale"): ngettext("Need: still valid?", "Needs: still valid?", count),
        ("offer", "expiring"): ngettext("Offer about to close", "Offers about to close", count),
        ("need", "expiring"): ngettext("Need about to close", "Needs about to close", count),
        ("offer", "sent_back"): ngettext("Offer sent back", "Offers sent back", count),
        ("need", "sent_back"): ngettext("Need sent back", "Needs sent back", count),
        ("offer", "draft"): ngettext("Draft of an offer", "Drafts of offers", count),
        ("need", "draft"): ngettext("Draft of a need", "Drafts of needs", count),
    }
    return words[kind, name]


def _details() -> dict[str, str]:
    return {
        "unconfirmed": _("Read from a survey. Confirm, correct, or say that it no longer holds."),
        "compiled": _("From public sources. Post in its place, or withdraw it."),
        "stale": _("Confirmed more than a year ago."),
        "expiring": _("Renew it within 30 days, or let it close."),
        "sent_back": _("With a note on what to change."),
        "draft": _("Not yet published."),
    }


def _to_approve(user: User, kind: str, model: Any) -> list[Waiting]:
    count = model.objects.awaiting_approval_by(user).count()
    if not count:
        return []
    words = {
        "offer": ngettext("Offer to approve", "Offers to approve", count),
        "need": ngettext("Need to approve", "Needs to approve", count),
    }
    detail = _("Approve it, or send it back with a note.")
    return [Waiting(words[kind], count, reverse("workspace:approvals"), detail, is_urgent=True)]
