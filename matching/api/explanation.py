"""The shape of an explanation, for the schema: what `matching.scoring.explanation.explain` returns."""

from typing import Any

from rest_framework import serializers

from matching.choices import ComparedBy, Fit, NotOpen
from matching.engine import CRITERIA, GATES
from surveys.choices import Side
from web.api.fields import CodeField


def _codes() -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField())


class ExplainedProfileSerializer(serializers.Serializer[Any]):
    """The weights used."""

    code = serializers.CharField()
    version = serializers.IntegerField()


class ExplainedCriterionSerializer(serializers.Serializer[Any]):
    """One criterion: an exact fraction, and what it adds to the score in millionths."""

    code = serializers.ChoiceField([(one.name, one.name) for one in CRITERIA])
    weight = serializers.IntegerField()
    total_weight = serializers.IntegerField()
    numerator = serializers.IntegerField()
    denominator = serializers.IntegerField()
    contribution = serializers.IntegerField(help_text="Millionths")
    is_comparable = serializers.BooleanField(
        required=False, help_text="False: a side states nothing to compare, and a level of the profile stands in."
    )


class ExplainedRelationSerializer(serializers.Serializer[Any]):
    """An area asked for, and the parent or children of it that are offered."""

    asked = serializers.CharField()
    offered = _codes()


class ExplainedAreasSerializer(serializers.Serializer[Any]):
    """What the two share in areas, by code."""

    shared = _codes()
    related = ExplainedRelationSerializer(many=True)
    missing = _codes()
    extra = _codes()


class ExplainedModalitiesSerializer(serializers.Serializer[Any]):
    """What the two share in modalities, by code."""

    shared = _codes()
    missing = _codes()
    extra = _codes()
    need_states_none = serializers.BooleanField()
    offer_states_none = serializers.BooleanField()


class ExplainedRouteSerializer(serializers.Serializer[Any]):
    """One way in which the offer reaches the need's country."""

    kind = serializers.CharField(help_text="named, group or open")
    group = serializers.CharField(
        allow_null=True, help_text="Code; null with kind group: a wider grouping that the offer names."
    )
    level_code = serializers.CharField()
    percent = serializers.IntegerField()
    shares_sub_region = serializers.BooleanField(required=False)
    left_on = serializers.DateField(
        required=False, allow_null=True, help_text="Set where the country left the group and is in its transition."
    )


class ExplainedRegionSerializer(serializers.Serializer[Any]):
    """How close the two are."""

    level = serializers.IntegerField(help_text="Percent")
    routes = ExplainedRouteSerializer(many=True)
    preference = serializers.IntegerField(allow_null=True, help_text="Percent; null: the need prefers nobody.")


class ExplainedClosingSerializer(serializers.Serializer[Any]):
    """Why one side is not open."""

    side = CodeField(Side.choices, allow_null=False)
    why = CodeField(NotOpen.choices, allow_null=False)
    day = serializers.DateField(allow_null=True, help_text="On which it closed, or opens.")


class ExplainedTopicSerializer(serializers.Serializer[Any]):
    """How close the two texts are."""

    version = serializers.CharField(help_text="What the comparison depends on.")
    closeness = serializers.IntegerField(help_text="Ten-thousandths")
    compared_by = CodeField(
        ComparedBy.choices, required=False, allow_null=True, help_text="Null: no two of their texts can be compared."
    )
    need_in_english = serializers.BooleanField(required=False, help_text="Its second text was the closer one.")
    offer_in_english = serializers.BooleanField(required=False)
    need_has_no_text = serializers.BooleanField()
    offer_has_no_text = serializers.BooleanField()
    other_language = serializers.BooleanField(help_text="Across languages the meaning alone is compared.")


class ExplanationSerializer(serializers.Serializer[Any]):
    """Why a need and an offer fit, or which gates close them off from each other."""

    need = serializers.IntegerField()
    offer = serializers.IntegerField()
    on = serializers.DateField()
    profile = ExplainedProfileSerializer()
    engine_version = serializers.CharField()
    gates = serializers.ListField(
        child=serializers.ChoiceField([(name, name) for name in GATES]), help_text="All that close the pair."
    )
    not_open = ExplainedClosingSerializer(many=True, required=False)
    score = serializers.IntegerField(help_text="Millionths")
    overlap = serializers.IntegerField(
        required=False, help_text="Millionths: how far what both state overlaps, without their texts; makes the word."
    )
    fit = CodeField(Fit.choices, allow_null=False)
    criteria = ExplainedCriterionSerializer(many=True)
    areas = ExplainedAreasSerializer()
    modalities = ExplainedModalitiesSerializer()
    region = ExplainedRegionSerializer()
    topic = ExplainedTopicSerializer(
        required=False, allow_null=True, help_text="Null: the topic was off. Absent: explained before there was one."
    )
    not_stated = _codes()
