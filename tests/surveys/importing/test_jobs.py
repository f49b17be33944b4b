"""Bringing a file in through the admin: upload, preview, corrections, writing, the rows in error back, undoing."""

import csv
import io
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directory.models import User
from surveys.answering.pending import choose, differences_of
from surveys.choices import ImportState, PostingStatus, ResponseStatus
from surveys.importing import jobs
from surveys.models import (
    Import,
    ImportedFile,
    ImportRow,
    Need,
    Offer,
    PendingChange,
    RememberedColumns,
    Response,
    Survey,
)
from surveys.postings import posting
from surveys.reading.cells import ImportRefused
from tests.jobs import work_off
from tests.surveys.importing.conftest import TABLE, Cells, as_csv, changed, table_rows
from web.jobs.doing import MOST_ATTEMPTS
from web.jobs.model import LEASE

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_desk(client: Client, survey: Survey, manager: User) -> Client:
    client.force_login(manager)
    return client


def send(client: Client, survey: Survey, data: bytes, name: str = "table.csv") -> Import:
    file = SimpleUploadedFile(name, data)
    before = set(Import.objects.values_list("pk", flat=True))
    answer = client.post(reverse("admin:surveys_import_add"), {"survey": survey.pk, "file": file})
    (made,) = Import.objects.exclude(pk__in=before)
    assert answer.status_code == 302
    assert answer["Location"] == page(made)
    return made


def page(file_import: Import) -> str:
    return reverse("admin:surveys_import_change", args=[file_import.pk])


def step(client: Client, file_import: Import, name: str, **data: str) -> Import:
    answer = client.post(reverse(f"admin:surveys_import_{name}", args=[file_import.pk]), data)
    assert answer.status_code == 302
    file_import.refresh_from_db()
    return file_import


def content() -> dict[str, list[dict[str, Any]]]:
    """Every row of what surveys say; imports, their rows and histories aside."""
    models: list[Any] = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label == "surveys"
        and not model.__name__.startswith(("Import", "Historical", "Remembered"))
        and "historical" not in model._meta.db_table
    ]
    ignored = {"updated_at", "id"}
    return {
        model.__name__: [
            {name: value for name, value in row.items() if name not in ignored}
            for row in model.objects.order_by("pk").values()
        ]
        for model in models
    }


def test_upload_preview_write(at_desk: Client, survey: Survey, django_capture_on_commit_callbacks: Any):
    with django_capture_on_commit_callbacks(execute=True):
        made = send(at_desk, survey, TABLE.read_bytes(), "../../etc/<b>table</b>.csv")
    made.refresh_from_db()
    assert (made.state, made.file_name, made.counts["added"]) == (ImportState.PREVIEWED, "b>.csv", 10)
    assert not Response.objects.exists()
    shown = at_desk.get(page(made)).content.decode()
    assert "Write 10 rows" in shown
    assert "priority_areas_as_printed" in shown
    with django_capture_on_commit_callbacks(execute=True):
        step(at_desk, made, "apply", rows="all")
    made.refresh_from_db()
    assert (made.state, Response.objects.count()) == (ImportState.APPLIED, 10)
    assert not ImportedFile.objects.exists()
    assert RememberedColumns.objects.count() == 1
    assert "What the rows became" in at_desk.get(page(made)).content.decode()


def test_a_column_of_yes_and_no_is_mapped_to_an_option_on_the_page(
    at_desk: Client, survey: Survey, django_capture_on_commit_callbacks: Any
):
    rows = [{"Country": "Nepal", "Courses": "1", "Tours": "0", "Things/Study visits": "1"}]
    one_answer = "question:modalities:option="
    with django_capture_on_commit_callbacks(execute=True):
        made = send(at_desk, survey, as_csv(rows))
    with django_capture_on_commit_callbacks(execute=True):
        step(at_desk, made, "columns", **{"column-1": one_answer, "column-3": one_answer})
    shown = at_desk.get(page(made)).content.decode()
    assert "Say which answer these columns say yes or no to; until then they are only kept: “Courses”." in shown
    assert 'name="option-1"' in shown
    assert 'name="option-2"' not in shown
    assert '<option value="study-visits" selected>' in shown
    with django_capture_on_commit_callbacks(execute=True):
        step(at_desk, made, "columns", **{
            "column-1": one_answer, "option-1": "training", "column-3": one_answer, "option-3": "study-visits",
        })  # fmt: skip
    made.refresh_from_db()
    assert [column["goes"] for column in made.columns] == [
        "question:country", f"{one_answer}training", "keep", f"{one_answer}study-visits",
    ]  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        step(at_desk, made, "apply", rows="all")
    assert Response.objects.get().answers.get(question="modalities").value == ["training", "study-visits"]


