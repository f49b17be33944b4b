"""Surveys and postings as the API gives them, by audience; contacts and notes are in none."""

from functools import cached_property
from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from directory.api.codes import AGENCY, AREA, COUNTRY, GROUP, MODALITY
from directory.api.readership import Readership, readership_of
from surveys.api.codes import SURVEY
from surveys.choices import PlaceKind, PostingStatus, Visibility
from surveys.models import Survey
from surveys.models.postings.posting import Posting
from surveys.postings.shown.provenance import statement
from web.api.codes import CodeOf, CodesOf
from web.api.fields import CodeField, CodeLabelField, LabelField, LabelsField, own_address, page_address

MEMBERS_ONLY = "Only for focal points, coordinators and the secretariat."
STAFF_ONLY = "Only for the secretariat."


class PublicSurveySerializer(serializers.Serializer[Any]):
    """An edition of a survey."""

    code = CodeOf(SURVEY)
    title = serializers.CharField(help_text="Title of the edition.")
    organisers = serializers.CharField(help_text="Who asked.")
    description = serializers.CharField(help_text="What it was about.")
    opens_on = serializers.DateField(allow_null=True, help_text="First day of answering; null where none was set.")
    closes_on = serializers.DateField(allow_null=True, help_text="Inclusive.")
    stated_on = serializers.DateField(allow_null=True, help_text="The date of the source.")
    source = serializers.CharField(help_text="Where it is published.")  # type: ignore[assignment]
    disclaimer = serializers.CharField(help_text="What must be said wherever its data are shown, or empty.")
    url = own_address("api-surveys", "code")
    page_url = page_address("surveys:surveys", "code")


@extend_schema_serializer(component_name="Survey")
class StaffSurveySerializer(PublicSurveySerializer):
    """An edition of a survey; the secretariat also sees how it is run."""

    is_public = serializers.BooleanField(required=False, help_text=STAFF_ONLY)
    publishes_on_import = serializers.BooleanField(required=False, help_text=STAFF_ONLY)
    has_agency_key = serializers.BooleanField(required=False, help_text=STAFF_ONLY)


class PlaceSerializer(serializers.Serializer[Any]):
    """A country, a group, or words as printed that nobody could resolve and that reach nobody."""

    kind = CodeField(PlaceKind.choices, allow_null=False)
    country = CodeOf(COUNTRY, source="country_id", allow_null=True)
    country_label = LabelField(source="country")
    group = CodeOf(GROUP, source="group_id", allow_null=True)
    group_label = LabelField(source="group")
    as_printed = serializers.CharField(help_text="The words of the source.")


class AmountSerializer(serializers.Serializer[Any]):
    """An amount as stated; amounts are never summed, converted or ranked."""

    value = serializers.DecimalField(
        max_digits=18,
        decimal_places=2,
        source="amount",
        allow_null=True,
        help_text="The number, or null where it is only stated in words.",
    )
    currency = serializers.CharField(source="amount_currency", help_text="ISO 4217; empty where none is stated.")
    years = serializers.CharField(source="amount_years", help_text="The years that it is for, as stated.")
    as_printed = serializers.CharField(source="amount_as_printed", help_text="The words of the source.")
    note = serializers.CharField(source="amount_note", help_text="What the source adds to it, or empty.")


