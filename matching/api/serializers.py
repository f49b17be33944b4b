"""Matches and runs as the API gives them, by audience; steps and notes are in none but the secretariat's."""

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from directory.api.codes import AGENCY, COUNTRY
from matching.api.explanation import ExplanationSerializer
from matching.choices import Fit, MatchStatus, ReadAs, RunState
from matching.engine import CRITERIA, GATES
from matching.life.seen.stated import stated_overlap
from matching.models import Match
from matching.scoring.explanation import explain
from matching.scoring.pairs import explanation_of
from surveys.models.postings.posting import Posting
from web.api.codes import CodeOf
from web.api.fields import CodeField, CodeLabelField, LabelField, own_address, page_address

STAFF_ONLY = "Only for the secretariat."
NOT_LISTED = "Null for a released fit: lists show those as a word."
LABEL = (
    "computed fit, no commitment of either side; shown for information; "
    "not endorsed by the United Nations or the Governments concerned"
)


def as_number(millionths: int) -> float:
    """Return a score or a part of one, kept in millionths, as a number from 0 to 1 with at most six decimals."""
    return round(millionths / 1_000_000, 6)


def contributions_of(match: Match) -> dict[str, float]:
    """Return by criterion what adds up to the score that the reader may see."""
    parts = match.seen.parts
    return {criterion.name: as_number(parts.get(criterion.name, 0)) for criterion in CRITERIA}


class MatchedPostingSerializer(serializers.Serializer[Any]):
    """One side of a match."""

    id = serializers.IntegerField(source="pk", help_text="Its number.")
    title = serializers.CharField(help_text="Title, in its own language.")
    country = serializers.SerializerMethodField(help_text="ISO3 of the country whose posting it is.")
    country_label = LabelField(source="posting_country")
    agency = CodeOf(AGENCY, source="agency.code", allow_null=True)
    agency_label = LabelField(source="agency.name")

    @extend_schema_field(COUNTRY.schema(or_null=True))
    def get_country(self, posting: Posting) -> str | None:
        """Return the ISO3 code of its own country, else of its agency's."""
        return posting.country_id or (posting.agency.country_id if posting.agency else None)


class ProfileSerializer(serializers.Serializer[Any]):
    """A version of the weights."""

    code = serializers.CharField(help_text="Code of the scoring profile.")
    version = serializers.IntegerField(help_text="Its version.")


class ContributionsSerializer(serializers.Serializer[Any]):
    """What each criterion adds to the score; together they are the score."""

    def get_fields(self) -> dict[str, Any]:
        """Return a number for each criterion that there is."""
        return {
            criterion.name: serializers.FloatField(help_text="0 also where the score is older than the criterion.")
            for criterion in CRITERIA
        }


class PublicMatchSerializer(serializers.Serializer[Any]):
    """A computed fit between a need and an offer.

    Readers who may see it in full get today's figures, those that it would have had nobody decided anything; all others
    those of the release, which no later step changes.
    """

    id = serializers.CharField(source="public_id", help_text="The ids of need and offer: 12-34.")
    need = MatchedPostingSerializer()
    offer = MatchedPostingSerializer()
    score = serializers.SerializerMethodField(help_text="From 0 to 1, at most six decimals.")
    fit = serializers.SerializerMethodField(
        help_text="How far what both sides state overlaps, as a word; null for a released fit with an unconfirmed side."
    )
    fit_label = serializers.SerializerMethodField(help_text="The word for people.")
    contributions = serializers.SerializerMethodField(help_text="By criterion.")
    label = serializers.SerializerMethodField(help_text="What a match is not.")  # type: ignore[assignment]
    profile = serializers.SerializerMethodField(help_text="The weights that made the score.")
    released_at = serializers.DateTimeField(
        allow_null=True, help_text="When the secretariat released it; null: not released."
    )
    url = own_address("api-matches", "public_id")
    page_url = page_address("matching:matches", "public_id")

    def get_score(self, match: Match) -> float:
        """Return the score that the reader may see."""
        return as_number(match.seen.score)

    @extend_schema_field(CodeField(Fit.choices, allow_null=True))
    def get_fit(self, match: Match) -> str | None:
        """Return the word that the reader may see; none of a released fit that a side has not confirmed."""
        return None if stated_overlap(match) else match.seen.fit.value

    def get_fit_label(self, match: Match) -> str | None:
        """Return the word as people read it."""
        return None if stated_overlap(match) else str(match.seen.fit.label)

    @extend_schema_field(ContributionsSerializer)
    def get_contributions(self, match: Match) -> dict[str, float]:
        """Return each criterion's part of the score that the reader may see."""
        return contributions_of(match)

    @extend_schema_field(ProfileSerializer)
    def get_profile(self, match: Match) -> dict[str, Any]:
        """Return the profile behind the score that the reader may see."""
        profile = match.seen.profile
        if profile is None:
            return dict((match.released_as or {})["profile"])
        return {"code": profile.code, "version": profile.version}

    def get_label(self, match: Match) -> str:
        """Return the words that stand at every match, behind its heading where a side has not confirmed it."""
        return ". ".join(filter(None, (stated_overlap(match), LABEL)))


