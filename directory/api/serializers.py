"""Reference data as the API gives it; fields are listed, never taken from the model."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from directory.api.codes import AGENCY, AREA, COUNTRY, GROUP, MODALITY
from directory.choices import (
    AgencyKind,
    AgencyRole,
    AreaUse,
    DatePrecision,
    EscapStatus,
    GroupLevel,
    MembershipStatus,
    UnStatus,
)
from web.api.codes import CodeOf, CodesOf
from web.api.fields import (
    CodeField,
    CodeLabelField,
    LabelField,
    LabelsField,
    ListedCodesField,
    own_address,
    page_address,
)


class CountryNamesSerializer(serializers.Serializer[Any]):
    """UN names, by language of the UN."""

    en = serializers.CharField(source="name", help_text="English")
    fr = serializers.CharField(source="name_fr", help_text="French")
    es = serializers.CharField(source="name_es", help_text="Spanish")
    ru = serializers.CharField(source="name_ru", help_text="Russian")
    zh = serializers.CharField(source="name_zh", help_text="Chinese")
    ar = serializers.CharField(source="name_ar", help_text="Arabic")


@extend_schema_serializer(component_name="CountryBrief")
class CountrySerializer(serializers.Serializer[Any]):
    """A country or territory."""

    iso3 = CodeOf(COUNTRY)
    iso2 = serializers.CharField(help_text="ISO 3166-1 alpha-2")
    m49 = serializers.CharField(help_text="UN M49, three digits")
    name = serializers.CharField(source="display_name", help_text="UN short name in the reader's language")
    name_formal = serializers.CharField(help_text="UN formal name, in English.")
    names = CountryNamesSerializer(source="*")
    un_status = CodeField(UnStatus.choices)
    un_status_label = CodeLabelField(UnStatus.choices, source="un_status")
    escap_status = CodeField(EscapStatus.choices)
    escap_status_label = CodeLabelField(EscapStatus.choices, source="escap_status")
    url = own_address("api-countries")
    page_url = page_address("directory:countries")


class MembershipSerializer(serializers.Serializer[Any]):
    """A membership of a group, as it stands on the day asked for."""

    status = CodeField(MembershipStatus.choices, help_text="How sure the membership is, and its end.")
    status_label = CodeLabelField(MembershipStatus.choices, source="status")
    description = serializers.CharField(help_text="In words.")
    valid_from = serializers.DateField(
        allow_null=True, help_text="First day of being a member; null where it is not known."
    )
    valid_to = serializers.DateField(
        allow_null=True, help_text="First day of not being a member; it ends the membership only once confirmed."
    )
    date_precision = CodeField(DatePrecision.choices)
    resolution = serializers.CharField(help_text="Symbol of the document that decided it, or empty.")
    public_note = serializers.CharField(help_text="What a reader should know of it, or empty.")
    source = serializers.CharField(help_text="Where this is published.")  # type: ignore[assignment]


class CountryGroupBadgeSerializer(MembershipSerializer):
    """A group to which a country belongs."""

    group = CodeOf(GROUP, source="group_id")
    label = serializers.CharField(  # type: ignore[assignment]
        source="group.display_label", help_text="Name of the group in the reader's language."
    )


@extend_schema_serializer(component_name="Country")
class CountryDetailSerializer(CountrySerializer):
    """A country or territory, with its groups on a day."""

    on = serializers.DateField(help_text="The day of the memberships.")
    groups = CountryGroupBadgeSerializer(many=True, help_text="Groups that it belongs to on that day.")


@extend_schema_serializer(component_name="CountryGroupBrief")
class GroupSerializer(serializers.Serializer[Any]):
    """A group of countries."""

    code = CodeOf(GROUP)
    label = serializers.CharField(  # type: ignore[assignment]
        source="display_label", help_text="Name in the reader's language."
    )
    level = CodeField(GroupLevel.choices, help_text="How close an offer to the group counts; null: no offer can be.")
    level_label = CodeLabelField(GroupLevel.choices, source="level")
    authority = serializers.CharField(help_text="Who keeps the list.")
    is_heading = serializers.BooleanField(
        help_text="Whether pages call countries by it; lists are filtered by these and by groups that have `parts`, "
        "but for OPEN_REACH and lists made anew each year."
    )
    parts = CodesOf(GROUP, help_text="Codes of the groups that it is derived from.")
    part_labels = LabelsField(source="parts")
    source = serializers.CharField(help_text="Where the list is published.")  # type: ignore[assignment]
    url = own_address("api-groups")


class MemberSerializer(MembershipSerializer):
    """A member of a group on a day."""

    country = CodeOf(COUNTRY, source="country_id")
    name = serializers.CharField(source="country.display_name", help_text="UN short name in the reader's language.")
    through = CodeOf(GROUP, source="group_id", help_text="Code of the group: the one asked for, or a part of it.")


@extend_schema_serializer(component_name="CountryGroup")
class GroupDetailSerializer(GroupSerializer):
    """A group of countries, with its members on a day."""

    on = serializers.DateField(help_text="The day of the memberships.")
    members = MemberSerializer(many=True, help_text="Members on that day.")


@extend_schema_serializer(component_name="PriorityArea")
class AreaSerializer(serializers.Serializer[Any]):
    """A priority area."""

    code = CodeOf(AREA)
    label = serializers.CharField(  # type: ignore[assignment]
        source="display_label", help_text="Name in the reader's language."
    )
    parent = CodeOf(AREA, source="parent_id", allow_null=True, help_text="Code of the wider area that this belongs to.")  # type: ignore[assignment]
    parent_label = LabelField(source="parent")
    use = CodeField(AreaUse.choices, allow_null=False)
    use_label = CodeLabelField(AreaUse.choices, source="use")
    sdg_goals = ListedCodesField(help_text="Numbers of Sustainable Development Goals.")
    dac_sectors = ListedCodesField(help_text="OECD-DAC sector codes, three digits.")
    dac_purposes = ListedCodesField(help_text="OECD-DAC purpose codes, five digits.")
    source = serializers.CharField(help_text="Where the area comes from.")  # type: ignore[assignment]
    url = own_address("api-areas")


@extend_schema_serializer(component_name="Modality")
class ModalitySerializer(serializers.Serializer[Any]):
    """A modality."""

    code = CodeOf(MODALITY)
    label = serializers.CharField(  # type: ignore[assignment]
        source="display_label", help_text="Name in the reader's language."
    )
    aid_types = ListedCodesField(help_text="OECD and IATI aid types")
    source = serializers.CharField(help_text="Where the modality comes from.")  # type: ignore[assignment]
    url = own_address("api-modalities")


class AgencyFactSerializer(serializers.Serializer[Any]):
    """One institutional fact, with its source."""

    label = serializers.CharField(help_text="What the fact is about.")  # type: ignore[assignment]
    text = serializers.CharField(help_text="The fact.")
    as_of = serializers.CharField(help_text="The time that it describes, as stated.")
    source = serializers.CharField(help_text="Where it is published.")  # type: ignore[assignment]


class PublicAgencySerializer(serializers.Serializer[Any]):
    """An agency."""

    code = CodeOf(AGENCY)
    name = serializers.CharField(help_text="Name as the agency writes it.")
    acronym = serializers.CharField(help_text="Short form, or empty.")
    kind = CodeField(AgencyKind.choices, allow_null=False)
    kind_label = CodeLabelField(AgencyKind.choices, source="kind")
    country = CodeOf(COUNTRY, source="country_id", allow_null=True)
    country_label = LabelField(source="country")
    role = CodeField(AgencyRole.choices)
    role_label = CodeLabelField(AgencyRole.choices, source="role")
    founded = serializers.IntegerField(allow_null=True, help_text="Year")
    parent_body = serializers.CharField(help_text="Ministry or body that it belongs to, or empty.")
    description = serializers.CharField(help_text="What the agency is, in words.")
    website = serializers.CharField(help_text="Address of its site, or empty.")
    office_mailbox = serializers.CharField(
        source="public_mailbox", help_text="Of the office, where it wants everyone to see it; else empty."
    )
    facts = AgencyFactSerializer(
        many=True, source="shown_facts", help_text="What is published of it as an institution."
    )
    source = serializers.CharField(help_text="Where this is published.")  # type: ignore[assignment]
    url = own_address("api-agencies", "code")
    page_url = page_address("directory:agencies", "code")


@extend_schema_serializer(component_name="Agency")
class StaffAgencySerializer(PublicAgencySerializer):
    """An agency; the secretariat also sees whether it is in use."""

    is_active = serializers.BooleanField(required=False, help_text="Only for the secretariat.")
