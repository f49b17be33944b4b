"""What a key that writes reads of the proposed version of its own posting: that it waits, and what it would change."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from surveys.api.writing.filled_form import MONEY, PLACES
from surveys.choices import OPEN_VERSIONS, PlaceKind, VersionState, Visibility
from surveys.models import Offer, ProposedVersion
from surveys.models.postings.posting import Posting
from surveys.postings.content import content_of
from web.api.fields import CodeField

AS_IT_IS = (
    "title", "text", "language", "english_text", "any_modality", "places", "opens_on", "closes_on",
    "delivery_languages", "visibility", "facilitating_allowed",
)  # fmt: skip
LISTS = ("areas", "modalities")
STATES = [(state.value, state.label) for state in OPEN_VERSIONS]


class ProposedPlaceSerializer(serializers.Serializer[Any]):
    """A country, a group, or words as printed."""

    kind = CodeField(PlaceKind.choices, allow_null=False)
    country = serializers.CharField(allow_null=True, help_text="ISO 3166-1 alpha-3, or null.")
    group = serializers.CharField(allow_null=True, help_text="Code of a group, or null.")
    as_printed = serializers.CharField(help_text="The words of the source.")


class ProposedAmountSerializer(serializers.Serializer[Any]):
    """An amount, whole, where any part of it would change."""

    value = serializers.DecimalField(max_digits=18, decimal_places=2, allow_null=True, help_text="The number, or null.")
    currency = serializers.CharField(help_text="ISO 4217; empty where none is stated.")
    years = serializers.CharField(help_text="The years that it is for, as stated.")
    note = serializers.CharField(help_text="What is added to it, or empty.")


class ProposedChangesSerializer(serializers.Serializer[Any]):
    """What would change, as it would be; what is not here stays as it is. A contact is in no answer."""

    agency = serializers.CharField(required=False, allow_null=True, help_text="Code of the agency.")
    title = serializers.CharField(required=False, help_text="Title, in its own language.")
    text = serializers.CharField(required=False, help_text="The posting, in its own language.")
    language = serializers.CharField(required=False, help_text="Of title and text.")
    english_text = serializers.CharField(required=False, help_text="The text in English.")
    areas = serializers.ListField(child=serializers.CharField(), required=False, help_text="Codes of all its areas.")
    modalities = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Codes of all its modalities."
    )
    any_modality = serializers.BooleanField(required=False, help_text="Any form of cooperation can be discussed.")
    places = serializers.IntegerField(required=False, allow_null=True, help_text="People; null: no limit stated.")
    amount = ProposedAmountSerializer(required=False)
    opens_on = serializers.DateField(required=False, allow_null=True, help_text="null: no beginning stated.")
    closes_on = serializers.DateField(required=False, allow_null=True, help_text="Inclusive; null: no end stated.")
    delivery_languages = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="ISO 639-1; empty: not stated."
    )
    visibility = CodeField(Visibility.choices, required=False, allow_null=False, help_text="Who may see it.")
    facilitating_allowed = serializers.BooleanField(required=False, help_text="Facilitating partners may see it.")
    targets = ProposedPlaceSerializer(many=True, required=False, help_text="Of an offer: all of them.")
    preferred_partners = ProposedPlaceSerializer(many=True, required=False, help_text="Of a need: all of them.")


class ProposedVersionSerializer(serializers.Serializer[Any]):
    """A change that waits beside what is public, until the coordinator or the secretariat approves it."""

    state = CodeField(STATES, allow_null=False, help_text="waiting: for approval; returned: sent back, with a note.")
    written_at = serializers.DateTimeField(help_text="When it was sent, or written in the workspace.")
    note = serializers.CharField(help_text="What to change, where it was sent back; else empty.")
    changes = ProposedChangesSerializer()


def proposed_said(posting: Posting, version: ProposedVersion | None) -> dict[str, Any] | None:
    """Return what is said of the version at hand; None where there is none."""
    if version is None:
        return None
    return {
        "state": VersionState(version.state).value,
        "written_at": serializers.DateTimeField().to_representation(version.written_at),
        "note": version.note,
        "changes": _changes(posting, version),
    }


def _changes(posting: Posting, version: ProposedVersion) -> dict[str, Any]:
    # As JSON keeps them they are as an answer has them.
    values = version.content["values"]
    said = {name: values[name] for name in AS_IT_IS if name in values}
    said |= {name: version.content[name] for name in LISTS if name in version.content}
    if not set(MONEY.values()).isdisjoint(values):
        stands = content_of(posting, version).values
        said["amount"] = {name: stands[field] for name, field in MONEY.items()}
        value = said["amount"]["value"]
        said["amount"]["value"] = None if value is None else f"{Decimal(value):.2f}"
    if "agency" in values:
        agency = content_of(posting, version).values["agency"]
        said["agency"] = agency.code if agency else None
    if "targets" in version.content:
        name = PLACES["offer" if isinstance(posting, Offer) else "need"]
        parts = ("kind", "country", "group", "as_printed")
        said[name] = [{part: place[part] for part in parts} for place in version.content["targets"]]
    return said