class StaffMatchSerializer(PublicMatchSerializer):
    """What the secretariat sees besides."""

    status = CodeField(MatchStatus.choices, required=False, allow_null=False, help_text=STAFF_ONLY)
    status_label = CodeLabelField(MatchStatus.choices, source="status", required=False, help_text=STAFF_ONLY)
    rank_for_need = serializers.IntegerField(required=False, allow_null=True, help_text=STAFF_ONLY)
    rank_for_offer = serializers.IntegerField(required=False, allow_null=True, help_text=STAFF_ONLY)
    run = serializers.IntegerField(source="run_id", required=False, allow_null=True, help_text=STAFF_ONLY)


class ExplanationMixin(serializers.Serializer[Any]):
    """The explanation of one match."""

    explanation = serializers.SerializerMethodField(help_text="Why the two fit, as data; codes, not words.")

    @extend_schema_field(ExplanationSerializer)
    def get_explanation(self, match: Match) -> dict[str, Any] | None:
        """Return the explanation that belongs to what the reader sees of the match."""
        frozen = match.decided_on if match.seen.read_as == ReadAs.DESK else None
        return frozen or explanation_of(match)


class PublicMatchListSerializer(PublicMatchSerializer):
    """A match in a list, where a released fit is a word alone: the match itself gives the number, and the reasons."""

    score = serializers.SerializerMethodField(help_text=f"From 0 to 1, at most six decimals. {NOT_LISTED}")
    contributions = serializers.SerializerMethodField(help_text=f"By criterion. {NOT_LISTED}")

    def get_score(self, match: Match) -> float | None:  # type: ignore[override]
        """Return the score that the reader may see."""
        return None if match.seen.is_released else as_number(match.seen.score)

    @extend_schema_field(ContributionsSerializer(allow_null=True))
    def get_contributions(self, match: Match) -> dict[str, float] | None:  # type: ignore[override]
        """Return each criterion's part of the score that the reader may see."""
        return None if match.seen.is_released else contributions_of(match)


@extend_schema_serializer(component_name="MatchBrief")
class StaffMatchListSerializer(PublicMatchListSerializer, StaffMatchSerializer):
    """A match in a list."""


class PublicMatchDetailSerializer(PublicMatchSerializer, ExplanationMixin):
    """A match with its explanation."""


@extend_schema_field(ExplanationSerializer(allow_null=True))
class ExplanationTodayField(serializers.Field[Any, Any, Any, Any]):
    """Today's explanation by today's profile, where the match shows an older one."""

    def to_representation(self, match: Match) -> dict[str, Any] | None:
        """Return it, or None where the match shows today's itself."""
        return explain(need=match.need, offer=match.offer) if match.decided_on else None


@extend_schema_serializer(component_name="Match")
class StaffMatchDetailSerializer(StaffMatchSerializer, ExplanationMixin):
    """A match with its explanation; of a decided one the explanation that it was decided on, and today's beside it."""

    explanation_today = ExplanationTodayField(
        source="*",
        required=False,
        help_text=f"Of a decided match, how the pair fits today; null otherwise. {STAFF_ONLY}",
    )


class PublicRunSerializer(serializers.Serializer[Any]):
    """A matching run whose results stand."""

    id = serializers.IntegerField(source="pk", help_text="Its number.")
    on = serializers.DateField(help_text="The day for which it scored.")
    engine_version = serializers.CharField(help_text="Version of the matching engine.")
    profile = ProfileSerializer()
    finished_at = serializers.DateTimeField(allow_null=True, help_text="When it was done.")
    url = own_address("api-runs")


@extend_schema_field(
    {
        "type": "object",
        "properties": {"closed_by": {"type": "object", "properties": {name: {"type": "integer"} for name in GATES}}},
        "additionalProperties": {},
    }
)
class RunCountsField(serializers.DictField):
    """How many pairs there were, how many each gate closed, and what was stored."""


@extend_schema_serializer(component_name="MatchRun")
class StaffRunSerializer(PublicRunSerializer):
    """A matching run."""

    state = CodeField(RunState.choices, required=False, allow_null=False, help_text=STAFF_ONLY)
    state_label = CodeLabelField(RunState.choices, source="state", required=False, help_text=STAFF_ONLY)
    is_what_if = serializers.BooleanField(required=False, help_text=STAFF_ONLY)
    progress = serializers.IntegerField(required=False, help_text=f"Percent. {STAFF_ONLY}")
    counts = RunCountsField(required=False, help_text=STAFF_ONLY)
    error = serializers.CharField(required=False, help_text=STAFF_ONLY)
    started_at = serializers.DateTimeField(required=False, help_text=STAFF_ONLY)
