"""Migrations of surveys on tables with rows in them: forward, back, and forward again."""

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE, AFTER = ("surveys", "0002_windows_and_approval"), ("surveys", "0005_remove_reports")
REPORT = [
    {"row": 2, "key": "BGD", "result": "added", "sheet": "Table 1", "unresolved": ["Korea"]},
    {"row": None, "key": "IND", "result": "missing"},
]


def migrate(to: tuple[str, str]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate([to])
    return MigrationExecutor(connection).loader.project_state([to]).apps


@pytest.fixture
def _as_it_was(django_db_blocker: Any) -> Any:
    yield
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.mark.usefixtures("_as_it_was")
def test_what_rows_became_is_kept_forward_and_back() -> None:
    apps = migrate(BEFORE)
    survey = apps.get_model("surveys", "Survey").objects.create(code="old", title="Old")
    made = apps.get_model("surveys", "Import").objects.create(
        survey=survey, file_name="table.csv", sha256="0" * 64, state="applied", report=REPORT
    )
    country = apps.get_model("directory", "Country").objects.create(iso3="QQQ", iso2="QQ", m49="999", name="Test")
    response = apps.get_model("surveys", "Response").objects.create(survey=survey, country=country, key="QQQ")
    apps = migrate(AFTER)
    rows = apps.get_model("surveys", "ImportRow").objects.filter(file_import=made.pk).order_by("position")
    assert [(row.row, row.key, row.result, row.entry) for row in rows] == [
        (2, "BGD", "added", {"unresolved": ["Korea"]}),
        (None, "IND", "missing", {}),
    ]
    assert apps.get_model("surveys", "Response").objects.get(pk=response.pk).status == "received"
    apps = migrate(BEFORE)
    assert apps.get_model("surveys", "Import").objects.get(pk=made.pk).report == REPORT
    migrate(AFTER)
