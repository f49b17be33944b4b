"""Who may answer for a key: make it, replace it, adopt it; and who sees and ends the keys of an agency."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from directory.access import Action, can, scope_of
from directory.choices import AgencyKind, KeyScope
from directory.models import Agency, ApiKey, User


class KeyRefused(ValueError):
    """The key cannot be made or changed so; the message is for people."""


def keys_of(by: User) -> QuerySet[ApiKey]:
    """Return the keys that the person sees and may revoke: of its agencies, of its country's, or all."""
    return ApiKey.objects.filter(scope_of(by, Action.MANAGE_KEYS).of_agencies())


def agencies_for(by: User) -> QuerySet[Agency]:
    """Return the agencies for which the person may make keys."""
    scope = scope_of(by, Action.MANAGE_KEYS)
    rows = Agency.objects.active().exclude(kind=AgencyKind.SECRETARIAT)
    if scope.everything:
        return rows
    return rows.filter(pk__in=scope.agencies) | rows.filter(country__in=scope.countries)


def scopes_for(by: User) -> list[KeyScope]:
    """Return the scopes that the person may give at all; writing only ever for agencies for which it may post."""
    scopes = [KeyScope.READ_PUBLIC]
    if scope_of(by, Action.MANAGE_KEYS).everything:
        scopes.append(KeyScope.READ_MATCHES)
    if can(by, Action.POST):
        scopes.append(KeyScope.WRITE_POSTINGS)
    return scopes


def check_may_answer_for(by: User, *, agency: Agency, scopes: Collection[str]) -> list[KeyScope]:
    """Return the scopes, each once and in a fixed order.

    Raises KeyRefused where there is none or an unknown one, or the person may not give one of them for the agency at
    this moment.
    """
    known = [scope for scope in KeyScope if scope in set(scopes)]
    if not known or len(known) < len(set(scopes)):
        raise KeyRefused(_("Choose what the key may be used for."))
    if not _covers(by, Action.MANAGE_KEYS, agency):
        raise KeyRefused(_("You make keys for the agencies for which you post."))
    if not agency.is_active or agency.kind == AgencyKind.SECRETARIAT:
        raise KeyRefused(_("This agency can have no key: it is not in use, or the secretariat itself."))
    if KeyScope.READ_MATCHES in known and not scope_of(by, Action.MANAGE_KEYS).everything:
        raise KeyRefused(_("Only managers of the secretariat give keys that read computed fits."))
    if KeyScope.WRITE_POSTINGS in known and not _covers(by, Action.POST, agency):
        raise KeyRefused(_("A key writes only where you may post yourself: for your own agency."))
    return known


def may_answer_for(by: User, key: ApiKey) -> bool:
    """Return whether the person could make this very key today, and so may replace or adopt it."""
    try:
        check_may_answer_for(by, agency=key.agency, scopes=key.scopes)
    except KeyRefused:
        return False
    return True


def may_end(by: User, key: ApiKey) -> bool:
    """Return whether the person may revoke the key: its own, or one of an agency whose keys it manages."""
    return key.accountable_id == by.pk or _covers(by, Action.MANAGE_KEYS, key.agency)


def _covers(by: User, action: Action, agency: Agency) -> bool:
    countries = frozenset({agency.country_id} - {None})
    return scope_of(by, action).covers(agency_id=agency.pk, countries=countries)
