"""Writes practices: the one place that does, with a row of history and what searches find them by.

Who may is asked of the access table: those who speak for its agency change what it says, the secretariat its state.
"""

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, scope_of
from directory.models import User
from practices.choices import REVIEWED_AGAIN, PracticeStatus
from practices.models import Practice
from practices.offering.complete import check_complete
from practices.offering.from_match import may_be_told
from practices.offering.refusing import PracticeRefused
from practices.offering.telling import tell_reviewers
from practices.searching.documents import write_documents_of

Relations = Mapping[str, Collection[Any]]
"""Rows by the name of the relation: areas, modalities, countries, partners, offers."""

CONTENT = ("agency", "kind", "title", "text", "results", "conditions", "language", "english_text", "links")
RELATIONS = ("areas", "modalities", "countries", "partners", "offers")


@transaction.atomic
def create(*, values: Mapping[str, Any], relations: Relations, by: User, key: uuid.UUID | None = None) -> Practice:
    """Draft a practice of an agency that the person speaks for; `values` may name the match that it is made of.

    Raises PracticeRefused otherwise, and for a match of which not everyone may read the outcome.
    """
    practice = Practice(**values, form_key=key)
    check_may_write(by, practice)
    if practice.match is not None and not may_be_told(practice.match, by=by):
        raise PracticeRefused(_("A practice is made of a cooperation of your own that is published with its outcome."))
    write_practice(practice, relations=relations, by=by, reason="drafted", is_new=True)
    return practice


@transaction.atomic
def edit(*, practice: Practice, values: Mapping[str, Any], relations: Relations, by: User) -> Practice:
    """Change what a practice says; one that is published, or waits, goes to the secretariat and is not shown meanwhile.

    Nothing is written where nothing differs. Raises PracticeRefused where the person does not speak for its agency, as
    it was or is to be, and where it would be reviewed and is not complete.
    """
    locked = lock(practice)
    check_may_write(by, locked)
    if not _differs(locked, values, relations):
        return locked
    for name, value in values.items():
        setattr(locked, name, value)
    check_may_write(by, locked)
    is_reviewed_again = locked.status in REVIEWED_AGAIN
    if is_reviewed_again:
        locked.status, locked.submitted_at, locked.review_note = PracticeStatus.SUBMITTED, timezone.now(), ""
    write_practice(locked, relations=relations, by=by, reason="edited")
    if is_reviewed_again:
        check_complete(locked)
        tell_reviewers(locked)
    return locked


def lock(practice: Practice) -> Practice:
    """Read the practice again, for this transaction alone: what is decided holds when it is written."""
    rows = Practice.objects.select_related("agency__country", "match")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=practice.pk)


def check_may_write(by: User, practice: Practice) -> None:
    """Raise PracticeRefused where the person does not speak for the agency of the practice."""
    if not practice.is_within(scope_of(by, Action.POST)):
        raise PracticeRefused(_("You do not speak for the agency of this practice."))


def write_practice(
    practice: Practice, *, relations: Relations | None = None, by: User, reason: str, is_new: bool = False
) -> None:
    """Save a practice with what is given of its relations, one row of history, and what searches find it by."""
    # The history that signals write would be a row for each relation.
    practice.skip_history_when_saving = True  # type: ignore[attr-defined]
    try:
        practice.save()
        for name, rows in (relations or {}).items():
            getattr(practice, name).set(rows)
    finally:
        del practice.skip_history_when_saving  # type: ignore[attr-defined]
    _write_history(practice, by=by, reason=reason, is_new=is_new)
    write_documents_of([practice.pk])


def _write_history(practice: Practice, *, by: User, reason: str, is_new: bool) -> None:
    history: Any = Practice.history
    records = history.bulk_history_create([practice], update=not is_new, default_user=by, default_change_reason=reason)
    for record in records or ():
        for name in RELATIONS:
            kept = getattr(record, name).model
            links = getattr(Practice, name).through.objects.filter(practice=practice)
            kept.objects.bulk_create(kept(history=record, **link) for link in links.values())


def _differs(practice: Practice, values: Mapping[str, Any], relations: Relations) -> bool:
    if any(getattr(practice, name) != value for name, value in values.items()):
        return True
    return any(
        set(getattr(practice, name).values_list("pk", flat=True)) != {row.pk for row in rows}
        for name, rows in relations.items()
    )
