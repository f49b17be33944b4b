"""Endpoints of surveys, offers and needs."""

from typing import Any

from django.db.models import QuerySet

from directory.access import Action, can
from directory.api.readership import Readership, ReadershipViewSet
from surveys.api.serializers import (
    MemberNeedSerializer,
    MemberOfferSerializer,
    PublicNeedSerializer,
    PublicOfferSerializer,
    PublicSurveySerializer,
    StaffNeedSerializer,
    StaffOfferSerializer,
    StaffSurveySerializer,
)
from surveys.filtersets import NeedFilter, OfferFilter, SurveyFilter
from surveys.models import Need, Offer, Survey

# None of these leaves the database for the API: personal, only for searching, not served yet.
NOT_READ = ("contact", "search_text", "english_text")


class SurveyViewSet(ReadershipViewSet):
    """Survey editions, newest first."""

    queryset = Survey.objects.none()
    filterset_class = SurveyFilter
    by_readership = {Readership.PUBLIC: PublicSurveySerializer, Readership.STAFF: StaffSurveySerializer}
    lookup_field = "code"
    lookup_value_regex = r"[-a-zA-Z0-9_]{1,60}"

    def get_queryset(self) -> QuerySet[Any]:
        """Return public editions; to the secretariat all."""
        return Survey.objects.all() if can(self.request.user, Action.READ_EVERYTHING) else Survey.objects.public()


class OfferViewSet(ReadershipViewSet):
    """Offers that the reader may see, open and closed (`is_open` tells them apart), newest first."""

    queryset = Offer.objects.none()
    filterset_class = OfferFilter
    by_readership = {
        Readership.PUBLIC: PublicOfferSerializer,
        Readership.MEMBER: MemberOfferSerializer,
        Readership.STAFF: StaffOfferSerializer,
    }
    lookup_value_regex = r"[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Any]:
        """Return what the person may see, with what an answer shows."""
        offers = Offer.objects.visible_to(self.request.user).for_lists()
        return offers.prefetch_related("targets").defer(*NOT_READ)


class NeedViewSet(ReadershipViewSet):
    """Needs that the reader may see, open and closed (`is_open` tells them apart), newest first."""

    queryset = Need.objects.none()
    filterset_class = NeedFilter
    by_readership = {
        Readership.PUBLIC: PublicNeedSerializer,
        Readership.MEMBER: MemberNeedSerializer,
        Readership.STAFF: StaffNeedSerializer,
    }
    lookup_value_regex = r"[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Any]:
        """Return what the person may see, with what an answer shows."""
        needs = Need.objects.visible_to(self.request.user).for_lists()
        return needs.prefetch_related("preferred_partners").defer(*NOT_READ)
