"""`POST /api/v1/match/`: a need or an offer given in the request, scored against what is open, and stored nowhere."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from matching.api.explanation import ExplanationSerializer
from matching.choices import Fit
from matching.engine import GATES
from matching.service.answered import MOST, Fitting, MatchAnswer, answer
from matching.service.asked import AskedWrongly, MatchQuestion, place_field, read_question
from surveys.choices import PlaceKind, Side
from surveys.postings.forms.form import LONGEST_TEXT, MOST_PLACES
from web.api import limits
from web.api.fields import CodeField
from web.api.problems import BadQuery
from web.api.views import refuse_other_parameters
from web.api.writing.bodies import JsonBodyParser
from web.api.writing.views import WritingMixin
from web.calendar.days import today

MOST_BYTES = 200_000
"""Of a request: two texts of the greatest length in any script, and all that can be said beside them."""
MOST_CODES = 200
FIRST_ID, LAST_ID = 1, 10**18 - 1
KIND_CHOICES = [(side.value, side.value) for side in Side]


class GivenPlaceSerializer(serializers.Serializer[Any]):
    """A country or a group: one of the two."""

    country = serializers.CharField(required=False, max_length=3, help_text="ISO 3166-1 alpha-3")
    group = serializers.CharField(required=False, max_length=40, help_text="Code of a group, see `/api/v1/groups/`.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse both, and neither."""
        if len(attrs) != 1:
            raise serializers.ValidationError(_("Give a country or a group: one of the two."))
        return attrs


def _codes(words: str) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, default=list, max_length=MOST_CODES, help_text=words
    )


def _places(words: str) -> Any:
    return GivenPlaceSerializer(many=True, required=False, max_length=MOST_PLACES, help_text=words)  # type: ignore[call-arg]


class MatchQuestionSerializer(serializers.Serializer[Any]):
    """A need or an offer, with what the form of the portal would ask before it is published."""

    kind = serializers.ChoiceField(KIND_CHOICES, help_text="need or offer")
    country = serializers.CharField(max_length=3, help_text="Whose it is: ISO 3166-1 alpha-3.")
    title = serializers.CharField(max_length=200, help_text="What it is about, on one line.")
    text = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=LONGEST_TEXT, help_text="In a few sentences."
    )
    language = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=10,
        help_text="Of title and text: ISO 639-1. Left out: as they read.",
    )
    english_text = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=LONGEST_TEXT,
        help_text="The same in English, where title and text are in another language.",
    )
    areas = _codes("Codes of priority areas, see `/api/v1/areas/`.")
    modalities = _codes("Codes of modalities, see `/api/v1/modalities/`; none: say `any_modality`.")
    any_modality = serializers.BooleanField(
        required=False, default=False, help_text="Any form of cooperation can be discussed."
    )
    targets = _places("Of an offer: whom it is for; left out: open to all that take part.")
    preferred_partners = _places("Of a need: with whom its country would rather work.")
    opens_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="First day.")
    closes_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="Last day, inclusive; left out: no end."
    )
    limit = serializers.IntegerField(
        required=False, default=10, min_value=1, max_value=MOST, help_text="So many results at most."
    )
    against = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=FIRST_ID,
        max_value=LAST_ID,
        help_text="Id of one posting of the other kind to be compared with, whatever closes the two off.",
    )

    def to_internal_value(self, data: Any) -> Any:
        """Refuse what is not asked for: a field that is not understood is never passed over."""
        if isinstance(data, dict) and (unknown := sorted(set(map(str, data)) - set(self.fields))):
            names = ", ".join(self.fields)
            raise serializers.ValidationError(
                {name[:60]: [_("Unknown field. Known here: %(names)s.") % {"names": names}] for name in unknown[:10]}
            )
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse the places of the other kind."""
        other = place_field(Side.OFFER if attrs["kind"] == Side.NEED else Side.NEED)
        if attrs.get(other):
            raise serializers.ValidationError({other: [_("A posting of this kind has none.")]})
        return attrs

    def question(self) -> MatchQuestion:
        """Return what was given."""
        data = self.validated_data
        side = Side(data["kind"])
        places = data.get(place_field(side), [])
        return MatchQuestion(
            side=side,
            country=data["country"],
            # As the form keeps them.
            title=" ".join(data["title"].split()),
            text=data["text"].strip(),
            language=data["language"],
            english_text=data["english_text"].strip(),
            areas=tuple(dict.fromkeys(data["areas"])),
            modalities=tuple(dict.fromkeys(data["modalities"])),
            any_modality=data["any_modality"],
            places=tuple((PlaceKind(kind), code) for place in places for kind, code in place.items()),
            opens_on=data["opens_on"],
            closes_on=data["closes_on"],
        )


class MatchResultSerializer(serializers.Serializer[Any]):
    """A posting of the other kind, and how it goes with the given one."""

    id = serializers.IntegerField(help_text="Of the offer, or of the need.")
    url = serializers.URLField(help_text="Its page.")
    title = serializers.CharField(help_text="Title, in its own language.")
    country = serializers.CharField(allow_null=True, help_text="ISO3; null: of an agency of no one country.")
    agency = serializers.CharField(allow_null=True, help_text="Code")
    is_confirmed = serializers.BooleanField(help_text="Whether its country's own agency has vouched for it.")
    fit = CodeField(Fit.choices, help_text="Null: something closes the two off, or it is not confirmed.")
    gates = serializers.ListField(
        child=serializers.ChoiceField([(name, name) for name in GATES]), help_text="All that close the two off."
    )
    reasons = serializers.ListField(
        child=serializers.CharField(), help_text="In words: why they fit, or what closes them off from each other."
    )
    explanation = ExplanationSerializer(
        allow_null=True, help_text="With figures; for readers of computed fits, else null."
    )


class ClosedBySerializer(serializers.Serializer[Any]):
    """How many postings each gate closes off; one that several close counts under each."""

    def get_fields(self) -> dict[str, Any]:
        """Return a count for each gate."""
        return {name: serializers.IntegerField(help_text=f"Closed by {name}.") for name in GATES}


class MatchAnswerSerializer(serializers.Serializer[Any]):
    """The best fits of what was given, and why the others are none."""

    kind = serializers.ChoiceField(KIND_CHOICES, help_text="Of what was given.")
    on = serializers.DateField(help_text="The day for which it was worked out.")
    compared_with = serializers.IntegerField(
        help_text="Open, confirmed postings of the other kind that this reader may see."
    )
    fits = serializers.IntegerField(help_text="How many of them fit.")
    too_low = serializers.IntegerField(help_text="How many are open to it and fit less than would be suggested.")
    closed_by = ClosedBySerializer()
    results = MatchResultSerializer(many=True, help_text="The best of those that fit.")
    against = MatchResultSerializer(allow_null=True, help_text="The posting that was asked about.")


class MatchService(WritingMixin):
    """Score a need or an offer that is given in the request. Nothing of it is stored."""

    http_method_names = ["post", "options"]
    renderer_classes = [JSONRenderer]
    parser_classes = [JsonBodyParser]

    @extend_schema(
        operation_id="match",
        tags=["match"],
        summary="Score a need or an offer that is given",
        description=(
            "Compares a need, or an offer, with every open and confirmed posting of the other kind that the caller may "
            "see, and returns the best, each with its reasons; of the others, by how many each gate is closed. Nothing "
            "is stored. Figures are given to readers of computed fits alone; to all others a fit is a word, and fits "
            "of one word stand alphabetically. With `against`, one posting is explained whatever closes it off."
        ),
        request=MatchQuestionSerializer,
        responses={200: MatchAnswerSerializer},
    )
    def post(self, request: Request) -> Response:
        """Return what fits; 400 with what is wrong by field, 413 for too much of it."""
        refuse_other_parameters(request)
        asked = MatchQuestionSerializer(data=_body(request))
        if not asked.is_valid():
            raise BadQuery(_flat(asked.errors))
        try:
            found = answer(
                asked=read_question(asked.question()),
                reader=request.user,
                limit=asked.validated_data["limit"],
                against=asked.validated_data["against"],
            )
        except AskedWrongly as wrong:
            raise BadQuery(wrong.errors) from wrong
        return Response(_written(found, kind=asked.validated_data["kind"], request=request))

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Count it apart too: each answer compares with all that is open."""
        super().initial(request, *args, **kwargs)
        limits.count(request, apart=limits.MATCH)


