"""Filters by what the directory holds: countries, groups, agencies, areas and modalities, each named by its code."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directory.models import Agency, Country, CountryGroup, Modality, PriorityArea
from directory.models.reference_data.base import ActiveQuerySet
from directory.models.reference_data.group import OPEN_REACH
from web.filters import OneOrSeveral, SeveralFilter


def country_filter(**kwargs: Any) -> SeveralFilter:
    """Return a filter by listed countries, named by their ISO 3166-1 alpha-3 codes alone."""
    refusal = _(
        "Give the ISO 3166-1 alpha-3 code, in capitals, of a listed country or territory, such as KHM: "
        "/api/v1/countries/ lists them."
    )
    options = {
        "label": _("Country or territory"),
        "widget": OneOrSeveral,
        "queryset": Country.objects.listed(),
        "error_messages": {"invalid_choice": refusal},
    }
    return SeveralFilter(**{**options, **kwargs})


def groups_to_filter_by() -> ActiveQuerySet[CountryGroup]:
    """Return the groups by whose members lists can be narrowed and searched.

    Those that may head a list, and those that this portal derives itself, such as LATIN_AMERICA; lists that others made
    for other ends (fragile situations, income, OIC) are no filters, nor is the rule by which offers reach countries.
    """
    derived = CountryGroup.parts.through.objects.values("from_countrygroup")
    is_derived = Q(pk__in=derived, is_made_anew=False) & ~Q(pk=OPEN_REACH)
    return CountryGroup.objects.active().filter(Q(is_heading=True) | is_derived)


def group_filter(**kwargs: Any) -> SeveralFilter:
    """Return a filter by groups of countries, named by their codes.

    Which ones `groups_to_filter_by` says.
    """
    refusal = _("Give the code of a group that lists can be filtered by, such as LDC: /api/v1/groups/ lists them.")
    options = {
        "label": _("Country group"),
        "widget": OneOrSeveral,
        "queryset": groups_to_filter_by(),
        "error_messages": {"invalid_choice": refusal},
    }
    return SeveralFilter(**{**options, **kwargs})


def target_filter(**kwargs: Any) -> SeveralFilter:
    """Return a filter by groups that an offer can be for, named by their codes."""
    refusal = _("Give the code of a group that offers can be for, such as LDC: /api/v1/groups/ lists them.")
    options = {
        "label": _("For countries of"),
        "widget": OneOrSeveral,
        "queryset": CountryGroup.objects.active().exclude(level=""),
        "error_messages": {"invalid_choice": refusal},
    }
    return SeveralFilter(**{**options, **kwargs})


def area_filter(**kwargs: Any) -> SeveralFilter:
    """Return a filter by priority areas, named by their codes: any of those given."""
    refusal = _("Give the code of a priority area, such as energy: /api/v1/areas/ lists them.")
    options = {
        "label": _("Priority area"),
        "queryset": PriorityArea.objects.shown(),
        "error_messages": {"invalid_choice": refusal, "invalid_pk_value": refusal},
    }
    return SeveralFilter(**{**options, **kwargs})


def modality_filter(**kwargs: Any) -> SeveralFilter:
    """Return a filter by modalities, named by their codes: any of those given."""
    refusal = _("Give the code of a modality, such as training: /api/v1/modalities/ lists them.")
    options = {
        "label": _("Modality"),
        "queryset": Modality.objects.active(),
        "error_messages": {"invalid_choice": refusal, "invalid_pk_value": refusal},
    }
    return SeveralFilter(**{**options, **kwargs})


def agency_filter(**kwargs: Any) -> SeveralFilter:
    """Return a filter by public agencies, named by their codes."""
    options = {
        "label": _("Agency"),
        "widget": OneOrSeveral,
        "queryset": Agency.objects.public(),
        "to_field_name": "code",
        "error_messages": {"invalid_choice": _("Give the code of an agency: /api/v1/agencies/ lists them.")},
    }
    return SeveralFilter(**{**options, **kwargs})