def test_columns_and_answers_are_corrected_and_remembered(
    at_desk: Client, survey: Survey, django_capture_on_commit_callbacks: Any
):
    rows = [
        {"Where": "Nepal", "What we want": "Trainin; Studies abroad"},
        {"Where": "Fiji", "What we want": "Training"},
    ]
    with django_capture_on_commit_callbacks(execute=True):
        made = send(at_desk, survey, as_csv(rows))
    made.refresh_from_db()
    assert made.state == ImportState.REFUSED
    assert "No column names the country" in made.error
    shown = at_desk.get(page(made)).content.decode()
    assert 'name="column-0"' in shown
    with django_capture_on_commit_callbacks(execute=True):
        step(at_desk, made, "columns", **{"column-0": "question:country", "column-1": "question:modalities"})
    made.refresh_from_db()
    assert (made.state, made.counts["added"], made.counts["in_error"]) == (ImportState.PREVIEWED, 1, 1)
    shown = at_desk.get(page(made)).content.decode()
    assert "Did you mean: Training" in shown
    decisions = {"decide:modalities:Trainin": "training", "decide:modalities:Studies abroad": "study-visits"}
    with django_capture_on_commit_callbacks(execute=True):
        step(at_desk, made, "columns", **decisions)
    with django_capture_on_commit_callbacks(execute=True):
        step(at_desk, made, "apply", rows="all")
    answer = Response.objects.get(country="NPL").answers.get(question="modalities")
    assert answer.value == ["training", "study-visits"]
    # The next file of the same shape needs no word.
    with django_capture_on_commit_callbacks(execute=True):
        made = send(at_desk, survey, as_csv([*rows, {"Where": "Samoa", "What we want": "trainin"}]))
    made.refresh_from_db()
    assert made.state == ImportState.PREVIEWED
    assert made.counts == {
        "added": 1, "changed": 0, "unchanged": 2, "in_error": 0, "missing": 0, "waiting": 1, "lacking:areas": 1,
    }  # fmt: skip


