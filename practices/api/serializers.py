"""A practice as the API gives it: what its page shows, the same for everyone."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from directory.api.codes import AGENCY, AREA, COUNTRY, MODALITY
from practices.choices import PracticeKind
from practices.models import Practice
from web.api.codes import CodeOf, CodesOf
from web.api.fields import CodeField, CodeLabelField, LabelField, LabelsField, own_address, page_address


class PracticeSerializer(serializers.Serializer[Any]):
    """A good practice or an institutional model that an agency shares; reviewed by the secretariat."""

    id = serializers.IntegerField(source="pk", help_text="Its number.")
    kind = CodeField(PracticeKind.choices, allow_null=False)
    kind_label = CodeLabelField(PracticeKind.choices, source="kind")
    title = serializers.CharField(help_text="Title, in its own language.")
    text = serializers.CharField(help_text="What was done, and how.")
    results = serializers.CharField(help_text="What came of it.")
    conditions = serializers.CharField(help_text="What it takes elsewhere.")
    language = serializers.CharField(help_text="Of title and texts.")
    english_text = serializers.CharField(help_text="A summary, where the texts are in another language.")
    agency = CodeOf(AGENCY, source="agency.code")
    agency_label = LabelField(source="agency.name")
    country = CodeOf(
        COUNTRY, source="agency.country_id", allow_null=True, help_text="ISO3 of the country whose agency it is."
    )
    country_label = LabelField(source="country")
    partners = serializers.SerializerMethodField(help_text="Codes of agencies that had part in it.")
    partner_labels = serializers.SerializerMethodField(help_text="Names of these agencies.")
    used_in = CodesOf(COUNTRY, source="countries", help_text="ISO3 of the countries where it was put to use.")
    used_in_labels = LabelsField(source="countries")
    areas = CodesOf(AREA, help_text="Codes of its priority areas.")
    area_labels = LabelsField(source="areas")
    modalities = CodesOf(MODALITY, help_text="In which forms it can be shared.")
    modality_labels = LabelsField(source="modalities")
    links = serializers.ListField(
        child=serializers.CharField(), source="link_lines", help_text="Addresses where more is told."
    )
    cooperation = serializers.CharField(
        source="cooperation_id", allow_null=True, help_text="Id of the agreed cooperation that it came of: 12-34."
    )
    published_at = serializers.DateTimeField(help_text="When it was published.")
    updated_at = serializers.DateTimeField(help_text="When it was last changed.")
    url = own_address("api-practices")
    page_url = page_address("practices:practices")

    @extend_schema_field({"type": "array", "items": AGENCY.schema()})
    def get_partners(self, practice: Practice) -> list[str]:
        """Return the codes of the agencies."""
        return [agency.code for agency in practice.partners.all()]

    def get_partner_labels(self, practice: Practice) -> list[str]:
        """Return the names of the agencies."""
        return [agency.name for agency in practice.partners.all()]
