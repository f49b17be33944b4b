"""What a posting says, apart from its row: as a form gives it, and as JSON keeps what a proposed version changes."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Model

from directory.models import Agency, Country
from surveys.models import ProposedVersion
from surveys.models.postings.posting import Posting
from surveys.postings.named_places import NamedPlace
from surveys.postings.writing import place_rows

STATED = (
    "title", "text", "language", "english_text", "opens_on", "closes_on", "places", "delivery_languages", "amount",
    "amount_currency", "amount_years", "amount_note", "contact_person", "contact", "visibility",
    "facilitating_allowed", "any_modality",
)  # fmt: skip
"""The fields in which whoever speaks for a posting says it."""
OWNERS: Mapping[str, type[Agency] | type[Country]] = {"agency": Agency, "country": Country}
CONTACTS = ("contact", "contact_person")
"""Kept in columns of a version rather than in its content, so that they can be found and erased."""


@dataclass(frozen=True)
class Content:
    """What a posting says, or would say."""

    values: dict[str, Any]
    areas: list[str]
    modalities: list[str]
    targets: list[NamedPlace]


def content_of(posting: Posting, version: ProposedVersion | None = None) -> Content:
    """Return what a posting says, or would say with a proposed version of it."""
    values = {name: getattr(posting, name) for name in (*STATED, *OWNERS)}
    said: Mapping[str, Any] = {}
    if version is not None:
        said, values = version.content, values | values_of(posting, version)
    return Content(
        values=values,
        areas=said["areas"] if "areas" in said else [area.pk for area in posting.areas.all()],
        modalities=said["modalities"] if "modalities" in said else [one.pk for one in posting.modalities.all()],
        targets=[NamedPlace(**place) for place in said["targets"]]
        if "targets" in said
        else [NamedPlace.of(row) for row in place_rows(posting).all()],
    )


def values_of(posting: Posting, version: ProposedVersion) -> dict[str, Any]:
    """Return the values that a version gives a posting, as its fields hold them; one that was ended has no contacts."""
    said = {name: _restored(posting, name, value) for name, value in version.content["values"].items()}
    return said | ({name: getattr(version, name) for name in CONTACTS} if version.is_at_hand else {})


def changes_of(
    changed: Collection[str],
    *,
    values: Mapping[str, Any],
    areas: Collection[str],
    modalities: Collection[str],
    targets: Any,
) -> dict[str, Any]:
    """Return as JSON keeps it what a version changes, of what it would have a posting say; contacts apart."""
    kept: dict[str, Any] = {
        "values": {name: _plain(values[name]) for name in values if name in changed and name not in CONTACTS}
    }
    if "areas" in changed:
        kept["areas"] = sorted(areas)
    if "modalities" in changed:
        kept["modalities"] = sorted(modalities)
    if "targets" in changed:
        kept["targets"] = [place.plain for place in targets]
    return kept


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _restored(posting: Posting, name: str, value: Any) -> Any:
    if name in OWNERS:
        rows: Any = OWNERS[name]
        return None if value is None else rows.objects.get(pk=value)
    field: Any = posting._meta.get_field(name)  # noqa: SLF001 - Django's documented API
    return field.to_python(value)
