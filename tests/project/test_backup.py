"""Backups as docs/deploy.md has them: back up, wipe, restore is equal; an old one over newer tables too; or nothing."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder

from tests.migrating import address_of, empty_database
from tests.project.subprocesses import ROOT
from web import maintenance

pytestmark = pytest.mark.django_db

FILE = "portal.backup"


def tool(name: str, file: Path, address: str) -> subprocess.CompletedProcess[str]:
    """Run tools/backup or tools/restore from another folder, as whoever reads the documents may."""
    folder = str(settings.MAINTENANCE_FILE.parent)
    return subprocess.run(
        [ROOT / "tools" / name, file.name],
        cwd=file.parent, env={**os.environ, "DATABASE_URL": address, "MAINTENANCE_FOLDER": folder},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


class OfSQLite:
    """A file with the tables of the tests and a row."""

    def __init__(self, path: Path) -> None:
        self.path, self.address = path, f"sqlite:///{path}"
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(path)])

    def run(self, statement: str) -> None:
        """Run a statement."""
        with sqlite3.connect(self.path) as database:
            database.execute(statement)

    def contents(self) -> Any:
        """All tables, with all that is in them."""
        with sqlite3.connect(self.path) as database:
            return sorted(database.iterdump())


class OfPostgreSQL:
    """A database of its own, as tools/restore has made it of the tests' one."""

    def __init__(self, alias: str) -> None:
        self.alias = alias
        self.address = address_of(connections[alias].settings_dict)

    def run(self, statement: str) -> None:
        """Run a statement."""
        with connections[self.alias].cursor() as cursor:
            cursor.execute(statement)

    def contents(self) -> Any:
        """All tables with all that is in them, and where the sequences stand."""
        with connections[self.alias].cursor() as cursor:
            tables = connections[self.alias].introspection.table_names(cursor)
            held = {}
            for table in tables:
                cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')
                held[table] = cursor.fetchall()
            cursor.execute("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1")
            held["sequences"] = cursor.fetchall()
        connections[self.alias].close()
        return held


ROW = "INSERT INTO django_content_type (app_label, model) VALUES ('=Rice, 稻', 'رز')"


@pytest.fixture(scope="module")
def kept(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OfSQLite | OfPostgreSQL]:
    """A database with the portal's tables and a row more; each test leaves it as it was."""
    folder = tmp_path_factory.mktemp("kept")
    with django_db_blocker.unblock():
        MigrationRecorder(connection).ensure_schema()
        if connection.vendor == "sqlite":
            of_sqlite = OfSQLite(folder / "db.sqlite3")
            of_sqlite.run(ROW)
            yield of_sqlite
            return
        if shutil.which("pg_dump") is None:
            pytest.skip("pg_dump is not on the path: it comes with PostgreSQL's client")
        of_tests = address_of(connection.settings_dict)
        with empty_database("restored") as alias:
            of_postgresql = OfPostgreSQL(alias)
            for name, address in (("backup", of_tests), ("restore", of_postgresql.address)):
                done = tool(name, folder / FILE, address)
                assert done.returncode == 0, done.stderr
            of_postgresql.run(ROW)
            yield of_postgresql


@pytest.fixture
def backup(kept: OfSQLite | OfPostgreSQL, tmp_path: Path) -> Path:
    """A backup of it."""
    done = tool("backup", tmp_path / FILE, kept.address)
    assert done.returncode == 0, done.stderr
    return tmp_path / FILE


def test_nobody_else_reads_a_backup_and_none_is_written_over(kept, backup):
    assert backup.stat().st_mode & 0o077 == 0
    before = backup.read_bytes()
    done = tool("backup", backup, kept.address)
    assert done.returncode == 2
    assert "is there already" in done.stderr
    assert backup.read_bytes() == before
    assert list(backup.parent.iterdir()) == [backup]


