"""Endpoint of practices."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view

from directory.api.readership import Readership, ReadershipViewSet
from practices.api.serializers import PracticeSerializer
from practices.filtersets import PracticeFilter
from practices.models import Practice
from practices.shown.frame import COLUMNS


@extend_schema_view(
    list=extend_schema(summary="List practices"),
    retrieve=extend_schema(
        summary="Get a practice",
        description="One good practice or institutional model.",
    ),
)
class PracticeViewSet(ReadershipViewSet):
    """Practices that agencies share, reviewed by the secretariat, newest first; the same for everyone."""

    queryset = Practice.objects.none()
    filterset_class = PracticeFilter
    by_readership = {Readership.PUBLIC: PracticeSerializer}
    file_columns = COLUMNS
    lookup_value_regex = r"[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Any]:
        """Return what everyone may read."""
        return Practice.objects.public().for_lists()
