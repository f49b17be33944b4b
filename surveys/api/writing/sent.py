"""What a system sends of an offer or a need: fields of one type each, named as answers name them.

Only types are looked at here. What a posting may say is looked at by the form of the workspace
(`surveys.api.writing.filled_form`), so that one check stands for both.
"""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from surveys.choices import REASONS_TO_CHOOSE, PlaceKind, PostingStatus, Visibility
from surveys.models.postings.posting import LONGEST_REFERENCE
from surveys.postings.forms.form import LONGEST_NOTE, LONGEST_TEXT, MOST_PLACES
from surveys.postings.languages import CODES
from web.api.writing.fields import (
    CodesListField,
    CodeTextField,
    MoneyField,
    SentDayField,
    StrictSerializer,
    TextField,
    TruthField,
    WholeField,
)

MOST_CODES = 60
MOST_ITEMS = 100
LONGEST_WITHDRAWAL_NOTE = 5_000
ASKED_STATES = [(one.value, one.value) for one in (PostingStatus.DRAFT, PostingStatus.PUBLISHED)]
LANGUAGES = [(code, code) for code in CODES]
PLACE_KINDS = [(one.value, one.value) for one in (PlaceKind.COUNTRY, PlaceKind.GROUP)]
ONLY_READ = frozenset(
    {
        "id", "country", "is_closed", "is_open", "stated_on", "confirmed_on", "is_confirmed", "provenance", "survey",
        "source_row", "source_file", "source_sheet", "file_import", "edited_on", "created_at", "updated_at", "url",
        "page_url", "version", "labels", "score", "response", "submitted_at", "submitted_by", "proposed",
    }
)  # fmt: skip


class AskedStateField(serializers.ChoiceField):
    """Whether it is to stay a draft or to be put before others."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the state; one that is reached in another way is refused with the way."""
        if data == PostingStatus.WITHDRAWN:
            raise ValidationError(_("To withdraw it, POST to its address followed by “withdraw/”."))
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class CodeChoiceField(serializers.ChoiceField):
    """One code of a closed list, as text."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the code."""
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class SentAmountSerializer(StrictSerializer):
    """An amount as stated; of what is sent, members that are left out stay as they are."""

    READ_ONLY = frozenset({"as_printed"})

    value = MoneyField(required=False, allow_null=True, help_text='Digits with a point, as "12500.00".')
    currency = TextField(
        required=False, allow_blank=True, max_length=3, help_text="ISO 4217; needed where there is a value."
    )
    years = TextField(required=False, allow_blank=True, max_length=60, help_text="As stated, e.g. 2027-2029.")
    note = TextField(required=False, allow_blank=True, max_length=LONGEST_NOTE, help_text="Shown publicly.")


