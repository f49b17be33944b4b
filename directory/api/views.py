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
from directory.filtersets import AgencyFilter, AreaFilter, CountryFilter, GroupFilter, ModalityFilter
from directory.membership import describe, groups_of, members
from directory.models import Agency, AgencyFact, Country, CountryGroup, GroupMembership, Modality, PriorityArea
from web.api.problems import BadQuery
from web.days import today
from web.filters import DayField

ON = OpenApiParameter("on", dt.date, description="The day of the memberships; today where none is given.")


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
    retrieve=extend_schema(
        parameters=[ON],
        responses=serializers.CountryDetailSerializer,
    )
)
class CountryViewSet(ReadershipViewSet):
    """Listed countries and territories, in English alphabetical order; one of them with its groups on a day."""

    queryset = Country.objects.none()
    filterset_class = CountryFilter
    by_readership = {Readership.PUBLIC: serializers.CountrySerializer}
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
        return Response(serializers.CountryDetailSerializer(country, context=self.get_serializer_context()).data)


@extend_schema_view(
    retrieve=extend_schema(
        parameters=[ON],
        responses=serializers.GroupDetailSerializer,
    )
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
        return Response(serializers.GroupDetailSerializer(group, context=self.get_serializer_context()).data)


class AreaViewSet(ReadershipViewSet):
    """Priority areas and tags; what is only kept as printed on its row is in no list, but has an address."""

    queryset = PriorityArea.objects.none()
    filterset_class = AreaFilter
    by_readership = {Readership.PUBLIC: serializers.AreaSerializer}
    lookup_field = "code"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,40}"

    def get_queryset(self) -> QuerySet[Any]:
        """Return those that can be chosen."""
        return PriorityArea.objects.shown()

    def get_detail_queryset(self) -> QuerySet[Any]:
        """Return all that a posting may name, those as printed too."""
        return PriorityArea.objects.active()


class ModalityViewSet(ReadershipViewSet):
    """Modalities."""

    queryset = Modality.objects.none()
    filterset_class = ModalityFilter
    by_readership = {Readership.PUBLIC: serializers.ModalitySerializer}
    lookup_field = "code"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,40}"

    def get_queryset(self) -> QuerySet[Any]:
        """Return those in use."""
        return Modality.objects.active()


class AgencyViewSet(ReadershipViewSet):
    """Agencies, with what is known of them as institutions."""

    queryset = Agency.objects.none()
    filterset_class = AgencyFilter
    by_readership = {
        Readership.PUBLIC: serializers.PublicAgencySerializer,
        Readership.STAFF: serializers.StaffAgencySerializer,
    }
    lookup_field = "code"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,60}"

    def get_queryset(self) -> QuerySet[Any]:
        """Return public agencies; to the secretariat all."""
        agencies = Agency.objects.all() if can(self.request.user, Action.READ_EVERYTHING) else Agency.objects.public()
        facts = Prefetch("facts", queryset=AgencyFact.objects.active(), to_attr="shown_facts")
        return agencies.prefetch_related(facts)
