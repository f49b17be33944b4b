"""Changes as the API gives them."""

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from feed.kinds import KINDS
from feed.page import GONE, UPSERT, RowChange

KIND_CHOICES = [(kind, kind) for kind in KINDS]
CHANGE_CHOICES = [(change, change) for change in (UPSERT, GONE)]
POSITION = "Give it back as `after`; a text to be kept as it is."


# In lists, those with every field, as the schema has them there.
_OF_LISTS: Any = [list(kind.view.by_readership.values())[-1] for kind in KINDS.values()]


class ChangeSerializer(serializers.Serializer[Any]):
    """A row that is another than it was, once, where it last changed."""

    position = serializers.CharField(help_text=POSITION)
    kind = serializers.ChoiceField(KIND_CHOICES, help_text="The list of the API in which the row stands.")
    id = serializers.CharField(help_text="The id or the code of the row, always as text.")
    change = serializers.ChoiceField(
        CHANGE_CHOICES,
        help_text="`upsert`: the row is new or has changed. `gone`: it cannot be seen any more; why is not told.",
    )
    on = serializers.DateField(help_text="The day on which the feed said so.")
    row = serializers.SerializerMethodField(help_text="The row as its list gives it now; null where it is gone.")

    @extend_schema_field(
        PolymorphicProxySerializer(
            component_name="ChangedRow",
            serializers=_OF_LISTS,
            resource_type_field_name=None,
            many=False,
            allow_null=True,
        )
    )
    def get_row(self, change: RowChange) -> dict[str, Any] | None:
        """Return the row."""
        return change.row


@extend_schema_serializer(many=False)
class ChangesSerializer(serializers.Serializer[Any]):
    """One page of changes."""

    feed = serializers.CharField(help_text="Id of the feed; another one means that a copy has to be made anew.")
    position = serializers.CharField(help_text=f"How far a copy is that has taken this page over. {POSITION}")
    next = serializers.URLField(allow_null=True, help_text="Where the next page is; null where this is the last.")
    results = ChangeSerializer(many=True, help_text="What has changed, the oldest change first.")