class SentPlaceSerializer(StrictSerializer):
    """A country or a group, by its code."""

    kind = CodeChoiceField(
        choices=PLACE_KINDS,
        required=False,
        help_text="May be left out.",
    )
    country = CodeTextField(required=False, allow_null=True, help_text="ISO 3166-1 alpha-3; or else a group.")
    group = CodeTextField(required=False, allow_null=True, help_text="Code of a group; or else a country.")
    as_printed = TextField(
        required=False, allow_blank=True, max_length=500, help_text="Taken as it was answered; it is changed by nobody."
    )
    country_label = TextField(required=False, allow_null=True, max_length=500, help_text="As answered; passed over.")
    group_label = TextField(required=False, allow_null=True, max_length=500, help_text="As answered; passed over.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what is no place, or two."""
        country, group = attrs.get("country"), attrs.get("group")
        if bool(country) == bool(group):
            raise ValidationError(_("Name a country or a group, by its code."))
        if attrs.get("kind", PlaceKind.COUNTRY if country else PlaceKind.GROUP) != ("country" if country else "group"):
            raise ValidationError({"kind": [_("It does not go with the code.")]})
        return attrs


class SentPostingSerializer(StrictSerializer):
    """What may be sent of an offer or a need."""

    READ_ONLY = ONLY_READ

    agency = CodeTextField(required=False, help_text="Code of the key's own agency; may be left out.")
    reference = TextField(
        required=False,
        allow_blank=True,
        max_length=LONGEST_REFERENCE,
        help_text="Your own system's id of it: one posting of a kind for each. Shown to nobody else.",
    )
    in_place_of = WholeField(
        required=False,
        help_text="Of a new one: number of the posting, compiled from public sources, that goes once this is published."
        " What is left out is taken from it, without the words on who compiled it.",
    )
    status = AskedStateField(
        choices=ASKED_STATES,
        required=False,
        help_text="published: as far as the person may go who answers for the key, which may mean that the coordinator"
        " or the secretariat approves it first; the answer says what became of it. New ones are drafts unless said.",
    )
    title = TextField(max_length=200, help_text="On one line.")
    text = TextField(required=False, allow_blank=True, max_length=LONGEST_TEXT, help_text="Plain text, shown publicly.")
    language = CodeChoiceField(
        choices=LANGUAGES,
        required=False,
        help_text="Of title and text, ISO 639-1; left out: as they read.",
    )
    english_text = TextField(
        required=False,
        allow_blank=True,
        max_length=LONGEST_TEXT,
        help_text="Where title and text are in another language.",
    )
    areas = CodesListField(most=MOST_CODES, required=False, help_text="Codes of priority areas, see /areas/.")
    modalities = CodesListField(most=MOST_CODES, required=False, help_text="Codes of modalities, see /modalities/.")
    any_modality = TruthField(required=False, help_text="Any form of cooperation can be discussed.")
    places = WholeField(
        required=False, allow_null=True, min_value=1, max_value=1_000_000, help_text="People; null: no limit stated."
    )
    amount = SentAmountSerializer(required=False, allow_null=True, help_text="null: none is stated.")
    opens_on = SentDayField(required=False, allow_null=True, help_text="null: no beginning stated.")
    closes_on = SentDayField(required=False, allow_null=True, help_text="Inclusive; null: no end stated.")
    delivery_languages = CodesListField(most=MOST_CODES, required=False, help_text="ISO 639-1; empty: not stated.")
    contact = TextField(
        required=False,
        allow_blank=True,
        max_length=LONGEST_NOTE,
        help_text="Only for a partner, once introduced. No answer holds it.",
    )
    visibility = CodeChoiceField(
        choices=Visibility.choices, required=False, help_text="Left out in a new one: as the country wishes."
    )
    facilitating_allowed = TruthField(
        required=False, help_text="Facilitating partners may see it: funds, banks, developed countries."
    )


class SentOfferSerializer(SentPostingSerializer):
    """What may be sent of an offer."""

    targets = serializers.ListField(
        child=SentPlaceSerializer(),
        required=False,
        max_length=MOST_PLACES,
        help_text="Whom it is for, all of them; empty: all countries and territories taking part.",
    )


class SentNeedSerializer(SentPostingSerializer):
    """What may be sent of a need."""

    preferred_partners = serializers.ListField(
        child=SentPlaceSerializer(),
        required=False,
        max_length=MOST_PLACES,
        help_text="With whom it would rather cooperate, all of them; empty: with whoever fits.",
    )


class SentWithdrawalSerializer(StrictSerializer):
    """Why a posting no longer stands."""

    reason = CodeChoiceField(choices=REASONS_TO_CHOOSE, help_text="Why, for the own side and the secretariat.")
    note = TextField(required=False, allow_blank=True, max_length=LONGEST_WITHDRAWAL_NOTE, help_text="In own words.")


class SentOfferItemSerializer(SentOfferSerializer):
    """An offer among many; with an `id` it is a change, which says by its `version` what was seen."""

    title = TextField(required=False, max_length=200, help_text="On one line; needed in a new one.")
    id = WholeField(required=False, help_text="Of the offer to change; left out: a new one.")
    version = TextField(required=False, help_text="As its row gave it, or its ETag; needed with an id.")


class SentNeedItemSerializer(SentNeedSerializer):
    """A need among many; with an `id` it is a change, which says by its `version` what was seen."""

    title = TextField(required=False, max_length=200, help_text="On one line; needed in a new one.")
    id = WholeField(required=False, help_text="Of the need to change; left out: a new one.")
    version = TextField(required=False, help_text="As its row gave it, or its ETag; needed with an id.")


class ItemField(serializers.Field[Any, Any, Any, Any]):
    """One of many, read on its own later: what is wrong with it is no fault of the others."""

    def to_internal_value(self, data: Any) -> Any:
        """Return it as it is."""
        return data


@extend_schema_field(SentOfferItemSerializer)
class OfferItemField(ItemField):
    """An offer among many."""


@extend_schema_field(SentNeedItemSerializer)
class NeedItemField(ItemField):
    """A need among many."""


class SentBatchSerializer(StrictSerializer):
    """Many at once."""

    all_or_nothing = TruthField(
        required=False, help_text="Where one item is refused, none is written; by default the others are."
    )


class SentOffersSerializer(SentBatchSerializer):
    """Many offers at once."""

    items = serializers.ListField(
        child=OfferItemField(), min_length=1, max_length=MOST_ITEMS, help_text="Each as for one alone."
    )


class SentNeedsSerializer(SentBatchSerializer):
    """Many needs at once."""

    items = serializers.ListField(
        child=NeedItemField(), min_length=1, max_length=MOST_ITEMS, help_text="Each as for one alone."
    )
