"""What a person has in hand, on one page to print: for whoever follows, or acts meanwhile.

All of it belongs to the agency, and stays with it; the page names no partner's contact and no refusal's reason.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from directory.access import Action
from directory.models import ApiKey, Designation, User
from matching.life.seen.sides import OTHER_SIDE, posting_of, sides_of
from surveys.choices import PostingStatus
from web.calendar.days import today
from workspace.home.lists import HomeRow
from workspace.home.postings import approval_list, survey_list
from workspace.matches.groups import GROUPS, Group, in_groups, told_matches
from workspace.pages import MemberRequest, WorkspacePage
from workspace.postings.kinds import MODELS

MOST_LISTED = 200
"""Rows of one part."""
IN_HAND = (PostingStatus.DRAFT, PostingStatus.SUBMITTED, PostingStatus.PUBLISHED)
UNDER_WAY = frozenset(Group) - {Group.FITS, Group.OVER}


@dataclass(frozen=True)
class InHand:
    """One thing: what it is, where it stands, and what is to be known of it."""

    title: str
    address: str
    detail: str
    language: str = ""


@dataclass(frozen=True)
class HandOverPart:
    """Things of one kind; `is_cut` where there are more."""

    heading: str
    rows: Sequence[InHand]
    is_cut: bool = False


def parts_of(user: User) -> list[HandOverPart]:
    """Return what the person has in hand, part by part, without those that are empty; a fixed number of queries."""
    parts = [_matches(user), *_postings(user), *_lists(user), _keys(user), _letters(user)]
    return [part for part in parts if part.rows]


def _matches(user: User) -> HandOverPart:
    found: Any = in_groups(told_matches(user, Action.READ_OWN), *UNDER_WAY)
    rows = []
    for match in found.for_lists().order_by("group_rank", "need_id", "offer_id")[: MOST_LISTED + 1]:
        side = sides_of(user, match)[0]
        own, other = posting_of(match, side), posting_of(match, OTHER_SIDE[side])
        address = reverse("workspace:match", args=[match.need_id, match.offer_id])
        rows.append(
            InHand(f"{own.title} ↔ {other.title}", address, f"{other.party} · {GROUPS[match.group_rank].label}")
        )
    return _part(_("Matches under way"), rows)


def _postings(user: User) -> list[HandOverPart]:
    parts = []
    for kind, model in MODELS.items():
        own = model.objects.writable_by(user).filter(status__in=IN_HAND)
        rows = [
            InHand(row.title, reverse(f"workspace:{kind}", args=[row.pk]), _state_of(row), row.language)
            for row in own.select_related("country", "agency__country").order_by("closes_on", "title", "pk")[
                : MOST_LISTED + 1
            ]
        ]
        parts.append(_part(_("Offers") if kind == "offer" else _("Needs"), rows))
    return parts


def _state_of(row: Any) -> str:
    said = [row.party, row.get_status_display()]
    if row.closes_on:
        said.append(_("closes on %(day)s") % {"day": date_format(row.closes_on, "DATE_FORMAT")})
    if row.status == PostingStatus.PUBLISHED and not row.is_confirmed:
        said.append(_("not confirmed"))
    return _joined(*said)


def _lists(user: User) -> list[HandOverPart]:
    lists = [*survey_list(user, most=MOST_LISTED), *approval_list(user, most=MOST_LISTED)]
    return [HandOverPart(one.heading, [_of_a_list(row) for row in one.rows], one.has_more) for one in lists]


def _of_a_list(row: HomeRow) -> InHand:
    return InHand(row.title, row.address, _joined(row.party, row.detail), row.language)


def _keys(user: User) -> HandOverPart:
    keys = ApiKey.objects.in_force(today()).filter(accountable=user).select_related("agency")
    rows = [
        InHand(key.name, reverse("workspace:keys"), _joined(str(key.agency), _until(key.expires_on)))
        for key in keys.order_by("expires_on", "pk")[: MOST_LISTED + 1]
    ]
    return _part(_("Keys to the API that you answer for"), rows)


def _letters(user: User) -> HandOverPart:
    letters = Designation.objects.in_force(today()).filter(affiliation__user=user).order_by("dated", "pk")
    rows = []
    for letter in letters.select_related("affiliation__agency", "alternate")[: MOST_LISTED + 1]:
        day = date_format(letter.dated, "DATE_FORMAT")
        alternate = _("alternate: %(who)s") % {"who": letter.alternate} if letter.alternate else ""
        agency = str(letter.affiliation.agency)
        detail = _joined(agency, letter.office, day, _until(letter.valid_until), alternate)
        rows.append(InHand(str(letter), "", detail))
    return _part(_("Letters by which you act"), rows)


def _until(day: dt.date | None) -> str:
    return _("until %(day)s") % {"day": date_format(day, "DATE_FORMAT")} if day else ""


def _joined(*words: str) -> str:
    return " · ".join(one for one in words if one)


def _part(heading: str, rows: list[InHand]) -> HandOverPart:
    return HandOverPart(heading, rows[:MOST_LISTED], len(rows) > MOST_LISTED)


class HandOver(WorkspacePage, TemplateView):
    """All that one has in hand, to print."""

    request: MemberRequest
    actions = ()
    part = "profile"
    template_name = "workspace/people/hand_over.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(**kwargs) | {"parts": parts_of(user), "day": today(), "most": MOST_LISTED}
