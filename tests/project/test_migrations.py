"""A new database is made by migrations alone; the tests make theirs from the models, which is quicker."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from tests.project.subprocesses import PRODUCTION, ROOT, run_python
from tests.snapshots import PREFIX

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def tables(cursor: Any) -> dict[str, set[str]]:
    """The columns of each table."""
    names = cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {
        name: {row[1] for row in cursor.execute(f'PRAGMA table_info("{name}")').fetchall()}
        for (name,) in names
        if name not in ("django_migrations", "sqlite_sequence") and not name.startswith(PREFIX)
    }


def test_migrations_make_the_tables_of_the_models(tmp_path: Path) -> None:
    file = tmp_path / "new.sqlite3"
    done = run_python(
        str(ROOT / "manage.py"), "migrate", "-v", "0", **{**PRODUCTION, "DATABASE_URL": f"sqlite:///{file}"}
    )
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(file)) as migrated, connection.cursor() as cursor:
        made_by_migrations, made_from_models = tables(migrated.cursor()), tables(cursor)
    assert made_by_migrations == made_from_models
    assert {model._meta.db_table for model in apps.get_models()} <= made_by_migrations.keys()
