"""Agreed cooperation as the API gives it: what its page shows, the same for everyone."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers

from directory.api.codes import AREA, MODALITY
from directory.api.readership import Readership
from matching.api.serializers import MatchedPostingSerializer
from matching.api.views import PAIR, MatchViewSet
from matching.files import COOPERATION_COLUMNS
from matching.filtersets import CooperationFilter
from matching.life.telling.cooperation import as_published, published
from matching.listing.branches import MatchParts
from matching.models import Match
from web.api.codes import CodesOf
from web.api.fields import LabelsField, own_address


class CooperatingSideSerializer(MatchedPostingSerializer):
    """One side of a cooperation. Its posting may no longer be public, and then has no address of its own."""

    id = None  # type: ignore[assignment]
    areas = CodesOf(AREA, help_text="Codes of its priority areas.")
    area_labels = LabelsField(source="areas")
    modalities = CodesOf(MODALITY, help_text="Codes of the forms of cooperation.")
    modality_labels = LabelsField(source="modalities")


class PublishedOutcomeSerializer(serializers.Serializer[Any]):
    """What came of it; amounts only as the parties gave them."""

    agreed_on = serializers.DateField(source="outcome.agreed_on", help_text="The day of the agreement.")
    starts_on = serializers.DateField(source="outcome.starts_on", allow_null=True, help_text="First day, or null.")
    ends_on = serializers.DateField(source="outcome.ends_on", allow_null=True, help_text="Last day, or null.")
    women_trained = serializers.IntegerField(
        source="outcome.women_trained", allow_null=True, help_text="Number of women trained, or null."
    )
    men_trained = serializers.IntegerField(
        source="outcome.men_trained", allow_null=True, help_text="Number of men trained, or null."
    )
    expert_days = serializers.IntegerField(
        source="outcome.expert_days", allow_null=True, help_text="Days that experts worked, or null."
    )
    places = serializers.IntegerField(
        source="outcome.places", allow_null=True, help_text="Number of people who took part, or null."
    )
    value = serializers.DecimalField(
        source="outcome.value",
        max_digits=18,
        decimal_places=2,
        allow_null=True,
        help_text="Value as the parties gave it, or null.",
    )
    value_currency = serializers.CharField(
        source="outcome.value_currency", help_text="ISO 4217; empty without a value."
    )
    what_changed = serializers.CharField(source="outcome.what_changed", help_text="What changed, in words.")
    links = serializers.ListField(child=serializers.CharField(), help_text="Addresses where more is told.")


class CooperationSerializer(serializers.Serializer[Any]):
    """Cooperation that two sides agreed, and to whose publication both consented."""

    id = serializers.CharField(source="public_id", help_text="The ids of need and offer: 12-34.")
    need = CooperatingSideSerializer()
    offer = CooperatingSideSerializer()
    url = own_address("api-cooperation", "public_id")
    outcome = serializers.SerializerMethodField(help_text="Null until both sides have confirmed it.")

    @extend_schema_field(PublishedOutcomeSerializer(allow_null=True))
    def get_outcome(self, match: Match) -> dict[str, Any] | None:
        """Return the outcome, once it counts."""
        one = as_published(match)
        return None if one.outcome is None else dict(PublishedOutcomeSerializer(one).data)


@extend_schema_view(
    list=extend_schema(summary="List agreed cooperation"),
    retrieve=extend_schema(
        summary="Get an agreed cooperation",
        description="One agreed cooperation to whose publication both sides have consented.",
        parameters=[PAIR],
    ),
)
class CooperationViewSet(MatchViewSet):
    """Agreed cooperation to whose publication both sides have consented, in the order of the countries."""

    filterset_class = CooperationFilter
    by_readership = {Readership.PUBLIC: CooperationSerializer}
    by_readership_alone = by_readership
    file_columns = COOPERATION_COLUMNS

    def get_queryset(self) -> QuerySet[Any]:
        """Return what everyone may read."""
        return published()

    def branches(self) -> MatchParts:
        """Return none: few rows, and what a reader sees of matches is not asked."""
        return MatchParts()
