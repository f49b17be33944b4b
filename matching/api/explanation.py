"""The shape of an explanation, for the schema: what `matching.scoring.explanation.explain` returns."""

from typing import Any

from rest_framework import serializers

from matching.choices import ComparedBy, Fit, NotOpen
from matching.engine import CRITERIA, GATES
from surveys.choices import Side
from web.api.fields import CodeField

CRITERION_CHOICES = [(one.name, one.name) for one in CRITERIA]
GATE_CHOICES = [(name, name) for name in GATES]


def _codes(words: str) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(), help_text=words)


class ExplainedProfileSerializer(serializers.Serializer[Any]):
    """The weights used."""

    code = serializers.CharField(help_text="Code of the scoring profile.")
    version = serializers.IntegerField(help_text="Its version.")


class ExplainedCriterionSerializer(serializers.Serializer[Any]):
    """One criterion: an exact fraction, and what it adds to the score in millionths."""

    code = serializers.ChoiceField(CRITERION_CHOICES)
    weight = serializers.IntegerField(help_text="Its weight in the profile.")
    total_weight = serializers.IntegerField(help_text="The weights of all criteria together.")
    numerator = serializers.IntegerField(help_text="Of the fraction that the pair reaches.")
    denominator = serializers.IntegerField(help_text="Of the fraction that the pair reaches.")
    contribution = serializers.IntegerField(help_text="Millionths")
    is_comparable = serializers.BooleanField(
        required=False, help_text="False: a side states nothing to compare, and a level of the profile stands in."
    )


class ExplainedRelationSerializer(serializers.Serializer[Any]):
    """An area asked for, and the parent or children of it that are offered."""

    asked = serializers.CharField(help_text="Code of the area asked for.")
    offered = _codes("Codes of the wider or narrower areas offered.")


class ExplainedAreasSerializer(serializers.Serializer[Any]):
    """What the two share in areas, by code."""

    shared = _codes("Asked for and offered.")
    related = ExplainedRelationSerializer(
        many=True, help_text="Areas asked for of which a wider or narrower one is offered."
    )
    missing = _codes("Asked for, and not offered.")
    extra = _codes("Offered, and not asked for.")


class ExplainedModalitiesSerializer(serializers.Serializer[Any]):
    """What the two share in modalities, by code."""

    shared = _codes("Asked for and offered.")
    missing = _codes("Asked for, and not offered.")
    extra = _codes("Offered, and not asked for.")
    need_states_none = serializers.BooleanField(help_text="The need names no modality.")
    offer_states_none = serializers.BooleanField(help_text="The offer names no modality.")


class ExplainedRouteSerializer(serializers.Serializer[Any]):
    """One way in which the offer reaches the need's country."""

    kind = serializers.CharField(help_text="named, group or open")
    group = serializers.CharField(
        allow_null=True, help_text="Code; null with kind group: a wider grouping that the offer names."
    )
    level_code = serializers.CharField(help_text="Code of the level of closeness.")
    percent = serializers.IntegerField(help_text="What the level counts, in percent.")
    shares_sub_region = serializers.BooleanField(
        required=False, help_text="Both countries are of one ESCAP sub-region."
    )
    left_on = serializers.DateField(
        required=False, allow_null=True, help_text="Set where the country left the group and is in its transition."
    )


class ExplainedRegionSerializer(serializers.Serializer[Any]):
    """How close the two are."""

    level = serializers.IntegerField(help_text="Percent")
    routes = ExplainedRouteSerializer(
        many=True, help_text="All ways in which the offer reaches the country, the closest first."
    )
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
    offer_in_english = serializers.BooleanField(required=False, help_text="Its second text was the closer one.")
    need_has_no_text = serializers.BooleanField(help_text="Nothing of the need can be compared.")
    offer_has_no_text = serializers.BooleanField(help_text="Nothing of the offer can be compared.")
    other_language = serializers.BooleanField(help_text="Across languages the meaning alone is compared.")


class StoredFiguresSerializer(serializers.Serializer[Any]):
    """The score and its contributions that a reviewer saw when deciding, in millionths, even where a run was overdue.

    They may differ from those worked out on the day of the decision.
    """

    score = serializers.IntegerField(help_text="Millionths")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the score and a field for each criterion."""
        part = {code: serializers.IntegerField(help_text="Millionths") for code, _label in CRITERION_CHOICES}
        return {**super().get_fields(), **part}


class ExplanationSerializer(serializers.Serializer[Any]):
    """Why a need and an offer fit, or which gates close them off from each other."""

    need = serializers.IntegerField(help_text="Number of the need.")
    offer = serializers.IntegerField(help_text="Number of the offer.")
    on = serializers.DateField(help_text="The day for which it was worked out.")
    profile = ExplainedProfileSerializer()
    engine_version = serializers.CharField(help_text="Version of the matching engine.")
    gates = serializers.ListField(child=serializers.ChoiceField(GATE_CHOICES), help_text="All that close the pair.")
    not_open = ExplainedClosingSerializer(
        many=True, required=False, help_text="Which side is not open, and why; absent where both are."
    )
    score = serializers.IntegerField(help_text="Millionths")
    overlap = serializers.IntegerField(
        required=False, help_text="Millionths: how far what both state overlaps, without their texts; makes the word."
    )
    fit = CodeField(Fit.choices, allow_null=False)
    criteria = ExplainedCriterionSerializer(many=True, help_text="The criteria that add up to the score.")
    areas = ExplainedAreasSerializer()
    modalities = ExplainedModalitiesSerializer()
    region = ExplainedRegionSerializer()
    topic = ExplainedTopicSerializer(
        required=False, allow_null=True, help_text="Null: the topic was off. Absent: explained before there was one."
    )
    not_stated = _codes("What a side does not state, by name of the field.")
    stored = StoredFiguresSerializer(required=False, help_text="Of a decided match, what its reviewer saw.")
