"""What the schema says of writing: bodies, headers, answers."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers

from surveys.api.writing.answers import KeyNeedSerializer, KeyOfferSerializer
from surveys.api.writing.proposed import STATES
from surveys.api.writing.sent import (
    SentNeedSerializer,
    SentNeedsSerializer,
    SentOfferSerializer,
    SentOffersSerializer,
    SentWithdrawalSerializer,
)
from surveys.choices import PostingStatus
from web.api.fields import CodeField
from web.api.openapi.answers import IF_MATCH, REPEATABLE

SENT = {"offer": SentOfferSerializer, "need": SentNeedSerializer}
SENT_MANY = {"offer": SentOffersSerializer, "need": SentNeedsSerializer}
SHOWN = {"offer": KeyOfferSerializer, "need": KeyNeedSerializer}


class BatchResultSerializer(serializers.Serializer[Any]):
    """What became of one of many: a posting, or a problem as RFC 9457 has it."""

    index = serializers.IntegerField(help_text="Its place among the items, counted from 0.")
    status = serializers.IntegerField(help_text="As of one alone: 201, 200, or what is wrong.")
    id = serializers.IntegerField(required=False, help_text="Number of the posting.")
    reference = serializers.CharField(required=False, help_text="Your own system's id of it, or empty.")
    posting_status = CodeField(
        PostingStatus.choices, required=False, allow_null=False, help_text="How far it has come."
    )
    proposed_state = CodeField(
        STATES, required=False, help_text="How far a change that waits beside what is public has come; null: none."
    )
    url = serializers.URLField(required=False, help_text="Address of the posting.")
    etag = serializers.CharField(required=False, help_text="Send it back as If-Match, or as `version` of an item.")
    type = serializers.CharField(required=False, help_text="about:blank: the status says all.")
    title = serializers.CharField(required=False, help_text="The name of the status.")
    detail = serializers.CharField(required=False, help_text="What is wrong, for people.")
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), required=False, help_text="Messages by field."
    )


class BatchResultsSerializer(serializers.Serializer[Any]):
    """What became of each of many, in their order."""

    results = BatchResultSerializer(many=True, help_text="One for each item.")


def _header(name: str, words: str, example: str, *statuses: str, required: bool = False, **schema: Any) -> Any:
    kind = {"type": "string", "examples": [example], **schema}
    response: Any = list(statuses) or False
    return OpenApiParameter(
        name, kind, OpenApiParameter.HEADER, required=required, description=words, response=response
    )


_TAG = '"5f2b1c3d4e5f60718293a4b5c6d7e8f9.0123456789abcdef"'
_AGAIN = _header(
    REPEATABLE,
    "Best a UUID, new for each call: sent again with it, the call is done once and answered the same.",
    "8e03978e-40d5-43dd-bc93-6894a57f9324",
    minLength=1,
    maxLength=255,
)
_SEEN = _header(
    IF_MATCH, "The ETag of what you read: nothing is changed where somebody changed it since.", _TAG, required=True
)
_NEW_TAG = "Send it back as If-Match with the next change."


def describe_writing(kind: str) -> Any:
    """Return the decorator that describes what is written of an "offer" or a "need"."""
    a = f"an {kind}" if kind == "offer" else f"a {kind}"
    replayed = _header("Idempotency-Replayed", "Given where an earlier answer is given again.", "true", "200", "201")
    changed: dict[str, Any] = {
        "parameters": [_SEEN, _AGAIN, _header("ETag", _NEW_TAG, _TAG, "200"), replayed],
        "responses": {200: SHOWN[kind]},
    }
    return extend_schema_view(
        create=extend_schema(
            summary=f"Create {a}",
            description=f"Create {a} of the agency whose key it is; needs a key that may write.",
            request={"application/json": SENT[kind]},
            parameters=[
                _AGAIN,
                _header("ETag", _NEW_TAG, _TAG, "201"),
                _header("Location", "Where it is now.", "https://portal.example.org/api/v1/offers/12/", "201"),
                replayed,
            ],
            responses={201: SHOWN[kind]},
        ),
        partial_update=extend_schema(
            summary=f"Change {a}",
            description="Change what is named of one of the own agency; what is left out stays as it is. Where what is"
            " public has to be approved first, it stays, and `proposed` says what waits.",
            request={"application/json": SENT[kind]},
            **changed,
        ),
        withdraw=extend_schema(
            operation_id=f"{kind}s_withdraw",
            summary=f"Withdraw {a}",
            description="Withdraw one of the own agency, for a reason. It stays in the records and can be put back.",
            request={"application/json": SentWithdrawalSerializer},
            **changed,
        ),
        batch=extend_schema(
            operation_id=f"{kind}s_batch",
            summary=f"Create and change many {kind}s",
            description="Up to a hundred, each by itself and with a result of its own; each counts as a request.",
            request={"application/json": SENT_MANY[kind]},
            parameters=[_AGAIN, replayed],
            responses={200: BatchResultsSerializer},
        ),
    )
