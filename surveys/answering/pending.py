"""Two versions of a posting, a person's and a corrected response's: kept side by side until somebody chooses."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.models import Country, CountryGroup, Modality, PriorityArea, User
from surveys.answering.from_answers import PostingDraft
from surveys.choices import PlaceKind
from surveys.models import Offer, PendingChange, Response
from surveys.models.posting import Posting
from surveys.postings import held
from surveys.postings import posting as posting_module
from surveys.postings.held import PostingRefused
from surveys.postings.named_places import NamedPlace
from surveys.postings.writing import place_rows

TEXTS = ("title", "text", "amount_currency", "amount_years", "amount_as_printed", "amount_note", "contact")
DAYS = ("opens_on", "closes_on")
NUMBERS = ("amount", "places")
CHOSEN = (*TEXTS, *DAYS, *NUMBERS)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that the two versions have differently, in words."""

    field: str
    here: str
    in_response: str


def keep_for_choice(*, posting: Posting, draft: PostingDraft, response: Response) -> PendingChange | None:
    """Keep what the response makes of the posting beside it, in place of an earlier one; None where nothing differs.

    A version that somebody has already decided against is not asked about again.
    """
    content = _content(draft)
    own = _own(posting)
    decided = PendingChange.objects.filter(**own, decided_at__isnull=False).order_by("-decided_at").first()
    if decided is not None and decided.content == content:
        settle(posting=posting)
        return None
    change = PendingChange.objects.filter(**own, decided_at=None).first() or PendingChange(**own)
    change.response, change.content = response, content
    if not differences_of(change):
        settle(posting=posting)
        return None
    change.save()
    return change


def open_choice(posting: Posting) -> PendingChange | None:
    """Return the version of a corrected response that waits for a choice, None where none does."""
    return (
        PendingChange.objects.filter(**_own(posting), decided_at=None)
        .select_related("offer", "need", "response")
        .first()
    )


def settle(*, posting: Posting) -> None:
    """Drop an open choice: the response says again what the posting says, or what was decided."""
    PendingChange.objects.filter(**_own(posting), decided_at=None).delete()


@transaction.atomic
def choose(*, change: PendingChange, takes_response: bool, by: User) -> Posting:
    """Take the response's version, or keep the posting as it is. Raises PostingRefused where it was decided already."""
    locked = PendingChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    kept: Any = locked.offer or locked.need
    if locked.decided_at is not None:
        raise PostingRefused(_("This was decided already."))
    if takes_response:
        # The secretariat's choice is no confirmation by the country.
        write = posting_module.update if can(by, Action.MANAGE_POSTINGS) else posting_module.edit
        write(
            posting=kept,
            values=_values(locked.content),
            areas=locked.content["areas"],
            modalities=locked.content["modalities"],
            targets=[NamedPlace(**place) for place in locked.content["targets"]],
            by=by,
        )
    locked.decided_at, locked.decided_by, locked.is_taken = timezone.now(), by, takes_response
    locked.save()
    return held.lock(kept)


def differences_of(change: PendingChange) -> list[Difference]:
    """Return what the two versions have differently, field by field, in words."""
    here: Any = change.offer or change.need
    content = change.content
    found = []
    for name in CHOSEN:
        value = getattr(here, name)
        mine, theirs = "" if value is None else str(value), str(content["values"].get(name) or "")
        if name == "amount" and mine and theirs and Decimal(mine) == Decimal(theirs):
            continue
        if mine != theirs:
            found.append(Difference(str(here._meta.get_field(name).verbose_name), mine, theirs))  # noqa: SLF001
    for name, model in (("areas", PriorityArea), ("modalities", Modality)):
        mine_codes = {row.pk for row in getattr(here, name).all()}
        if mine_codes != set(content[name]):
            labels = {row.pk: str(row) for row in model.objects.filter(pk__in=mine_codes | set(content[name]))}
            found.append(
                Difference(
                    str(here._meta.get_field(name).verbose_name),  # noqa: SLF001
                    "; ".join(sorted(labels[code] for code in mine_codes)),
                    "; ".join(labels.get(code, code) for code in content[name]),
                )
            )
    places = [NamedPlace.of(row) for row in place_rows(here).all()]
    theirs_places = [NamedPlace(**place) for place in content["targets"]]
    if [(one.kind, one.code) for one in places] != [(one.kind, one.code) for one in theirs_places]:
        label = _("targets") if isinstance(here, Offer) else _("preferred partners")
        found.append(Difference(label, _place_words(places), _place_words(theirs_places)))
    return found


def _place_words(places: list[NamedPlace]) -> str:
    countries = Country.objects.in_bulk([one.country for one in places if one.country])
    groups = CountryGroup.objects.in_bulk([one.group for one in places if one.group])
    words = []
    for one in places:
        named = countries.get(one.country or "") or groups.get(one.group or "")
        words.append(str(named) if named and one.kind != PlaceKind.UNRESOLVED else one.as_printed)
    return "; ".join(words)


def _own(posting: Posting) -> dict[str, Any]:
    return {"offer" if isinstance(posting, Offer) else "need": posting}


def _content(draft: PostingDraft) -> dict[str, Any]:
    return {
        "values": {name: _plain(draft.values.get(name)) for name in CHOSEN},
        "areas": sorted(draft.areas),
        "modalities": sorted(draft.modalities),
        "targets": [place.plain for place in draft.targets],
    }


def _plain(value: Any) -> str | None:
    return None if value is None else str(value)


def _values(content: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in CHOSEN:
        text = content["values"].get(name)
        if name in DAYS:
            values[name] = dt.date.fromisoformat(text) if text else None
        elif name == "amount":
            values[name] = Decimal(text) if text else None
        elif name == "places":
            values[name] = int(text) if text else None
        else:
            values[name] = text or ""
    return values
