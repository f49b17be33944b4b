"""Two versions of a posting, a person's and a corrected response's: kept side by side until somebody chooses."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.models import Modality, PriorityArea, User
from surveys.answering.reading.from_answers import PostingDraft
from surveys.models import Offer, PendingChange, Response
from surveys.models.postings.posting import Posting
from surveys.postings import posting as posting_module
from surveys.postings.deciding import held
from surveys.postings.deciding.held import PostingRefused
from surveys.postings.named_places import NamedPlace, words_of_places
from surveys.postings.writing import place_rows
from web.rows import update_rows

TEXTS = ("title", "text", "amount_currency", "amount_years", "amount_as_printed", "amount_note", "contact")
DAYS = ("opens_on", "closes_on")
NUMBERS = ("amount", "places")
CHOSEN = (*TEXTS, *DAYS, *NUMBERS)
LISTS: Mapping[str, Any] = {"areas": PriorityArea, "modalities": Modality}
TARGETS = "targets"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that the two versions have differently, in words."""

    field: str
    here: str
    in_response: str


@dataclass(frozen=True, slots=True)
class OtherVersion:
    """What a response makes of a posting that a person has edited, or the country confirmed."""

    posting: Posting
    draft: PostingDraft
    response: Response


def keep_for_choice(versions: Sequence[OtherVersion]) -> None:
    """Keep what responses make of postings beside them, in place of an earlier version; none where nothing differs.

    A version that somebody has already decided against is not asked about again.
    """
    earlier = _changes_of([one.posting for one in versions])
    kept: list[PendingChange] = []
    to_settle: list[Posting] = []
    for one in versions:
        content = _content(one.draft)
        changes = earlier.get(_key(one.posting), [])
        decided = [change for change in changes if change.decided_at is not None]
        last = max(decided, key=lambda change: (change.decided_at, change.pk), default=None)
        change = next((change for change in changes if change.decided_at is None), None)
        change = change or PendingChange(**_own(one.posting))
        change.response, change.content = one.response, content
        if (last is not None and last.content == content) or not any(_different(one.posting, content)):
            to_settle.append(one.posting)
        else:
            kept.append(change)
    settle(to_settle)
    PendingChange.objects.bulk_create([change for change in kept if change.pk is None])
    update_rows(PendingChange, [change for change in kept if change.pk], ["response", "content", "made_at"])


def _changes_of(postings: Iterable[Posting]) -> dict[tuple[str, int], list[PendingChange]]:
    """Return the versions that were kept beside postings, open and decided."""
    found: dict[tuple[str, int], list[PendingChange]] = {}
    for change in PendingChange.objects.filter(_beside(postings)):
        key = ("offer", change.offer_id) if change.offer_id else ("need", change.need_id)
        found.setdefault(key, []).append(change)  # type: ignore[arg-type]
    return found


def _beside(postings: Iterable[Posting]) -> Q:
    by_name: dict[str, list[int]] = {"offer": [], "need": []}
    for posting in postings:
        name, pk = _key(posting)
        by_name[name].append(pk)
    return Q(offer__in=by_name["offer"]) | Q(need__in=by_name["need"])


def open_choice(posting: Posting) -> PendingChange | None:
    """Return the version of a corrected response that waits for a choice, None where none does."""
    return (
        PendingChange.objects.filter(**_own(posting), decided_at=None)
        .select_related("offer", "need", "response")
        .first()
    )


def settle(postings: Collection[Posting]) -> None:
    """Drop open choices: the responses say again what the postings say, or what was decided."""
    if postings:
        PendingChange.objects.filter(_beside(postings), decided_at=None).delete()


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
    return [_in_words(here, change.content, name) for name in _different(here, change.content)]


def _different(here: Any, content: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of what a posting and another version of it have differently."""
    for name in CHOSEN:
        mine, theirs = _values_of(here, content, name)
        if name == "amount" and mine and theirs and Decimal(mine) == Decimal(theirs):
            continue
        if mine != theirs:
            yield name
    for name in LISTS:
        if {row.pk for row in getattr(here, name).all()} != set(content[name]):
            yield name
    places, others = _places_of(here, content)
    if [(one.kind, one.code) for one in places] != [(one.kind, one.code) for one in others]:
        yield TARGETS


def _in_words(here: Any, content: Mapping[str, Any], name: str) -> Difference:
    if name == TARGETS:
        places, others = _places_of(here, content)
        label = _("targets") if isinstance(here, Offer) else _("preferred partners")
        return Difference(label, "; ".join(words_of_places(places)), "; ".join(words_of_places(others)))
    label = str(here._meta.get_field(name).verbose_name)  # noqa: SLF001 - Django's documented API
    if name not in LISTS:
        return Difference(label, *_values_of(here, content, name))
    codes = {row.pk for row in getattr(here, name).all()}
    labels = {row.pk: str(row) for row in LISTS[name].objects.filter(pk__in=codes | set(content[name]))}
    mine = "; ".join(sorted(labels[code] for code in codes))
    return Difference(label, mine, "; ".join(labels.get(code, code) for code in content[name]))


def _values_of(here: Any, content: Mapping[str, Any], name: str) -> tuple[str, str]:
    value = getattr(here, name)
    return "" if value is None else str(value), str(content["values"].get(name) or "")


def _places_of(here: Any, content: Mapping[str, Any]) -> tuple[list[NamedPlace], list[NamedPlace]]:
    return [NamedPlace.of(row) for row in place_rows(here).all()], [NamedPlace(**one) for one in content["targets"]]


def _own(posting: Posting) -> dict[str, Any]:
    return {_key(posting)[0]: posting}


def _key(posting: Posting) -> tuple[str, int]:
    return "offer" if isinstance(posting, Offer) else "need", posting.pk


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
