"""The history of a posting: who changed what, when, from what to what."""

from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from directory.choices import SECRETARIAT_ROLES
from directory.models import Affiliation, User
from surveys.models import Offer
from surveys.models.postings.posting import Posting
from web.text import listed

NOT_SHOWN = frozenset(
    {
        "created_at", "edited_on", "file_import", "form_key", "source_file", "source_row", "source_sheet",
        "submitted_at", "submitted_by", "updated_at",
    }
)  # fmt: skip

MOST_VERSIONS = 200


@dataclass(frozen=True)
class FieldChange:
    """One field, from what to what."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class PostingVersion:
    """One change of a posting, or of a place that it names."""

    at: Any
    who: str
    reason: str
    changes: list[FieldChange]


def versions_of(posting: Posting, *, names_staff: bool = False) -> list[PostingVersion]:
    """Return the versions of a posting, newest first, in six queries.

    People of the secretariat are named as that, not by name, unless the reader is of them.
    """
    history: Any = posting.history  # type: ignore[attr-defined]
    related = ("history_user", "country", "agency", "survey", "response")
    records = list(history.select_related(*related)[:MOST_VERSIONS])
    lists = {name: _lists(records, name) for name in ("areas", "modalities")}
    staff = set[int]() if names_staff else people_of_the_secretariat({record.history_user_id for record in records})
    versions = [
        PostingVersion(
            at=record.history_date,
            who=who_in_words(record.history_user, staff),
            reason=record.history_change_reason or "",
            changes=_changes(posting, record, before, lists) if before is not None else [],
        )
        for record, before in zip(records, [*records[1:], None], strict=True)
    ]
    versions += _places(posting, staff)
    return sorted(versions, key=lambda version: version.at, reverse=True)


def label_of(posting: Posting, field: str) -> str:
    """Return what a field of the posting is called."""
    return capfirst(str(type(posting)._meta.get_field(field).verbose_name))  # type: ignore[union-attr]  # noqa: SLF001


def _lists(records: list[Any], name: str) -> dict[int, str]:
    """Return what areas or modalities each of the records has, in words."""
    if not records:
        return {}
    kept = getattr(records[0], name).model
    target = "priorityarea" if name == "areas" else "modality"
    found: dict[int, list[str]] = {}
    rows = kept.objects.filter(history__in=[record.pk for record in records]).select_related(target)
    for row in rows.order_by(f"{target}__position", target):
        found.setdefault(row.history_id, []).append(str(getattr(row, target)))
    return {pk: listed(labels) for pk, labels in found.items()}


def _changes(posting: Posting, record: Any, before: Any, lists: dict[str, dict[int, str]]) -> list[FieldChange]:
    found = []
    for field in record.tracked_fields:
        old, new = getattr(before, field.attname), getattr(record, field.attname)
        if field.name in NOT_SHOWN or old == new:
            continue
        found.append(FieldChange(label_of(posting, field.name), _text(before, field), _text(record, field)))
    for name, words in lists.items():
        old, new = words.get(before.pk, ""), words.get(record.pk, "")
        if old != new:
            found.append(FieldChange(label_of(posting, name), old, new))
    return found


def _places(posting: Posting, staff: set[int]) -> list[PostingVersion]:
    name = "targets" if isinstance(posting, Offer) else "preferred_partners"
    model = type(posting)._meta.get_field(name).related_model  # noqa: SLF001
    own = {"offer" if isinstance(posting, Offer) else "need": posting.pk}
    history: Any = model.history  # type: ignore[union-attr]
    rows = history.filter(**own).select_related("history_user", "country", "group")[:MOST_VERSIONS]
    label = _("Reaches") if isinstance(posting, Offer) else _("Preferred partners")
    found = []
    for row in rows:
        place = str(row.country or row.group or row.as_printed)
        added = row.history_type != "-"
        change = FieldChange(label, "" if added else place, place if added else "")
        found.append(
            PostingVersion(
                row.history_date, who_in_words(row.history_user, staff), row.history_change_reason or "", [change]
            )
        )
    return found


def who_in_words(user: User | None, staff: set[int]) -> str:
    """Return how a person is named in the history: those of `staff` (ids) as the secretariat."""
    if user is None:
        return _("the portal")
    return _("the secretariat") if user.pk in staff else str(user)


def people_of_the_secretariat(users: set[int | None]) -> set[int]:
    """Return which of these users (ids) serve or served the secretariat: others do not know them by name."""
    rows = Affiliation.objects.filter(user__in=users - {None}, role__in=SECRETARIAT_ROLES)
    return set(rows.values_list("user", flat=True))


def _text(record: Any, field: Any) -> str:
    if field.is_relation:
        return str(getattr(record, field.name) or "")
    display = getattr(record, f"get_{field.name}_display", None)
    value = display() if display else getattr(record, field.name)
    return "" if value is None else str(value)
