"""Erases what surveys hold of respondents, two years after it was given; run daily, by `erase_due`.

Of a response: the answers that say who a person is or how to reach it, the cells they came from, columns that answer
no question, addresses and numbers in its other texts, the contact of its postings. Of each posting of it that an
agency has edited or confirmed within the two years, the contact stays: it is the agency's own. Of a file: its bytes,
and what its rows were.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from directory.people.leaving import ERASED_AFTER_YEARS
from surveys.choices import IMPORT_AT_WORK, ImportState
from surveys.erasing.texts import MARK, fingerprint, is_personal, names_in, says_a_person, scrub, scrub_all
from surveys.models import (
    Answer,
    Import,
    ImportedFile,
    ImportRow,
    Need,
    Offer,
    PendingChange,
    Question,
    RememberedColumns,
    Response,
    Survey,
)
from surveys.postings.writing import erase_texts
from web.calendar.days import years_before

AT_ONCE = 500
OPEN_STATES = (ImportState.PREVIEWED, ImportState.FAILED, ImportState.UPLOADED, ImportState.REFUSED)
KEPT, QUESTION = "keep", "question:"


def erase_due(on: dt.date) -> int:
    """Erase what respondents gave two years before the day `on`, or earlier; return of how many responses and files.

    What is erased is not erased again; what a later file or answer gives anew has two years of its own.
    """
    day = years_before(on, ERASED_AFTER_YEARS)
    erased = 0
    for pk in list(_imports_due(day).values_list("pk", flat=True)):
        erased += erase_file(pk)
    for survey in Survey.objects.filter(responses__in=_responses_due(day)).distinct():
        own = _OfSurvey(survey)
        due = list(_responses_due(day).filter(survey=survey).order_by("pk").values_list("pk", flat=True))
        for pk in due:
            own.erase(pk, day)
        erased += len(due)
    return erased


@transaction.atomic
def erase_file(pk: int) -> int:
    """Drop the bytes of a file and what its rows were; its name, fingerprint and counts stay. Return 1 if it did."""
    file_import = Import.objects.select_for_update(of=("self",)).filter(pk=pk, erased_at=None).first()
    if file_import is None or file_import.state in IMPORT_AT_WORK:
        return 0
    ImportedFile.objects.filter(file_import=file_import).delete()
    ImportRow.objects.filter(file_import=file_import).update(entry={}, before=None)
    if file_import.state in OPEN_STATES:
        file_import.state = ImportState.REFUSED
    file_import.columns = [
        {
            name: scrub_all(value)
            for name, value in column.items()
            if name in ("sheet", "letter", "heading", "key", "goes")
        }
        for column in file_import.columns
    ]
    file_import.file_name = scrub(file_import.file_name)
    file_import.error = scrub(file_import.error)
    file_import.notices, file_import.decisions = scrub_all(file_import.notices), scrub_all(file_import.decisions)
    file_import.erased_at = timezone.now()
    file_import.save()
    return 1


def _imports_due(day: dt.date) -> QuerySet[Import]:
    return Import.objects.filter(erased_at=None, started_at__date__lte=day).exclude(state__in=IMPORT_AT_WORK)


def _responses_due(day: dt.date) -> QuerySet[Response]:
    given = Coalesce("received_at", "submitted_at", "file_import__started_at", "created_at")
    return Response.objects.annotate(given=given).filter(erased_at=None, given__date__lte=day)


class _OfSurvey:
    """What of one survey is personal: its questions, in any version, and its columns, in any file."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        questions = Question.objects.filter(section__questionnaire__survey=survey)
        self.personal = {
            one.code
            for one in questions
            if is_personal(code=one.code, label=one.label, kind=one.kind, feeds=one.feeds, is_public=one.is_public)
        }
        self.columns: dict[str, str] = {}
        for columns in survey.imports.order_by("pk").values_list("columns", flat=True):
            self.columns |= {column["key"]: column["goes"] for column in columns}

    @transaction.atomic
    def erase(self, pk: int, day: dt.date) -> None:
        """Erase one response, with all that was made of it."""
        response = Response.objects.select_for_update(of=("self",)).get(pk=pk)
        answers = list(Answer.objects.filter(response=response))
        personal = [one for one in answers if one.question in self.personal]
        cells = {key for key in response.as_printed if self._is_personal(key)}
        also = self._texts(response, personal)
        values = self._values(response, cells, also)
        erased = {f"{one.question}:{one.repeat}": fingerprint(one.value) for one in personal}
        Response.objects.filter(pk=pk).update(
            **values,
            erased={**response.erased, "answers": {**response.erased.get("answers", {}), **erased}},
            erased_at=timezone.now(),
        )
        for version in Response.history.filter(id=pk):
            kept = {key for key in version.as_printed if self._is_personal(key)}
            Response.history.filter(pk=version.pk).update(**self._values(version, kept, also))
        Answer.objects.filter(pk__in=[one.pk for one in personal]).delete()
        self._scrub_answers([one for one in answers if one.question not in self.personal], also)
        self._scrub_rows(response, also)
        self._scrub_postings(response, day, also)

    def _is_personal(self, key: str) -> bool:
        # Cells of a sheet that repeats are kept under "need 1: heading".
        goes = self.columns.get(key) or self.columns.get(key.partition(": ")[2]) or KEPT
        if goes.startswith(QUESTION):
            return goes.split(":")[1] in self.personal
        # What a printed source says is public as it stands, but for the people it names.
        return goes == KEPT and (not self.survey.publishes_on_import or says_a_person(key))

    def _texts(self, response: Response, personal: Iterable[Answer]) -> list[str]:
        """Return what names the respondent, to be looked for in the other texts of the response."""
        given = [str(one.value) for one in personal if isinstance(one.value, str)]
        given += [one.as_given for one in personal] + [one.other for one in personal]
        given += [
            str(text)
            for key, text in response.as_printed.items()
            if self._is_personal(key) and (says_a_person(key) or self.columns.get(key, "").startswith(QUESTION))
        ]
        return [text for text in names_in(given) if text.casefold() != response.country.name.casefold()]

    def _values(self, row: Any, cells: Collection[str], also: Collection[str]) -> dict[str, Any]:
        printed = {
            key: fingerprint(text) if key in cells and text and not str(text).startswith(MARK) else text
            for key, text in row.as_printed.items()
        }
        texts = {name: scrub(getattr(row, name), also) for name in ("footnote", "note", "sent_back_note")}
        return {"as_printed": scrub_all(printed, also), **texts}

    def _scrub_answers(self, answers: Iterable[Answer], also: Collection[str]) -> None:
        changed = []
        for answer in answers:
            was = (answer.value, answer.other, answer.as_given)
            answer.value = scrub_all(answer.value, also)
            answer.other, answer.as_given = scrub(answer.other, also), scrub(answer.as_given, also)
            if was != (answer.value, answer.other, answer.as_given):
                changed.append(answer)
        Answer.objects.bulk_update(changed, ["value", "other", "as_given"])

    def _scrub_rows(self, response: Response, also: Collection[str]) -> None:
        """Empty the rows that younger files have of it: they are not put back any more."""
        rows = ImportRow.objects.filter(file_import__survey=self.survey, key=response.key)
        rows.update(entry={}, before=None)
        for change in PendingChange.objects.filter(response=response):
            change.content = scrub_all(change.content, also)
            if "values" in change.content:
                change.content["values"]["contact"] = ""
            PendingChange.objects.filter(pk=change.pk).update(content=change.content)
        for remembered in RememberedColumns.objects.filter(survey=self.survey):
            RememberedColumns.objects.filter(pk=remembered.pk).update(
                columns=scrub_all(remembered.columns, also), decisions=scrub_all(remembered.decisions, also)
            )
        for file_import in Import.objects.filter(survey=self.survey, rows__key=response.key).distinct():
            Import.objects.filter(pk=file_import.pk).update(
                notices=scrub_all(file_import.notices, also),
                decisions=scrub_all(file_import.decisions, also),
                error=scrub(file_import.error, also),
            )

    def _scrub_postings(self, response: Response, day: dt.date, also: Collection[str]) -> None:
        vouched = Q(edited_on__date__gt=day) | Q(confirmed_on__gt=day) | Q(contact_person__isnull=False)
        for model in (Offer, Need):
            own = model.objects.filter(response=response).exclude(vouched)
            erase_texts(model, list(own.values_list("pk", flat=True)), scrub=lambda text: scrub(text, also))
