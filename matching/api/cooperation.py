"""Agreed cooperation as the API gives it: what its page shows, the same for everyone."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers

from directory.api.readership import Readership
from directory.models import Modality, PriorityArea
from matching.api.serializers import MatchedPostingSerializer
from matching.api.views import PAIR, MatchViewSet
from matching.filtersets import CooperationFilter
from matching.life.telling.cooperation import as_published, published
from matching.models import Match
from surveys.models.posting import Posting


class CooperatingSideSerializer(MatchedPostingSerializer):
    """One side of a cooperation. Its posting may no longer be public, and then has no address of its own."""

    id = None  # type: ignore[assignment]
    areas = serializers.SerializerMethodField(help_text="Codes")
    modalities = serializers.SerializerMethodField(help_text="Codes")

    def get_areas(self, posting: Posting) -> list[str]:
        """Return the codes of its areas."""
        areas: list[PriorityArea] = list(posting.areas.all())
        return [area.code for area in areas]

    def get_modalities(self, posting: Posting) -> list[str]:
        """Return the codes of its modalities."""
        modalities: list[Modality] = list(posting.modalities.all())
        return [modality.code for modality in modalities]


class PublishedOutcomeSerializer(serializers.Serializer[Any]):
    """What came of it; amounts only as the parties gave them."""

    agreed_on = serializers.DateField(source="outcome.agreed_on")
    starts_on = serializers.DateField(source="outcome.starts_on", allow_null=True)
    ends_on = serializers.DateField(source="outcome.ends_on", allow_null=True)
    women_trained = serializers.IntegerField(source="outcome.women_trained", allow_null=True)
    men_trained = serializers.IntegerField(source="outcome.men_trained", allow_null=True)
    expert_days = serializers.IntegerField(source="outcome.expert_days", allow_null=True)
    places = serializers.IntegerField(source="outcome.places", allow_null=True)
    value = serializers.DecimalField(source="outcome.value", max_digits=18, decimal_places=2, allow_null=True)
    value_currency = serializers.CharField(
        source="outcome.value_currency", help_text="ISO 4217; empty without a value."
    )
    what_changed = serializers.CharField(source="outcome.what_changed")
    links = serializers.ListField(child=serializers.CharField())


class CooperationSerializer(serializers.Serializer[Any]):
    """Cooperation that two sides agreed, and to whose publication both consented."""

    id = serializers.CharField(source="public_id", help_text="The ids of need and offer: 12-34.")
    need = CooperatingSideSerializer()
    offer = CooperatingSideSerializer()
    outcome = serializers.SerializerMethodField(help_text="Null until both sides have confirmed it.")

    @extend_schema_field(PublishedOutcomeSerializer(allow_null=True))
    def get_outcome(self, match: Match) -> dict[str, Any] | None:
        """Return the outcome, once it counts."""
        one = as_published(match)
        return None if one.outcome is None else dict(PublishedOutcomeSerializer(one).data)


@extend_schema_view(retrieve=extend_schema(parameters=[PAIR]))
class CooperationViewSet(MatchViewSet):
    """Agreed cooperation to whose publication both sides have consented, in the order of the countries."""

    filterset_class = CooperationFilter
    by_readership = {Readership.PUBLIC: CooperationSerializer}
    by_readership_alone = by_readership

    def get_queryset(self) -> QuerySet[Any]:
        """Return what everyone may read."""
        return published()