def test_the_good_rows_are_written_and_the_bad_ones_come_back(
    at_desk: Client, survey: Survey, django_capture_on_commit_callbacks: Any
):
    rows = changed("CHN", modalities="Trainin", footnote="=cmd")
    with django_capture_on_commit_callbacks(execute=True):
        made = send(at_desk, survey, as_csv(rows))
    step(at_desk, made, "apply", rows="all")
    assert made.state == ImportState.PREVIEWED
    answer = at_desk.get(reverse("admin:surveys_import_errors", args=[made.pk]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    (line,) = csv.DictReader(io.StringIO(text))
    assert line["footnote"] == "'=cmd"
    assert "“Trainin” is not known" in line["What is wrong"]
    with django_capture_on_commit_callbacks(execute=True):
        step(at_desk, made, "apply", rows="good")
    made.refresh_from_db()
    assert (made.state, made.is_partial, Response.objects.count()) == (ImportState.APPLIED, True, 9)
    # Corrected, the file of bad rows comes in again as it is.
    corrected = text.replace("Trainin", "Training").replace("'=cmd", "=cmd").encode()
    with django_capture_on_commit_callbacks(execute=True):
        again = send(at_desk, survey, corrected)
    again.refresh_from_db()
    assert (again.state, again.counts["added"]) == (ImportState.PREVIEWED, 1)


def test_what_changed_since_the_preview_is_shown_again_and_not_written(
    at_desk: Client, survey: Survey, manager: User, django_capture_on_commit_callbacks: Any
):
    with django_capture_on_commit_callbacks(execute=True):
        first, second = send(at_desk, survey, TABLE.read_bytes()), send(at_desk, survey, TABLE.read_bytes())
    with django_capture_on_commit_callbacks(execute=True):
        step(at_desk, first, "apply", rows="all")
    with django_capture_on_commit_callbacks(execute=True):
        step(at_desk, second, "apply", rows="all")
    second.refresh_from_db()
    assert (second.state, second.counts["unchanged"]) == (ImportState.PREVIEWED, 10)
    assert "10 rows would become something else" in second.error


def test_a_job_that_died_is_noticed_and_begun_again(
    at_desk: Client, survey: Survey, manager: User, django_capture_on_commit_callbacks: Any
):
    with django_capture_on_commit_callbacks(execute=True):
        made = send(at_desk, survey, TABLE.read_bytes())
    Import.objects.filter(pk=made.pk).update(
        state=ImportState.APPLYING, attempts=MOST_ATTEMPTS, heartbeat_at=timezone.now() - 2 * LEASE
    )
    assert work_off() == 0
    made.refresh_from_db()
    assert (made.state, Response.objects.count()) == (ImportState.FAILED, 0)
    assert made.error == "Given up: 5 times its process stopped half-way. The log of the server may say why."
    assert "Start again" in at_desk.get(page(made)).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        step(at_desk, made, "again")
    made.refresh_from_db()
    assert made.state == ImportState.PREVIEWED


def test_a_step_taken_twice_is_taken_once(
    at_desk: Client, survey: Survey, manager: User, django_capture_on_commit_callbacks: Any
):
    with django_capture_on_commit_callbacks(execute=True):
        made = send(at_desk, survey, TABLE.read_bytes())
    jobs.begin_applying(file_import=made, partial=False, by=manager)
    with pytest.raises(ImportRefused, match="by now"):
        jobs.begin_applying(file_import=made, partial=False, by=manager)
    assert work_off() == 1
    assert Response.objects.count() == 10
    assert ImportRow.objects.filter(file_import=made).count() == 10


def bring_in(client: Client, survey: Survey, rows: list[Cells], capture: Any) -> Import:
    with capture(execute=True):
        made = send(client, survey, as_csv(rows))
    with capture(execute=True):
        step(client, made, "apply", rows="all")
    made.refresh_from_db()
    assert made.state == ImportState.APPLIED, made.error
    return made


def undo(client: Client, file_import: Import, capture: Any) -> None:
    with capture(execute=True):
        step(client, file_import, "undo")
    file_import.refresh_from_db()


def test_undoing_puts_everything_back_and_the_file_brings_it_again(
    at_desk: Client, survey: Survey, django_capture_on_commit_callbacks: Any
):
    capture = django_capture_on_commit_callbacks
    first = bring_in(at_desk, survey, table_rows()[:8], capture)
    before = content()
    rows = [row | {"modalities": "Training"} if row["iso3"] in ("CHN", "LAO") else row for row in table_rows()]
    rows[0] = rows[0] | {"regions_countries_as_printed": "Africa; Support received from: Japan"}
    second = bring_in(at_desk, survey, rows, capture)
    assert content() != before
    undo(at_desk, second, capture)
    assert second.state == ImportState.UNDONE
    after = content()
    added = Response.objects.filter(status=ResponseStatus.UNDONE)
    assert set(added.values_list("country", flat=True)) == {"THA", "VNM"}
    assert set(Offer.objects.filter(response__in=added).values_list("status", flat=True)) == {PostingStatus.ARCHIVED}
    for name, rows_before in before.items():
        if name in ("Response", "Answer", "Offer", "Need", "Reading", "Target", "Offer_areas", "Need_areas"):
            assert [row for row in rows_before if row not in after[name]] == [], name
    # What was undone comes back with the same file.
    third = bring_in(at_desk, survey, rows, capture)
    assert third.counts["added"] == 2
    assert Offer.objects.get(country="THA").status == PostingStatus.PUBLISHED
    undo(at_desk, first, capture)
    assert first.state == ImportState.APPLIED
    assert "changed since, by “table.csv”" in first.error


def test_an_import_on_which_somebody_has_built_is_not_undone_and_says_why(
    at_desk: Client, survey: Survey, manager: User, django_capture_on_commit_callbacks: Any
):
    made = bring_in(at_desk, survey, table_rows(), django_capture_on_commit_callbacks)
    offer = Offer.objects.get(country="THA")
    posting.mark_edited(offer)
    offer.save()
    undo(at_desk, made, django_capture_on_commit_callbacks)
    assert made.state == ImportState.APPLIED
    assert "was edited by a person" in at_desk.get(page(made)).content.decode()


def test_a_corrected_row_of_an_edited_posting_leaves_both_versions_to_choose_from(
    at_desk: Client, survey: Survey, manager: User, django_capture_on_commit_callbacks: Any
):
    capture = django_capture_on_commit_callbacks
    bring_in(at_desk, survey, table_rows(), capture)
    need = Need.objects.get(country="KHM")
    posting.mark_edited(need)
    need.title = "Our own words"
    need.save()
    bring_in(at_desk, survey, changed("KHM", modalities="Training"), capture)
    (change,) = PendingChange.objects.filter(decided_at=None)
    assert change.need == need
    fields = {one.field: (one.here, one.in_response) for one in differences_of(change)}
    assert fields["title"][0] == "Our own words"
    assert fields["modalities"][1] == "Training"
    need.refresh_from_db()
    assert need.title == "Our own words"
    choose(change=change, takes_response=True, by=manager)
    need.refresh_from_db()
    assert (need.title.startswith("Cambodia: "), need.modalities.count()) == (True, 1)
    # Decided once, it is not asked again.
    bring_in(at_desk, survey, changed("KHM", modalities="Training", row_no="99"), capture)
    assert not PendingChange.objects.filter(decided_at=None).exists()


@pytest.mark.any_database
def test_only_managers_bring_files_in(client: Client, survey: Survey, reviewer: User, focal_point: User):
    given = {"survey": survey.pk, "file": SimpleUploadedFile("a.csv", b"a")}
    for user, status in ((reviewer, 403), (focal_point, 302)):  # the admin sends who is no staff to its log-in
        client.force_login(user)
        answer = client.post(reverse("admin:surveys_import_add"), given)
        assert answer.status_code == status
        assert status == 403 or answer["Location"].startswith("/admin/login/?next=/admin/")
        with pytest.raises(ImportRefused, match=r"^Only managers"):
            jobs.upload(survey=survey, file_name="a.csv", data=b"a", by=user)
    assert not Import.objects.exists()
    assert not ImportedFile.objects.exists()
