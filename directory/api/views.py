"""Endpoints of reference data."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from directory.access import Action, can
from directory.api import serializers
from directory.api.readership import Readership, ReadershipViewSet
from directory.files import AGENCY_COLUMNS, COUNTRY_COLUMNS
from directory.listing.filtersets import AgencyFilter, AreaFilter, CountryFilter, GroupFilter, ModalityFilter
from directory.models import Agency, AgencyFact, Country, CountryGroup, GroupMembership, Modality, PriorityArea
from directory.people.membership import describe, groups_of, members
from web.api.problems import BadQuery
from web.calendar.days import today
from web.filters import DayField

ON = OpenApiParameter(
    "on",
    {"type": "string", "format": "date", "examples": ["2018-06-27"]},
    description="The day of the memberships; today where none is given.",
)


def day_of(request: Request) -> dt.date:
    """Return the day `on` of the query, or today; BadQuery where it is no day."""
    try:
        return DayField(required=False).clean(request.query_params.get("on")) or today()
    except forms.ValidationError as refusal:
        raise BadQuery({"on": refusal.messages}) from None


def described(memberships: QuerySet[GroupMembership], on: dt.date) -> list[GroupMembership]:
    """Return the memberships, each with its words for the day as `description`."""
    rows = list(memberships)
    for row in rows:
        row.description = describe(row, on)  # type: ignore[attr-defined]
    return rows


@extend_schema_view(
    list=extend_schema(summary="List countries and territories"),
    retrieve=extend_schema(
        summary="Get a country or territory",
        description="One country or territory, with the groups that it belongs to on the day `on`.",
        parameters=[ON],
        responses=serializers.CountryDetailSerializer,
    ),
)
class CountryViewSet(ReadershipViewSet):
    """Listed countries and territories, in English alphabetical order; one of them with its groups on a day."""

    queryset = Country.objects.none()
    filterset_class = CountryFilter
    by_readership = {Readership.PUBLIC: serializers.CountrySerializer}
    file_columns = COUNTRY_COLUMNS
    lookup_field = "iso3"
    lookup_value_regex = "[A-Z0-9]{3}"
    detail_parameters = frozenset({"on"})

    def get_queryset(self) -> QuerySet[Any]:
        """Return those listed."""
        return Country.objects.listed()

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer with the country and its groups on the day `on`."""
        country, on = self.get_object(), day_of(request)
        country.on, country.groups = on, described(groups_of(country, on), on)
        serializer = serializers.CountryDetailSerializer(country, context=self.get_serializer_context())
        return Response(self.with_fields_asked(serializer).data)


@extend_schema_view(
    list=extend_schema(summary="List groups of countries"),
    retrieve=extend_schema(
        summary="Get a group of countries",
        description="One group, with its members on the day `on` and how sure each membership is.",
        parameters=[ON],
        responses=serializers.GroupDetailSerializer,
    ),
)
class GroupViewSet(ReadershipViewSet):
    """Groups of countries; one of them with its members on a day."""

    queryset = CountryGroup.objects.none()
    filterset_class = GroupFilter
    by_readership = {Readership.PUBLIC: serializers.GroupSerializer}
    lookup_field = "code"
    lookup_value_regex = "[A-Z0-9_]{1,40}"
    detail_parameters = frozenset({"on"})

    def get_queryset(self) -> QuerySet[Any]:
        """Return those in use."""
        return CountryGroup.objects.active().prefetch_related("parts")

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer with the group and its members on the day `on`."""
        group, on = self.get_object(), day_of(request)
        group.on, group.members = on, described(members(group.code, on), on)
        serializer = serializers.GroupDetailSerializer(group, context=self.get_serializer_context())
        return Response(self.with_fields_asked(serializer).data)


@extend_schema_view(
    list=extend_schema(summary="List priority areas"),
    retrieve=extend_schema(
        summary="Get a priority area",
        description="One area or tag, also one that is only kept as printed on its row.",
    ),
)
class AreaViewSet(ReadershipViewSet):
    """Priority areas and tags; what is only kept as printed on its row is in no list, but has an address."""

    queryset = PriorityArea.objects.none()
    filterset_class = AreaFilter
    by_readership = {Readership.PUBLIC: serializers.AreaSerializer}
    lookup_field = "code"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,40}"

    def get_queryset(self) -> QuerySet[Any]:
        """Return those that can be chosen."""
        return PriorityArea.objects.shown().select_related("parent")

    def get_detail_queryset(self) -> QuerySet[Any]:
        """Return all that a posting may name, those as printed too."""
        return PriorityArea.objects.active().select_related("parent")


@extend_schema_view(
    list=extend_schema(summary="List modalities"),
    retrieve=extend_schema(
        summary="Get a modality",
        description="One form that cooperation takes.",
    ),
)
class ModalityViewSet(ReadershipViewSet):
    """Modalities: the forms that cooperation takes."""

    queryset = Modality.objects.none()
    filterset_class = ModalityFilter
    by_readership = {Readership.PUBLIC: serializers.ModalitySerializer}
    lookup_field = "code"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,40}"

    def get_queryset(self) -> QuerySet[Any]:
        """Return those in use."""
        return Modality.objects.active()


@extend_schema_view(
    list=extend_schema(summary="List agencies"),
    retrieve=extend_schema(
        summary="Get an agency",
        description="One agency, with what is known of it as an institution.",
    ),
)
class AgencyViewSet(ReadershipViewSet):
    """Agencies, with what is known of them as institutions."""

    queryset = Agency.objects.none()
    filterset_class = AgencyFilter
    by_readership = {
        Readership.PUBLIC: serializers.PublicAgencySerializer,
        Readership.STAFF: serializers.StaffAgencySerializer,
    }
    file_columns = AGENCY_COLUMNS
    lookup_field = "code"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,60}"

    def get_queryset(self) -> QuerySet[Any]:
        """Return public agencies; to the secretariat all."""
        agencies = Agency.objects.all() if can(self.request.user, Action.READ_EVERYTHING) else Agency.objects.public()
        facts = Prefetch("facts", queryset=AgencyFact.objects.active(), to_attr="shown_facts")
        return agencies.select_related("country").prefetch_related(facts)
