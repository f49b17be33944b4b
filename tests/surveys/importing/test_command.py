"""The commands: what they print, and when they fail."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from surveys.models import Import, Offer, Survey
from tests.surveys.importing.conftest import TABLE, as_csv, as_xlsx, changed, table_rows

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

CODE = "escap-unossc-2018"


def run(file: Path, *options: str) -> str:
    out = io.StringIO()
    call_command("import_survey", str(file), "--survey", CODE, *options, stdout=out)
    return out.getvalue()


def test_it_says_what_each_row_became(survey: Survey):
    said = run(TABLE)
    assert "row 2: BGD: Added (offer: added, published, need: added, draft)" in said
    assert "    unresolved: Korea" in said
    assert said.splitlines()[-1].startswith("Added: 10; Changed: 0; Unchanged: 0")
    assert "row 11: VNM: Unchanged" in run(TABLE)
    assert Import.objects.count() == 1


def test_it_is_quiet_when_asked(survey: Survey):
    assert run(TABLE, "--verbosity", "0") == ""
    assert Offer.objects.count() == 10


def test_a_workbook_under_any_name_is_recognised(survey: Survey, tmp_path: Path):
    file = tmp_path / "table.csv"
    file.write_bytes(as_xlsx(table_rows()))
    assert "Table 1, row 2: BGD: Added" in run(file)
    assert Offer.objects.get(country="BGD").source_sheet == "Table 1"


def test_errors_are_listed_and_nothing_is_written(survey: Survey, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "table.csv"
    file.write_bytes(as_csv(changed("CHN", modalities="Trainin\x1b[2J", data_source="?")))
    out = io.StringIO()
    with pytest.raises(CommandError, match="Nothing was written: 2 errors"):
        call_command("import_survey", str(file), "--survey", CODE, stdout=out)
    said = out.getvalue()
    assert "row 4: CHN: In error" in said
    assert "    data_source: “?”: Write survey" in said
    assert "    modalities: “Trainin [2J”" in said
    assert not Offer.objects.exists()
    assert "Added: 9" in run(file, "--partial")


def test_a_dry_run_fails_where_the_import_would(survey: Survey, tmp_path: Path):
    assert "Preview: nothing was written." in run(TABLE, "--dry-run")
    assert not Import.objects.exists()
    file = tmp_path / "table.csv"
    file.write_bytes(as_csv(changed("CHN", data_source="?")))
    with pytest.raises(CommandError, match="1 errors: the file would be refused"):
        run(file, "--dry-run")
    assert "In error: 1" in run(file, "--dry-run", "--partial")


def test_a_file_that_cannot_be_read_is_named(survey: Survey, tmp_path: Path):
    with pytest.raises(CommandError, match=r"Cannot read .*nowhere\.csv: No such file"):
        run(tmp_path / "nowhere.csv")
    file = tmp_path / "table.xls"
    file.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1"))
    with pytest.raises(CommandError, match=r"table\.xls: This is an old Excel file"):
        run(file)


def test_an_unknown_edition_is_named_with_those_that_are_there(survey: Survey):
    with pytest.raises(CommandError, match=rf"No survey has the code nope. There are: {CODE}"):
        call_command("import_survey", str(TABLE), "--survey", "nope")
