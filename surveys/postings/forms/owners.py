"""For whom a person may post: agencies, and countries alone; as the value of a form's field."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils.translation import gettext as _

from directory.access import Action, scope_of
from directory.mail.receivers import people_of
from directory.models import Agency, Country, User
from surveys.models.postings.posting import Posting
from web.converters import row_number


def owner_choices(user: User | AnonymousUser, *, kind: str, posting: Posting | None) -> list[tuple[str, str]]:
    """Return for whom the person may post an "offer" or a "need", e.g. ("agency:12", "TICA, Thailand").

    A need stands for a country, so an agency beyond one country posts offers alone. The owner of `posting` is among
    them in any case.
    """
    scope = scope_of(user, Action.POST)
    agencies = Agency.objects.active().filter(Q(pk__in=scope.agencies) | Q(country__in=scope.countries))
    if kind == "need":
        agencies = agencies.filter(country__isnull=False)
    choices = [
        (f"agency:{agency.pk}", f"{agency}, {agency.country}" if agency.country else str(agency))
        for agency in agencies.select_related("country")
    ]
    choices += [
        (f"country:{country.pk}", _("%(country)s, without an agency") % {"country": country})
        for country in Country.objects.listed().filter(pk__in=scope.countries | scope.alone)
    ]
    if posting is not None:
        own = owner_value(agency=posting.agency, country=posting.country)
        if own not in dict(choices):
            choices.append((own, posting.party))
    return choices


def owner_value(*, agency: Agency | None, country: Country | None) -> str:
    """Return the value that stands for the agency, or the country alone, whose a posting is."""
    return f"agency:{agency.pk}" if agency else f"country:{country.pk if country else None}"


def owner_of(value: str) -> tuple[Agency | None, Country | None]:
    """Return the agency and the country that a value stands for; neither where it stands for nothing."""
    kind, _colon, code = value.partition(":")
    if kind == "agency":
        agency = Agency.objects.select_related("country").filter(pk=row_number(code) or 0).first()
        return agency, agency.country if agency else None
    return None, Country.objects.filter(pk=code).first() if kind == "country" else None


def people_of_owner(value: str, *, choices: list[tuple[str, str]]) -> list[User]:
    """Return those who speak for the owner; nobody where it is not among `choices`, those of `owner_choices`.

    The value may come straight from a post: without the choices anyone could ask for the people of any agency.
    """
    agency, country = owner_of(value) if value in dict(choices) else (None, None)
    if agency is None and country is None:
        return []
    return people_of(agency.pk if agency else None, country.pk if country else None)
