"""Offers and needs as a key that writes them is answered: its own with more, all others as everyone."""

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from directory.access import Action, KeyReader, scope_of
from surveys.api.serializers import StaffNeedSerializer, StaffOfferSerializer, StaffPostingSerializer
from surveys.api.writing.proposed import ProposedVersionSerializer, proposed_said
from surveys.models.postings.posting import Posting
from surveys.postings.deciding.versions import version_at_hand
from surveys.postings.shown.editing import ShownPosting

OWN_ONLY = "Only for a key that may change it."
OWN = frozenset(
    {
        "reference", "version", "status", "status_label", "visibility", "visibility_label", "facilitating_allowed",
        "english_text", "delivery_languages", "proposed",
    }
)  # fmt: skip
"""What a key reads of its own postings beyond what everyone does."""
OF_STAFF = frozenset({"source_file", "source_sheet", "file_import", "edited_on"})


class VersionField(serializers.CharField):
    """What changes with each write of a posting."""

    def to_representation(self, value: Posting) -> str:  # type: ignore[override]  # of a text, the stubs say
        """Return the version that pages and conditions go by."""
        return ShownPosting(value).version()


@extend_schema_field(ProposedVersionSerializer(allow_null=True))
class ProposedField(serializers.Field[Any, Any, Any, Any]):
    """What waits beside what is public."""

    def to_representation(self, value: Posting) -> Any:
        """Return what is said of the version at hand, None where there is none."""
        return proposed_said(value, version_at_hand(value))


class KeyPostingSerializer(StaffPostingSerializer):
    """What a system has sent, it can read back; contacts and notes alone are in no answer."""

    reference = serializers.CharField(required=False, help_text=f"Your own system's id of it. {OWN_ONLY}")
    version = VersionField(
        source="*",
        required=False,
        help_text=f"Of the row, for a change of many at once; the ETag begins with it. {OWN_ONLY}",
    )
    english_text = serializers.CharField(required=False, help_text=OWN_ONLY)
    delivery_languages = serializers.ListField(
        child=serializers.CharField(), required=False, help_text=f"ISO 639-1; empty: not stated. {OWN_ONLY}"
    )

    proposed = ProposedField(
        source="*",
        required=False,
        help_text=f"A change of it that waits for approval, or was sent back; null: none. {OWN_ONLY}",
    )

    def get_fields(self) -> Any:
        """Leave out what is the secretariat's; the schema, which no key reads, names it all."""
        fields = super().get_fields()
        if not isinstance(getattr(self.context.get("request"), "user", None), KeyReader):
            return fields
        return {name: field for name, field in fields.items() if name not in OF_STAFF}

    def to_representation(self, instance: Posting) -> Any:
        """Return a posting; what is not the key's own as everyone sees it."""
        said = super().to_representation(instance)
        if not instance.is_within(scope_of(self.context["request"].user, Action.POST)):
            for name in OWN:
                said.pop(name)
        return said


@extend_schema_serializer(component_name="Offer")
class KeyOfferSerializer(KeyPostingSerializer, StaffOfferSerializer):
    """What a country or an agency offers to others of the South."""


@extend_schema_serializer(component_name="Need")
class KeyNeedSerializer(KeyPostingSerializer, StaffNeedSerializer):
    """What a country seeks from others of the South."""
