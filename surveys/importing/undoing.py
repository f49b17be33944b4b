"""Undoing an import: everything as before it, as long as nobody has built on what it brought."""

from collections.abc import Callable, Iterable, Sequence
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
from surveys.importing.held import let_go
from surveys.importing.new_edition import edition_of
from surveys.models import Import, ImportRow, Reading, Response
from surveys.models.postings.posting import Posting
from surveys.postings import posting as posting_module
from surveys.postings import states
from surveys.postings.deciding.versions import with_version_at_hand
from surveys.postings.named_places import NamedPlace
from surveys.postings.posting import PostingUpdate
from surveys.reading.cells import ImportRefused
from surveys.signals import import_undoing
from web.rows import update_rows_with_history

AT_ONCE = 500
MOST_SAID = 20
UNDONE_RESULTS = (RowResult.ADDED, RowResult.CHANGED)


def what_holds_it(file_import: Import) -> list[str]:
    """Return what keeps an import from being undone, each in a sentence; empty where nothing does."""
    if file_import.state not in (ImportState.APPLIED, ImportState.UNDOING):
        return [_("Only an import that was applied can be undone.")]
    if file_import.erased_at or file_import.rows.filter(result=RowResult.CHANGED, before__isnull=True).exists():
        return [_("What its rows were before has been erased, two years after it was given: it may name people.")]
    reasons: list[str] = []
    for _rows, responses in _chunks(file_import):
        reasons += _reasons(responses, file_import)
        if len(reasons) >= MOST_SAID:
            break
    return reasons[:MOST_SAID]


@transaction.atomic
def undo(*, file_import: Import, by: User | None, on_progress: Callable[[int, int], None] | None = None) -> Import:
    """Put everything back as it was before the import: what it added is put away, what it changed is as before.

    Nothing is deleted: responses that it added count nowhere, and their postings are archived; a later import of the
    same rows brings them back. on_progress: is told how many rows are done, and of how many. Raises ImportRefused,
    saying what holds it back.
    """
    if by is None or not can(by, Action.MANAGE_SURVEYS):
        raise ImportRefused(_("Only managers undo imports."))
    locked = Import.objects.select_for_update(of=("self",)).select_related("survey").get(pk=file_import.pk)
    if reasons := what_holds_it(locked):
        raise ImportRefused("\n".join([_("It cannot be undone."), *reasons]))
    total = locked.rows.filter(result__in=UNDONE_RESULTS).count()
    done = 0
    for rows, responses in _chunks(locked, for_writing=True):
        by_key = {response.key: response for response in responses}
        found = [(by_key[row.key], row.before) for row in rows if row.key in by_key]
        reason = f"import {locked.pk} undone"
        settle([posting for response, _before in found for posting in _postings_of(response)])
        _put_away([response for response, before in found if before is None], by=by, reason=reason)
        _put_back([(response, before) for response, before in found if before is not None], by=by, reason=reason)
        done += len(rows)
        if on_progress:
            on_progress(done, total)
    held = list(locked.rows.filter(result=RowResult.HELD).values_list("key", flat=True))
    for start in range(0, len(held), AT_ONCE):
        let_go(locked, held[start : start + AT_ONCE], by=by)
    locked.state, locked.undone_at, locked.undone_by, locked.error = ImportState.UNDONE, timezone.now(), by, ""
    locked.save()
    return locked


def _chunks(file_import: Import, *, for_writing: bool = False) -> Iterable[tuple[list[ImportRow], list[Response]]]:
    rows = list(file_import.rows.filter(result__in=UNDONE_RESULTS).order_by("position").values_list("pk", flat=True))
    for start in range(0, len(rows), AT_ONCE):
        some = list(ImportRow.objects.filter(pk__in=rows[start : start + AT_ONCE]).order_by("position"))
        found = load_responses(edition_of(file_import), [row.key for row in some], for_writing=for_writing)
        yield some, list(found.values())


def _reasons(responses: list[Response], file_import: Import) -> list[str]:
    reasons = []
    others = Import.objects.defer("columns").in_bulk({one.file_import_id for one in responses if one.file_import_id})
    proposed = with_version_at_hand([posting for response in responses for posting in _postings_of(response)])
    for response in responses:
        if response.file_import_id != file_import.pk:
            later = others.get(response.file_import_id or 0)
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
            elif posting.submitted_at is not None or posting.status == PostingStatus.SUBMITTED or posting in proposed:
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


def _postings_of(response: Response) -> list[Posting]:
    return [*response.offers.all(), *response.needs.all()]


def _put_away(responses: Sequence[Response], *, by: User, reason: str) -> None:
    postings = [posting for response in responses for posting in _postings_of(response)]
    _archive(postings, by=by, reason=reason)
    for response in responses:
        response.status = ResponseStatus.UNDONE
    update_rows_with_history(Response, responses, ["status", "updated_at"], by=by, reason=reason)


def _archive(postings: Iterable[Posting], *, by: User, reason: str) -> None:
    left = [posting for posting in postings if posting.status != PostingStatus.ARCHIVED]
    states.archive(postings=left, by=by, reason=reason)


def _put_back(changed: Sequence[tuple[Response, dict[str, Any]]], *, by: User, reason: str) -> None:
    to_archive: list[Posting] = []
    to_restore: list[tuple[Posting, dict[str, Any]]] = []
    responses: list[ResponseToWrite] = []
    for response, before in changed:
        answers = snapshots.answers_from(before, response)
        for name, value in snapshots.response_values(before, response).items():
            setattr(response, name, value)
        kept = {(one["kind"], one["id"]): one for one in before["postings"]}
        for posting in _postings_of(response):
            was = kept.get((str(posting._meta.model_name), posting.pk))  # noqa: SLF001 - Django's documented API
            if was is None:
                to_archive.append(posting)
            else:
                to_restore.append((posting, was))
        responses.append(ResponseToWrite(response, answers, (), is_new=False))
    _archive(to_archive, by=by, reason=reason)
    _restore(to_restore, by=by, reason=reason)
    write_responses(responses, by=by, reason=reason)


def _restore(postings: Sequence[tuple[Posting, dict[str, Any]]], *, by: User, reason: str) -> None:
    values = [snapshots.posting_values(was) for _posting, was in postings]
    # By the row, not by the key alone: that is how `posting.update_many` tells what changed.
    for column, model in snapshots.FOREIGN_ROWS.items():
        keys = [one.pop(f"{column}_id") for one in values]
        rows = model.objects.in_bulk({key for key in keys if key})
        for one, key in zip(values, keys, strict=True):
            one[column] = rows[key] if key else None
    updates: dict[type[Posting], list[PostingUpdate]] = {}
    for (posting, was), own in zip(postings, values, strict=True):
        places = [NamedPlace(**place) for place in was["places"]]
        update = PostingUpdate(posting, own, was["areas"], was["modalities"], places)
        updates.setdefault(type(posting), []).append(update)
    for model, some in updates.items():
        # What was public, and is not to be published now (it is over, or nobody asked for an area), becomes a draft.
        posting_module.update_many(model=model, updates=some, by=by, reason=reason, or_draft=True)
