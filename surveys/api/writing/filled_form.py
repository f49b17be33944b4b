"""The form of the workspace, filled in with what a system sends: one check for both.

The form is filled with what the posting says by now, as a browser would, and what was sent is put in its place. So a
change that names two fields is checked like a form in which two fields were changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from directory.access import KeyReader
from surveys.api.writing.sent import SentNeedSerializer, SentOfferSerializer, SentPostingSerializer
from surveys.models import ProposedVersion
from surveys.models.postings.posting import Posting
from surveys.postings.forms.form import PostingForm
from surveys.postings.forms.place_choice import options_of
from surveys.postings.named_places import NamedPlace
from surveys.reading.typed import as_read
from web.api.writing.fields import by_name

SERIALIZERS: Mapping[str, type[SentPostingSerializer]] = {"offer": SentOfferSerializer, "need": SentNeedSerializer}
PLACES = {"offer": "targets", "need": "preferred_partners"}
TEXTS = ("title", "text", "language", "english_text", "contact", "visibility")
TRUTHS = ("any_modality", "facilitating_allowed")
CODES = ("areas", "modalities", "delivery_languages")
DAYS = ("opens_on", "closes_on")
MONEY = {
    "value": "amount",
    "currency": "amount_currency",
    "years": "amount_years",
    "note": "amount_note",
}
NO_CONTENT = frozenset({"agency", "reference", "status", "in_place_of"})
ERRORS = {**{field: f"amount.{name}" for name, field in MONEY.items()}, "owner": "agency", "__all__": "body"}
"""What the form calls otherwise than the API does."""


@dataclass(frozen=True)
class SentFields:
    """What was sent and is of the right type, and what is wrong with the rest, by name."""

    values: Mapping[str, Any]
    wrong: Mapping[str, list[str]]

    @property
    def has_content(self) -> bool:
        """Whether anything of what a posting says was sent."""
        return not NO_CONTENT.issuperset(self.values)


def read_fields(kind: str, body: Any, *, is_new: bool) -> SentFields:
    """Return what was sent of an "offer" or a "need"; where some is wrong, the rest all the same, to be looked at."""
    try:
        return SentFields(_validated(kind, body, partial=not is_new), {})
    except ValidationError as error:
        wrong = by_name(error.detail)
    if not isinstance(body, Mapping):
        return SentFields({}, wrong)
    bad = {name.partition(".")[0] for name in wrong}
    rest = {name: value for name, value in body.items() if str(name)[:80] not in bad}
    return SentFields(_validated(kind, rest, partial=True), wrong)


def _validated(kind: str, body: Any, *, partial: bool) -> dict[str, Any]:
    serializer = SERIALIZERS[kind](data=body, partial=partial)
    serializer.is_valid(raise_exception=True)
    found: dict[str, Any] = serializer.validated_data
    return found


def fill(
    *,
    kind: str,
    reader: KeyReader,
    posting: Posting | None,
    version: ProposedVersion | None,
    values: Mapping[str, Any],
    is_to_be_published: bool,
) -> PostingForm:
    """Return the form with these values in place of what `posting` says (None: of an empty one).

    version: of the posting, what the sender goes on with.
    """
    given: dict[str, Any] = {"kind": kind, "posting": posting, "version": version, "agency": reader.agency}
    given["user"] = reader
    empty = PostingForm(None, **given)
    typed = empty.as_typed()
    if posting is None:
        typed["amount_currency"] = ""
    if typed.get("contact_person") and not _is_offered(empty, str(typed["contact_person"])):
        # Who has left is nobody's contact; a system could not choose another one.
        typed["contact_person"] = ""
    _type(typed, values, places=PLACES[kind])
    return PostingForm(typed, **given, is_to_be_published=is_to_be_published, asks_language=False)


def errors_of(form: PostingForm, *, but: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what the form says is wrong, by the names of the API; fields in error already (`but`) are left out."""
    known = {name.partition(".")[0] for name in but}
    found = {}
    for field, messages in form.errors.items():
        name = ERRORS.get(field, field)
        if name.partition(".")[0] not in known:
            found[name] = [str(message) for message in messages]
    return found


def wrong_places(kind: str, stands: Sequence[NamedPlace], values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return which of the places that were sent are none that can be chosen, and what they claim to be printed as.

    stands: the places as they are by now.
    """
    sent = values.get(PLACES[kind], ())
    if not sent:
        return {}
    printed = {(place.code, place.as_printed) for place in stands}
    known = {option.value for option in options_of([_value(place) for place in sent])}
    known |= {f"{place.kind}:{place.code}" for place in stands}
    found: dict[str, list[str]] = {}
    for number, place in enumerate(sent):
        name = f"{PLACES[kind]}.{number}"
        code = place.get("country") or place["group"]
        if _value(place) not in known:
            of = "country" if place.get("country") else "group"
            found[f"{name}.{of}"] = [_("“%(code)s” is not known here: give a code of the lists.") % {"code": code[:80]}]
        elif place.get("as_printed") and (code, place["as_printed"]) not in printed:
            found[f"{name}.as_printed"] = [_("It only says what a file printed: leave it out.")]
    return found


def _is_offered(form: PostingForm, person: str) -> bool:
    people: Any = form.fields["contact_person"]
    return person in {str(one.pk) for one in people.queryset}


def _type(typed: QueryDict, values: Mapping[str, Any], *, places: str) -> None:
    """Put what was sent into the form as a browser would."""
    for name in (*TEXTS, *DAYS, "places"):
        if name in values:
            typed[name] = "" if values[name] is None else str(values[name])
    for name in TRUTHS:
        if name in values:
            typed.setlist(name, ["on"] if values[name] else [])
    for name in CODES:
        if name in values:
            typed.setlist(name, values[name])
    if "amount" in values:
        _type_amount(typed, values["amount"])
    if places in values:
        typed.setlist("place", [_value(place) for place in values[places]])


def _type_amount(typed: QueryDict, sent: Mapping[str, Any] | None) -> None:
    members = dict.fromkeys(MONEY) if sent is None else sent
    for name, value in members.items():
        if name == "value":
            # As whoever reads in this language writes it, which the form reads back.
            value = None if value is None else as_read(value)
        typed[MONEY[name]] = value or ""


def _value(place: Mapping[str, Any]) -> str:
    return f"country:{place['country']}" if place.get("country") else f"group:{place['group']}"
