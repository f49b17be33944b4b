"""Loading reference data: idempotent, all or nothing, and never over the head of someone who edited a row."""

import csv
import io
import shutil
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from directory.models import (
    Agency,
    AgencyFact,
    Country,
    CountryAlias,
    CountryGroup,
    GroupMembership,
    Modality,
    PriorityArea,
)
from directory.reference.loading import DATA_FOLDER, load_reference
from directory.reference.problems import ReferenceDataError

MODELS = (Country, CountryAlias, CountryGroup, GroupMembership, PriorityArea, Modality, Agency, AgencyFact)
KEPT_COUNTRIES = {"THA", "LAO", "KHM", "TUR", "BGD", "CHN", "IND"}


class Folder:
    """A folder of small files of reference data, which a test edits."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for source in DATA_FOLDER.glob("*.csv"):
            shutil.copy(source, path)
        for file, column in (("countries.csv", "iso3"), ("country_aliases.csv", "iso3"),
                             ("group_memberships.csv", "country")):  # fmt: skip
            self.write(file, [row for row in self.rows(file) if row[column] in KEPT_COUNTRIES])

    def rows(self, file: str) -> list[dict[str, str]]:
        with (self.path / file).open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    def write(self, file: str, rows: list[dict[str, str]]) -> None:
        with (self.path / file).open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    def edit(self, file: str, key: dict[str, str], **values: str) -> int:
        """Change the row with the values of `key`; return its number as a spreadsheet counts."""
        rows = self.rows(file)
        number, row = next((n, r) for n, r in enumerate(rows, start=2) if key.items() <= r.items())
        row.update(values)
        self.write(file, rows)
        return number

    def remove(self, file: str, **key: str) -> dict[str, str]:
        rows = self.rows(file)
        gone = next(row for row in rows if key.items() <= row.items())
        self.write(file, [row for row in rows if row is not gone])
        return gone

    def add(self, file: str, **values: str) -> None:
        rows = self.rows(file)
        self.write(file, [*rows, {**dict.fromkeys(rows[0], ""), "source": "a test", **values}])


@pytest.fixture
def folder(tmp_path: Path, db: None) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def loaded(folder: Folder) -> Folder:
    load_reference(folder=folder.path)
    return folder


def load(folder: Folder, **options: Any) -> Counter[str]:
    """Load and add up the counts of all files."""
    total: Counter[str] = Counter()
    for plan in load_reference(folder=folder.path, **options):
        total.update(plan.counts)
    return +total


def said(folder: Folder, *options: str) -> str:
    out = io.StringIO()
    call_command("load_reference", "--folder", str(folder.path), *options, stdout=out)
    return out.getvalue()


def contents() -> dict[str, list[dict[str, Any]]]:
    return {model.__name__: [dict(row) for row in model.objects.order_by("pk").values()] for model in MODELS}


def test_a_second_load_changes_nothing(folder):
    first = load(folder)
    before = contents()
    history = Country.history.count(), CountryGroup.history.count(), GroupMembership.history.count()

    second = load(folder)

    assert set(first) == {"added"}
    assert second == {"unchanged": first["added"]}
    assert contents() == before
    assert (Country.history.count(), CountryGroup.history.count(), GroupMembership.history.count()) == history


@pytest.mark.any_database
def test_a_second_load_takes_as_many_queries_at_any_number_of_rows(loaded):
    def count(path: Path) -> int:
        with CaptureQueriesContext(connection) as queries:
            load_reference(folder=path)
        return len(queries)

    few = count(loaded.path)
    load_reference()
    started = time.process_time()  # not the clock on the wall: other tests run beside this one
    many = count(DATA_FOLDER)
    seconds = time.process_time() - started

    # savepoint and release; eight lists; the parts of groups
    assert few == many == 2 + 8 + 1
    assert seconds < 2


def test_every_row_has_history_in_the_name_of_who_loaded(folder, manager):
    load_reference(folder=folder.path, by=manager)
    folder.edit("countries.csv", {"iso3": "THA"}, note="A new note")
    folder.edit("groups.csv", {"code": "LATIN_AMERICA"}, parts="M49_SOUTH_AMERICA")
    load_reference(folder=folder.path, by=manager)

    latest, first = Country.history.filter(iso3="THA")
    assert (latest.history_type, latest.note, latest.history_user) == ("~", "A new note", manager)
    assert (first.history_type, first.history_user, first.history_change_reason) == ("+", manager, "load_reference")
    folder.edit("groups.csv", {"code": "LATIN_AMERICA"}, note="Another note")
    load_reference(folder=folder.path, by=manager)
    of_the_group = CountryGroup.history.filter(code="LATIN_AMERICA")
    assert {each.history_user for each in of_the_group} == {manager}
    assert [(each.parts.count(), each.note) for each in of_the_group[:2]] == [(1, "Another note"), (1, "")]
    assert 2 in [each.parts.count() for each in of_the_group]
    assert [group.pk for group in CountryGroup.objects.get(pk="LATIN_AMERICA").parts.all()] == ["M49_SOUTH_AMERICA"]


def test_a_changed_cell_is_one_change_and_is_found_by_search(loaded):
    loaded.edit("countries.csv", {"iso3": "TUR"}, name_formal="Republic of Türkiye, tested")

    assert load(loaded)["changed"] == 1
    assert Country.objects.filter(search_text__contains="turkiye, tested").exists()


def test_a_row_that_left_is_disabled_and_one_that_returned_enabled(loaded):
    gone = loaded.remove("modalities.csv", code="study-visits")

    assert load(loaded)["disabled"] == 1
    assert not Modality.objects.get(pk="study-visits").is_active
    assert load(loaded)["disabled"] == 0
    loaded.write("modalities.csv", [*loaded.rows("modalities.csv"), gone])
    assert load(loaded)["enabled"] == 1
    assert Modality.objects.get(pk="study-visits").is_active
    assert [entry.is_active for entry in Modality.history.filter(code="study-visits")] == [True, False, True]


def test_what_was_changed_in_the_admin_is_kept_and_told(loaded):
    Country.objects.filter(pk="THA").update(note="By hand")

    assert load(loaded)["kept"] == 1
    assert 'kept: changed in the admin: THA, note: "By hand" (file: "compiled from: ' in said(loaded)
    assert "conflict" not in said(loaded)
    assert Country.objects.get(pk="THA").note == "By hand"


def test_where_both_changed_it_is_a_conflict_until_settled(loaded):
    Country.objects.filter(pk="THA").update(note="By hand")
    loaded.edit("countries.csv", {"iso3": "THA"}, note="By file", name_formal="Kingdom of Thailand, tested")

    report = said(loaded)

    assert 'conflict, kept: changed in the admin: THA, note: "By hand" (file: "By file")' in report
    assert "By file" in said(loaded), "a conflict is told at every load until it is settled"
    thailand = Country.objects.get(pk="THA")
    assert thailand.note == "By hand"
    assert thailand.name_formal == "Kingdom of Thailand, tested", "fields that nobody touched follow the file"

    Country.objects.filter(pk="THA").update(note="By file")
    assert "conflict" not in said(loaded)
    loaded.edit("countries.csv", {"iso3": "THA"}, note="By file again")
    load(loaded)
    assert Country.objects.get(pk="THA").note == "By file again"


def test_overwrite_takes_the_files_values(loaded):
    Country.objects.filter(pk="THA").update(note="By hand")
    GroupMembership.objects.filter(group="LDC", country="LAO").update(status="confirmed")

    assert load(loaded, overwrite=True)["changed"] == 2
    assert Country.objects.get(pk="THA").note.startswith("compiled from: ")
    assert GroupMembership.objects.get(group="LDC", country="LAO").status == "to_be_confirmed"
    assert set(load(loaded)) == {"unchanged"}


def test_a_row_disabled_in_the_admin_stays_disabled(loaded):
    Modality.objects.filter(pk="training").update(is_active=False)

    assert load(loaded)["kept"] == 1
    assert not Modality.objects.get(pk="training").is_active


def test_a_row_edited_in_the_admin_is_not_disabled_when_it_leaves_the_file(loaded):
    Modality.objects.filter(pk="training").update(label="Training, by hand")
    loaded.remove("modalities.csv", code="training")

    assert "conflict, kept: changed in the admin: training, is_active: yes (file: no)" in said(loaded)
    assert Modality.objects.get(pk="training").is_active
    load(loaded, overwrite=True)
    assert not Modality.objects.get(pk="training").is_active


def test_a_row_made_in_the_admin_is_left_alone(loaded):
    Modality.objects.create(code="joint-research", label="Joint research")

    assert set(load(loaded)) == {"unchanged"}
    assert Modality.objects.get(pk="joint-research").is_active
    assert Modality.objects.get(pk="joint-research").loaded_values is None


def test_a_file_that_catches_up_with_the_admin_fills_only_what_is_empty(loaded):
    Modality.objects.create(code="joint-research", label="Joint research")
    loaded.add("modalities.csv", code="joint-research", label="Research together", aid_types="D02", position="70")

    load(loaded)

    modality = Modality.objects.get(pk="joint-research")
    assert (modality.label, modality.aid_types) == ("Joint research", "D02")


def test_a_beginning_corrected_in_the_admin_makes_no_second_membership(loaded):
    GroupMembership.objects.filter(group="LDC", country="KHM").update(valid_from="1991-06-01")

    assert load(loaded)["kept"] == 1
    assert GroupMembership.objects.filter(group="LDC", country="KHM").count() == 1


def test_a_dry_run_tells_and_writes_nothing(folder):
    assert "modalities.csv: 6 added" in said(folder, "--dry-run")
    assert not any(contents().values())
    load(folder)
    before = contents()
    folder.edit("modalities.csv", {"code": "training"}, label="Training, tested")
    assert "1 changed" in said(folder, "--dry-run")
    assert contents() == before


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("file", "key", "values", "column", "wrong", "right"),
    [
        ("groups.csv", {"code": "LDC"}, {"level": "wyde"}, "level", '"wyde" is not known', "neighbourhood"),
        ("groups.csv", {"code": "LDC"}, {"is_heading": "true"}, "is_heading", "neither yes nor no", "yes or no"),
        ("groups.csv", {"code": "OPEN_REACH"}, {"parts": "G77;NOBODY"}, "parts", '"NOBODY" is not known', "code"),
        ("groups.csv", {"code": "LDC"}, {"parts": "LATIN_AMERICA"}, "parts", "itself derived", "parts of that group"),
        ("groups.csv", {"code": "LDC"}, {"position": "-1"}, "position", "not a whole number", "0 to 32767"),
        ("groups.csv", {"code": "LDC"}, {"position": ""}, "position", "empty", "a whole number"),
        ("groups.csv", {"code": "LDC"}, {"source": " "}, "source", "empty", "where this fact is from"),
        ("countries.csv", {"iso3": "THA"}, {"iso3": "tha"}, "iso3", '"tha" is not a code', "three capital letters"),
        ("countries.csv", {"iso3": "THA"}, {"name": ""}, "name", "empty", "a value"),
        ("countries.csv", {"iso3": "THA"}, {"iso2": "LA"}, "iso2", "LA is already that of", "a value of its own"),
        ("countries.csv", {"iso3": "THA"}, {"name": "x" * 121}, "name", "does not fit", "120"),
        ("countries.csv", {"iso3": "THA"}, {"note": "a\0b"}, "note", "control character", "without"),
        ("group_memberships.csv", {"group": "LDC", "country": "LAO"}, {"valid_to": "24.11.2026"}, "valid_to",
         '"24.11.2026" is not a day', "2026-11-24"),
        ("group_memberships.csv", {"group": "LDC", "country": "LAO"}, {"valid_to": "2026-02-30"}, "valid_to",
         '"2026-02-30" is not a day', "2026-11-24"),
        ("group_memberships.csv", {"group": "LDC", "country": "LAO"}, {"valid_to": "1970-01-01"}, "valid_to",
         "is not after", "a day after"),
        ("group_memberships.csv", {"group": "LDC", "country": "LAO"}, {"country": "XXX"}, "country",
         '"XXX" is not known', "iso3"),
        ("group_memberships.csv", {"group": "LDC", "country": "LAO"}, {"country": "KHM", "valid_from": "2000-01-01"},
         "valid_from", "before that of row", "a confirmed end"),
        ("modalities.csv", {"code": "training"}, {"code": "financial"}, "code", "stands already in row 2", "one row"),
        ("modalities.csv", {"code": "training"}, {"code": "on the job"}, "code", "does not fit", "slug"),
        ("agencies.csv", {"code": "tha-tica"}, {"website": "javascript:alert(1)"}, "website", "does not fit", "URL"),
        ("agencies.csv", {"code": "asean-fund"}, {"name": "New Development Bank"}, "name", "already that", "its own"),
        ("agency_facts.csv", {"agency": "tha-tica"}, {"agency": "tica"}, "agency", '"tica" is not known', "code"),
    ],
)  # fmt: skip
def test_one_bad_cell_anywhere_and_nothing_is_written(folder, file, key, values, column, wrong, right):
    number = folder.edit(file, key, **values)

    with pytest.raises(ReferenceDataError) as caught:
        load_reference(folder=folder.path)

    problem = next(each for each in caught.value.problems if each.column == column)
    assert (problem.file, wrong in problem.wrong, right in problem.right) == (file, True, True), str(problem)
    assert problem.row == number
    assert not any(contents().values())


@pytest.mark.any_database
def test_all_that_is_wrong_is_told_at_once(folder):
    folder.edit("countries.csv", {"iso3": "THA"}, un_status="friend")
    folder.edit("agencies.csv", {"code": "aiib"}, founded="soon")

    with pytest.raises(CommandError, match="Nothing was loaded") as caught:
        said(folder)

    assert 'column un_status: "friend" is not known; right would be one of member, observer, not_member' in str(
        caught.value
    )
    assert 'agencies.csv, row 19, column founded: "soon" is not a whole number' in str(caught.value)


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"", "is missing"),
        (b"code,label\nx,y\n", "is missing"),
        (b"code,label,aliases,aid_types,position,source,note,extra\n", "is not known"),
        (b"code,label,aliases,aid_types,position,source,note,note\n", "stands twice"),
        (b"code,label,aliases,aid_types,position,source,note\nx,y\n", "2 cells"),
        (b"code,label,aliases,aid_types,position,source,note\nx,\xff,,,1,s,\n", "is not UTF-8"),
        (b'code,label,aliases,aid_types,position,source,note\nx,"y,,,1,s,\n', "not a CSV file"),
        (None, "the file is missing"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(folder, content, wrong):
    path = folder.path / "modalities.csv"
    path.unlink()
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ReferenceDataError) as caught:
        load_reference(folder=folder.path)

    assert {problem.file for problem in caught.value.problems} == {"modalities.csv"}
    assert any(wrong in problem.wrong for problem in caught.value.problems)
    assert not Country.objects.exists()


@pytest.mark.any_database
def test_spreadsheet_habits_are_forgiven(folder):
    lines = (folder.path / "modalities.csv").read_text(encoding="utf-8").splitlines()
    text = "\ufeff" + "\r\n".join([*lines, ",,,,,,", ""]).replace("training,Training,", " training , Training ,")
    (folder.path / "modalities.csv").write_bytes(text.encode())

    load(folder)

    assert Modality.objects.get(pk="training").label == "Training"
    assert Modality.objects.count() == 6


def test_a_crash_while_writing_leaves_all_as_it_was(folder, monkeypatch):
    bulk_create = QuerySet.bulk_create

    def crash_at_the_last_list(rows: QuerySet[Any], *args: Any, **kwargs: Any) -> Any:
        if rows.model is AgencyFact:
            raise RuntimeError("power cut")
        return bulk_create(rows, *args, **kwargs)

    monkeypatch.setattr(QuerySet, "bulk_create", crash_at_the_last_list)
    with pytest.raises(RuntimeError, match="power cut"):
        load_reference(folder=folder.path)

    assert not any(contents().values())
