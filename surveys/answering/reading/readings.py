"""What the secretariat decides about places that an import could not read, or read with a doubt."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_update_with_history

from directory.models import Country, CountryAlias, CountryGroup, User
from directory.names import normalise
from surveys.answering.reading.from_answers import partners_of, targets_of
from surveys.choices import Direction, PlaceKind
from surveys.models import Need, Offer, Reading
from surveys.postings import posting
from surveys.postings.named_places import NamedPlace
from surveys.postings.writing import place_rows

DECIDED_FIELDS = ["kind", "country", "group", "is_ambiguous", "note"]


class ReadingRefused(ValueError):
    """The decision does not make sense; the message is for people."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A reading as decided, and the offer or need whose places follow from it, if any did or was left alone."""

    reading: Reading
    posting: Offer | Need | None = None
    is_kept: bool = False


@transaction.atomic
def resolve(
    *,
    reading: Reading,
    country: Country | None = None,
    group: CountryGroup | None = None,
    note: str | None = None,
    remember: bool = False,
    by: User | None,
) -> Decision:
    """Decide that a printed token stands for a country or a group; with neither it stays unresolved.

    The targets of the row's offer follow, unless a person edited or confirmed the offer. A later import of the row
    keeps the decision for as long as the row names the token.

    remember: read the same spelling so in every later import (a country's spellings, a group's spellings).
    Raises ReadingRefused for a country and a group at once, and for a country that is not listed.
    """
    if country is not None and group is not None:
        raise ReadingRefused(_("Choose a country or a group, not both."))
    if country is not None and not country.is_listed:
        raise ReadingRefused(
            _("%(country)s is not among the countries and territories listed here.") % {"country": country}
        )
    locked = _lock(reading)
    if country is not None:
        locked.kind = PlaceKind.COUNTRY
    elif group is not None:
        locked.kind = PlaceKind.GROUP
    elif locked.kind != PlaceKind.NONE:
        locked.kind = PlaceKind.UNRESOLVED
    locked.country, locked.group = country, group
    locked.is_ambiguous = locked.kind == PlaceKind.UNRESOLVED
    if note is not None:
        locked.note = note
    _save(locked, by=by, reason="resolved")
    if remember:
        _remember(locked.as_printed, country=country, group=group)
    return _follow(locked, by=by)


@transaction.atomic
def confirm(*, reading: Reading, by: User | None) -> Decision:
    """Confirm an ambiguous reading as it was applied: it leaves the secretariat's list.

    Raises ReadingRefused for an unresolved token, which stands for nothing that could be confirmed.
    """
    locked = _lock(reading)
    if locked.kind == PlaceKind.UNRESOLVED:
        raise ReadingRefused(
            _("“%(token)s” is not resolved: choose a country or a group.") % {"token": locked.as_printed}
        )
    if not locked.is_ambiguous:
        return Decision(locked)
    locked.is_ambiguous = False
    _save(locked, by=by, reason="confirmed")
    return _follow(locked, by=by)


def _lock(reading: Reading) -> Reading:
    return Reading.objects.select_for_update(of=("self",)).get(pk=reading.pk)


def _save(reading: Reading, *, by: User | None, reason: str) -> None:
    bulk_update_with_history([reading], Reading, DECIDED_FIELDS, default_user=by, default_change_reason=reason)


def _follow(reading: Reading, *, by: User | None) -> Decision:
    """Bring the targets of the row's offer, or the preferred partners of its need, in line with its readings."""
    response = reading.response_id
    readings = Reading.objects.filter(response=response).order_by("position", "id")
    found: Offer | Need | None
    if reading.direction == Direction.PREFERRED:
        # Each repetition of what a country seeks is a need of its own.
        needs = Need.objects.select_for_update(of=("self",), no_key=True).filter(response=response)
        found = needs.filter(response_part=reading.repeat).first()
        own = partners_of(NamedPlace.of(row) for row in readings.filter(repeat=reading.repeat))
    else:
        found = (
            Offer.objects.select_for_update(of=("self",), no_key=True)
            .filter(response=response)
            .order_by("response_part")
            .first()
        )
        own = targets_of(NamedPlace.of(row) for row in readings)
    if found is None or [NamedPlace.of(row) for row in place_rows(found).all()] == own:
        return Decision(reading)
    if found.edited_on is not None or found.confirmed_on is not None:
        return Decision(reading, found, is_kept=True)
    posting.set_targets(posting=found, targets=own, by=by, reason=f"reading {reading.pk}")
    return Decision(reading, found)


def _remember(text: str, *, country: Country | None, group: CountryGroup | None) -> None:
    if country is not None:
        CountryAlias.objects.get_or_create(
            text=text, country=country, defaults={"source": "confirmed by the secretariat"}
        )
    elif group is not None:
        _remember_group(text, group)


def _remember_group(text: str, group: CountryGroup) -> None:
    """Make the text a spelling of this group alone: one that stays a spelling of another would go on asking."""
    for other in CountryGroup.objects.exclude(pk=group.pk).exclude(aliases=""):
        spellings = other.aliases.splitlines()
        kept = [spelling for spelling in spellings if normalise(spelling) != normalise(text)]
        if kept != spellings:
            other.aliases = "\n".join(kept)
            other.save()
    if normalise(text) not in {normalise(spelling) for spelling in group.aliases.splitlines()}:
        group.aliases = "\n".join(filter(None, [group.aliases, text]))
        group.save()
