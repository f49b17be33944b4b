"""Reference data as the API gives it; fields are listed, never taken from the model."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

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
from web.api.fields import CodeField, CodesField, ListedCodesField


class CountryNamesSerializer(serializers.Serializer[Any]):
    """UN names, by language of the UN."""

    en = serializers.CharField(source="name")
    fr = serializers.CharField(source="name_fr")
    es = serializers.CharField(source="name_es")
    ru = serializers.CharField(source="name_ru")
    zh = serializers.CharField(source="name_zh")
    ar = serializers.CharField(source="name_ar")


@extend_schema_serializer(component_name="CountryBrief")
class CountrySerializer(serializers.Serializer[Any]):
    """A country or territory."""

    iso3 = serializers.CharField(help_text="ISO 3166-1 alpha-3")
    iso2 = serializers.CharField(help_text="ISO 3166-1 alpha-2")
    m49 = serializers.CharField(help_text="UN M49, three digits")
    name = serializers.CharField(source="display_name", help_text="UN short name in the reader's language")
    name_formal = serializers.CharField()
    names = CountryNamesSerializer(source="*")
    un_status = CodeField(UnStatus.choices)
    escap_status = CodeField(EscapStatus.choices)


class MembershipSerializer(serializers.Serializer[Any]):
    """A membership of a group, as it stands on the day asked for."""

    status = CodeField(MembershipStatus.choices, help_text="How sure the membership is, and its end.")
    description = serializers.CharField(help_text="In words.")
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(
        allow_null=True, help_text="First day of not being a member; it ends the membership only once confirmed."
    )
    date_precision = CodeField(DatePrecision.choices)
    resolution = serializers.CharField()
    public_note = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]


class CountryGroupBadgeSerializer(MembershipSerializer):
    """A group to which a country belongs."""

    group = serializers.CharField(source="group_id", help_text="Code of the group")
    label = serializers.CharField(source="group.label")  # type: ignore[assignment]


@extend_schema_serializer(component_name="Country")
class CountryDetailSerializer(CountrySerializer):
    """A country or territory, with its groups on a day."""

    on = serializers.DateField()
    groups = CountryGroupBadgeSerializer(many=True)


@extend_schema_serializer(component_name="CountryGroupBrief")
class GroupSerializer(serializers.Serializer[Any]):
    """A group of countries."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    level = CodeField(GroupLevel.choices, help_text="How close an offer to the group counts; null: no offer can be.")
    authority = serializers.CharField()
    is_heading = serializers.BooleanField(
        help_text="Whether pages call countries by it; lists are filtered by these and by groups that have `parts`, "
        "but for OPEN_REACH and lists made anew each year."
    )
    parts = CodesField(help_text="Codes of the groups that it is derived from.")
    source = serializers.CharField()  # type: ignore[assignment]


class MemberSerializer(MembershipSerializer):
    """A member of a group on a day."""

    country = serializers.CharField(source="country_id", help_text="ISO3")
    name = serializers.CharField(source="country.display_name")
    through = serializers.CharField(source="group_id", help_text="Code of the group: the one asked for, or a part.")


@extend_schema_serializer(component_name="CountryGroup")
class GroupDetailSerializer(GroupSerializer):
    """A group of countries, with its members on a day."""

    on = serializers.DateField()
    members = MemberSerializer(many=True)


@extend_schema_serializer(component_name="PriorityArea")
class AreaSerializer(serializers.Serializer[Any]):
    """A priority area."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    parent = serializers.CharField(source="parent_id", allow_null=True)  # type: ignore[assignment]
    use = CodeField(AreaUse.choices, allow_null=False)
    sdg_goals = ListedCodesField()
    dac_sectors = ListedCodesField()
    dac_purposes = ListedCodesField()
    source = serializers.CharField()  # type: ignore[assignment]


@extend_schema_serializer(component_name="Modality")
class ModalitySerializer(serializers.Serializer[Any]):
    """A modality."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    aid_types = ListedCodesField(help_text="OECD and IATI aid types")
    source = serializers.CharField()  # type: ignore[assignment]


class AgencyFactSerializer(serializers.Serializer[Any]):
    """One institutional fact, with its source."""

    label = serializers.CharField()  # type: ignore[assignment]
    text = serializers.CharField()
    as_of = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]


class PublicAgencySerializer(serializers.Serializer[Any]):
    """An agency."""

    code = serializers.CharField()
    name = serializers.CharField()
    acronym = serializers.CharField()
    kind = CodeField(AgencyKind.choices, allow_null=False)
    country = serializers.CharField(source="country_id", allow_null=True, help_text="ISO3")
    role = CodeField(AgencyRole.choices)
    founded = serializers.IntegerField(allow_null=True, help_text="Year")
    parent_body = serializers.CharField()
    description = serializers.CharField()
    website = serializers.CharField()
    office_mailbox = serializers.CharField(
        source="public_mailbox", help_text="Of the office, where it wants everyone to see it; else empty."
    )
    facts = AgencyFactSerializer(many=True, source="shown_facts")
    source = serializers.CharField()  # type: ignore[assignment]


@extend_schema_serializer(component_name="Agency")
class StaffAgencySerializer(PublicAgencySerializer):
    """An agency; the secretariat also sees whether it is in use."""

    is_active = serializers.BooleanField(required=False, help_text="Only for the secretariat.")
