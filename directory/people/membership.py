"""Who is in which group on which day, and what is said of it."""

import datetime as dt
from collections import defaultdict
from functools import lru_cache

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from directory.choices import DatePrecision, MembershipStatus
from directory.models import Country, GroupMembership
from directory.models.reference_data.group import GroupMembershipQuerySet
from web.filters.composed import ComposedOnce

LDC = "LDC"


def members(group_code: str, on: dt.date) -> QuerySet[GroupMembership]:
    """Return the memberships of the group that hold on the day `on`, one for each country, with the country.

    The members of a derived group are those of its parts. Only listed countries count in a group. An end that is not
    confirmed does not end a membership. One query; in the order of the countries; an unknown code has no members.
    """
    held = _listed().in_force(on).of_group(group_code)
    return _one_a_country(held, group_code).select_related("country", "group").order_by("country__position", "country")


def countries_by_group(on: dt.date) -> dict[str, set[str]]:
    """Return the ISO3 codes of the members of every group on the day `on`, as `members` has them; in one query."""
    found: dict[str, set[str]] = defaultdict(set)
    for group, derived, country in _held(on).values("group", "group__included_in", "country"):
        found[group].add(country)
        if derived:
            found[derived].add(country)
    return found


@lru_cache(maxsize=4)
def _held(on: dt.date) -> ComposedOnce:
    """Return all memberships that hold on a day: every list asks for those of today."""
    return ComposedOnce(_listed().in_force(on).order_by())


def groups_of(country: Country | str, on: dt.date, *, headings_only: bool = True) -> QuerySet[GroupMembership]:
    """Return the country's memberships that hold on the day `on`, with their groups, in the order of the groups.

    `country` is a row or its ISO3 code. With `headings_only` only groups that may be shown as a badge or a heading.
    Derived groups have no memberships of their own and are not among them. One query.
    """
    iso3 = country.pk if isinstance(country, Country) else country
    held = _listed().in_force(on).filter(country=iso3, group__is_active=True)
    if headings_only:
        held = held.filter(group__is_heading=True)
    return held.select_related("group").order_by("group__position", "group", F("valid_from").asc(nulls_first=True))


def describe(membership: GroupMembership, on: dt.date) -> str:
    """Say in words what the membership is on the day `on`, with what is known today of its end.

    "LDC", "LDC; graduation scheduled for 19 December 2029", and once the day of an unconfirmed end has come
    "LDC; graduation scheduled for 24 November 2026, being verified (A/RES/76/8); deferral requested".
    """
    group = membership.group
    said = [group.short_name, *_said_of_the_end(membership, on)]
    if membership.public_note:
        said.append(membership.public_note)
    # With the space that a language puts before a semicolon.
    return pgettext("between two parts of a sentence", "; ").join(said)


def since(membership: GroupMembership) -> str:
    """Say in words since when the country is in the group, as exactly as that is known; empty where it is not."""
    begun = membership.valid_from
    if begun is None:
        return ""
    if membership.date_precision == DatePrecision.YEAR:
        return _("since %(moment)s") % {"moment": begun.year}
    if membership.date_precision == DatePrecision.MONTH:
        return _("since %(moment)s") % {"moment": date_format(begun, "YEAR_MONTH_FORMAT")}
    return _("since %(day)s") % {"day": date_format(begun)}


def _said_of_the_end(membership: GroupMembership, on: dt.date) -> list[str]:
    if membership.valid_to is None:
        return []
    words = _graduation_words if membership.group_id == LDC else _end_words
    is_confirmed = membership.status == MembershipStatus.CONFIRMED
    said = words(date_format(membership.valid_to), is_confirmed=is_confirmed, is_over=on >= membership.valid_to)
    return [f"{said} ({membership.resolution})" if membership.resolution else said]


def _graduation_words(day: str, *, is_confirmed: bool, is_over: bool) -> str:
    if not is_confirmed:
        if is_over:
            return _("graduation scheduled for %(day)s, being verified") % {"day": day}
        return _("graduation scheduled for %(day)s") % {"day": day}
    if is_over:
        return _("graduated on %(day)s") % {"day": day}
    return _("graduation on %(day)s") % {"day": day}


def _end_words(day: str, *, is_confirmed: bool, is_over: bool) -> str:
    if not is_confirmed:
        if is_over:
            return _("end scheduled for %(day)s, being verified") % {"day": day}
        return _("end scheduled for %(day)s") % {"day": day}
    if is_over:
        return _("membership ended on %(day)s") % {"day": day}
    return _("membership ends on %(day)s") % {"day": day}


def _listed() -> GroupMembershipQuerySet:
    return GroupMembership.objects.filter(country__is_listed=True, country__is_active=True)


def _one_a_country(held: QuerySet[GroupMembership], group_code: str) -> QuerySet[GroupMembership]:
    """Keep one membership a country: the group's own before those of its parts, then the latest begun."""
    is_own = Case(When(group=group_code, then=Value(0)), default=Value(1), output_field=IntegerField())
    ranked = held.annotate(
        rank=Window(
            RowNumber(),
            partition_by=[F("country")],
            order_by=[is_own, F("group__position").asc(), F("valid_from").desc(nulls_last=True), F("pk").asc()],
        )
    )
    return GroupMembership.objects.filter(pk__in=ranked.filter(Q(rank=1)).values("pk"))
