"""Surveys and postings as the API gives them, by audience; contacts and notes are in none."""

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from directory.api.readership import Readership, readership_of
from surveys.choices import PlaceKind, PostingStatus, Visibility
from surveys.models.posting import Posting
from surveys.postings.shown.provenance import statement
from web.api.fields import CodeField, CodesField

MEMBERS_ONLY = "Only for focal points, coordinators and the secretariat."
STAFF_ONLY = "Only for the secretariat."


class PublicSurveySerializer(serializers.Serializer[Any]):
    """An edition of a survey."""

    code = serializers.CharField()
    title = serializers.CharField()
    organisers = serializers.CharField()
    description = serializers.CharField()
    opens_on = serializers.DateField(allow_null=True)
    closes_on = serializers.DateField(allow_null=True, help_text="Inclusive.")
    stated_on = serializers.DateField(allow_null=True, help_text="The date of the source.")
    source = serializers.CharField()  # type: ignore[assignment]
    disclaimer = serializers.CharField()


@extend_schema_serializer(component_name="Survey")
class StaffSurveySerializer(PublicSurveySerializer):
    """An edition of a survey; the secretariat also sees how it is run."""

    is_public = serializers.BooleanField(required=False, help_text=STAFF_ONLY)
    publishes_on_import = serializers.BooleanField(required=False, help_text=STAFF_ONLY)
    has_agency_key = serializers.BooleanField(required=False, help_text=STAFF_ONLY)


class PlaceSerializer(serializers.Serializer[Any]):
    """A country, a group, or words as printed that nobody could resolve and that reach nobody."""

    kind = CodeField(PlaceKind.choices, allow_null=False)
    country = serializers.CharField(source="country_id", allow_null=True, help_text="ISO3")
    group = serializers.CharField(source="group_id", allow_null=True, help_text="Code")
    as_printed = serializers.CharField()


class AmountSerializer(serializers.Serializer[Any]):
    """An amount as stated; amounts are never summed, converted or ranked."""

    value = serializers.DecimalField(max_digits=18, decimal_places=2, source="amount", allow_null=True)
    currency = serializers.CharField(source="amount_currency", help_text="ISO 4217; empty where none is stated.")
    years = serializers.CharField(source="amount_years")
    as_printed = serializers.CharField(source="amount_as_printed")
    note = serializers.CharField(source="amount_note")


class PublicPostingSerializer(serializers.Serializer[Any]):
    """What everyone sees of an offer or a need."""

    id = serializers.IntegerField(source="pk")
    title = serializers.CharField()
    text = serializers.CharField()
    language = serializers.CharField(help_text="Of title and text.")
    country = serializers.SerializerMethodField(help_text="ISO3 of the country whose posting it is.")
    agency = serializers.CharField(source="agency.code", default=None, allow_null=True, help_text="Code")
    areas = CodesField()
    modalities = CodesField()
    any_modality = serializers.BooleanField(help_text="Any form of cooperation can be discussed, beside those named.")
    places = serializers.IntegerField(allow_null=True, help_text="People; null: no limit stated.")
    amount = serializers.SerializerMethodField()
    opens_on = serializers.DateField(allow_null=True)
    closes_on = serializers.DateField(allow_null=True, help_text="Inclusive.")
    is_closed = serializers.BooleanField()
    stated_on = serializers.DateField(allow_null=True, help_text="The date of the source.")
    confirmed_on = serializers.DateField(allow_null=True)
    is_confirmed = serializers.BooleanField(help_text="Whether the country's own agency vouched for it.")
    provenance = serializers.SerializerMethodField(help_text="Where it comes from, in words.")
    survey = serializers.SerializerMethodField(help_text="Code of the survey that it was read from.")
    source_row = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def get_country(self, posting: Posting) -> str | None:
        """Return the ISO3 code of its own country, else of its agency's."""
        return posting.country_id or (posting.agency.country_id if posting.agency else None)

    @extend_schema_field(AmountSerializer(allow_null=True))
    def get_amount(self, posting: Posting) -> Any:
        """Return the amount, or None where none is stated in any way."""
        if posting.amount is None and not (posting.amount_as_printed or posting.amount_note):
            return None
        return AmountSerializer(posting).data

    def get_provenance(self, posting: Posting) -> str:
        """Return the words that every face of the portal uses."""
        return statement(posting)

    def get_survey(self, posting: Posting) -> str | None:
        """Return the code of a survey that the reader may see."""
        survey = posting.survey
        request = self.context.get("request")
        is_staff = request is not None and readership_of(request.user) == Readership.STAFF
        return survey.code if survey and (survey.is_public or is_staff) else None


class MemberPostingSerializer(PublicPostingSerializer):
    """Those who post also see what is not published yet, and how far it has come."""

    status = CodeField(PostingStatus.choices, required=False, allow_null=False, help_text=MEMBERS_ONLY)
    visibility = CodeField(Visibility.choices, required=False, allow_null=False, help_text=MEMBERS_ONLY)


class StaffPostingSerializer(MemberPostingSerializer):
    """The secretariat also sees where each posting was read."""

    facilitating_allowed = serializers.BooleanField(required=False, help_text=STAFF_ONLY)
    source_file = serializers.CharField(required=False, help_text=STAFF_ONLY)
    source_sheet = serializers.CharField(required=False, help_text=STAFF_ONLY)
    file_import = serializers.IntegerField(
        source="file_import_id", required=False, allow_null=True, help_text=STAFF_ONLY
    )
    edited_on = serializers.DateTimeField(required=False, allow_null=True, help_text=STAFF_ONLY)


class PublicOfferSerializer(PublicPostingSerializer):
    """An offer."""

    targets = PlaceSerializer(
        many=True, help_text="Empty: open to all countries and territories taking part (group OPEN_REACH)."
    )


class MemberOfferSerializer(MemberPostingSerializer, PublicOfferSerializer):
    """An offer, for those who post."""


@extend_schema_serializer(component_name="Offer")
class StaffOfferSerializer(StaffPostingSerializer, PublicOfferSerializer):
    """What a country or an agency offers to others of the South."""


class PublicNeedSerializer(PublicPostingSerializer):
    """A need."""

    preferred_partners = PlaceSerializer(many=True)


class MemberNeedSerializer(MemberPostingSerializer, PublicNeedSerializer):
    """A need, for those who post."""


@extend_schema_serializer(component_name="Need")
class StaffNeedSerializer(StaffPostingSerializer, PublicNeedSerializer):
    """What a country seeks from others of the South."""
