"""Endpoints of surveys, offers and needs."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view

from directory.access import Action, can
from directory.api.readership import Readership, ReadershipViewSet
from directory.models import Agency, Country, CountryGroup
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
from surveys.api.writing.answers import KeyNeedSerializer, KeyOfferSerializer
from surveys.api.writing.described import describe_writing
from surveys.api.writing.views import PostingWritingMixin
from surveys.filtersets import NeedFilter, OfferFilter, SurveyFilter
from surveys.models import Need, Offer, Response, Survey
from surveys.postings.shown.frame import COLUMNS, OFFER_COLUMNS, survey_notes
from surveys.postings.shown.page_rows import PARTNERS, TARGETS
from web.api.files.blocks import Belongings

# None of these leaves the database for the API: personal, only for searching.
NOT_READ = ("contact", "search_text")
COUNTRIES = Country.objects.all()
OF_POSTINGS: dict[str, QuerySet[Any]] = {
    "country": COUNTRIES,
    "agency": Agency.objects.select_related("country"),
    "survey": Survey.objects.all(),
    "response": Response.objects.only("kind"),
}
OF_PLACES = Belongings(one={"country": COUNTRIES, "group": CountryGroup.objects.all()})
STATED = ("areas", "modalities")


@extend_schema_view(
    list=extend_schema(summary="List survey editions"),
    retrieve=extend_schema(
        summary="Get a survey edition",
        description="One edition of a survey.",
    ),
)
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


@extend_schema_view(
    list=extend_schema(summary="List offers"),
    retrieve=extend_schema(
        summary="Get an offer",
        description="One offer that the reader may see, open or closed.",
    ),
)
@describe_writing("offer")
class OfferViewSet(PostingWritingMixin, ReadershipViewSet):
    """Offers that the reader may see, open and closed (`is_open` tells them apart), newest first."""

    kind = "offer"
    queryset = Offer.objects.none()
    filterset_class = OfferFilter
    by_readership = {
        Readership.PUBLIC: PublicOfferSerializer,
        Readership.MEMBER: MemberOfferSerializer,
        Readership.STAFF: StaffOfferSerializer,
        Readership.WRITER: KeyOfferSerializer,
    }
    file_columns = OFFER_COLUMNS
    belongings = Belongings(one=OF_POSTINGS, many=STATED, owned={"targets": OF_PLACES})
    lookup_value_regex = r"[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Any]:
        """Return what the person may see, with what an answer shows."""
        offers = Offer.objects.visible_to(self.request.user).for_lists()
        return self.with_own(offers.prefetch_related(TARGETS).defer(*NOT_READ))

    def get_file_queryset(self) -> QuerySet[Any]:
        """Return the same with the text in English, which the table has."""
        offers = Offer.objects.visible_to(self.request.user).for_lists()
        return offers.prefetch_related(TARGETS).defer("contact", "search_text")

    def get_stream_queryset(self) -> QuerySet[Any]:
        """Return the rows alone: what belongs to them is fetched for each block, once for all that share it."""
        return Offer.objects.visible_to(self.request.user).defer(*NOT_READ)

    def file_notes(self, rows: QuerySet[Any]) -> list[str]:
        """Return what the surveys that these were read from ask readers to know."""
        return survey_notes(rows)


@extend_schema_view(
    list=extend_schema(summary="List needs"),
    retrieve=extend_schema(
        summary="Get a need",
        description="One need that the reader may see, open or closed.",
    ),
)
@describe_writing("need")
class NeedViewSet(PostingWritingMixin, ReadershipViewSet):
    """Needs that the reader may see, open and closed (`is_open` tells them apart), newest first."""

    kind = "need"
    queryset = Need.objects.none()
    filterset_class = NeedFilter
    by_readership = {
        Readership.PUBLIC: PublicNeedSerializer,
        Readership.MEMBER: MemberNeedSerializer,
        Readership.STAFF: StaffNeedSerializer,
        Readership.WRITER: KeyNeedSerializer,
    }
    file_columns = COLUMNS
    belongings = Belongings(one=OF_POSTINGS, many=STATED, owned={"preferred_partners": OF_PLACES})
    lookup_value_regex = r"[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Any]:
        """Return what the person may see, with what an answer shows."""
        needs = Need.objects.visible_to(self.request.user).for_lists()
        return self.with_own(needs.prefetch_related(PARTNERS).defer(*NOT_READ))

    def get_file_queryset(self) -> QuerySet[Any]:
        """Return the same with the text in English, which the table has."""
        return Need.objects.visible_to(self.request.user).for_lists().defer("contact", "search_text")

    def get_stream_queryset(self) -> QuerySet[Any]:
        """Return the rows alone: what belongs to them is fetched for each block, once for all that share it."""
        return Need.objects.visible_to(self.request.user).defer(*NOT_READ)

    def file_notes(self, rows: QuerySet[Any]) -> list[str]:
        """Return what the surveys that these were read from ask readers to know."""
        return survey_notes(rows)