def test_wiped_and_restored_is_equal_and_so_once_more(kept, tmp_path):
    before = kept.contents()
    assert "稻" in str(before)
    for name in ("second.backup", "third.backup"):
        assert tool("backup", tmp_path / name, kept.address).returncode == 0
        kept.run("DELETE FROM auth_permission")
        kept.run("DROP TABLE surveys_offer_areas")
        done = tool("restore", tmp_path / name, kept.address)
        assert done.returncode == 0, done.stderr
        assert kept.contents() == before


def test_an_old_one_goes_over_newer_tables_and_leaves_nothing_of_them(kept, backup):
    before = kept.contents()
    kept.run("CREATE TABLE newer (id integer PRIMARY KEY, offer bigint REFERENCES surveys_offer (id))")
    kept.run("ALTER TABLE surveys_offer ADD COLUMN newer integer NOT NULL DEFAULT 7")
    kept.run("DROP TABLE directory_mail")
    done = tool("restore", backup, kept.address)
    assert done.returncode == 0, done.stderr
    assert kept.contents() == before


@pytest.fixture(autouse=True)
def _no_maintenance_afterwards() -> Iterator[None]:
    yield
    maintenance.end()


def test_nothing_can_be_saved_from_a_restore_on_and_what_did_not_happen_leaves_no_trace(kept, backup, tmp_path):
    """A backup asks nothing of anybody; whoever restores ends it once the database is up to the code."""
    assert maintenance.current() is None
    (tmp_path / "spoilt.backup").write_text("of something else")
    assert tool("restore", tmp_path / "spoilt.backup", kept.address).returncode != 0
    assert maintenance.current() is None

    announced = maintenance.Maintenance(maintenance.ANNOUNCED, message="On Sunday.")
    maintenance.begin(announced)
    assert tool("restore", tmp_path / "spoilt.backup", kept.address).returncode != 0
    assert maintenance.current() == announced
    assert tool("restore", backup, kept.address).returncode == 0
    assert maintenance.current() == maintenance.Maintenance(maintenance.READ_ONLY)

    in_words = maintenance.Maintenance(maintenance.READ_ONLY, message="The disk is replaced.")
    maintenance.begin(in_words)
    assert tool("backup", tmp_path / "meanwhile.backup", kept.address).returncode == 0
    assert tool("restore", tmp_path / "meanwhile.backup", kept.address).returncode == 0
    assert maintenance.current() == in_words


def test_a_restored_file_of_sqlite_says_so_to_the_change_feed(kept, tmp_path):
    """PostgreSQL tells by the numbers of tables, which a restore makes anew."""
    if connection.vendor != "sqlite":
        pytest.skip("of files alone")
    kept.run("INSERT INTO feed_sequencer (id, has_news, form, stands_in) VALUES (7, 0, '', '12')")
    assert tool("backup", tmp_path / "fed.backup", kept.address).returncode == 0
    assert tool("restore", tmp_path / "fed.backup", kept.address).returncode == 0
    assert "INSERT INTO \"feed_sequencer\" VALUES(7,NULL,NULL,NULL,0,'','restored');" in kept.contents()
    kept.run("DELETE FROM feed_sequencer WHERE id = 7")


@pytest.mark.parametrize("spoilt", ["cut short", "of something else", "not there"])
def test_what_is_no_whole_backup_changes_nothing(kept, backup, tmp_path, spoilt):
    before = kept.contents()
    file = tmp_path / "spoilt.backup"
    if spoilt == "cut short":
        whole = backup.read_bytes()
        file.write_bytes(whole[: len(whole) // 2])
    elif spoilt == "of something else":
        file.write_text("PK, and what follows")
    assert tool("restore", file, kept.address).returncode != 0
    assert kept.contents() == before


def test_an_address_that_is_not_understood_is_refused(tmp_path):
    for name in ("backup", "restore"):
        (tmp_path / FILE).unlink(missing_ok=True)
        if name == "restore":
            (tmp_path / FILE).touch()
        done = tool(name, tmp_path / FILE, "mysql://user:hidden@host/portal")
        assert done.returncode == 2
        assert "DATABASE_URL" in done.stderr
        assert "hidden" not in done.stderr
