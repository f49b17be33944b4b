"""Endpoints of matches and runs."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.serializers import BaseSerializer

from directory.access import Action, can
from directory.api.readership import Readership, ReadershipViewSet
from matching.api import serializers
from matching.files import COLUMNS
from matching.filtersets import MatchFilter, RunFilter
from matching.listing.branches import MatchParts, branches_for
from matching.models import Match, MatchRun
from matching.models.fits.match import MatchQuerySet

PAIR = OpenApiParameter(
    "id",
    {"type": "string", "pattern": "^[0-9]{1,18}-[0-9]{1,18}$", "examples": ["12-34"]},
    OpenApiParameter.PATH,
    description="The ids of need and offer, need first.",
)

_NOT_READ = tuple(
    f"{side}__{field}" for side in ("need", "offer") for field in ("contact", "search_text", "text", "english_text")
)


@extend_schema_view(
    list=extend_schema(summary="List matches"),
    retrieve=extend_schema(
        summary="Get a match",
        description="One match, with its explanation as data.",
        parameters=[PAIR],
    ),
)
class MatchViewSet(ReadershipViewSet):
    """Matches that the reader may see, the best word first; a match belongs to both of its sides.

    Everyone sees released fits, as they were released: a list says these in a word, alphabetically within each, and the
    match itself gives the number. Steps, refusals and reasons are not part of them.
    """

    queryset = Match.objects.none()
    filterset_class = MatchFilter
    by_readership = {
        Readership.PUBLIC: serializers.PublicMatchListSerializer,
        Readership.STAFF: serializers.StaffMatchListSerializer,
    }
    by_readership_alone: ClassVar[dict[Readership, type[BaseSerializer[Any]]]] = {
        Readership.PUBLIC: serializers.PublicMatchDetailSerializer,
        Readership.STAFF: serializers.StaffMatchDetailSerializer,
    }
    file_columns = COLUMNS
    lookup_field = "id"
    lookup_value_regex = "[0-9]{1,18}-[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Any]:
        """Return what the person may see, with what an answer shows."""
        return self.for_page(Match.objects.visible_to(self.request.user))

    def branches(self) -> MatchParts:
        """Return what the person may see in parts, by which the rows of a page are found."""
        return branches_for(self.request.user)

    def for_page(self, rows: MatchQuerySet) -> MatchQuerySet:
        """Return the rows with what an answer shows of them."""
        return rows.for_lists().defer(*_NOT_READ)

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """Explain a match alone in full; in a list as far as it is at hand."""
        return self.for_readership(self.by_readership_alone if self.action == "retrieve" else self.by_readership)

    def get_lookup(self) -> dict[str, Any]:
        """Read the pair."""
        need, _dash, offer = self.kwargs["id"].partition("-")
        return {"need_id": int(need), "offer_id": int(offer)}


@extend_schema_view(
    list=extend_schema(summary="List matching runs"),
    retrieve=extend_schema(
        summary="Get a matching run",
        description="One run whose results stand.",
    ),
)
class RunViewSet(ReadershipViewSet):
    """Matching runs whose results stand, newest first."""

    queryset = MatchRun.objects.none()
    filterset_class = RunFilter
    by_readership = {
        Readership.PUBLIC: serializers.PublicRunSerializer,
        Readership.STAFF: serializers.StaffRunSerializer,
    }
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Any]:
        """Return finished runs that are no what-ifs; to the secretariat all."""
        sees_all = can(self.request.user, Action.READ_EVERYTHING)
        return (MatchRun.objects.all() if sees_all else MatchRun.objects.public()).select_related("profile")
