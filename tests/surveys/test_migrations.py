"""Migrations of surveys on tables with rows in them: forward, back, and forward again."""

from typing import Any

import pytest

from tests.migrating import migrate, stand_at

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE, AFTER = ("surveys", "0002_windows_and_approval"), ("surveys", "0007_imports_as_jobs")
REPORT = [
    {"row": 2, "key": "BGD", "result": "added", "sheet": "Table 1", "unresolved": ["Korea"]},
    {"row": None, "key": "IND", "result": "missing"},
]


def test_what_rows_became_is_kept_forward_and_back(throwaway: str, settings: Any) -> None:
    settings.MIGRATION_MODULES = {}
    rows_of = stand_at(throwaway, BEFORE)
    survey = rows_of("surveys", "Survey").create(code="old", title="Old")
    made = rows_of("surveys", "Import").create(
        survey=survey, file_name="table.csv", sha256="0" * 64, state="applied", report=REPORT
    )
    country = rows_of("directory", "Country").create(iso3="QQQ", iso2="QQ", m49="999", name="Test")
    response = rows_of("surveys", "Response").create(survey=survey, country=country, key="QQQ")
    rows_of = migrate(throwaway, AFTER)
    rows = rows_of("surveys", "ImportRow").filter(file_import=made.pk).order_by("position")
    assert [(row.row, row.key, row.result, row.entry) for row in rows] == [
        (2, "BGD", "added", {"unresolved": ["Korea"]}),
        (None, "IND", "missing", {}),
    ]
    assert rows_of("surveys", "Response").get(pk=response.pk).status == "received"
    rows_of = migrate(throwaway, BEFORE)
    assert rows_of("surveys", "Import").get(pk=made.pk).report == REPORT
    migrate(throwaway, AFTER)
