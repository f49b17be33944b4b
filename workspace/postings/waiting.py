"""Postings that wait for a person: to say whether they are still valid, sent back, drafts.

Those about to close, not confirmed or to approve have lists of their own (`workspace/home`).
"""

from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from directory.access import Action, can
from directory.models import User
from surveys.choices import PostingStatus, VersionState
from surveys.models import Need, Offer
from web.calendar.days import today, years_before
from workspace.waiting import Waiting

STILL_VALID_AFTER_YEARS = 1


def waiting_for(user: User) -> list[Waiting]:
    """Return what waits for the person: a query a kind of posting."""
    found = []
    for kind, model in (("offer", Offer), ("need", Need)):
        found += _of_a_kind(user, kind, model) if can(user, Action.POST) else []
    return sorted(found, key=lambda one: not one.is_urgent)


def _of_a_kind(user: User, kind: str, model: Any) -> list[Waiting]:
    rows = model.objects.writable_by(user)
    waits = Q(submitted_at__isnull=False) | rows.with_version(VersionState.WAITING)
    conditions = {
        "stale": ~waits
        & Q(status=PostingStatus.PUBLISHED)
        & Q(confirmed_on__lt=years_before(today(), STILL_VALID_AFTER_YEARS)),
        "sent_back": rows.sent_back_q(),
        "draft": Q(status=PostingStatus.DRAFT, sent_back_note=""),
    }
    counts = rows.aggregate(**{name: Count("pk", filter=condition) for name, condition in conditions.items()})
    return [
        Waiting(
            what=_words(kind, name, counts[name]),
            count=counts[name],
            address=f"{reverse(f'workspace:{kind}s')}{STATE_OF[name]}",
            detail=_details()[name],
            is_urgent=name == "sent_back",
        )
        for name in conditions
        if counts[name]
    ]


STATE_OF = {
    "stale": "?state=published",
    "sent_back": "?state=sent_back",
    "draft": "?state=draft",
}


def _words(kind: str, name: str, count: int) -> str:
    words = {
        ("offer", "stale"): ngettext("Offer: still valid?", "Offers: still valid?", count),
        ("need", "stale"): ngettext("Need: still valid?", "Needs: still valid?", count),
        ("offer", "sent_back"): ngettext("Offer sent back", "Offers sent back", count),
        ("need", "sent_back"): ngettext("Need sent back", "Needs sent back", count),
        ("offer", "draft"): ngettext("Draft of an offer", "Drafts of offers", count),
        ("need", "draft"): ngettext("Draft of a need", "Drafts of needs", count),
    }
    return words[kind, name]


def _details() -> dict[str, str]:
    return {
        "stale": _("Confirmed more than a year ago."),
        "sent_back": _("With a note on what to change."),
        "draft": _("Not yet published."),
    }
