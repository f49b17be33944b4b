"""Takes a database of its own to a migration, and from there to another, as tests of migrations do."""

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from tests.project.subprocesses import PRODUCTION, run_python

Rows = Callable[[str, str], Any]
"""The rows of a model, by application and name."""
NEW = "new.sqlite3"
MIGRATE = """
import json
from collections import Counter
import django
django.setup()
from django.core.management import call_command
from django.db.migrations.state import ModelState
from web.new_tables import NewTables

counts, models = {}, Counter()
apply, render = NewTables.apply, ModelState.render

def counted_apply(migration, *args, **options):
    before = models.total()
    state = apply(migration, *args, **options)
    counts[migration.app_label] = models.total() - before
    return state

def counted_render(state, of):
    models[state.name] += 1
    return render(state, of)

NewTables.apply, ModelState.render = counted_apply, counted_render
call_command("migrate", verbosity=0)
print(json.dumps(counts))
"""


def migrate_new(address: str) -> dict[str, int]:
    """Run all migrations in an empty database, as production does; return how many models were drawn up by whom.

    That is, by the application of each squashed migration.
    """
    settings = {**PRODUCTION, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "ssc_portal.settings"}
    done = run_python("-W", "error", "-c", MIGRATE, **settings)
    assert done.returncode == 0, done.stderr
    counts: dict[str, int] = json.loads(done.stdout)
    return counts


def new_file(folder: Path) -> tuple[Path, dict[str, int]]:
    """Return a file of SQLite that `migrate_new` has made in the folder, by whichever process asks first."""
    file, counts = folder / NEW, folder / f"{NEW}.json"
    with (folder / f"{NEW}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not counts.exists():
            file.unlink(missing_ok=True)
            counts.write_text(json.dumps(migrate_new(f"sqlite:///{file}")))
    return file, json.loads(counts.read_text())


@contextmanager
def known_as(alias: str, name: str) -> Iterator[str]:
    """Let `connections` know a database beside that of the tests by `alias`."""
    connections[alias] = type(connections["default"])({**connection.settings_dict, "NAME": name}, alias=alias)
    yield alias
    connections[alias].close()
    del connections[alias]


@contextmanager
def empty_database(alias: str) -> Iterator[str]:
    """Make a database beside that of the tests, which `connections` knows by `alias`, and drop it at the end."""
    is_file = connection.vendor == "sqlite"
    name = ":memory:" if is_file else f"{connection.settings_dict['NAME']}_{alias}"
    if not is_file:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}"')
    with known_as(alias, name):
        yield alias
    if not is_file:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}"')


def address_of(database: dict[str, Any]) -> str:
    """The address of a database of PostgreSQL, by its settings."""
    where = f"{database['HOST'] or '127.0.0.1'}:{database['PORT'] or 5432}"
    return f"postgres://{database['USER']}:{database['PASSWORD']}@{where}/{database['NAME']}"


def stand_at(alias: str, *migrations: tuple[str, str]) -> Rows:
    """Make the tables of an empty database as they are after `migrations`, and note these and all before as applied.

    They come from the models of that time: running every migration takes long, and tests/project/test_migrations.py
    holds what they come to against what a new database is made by.
    """
    executor = one_by_one(alias)
    plan = executor.migration_plan(list(migrations))
    apps = executor.loader.project_state(list(migrations)).apps
    with connections[alias].schema_editor() as editor:
        for model in apps.get_models():
            editor.create_model(model)
    executor.recorder.ensure_schema()
    for applied, _backwards in plan:
        executor.recorder.record_applied(applied.app_label, applied.name)
    return lambda app, model: apps.get_model(app, model).objects.using(alias)


def migrate(alias: str, to: tuple[str, str]) -> Rows:
    """Run the migrations to `to`, forward or back."""
    apps = one_by_one(alias).migrate([to]).apps
    return lambda app, model: apps.get_model(app, model).objects.using(alias)


def one_by_one(alias: str) -> MigrationExecutor:
    """The migrations as they were written, as a database that is older than their squashed ones goes through them."""
    executor = MigrationExecutor(connections[alias])
    executor.loader = loader = MigrationLoader(connections[alias], replace_migrations=False)
    for squashed, migration in loader.replacements.items():
        loader.graph.remove_replacement_node(squashed, migration.replaces)
        loader.applied_migrations.pop(squashed, None)
    loader.replacements = {}
    return executor
