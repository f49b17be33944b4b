"""Undoing an import: everything as before it, as long as nobody has built on what it brought."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.models import User
from surveys.answering.pending import settle
from surveys.answering.stored_answers import load_responses
from surveys.answering.writing_responses import ResponseToWrite, write_responses
from surveys.choices import ImportState, PostingStatus, ResponseStatus, RowResult
from surveys.importing import snapshots
from surveys.models import Import, ImportRow, Reading, Response
from surveys.models.posting import Posting
from surveys.postings import posting as posting_module
from surveys.postings import states
from surveys.postings.held import PostingLacks
from surveys.postings.named_places import NamedPlace
from surveys.reading.cells import ImportRefused
from surveys.signals import import_undoing

AT_ONCE = 500
MOST_SAID = 20
UNDONE_RESULTS = (RowResult.ADDED, RowResult.CHANGED)


def what_holds_it(file_import: Import) -> list[str]:
    """Return what keeps an import from being undone, each in a sentence; empty where nothing does."""
    if file_import.state not in (ImportState.APPLIED, ImportState.UNDOING):
        return [_("Only an import that was applied can be undone.")]
    reasons: list[str] = []
    for _rows, responses in _chunks(file_import):
        reasons += _reasons(responses, file_import)
        if len(reasons) >= MOST_SAID:
            break
    return reasons[:MOST_SAID]


@transaction.atomic
def undo(*, file_import: Import, by: User | None) -> Import:
    """Put everything back as it was before the import: what it added is put away, what it changed is as before.

    Nothing is deleted: responses that it added count nowhere, and their postings are archived; a later import of the
    same rows brings them back. Raises ImportRefused, saying what holds it back.
    """
    if by is None or not can(by, Action.MANAGE_SURVEYS):
        raise ImportRefused(_("Only managers undo imports."))
    locked = Import.objects.select_for_update(of=("self",)).select_related("survey").get(pk=file_import.pk)
    if reasons := what_holds_it(locked):
        raise ImportRefused("\n".join([_("It cannot be undone."), *reasons]))
    for rows, responses in _chunks(locked, for_writing=True):
        by_key = {response.key: response for response in responses}
        for row in rows:
            response = by_key.get(row.key)
            if response is None:
                continue
            if row.before is None:
                _put_away(response, by=by, reason=f"import {locked.pk} undone")
            else:
                _put_back(response, row.before, by=by, reason=f"import {locked.pk} undone")
    locked.state, locked.undone_at, locked.undone_by, locked.error = ImportState.UNDONE, timezone.now(), by, ""
    locked.save()
    return locked


def _chunks(file_import: Import, *, for_writing: bool = False) -> Iterable[tuple[list[ImportRow], list[Response]]]:
    rows = list(file_import.rows.filter(result__in=UNDONE_RESULTS).order_by("position").values_list("pk", flat=True))
    for start in range(0, len(rows), AT_ONCE):
        some = list(ImportRow.objects.filter(pk__in=rows[start : start + AT_ONCE]).order_by("position"))
        found = load_responses(file_import.survey, [row.key for row in some], for_writing=for_writing)
        yield some, list(found.values())


def _reasons(responses: list[Response], file_import: Import) -> list[str]:
    reasons = []
    for response in responses:
        if response.file_import_id != file_import.pk:
            later = response.file_import
            reasons.append(
                _("%(response)s: changed since, by %(what)s.")
                % {"response": response.country, "what": f"“{later}”" if later else _("an answer given here")}
            )
            continue
        for posting in (*response.offers.all(), *response.needs.all()):
            if posting.edited_on is not None:
                reasons.append(_("“%(posting)s” was edited by a person.") % {"posting": posting})
            elif posting.confirmed_on is not None:
                reasons.append(_("“%(posting)s” was confirmed by the country.") % {"posting": posting})
            elif posting.submitted_at is not None or posting.status == PostingStatus.SUBMITTED:
                reasons.append(_("“%(posting)s” waits for approval.") % {"posting": posting})
    decided = Reading.history.filter(
        response__in=[response.pk for response in responses],
        history_change_reason__in=("resolved", "confirmed"),
        history_date__gt=file_import.finished_at or file_import.started_at,
    ).values_list("as_printed", flat=True)
    reasons += [
        _("The place “%(place)s” was read by a person.") % {"place": printed} for printed in decided[:MOST_SAID]
    ]
    offers = [offer.pk for response in responses for offer in response.offers.all()]
    needs = [need.pk for response in responses for need in response.needs.all()]
    for _receiver, said in import_undoing.send(sender=Import, offers=offers, needs=needs):
        reasons += said or []
    return reasons


def _put_away(response: Response, *, by: User, reason: str) -> None:
    for posting in (*response.offers.all(), *response.needs.all()):
        if posting.status != PostingStatus.ARCHIVED:
            states.archive(posting=posting, by=by, reason=reason)
        settle(posting=posting)
    response.status = ResponseStatus.UNDONE
    _save(response, by=by, reason=reason)


def _put_back(response: Response, before: dict[str, Any], *, by: User, reason: str) -> None:
    answers = snapshots.answers_from(before, response)
    for name, value in snapshots.response_values(before, response).items():
        setattr(response, name, value)
    kept = {(one["kind"], one["id"]): one for one in before["postings"]}
    for posting in (*response.offers.all(), *response.needs.all()):
        was = kept.get((str(posting._meta.model_name), posting.pk))  # noqa: SLF001 - Django's documented API
        settle(posting=posting)
        if was is None:
            states.archive(posting=posting, by=by, reason=reason)
            continue
        _restore(posting, was, by=by, reason=reason)
    write_responses([ResponseToWrite(response, answers, (), is_new=False)], by=by, reason=reason)


def _restore(posting: Posting, was: dict[str, Any], *, by: User, reason: str) -> None:
    values = snapshots.posting_values(was)
    # By the row, not by the key alone: that is how `posting.update` tells what changed.
    named: dict[str, Any] = {}
    for column, model in snapshots.FOREIGN_ROWS.items():
        key = values.pop(f"{column}_id")
        named[column] = model.objects.get(pk=key) if key else None
    content: dict[str, Any] = {
        "areas": was["areas"],
        "modalities": was["modalities"],
        "targets": [NamedPlace(**place) for place in was["places"]],
        "by": by,
        "reason": reason,
    }
    values |= named
    try:
        posting_module.update(posting=posting, values=values, **content)
    except PostingLacks:
        # It was public, and what it said then is not to be published now: it is over, or nobody asked for an area.
        posting_module.update(posting=posting, values={**values, "status": PostingStatus.DRAFT}, **content)


def _save(response: Response, *, by: User, reason: str) -> None:
    response._history_user = by  # type: ignore[attr-defined]  # noqa: SLF001 - simple-history's own way to say who
    response._change_reason = reason  # type: ignore[attr-defined]  # noqa: SLF001
    response.save()