class PublicPostingSerializer(serializers.Serializer[Any]):
    """What everyone sees of an offer or a need."""

    id = serializers.IntegerField(source="pk", help_text="Its number.")
    title = serializers.CharField(help_text="Title, in its own language.")
    text = serializers.CharField(help_text="The posting, in its own language.")
    language = serializers.CharField(help_text="Of title and text.")
    country = serializers.SerializerMethodField(help_text="ISO3 of the country whose posting it is.")
    country_label = LabelField(source="posting_country")
    agency = CodeOf(AGENCY, source="agency.code", allow_null=True)
    agency_label = LabelField(source="agency.name")
    areas = CodesOf(AREA, help_text="Codes of its priority areas.")
    area_labels = LabelsField(source="areas")
    modalities = CodesOf(MODALITY, help_text="Codes of the forms of cooperation that it names.")
    modality_labels = LabelsField(source="modalities")
    any_modality = serializers.BooleanField(help_text="Any form of cooperation can be discussed, beside those named.")
    places = serializers.IntegerField(allow_null=True, help_text="People; null: no limit stated.")
    amount = serializers.SerializerMethodField()
    opens_on = serializers.DateField(allow_null=True, help_text="First day of being open; null: open at once.")
    closes_on = serializers.DateField(allow_null=True, help_text="Inclusive.")
    is_open = serializers.BooleanField(help_text="By its dates, somewhere on earth now.")
    is_closed = serializers.BooleanField(help_text="Whether its last day has ended everywhere.")
    stated_on = serializers.DateField(allow_null=True, help_text="The date of the source.")
    confirmed_on = serializers.DateField(
        allow_null=True, help_text="The day on which its agency vouched for it; null: not confirmed."
    )
    is_confirmed = serializers.BooleanField(help_text="Whether the country's own agency vouched for it.")
    provenance = serializers.SerializerMethodField(help_text="Where it comes from, in words.")
    survey = serializers.SerializerMethodField(help_text="Code of the survey that it was read from.")
    survey_label = serializers.SerializerMethodField(help_text="Title of that survey.")
    source_row = serializers.IntegerField(allow_null=True, help_text="The row of the source from which it was read.")
    created_at = serializers.DateTimeField(help_text="When it came to the portal.")
    updated_at = serializers.DateTimeField(help_text="When it was last changed.")

    @extend_schema_field(COUNTRY.schema(or_null=True))
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

    @extend_schema_field(SURVEY.schema(or_null=True))
    def get_survey(self, posting: Posting) -> str | None:
        """Return the code of a survey that the reader may see."""
        survey = self._shown_survey(posting)
        return survey.code if survey else None

    def get_survey_label(self, posting: Posting) -> str | None:
        """Return the title of a survey that the reader may see."""
        survey = self._shown_survey(posting)
        return survey.title if survey else None

    def _shown_survey(self, posting: Posting) -> Survey | None:
        survey = posting.survey
        return survey if survey and (survey.is_public or self._reads_all) else None

    @cached_property
    def _reads_all(self) -> bool:
        request = self.context.get("request")
        return request is not None and readership_of(request.user) == Readership.STAFF


class MemberPostingSerializer(PublicPostingSerializer):
    """Those who post also see what is not published yet, and how far it has come."""

    status = CodeField(PostingStatus.choices, required=False, allow_null=False, help_text=MEMBERS_ONLY)
    status_label = CodeLabelField(PostingStatus.choices, source="status", required=False, help_text=MEMBERS_ONLY)
    visibility = CodeField(Visibility.choices, required=False, allow_null=False, help_text=MEMBERS_ONLY)
    visibility_label = CodeLabelField(Visibility.choices, source="visibility", required=False, help_text=MEMBERS_ONLY)


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

    url = own_address("api-offers")
    page_url = page_address("surveys:offers")
    targets = PlaceSerializer(
        many=True, help_text="Empty: open to all countries and territories taking part (group OPEN_REACH)."
    )


class MemberOfferSerializer(MemberPostingSerializer, PublicOfferSerializer):
    """An offer, for those who post."""


class StaffOfferSerializer(StaffPostingSerializer, PublicOfferSerializer):
    """What a country or an agency offers to others of the South."""


class PublicNeedSerializer(PublicPostingSerializer):
    """A need."""

    url = own_address("api-needs")
    page_url = page_address("surveys:needs")
    preferred_partners = PlaceSerializer(
        many=True, help_text="Countries and groups that the need would rather work with; empty: any."
    )


class MemberNeedSerializer(MemberPostingSerializer, PublicNeedSerializer):
    """A need, for those who post."""


class StaffNeedSerializer(StaffPostingSerializer, PublicNeedSerializer):
    """What a country seeks from others of the South."""