def _body(request: Request) -> Any:
    """Return the JSON of a request; RequestDataTooBig before it is read where it is too long."""
    plain: HttpRequest = request._request  # noqa: SLF001 - it has no other name
    if int(plain.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        raise RequestDataTooBig
    return request.data


def _flat(errors: Any) -> dict[str, list[str]]:
    """Return messages by field; those of a list or of a place in it, under the field that holds it."""

    def messages(found: Any) -> list[str]:
        if isinstance(found, dict):
            return list(dict.fromkeys(one for inner in found.values() for one in messages(inner)))
        if isinstance(found, list):
            return list(dict.fromkeys(one for inner in found for one in messages(inner)))
        return [str(found)]

    return {str(name): messages(found) for name, found in errors.items()}


def _written(found: MatchAnswer, *, kind: str, request: Request) -> dict[str, Any]:
    def written(one: Fitting) -> dict[str, Any]:
        country, agency = one.posting.posting_country, one.posting.agency
        return {
            "id": one.posting.pk,
            "url": request.build_absolute_uri(one.posting.get_absolute_url()),
            "title": one.posting.title,
            "country": country.pk if country else None,
            "agency": agency.code if agency else None,
            "is_confirmed": one.posting.is_confirmed,
            "fit": one.explanation["fit"] if one.has_word else None,
            "gates": one.explanation["gates"],
            "reasons": one.reasons,
            "explanation": one.explanation if found.shows_figures and one.posting.is_confirmed else None,
        }

    return {
        "kind": kind,
        "on": today().isoformat(),
        "compared_with": found.compared_with,
        "fits": found.fits,
        "too_low": found.too_low,
        "closed_by": found.closed_by,
        "results": [written(one) for one in found.results],
        "against": written(found.against) if found.against else None,
    }
