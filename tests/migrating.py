"""Takes a database of its own to a migration, and from there to another, as tests of migrations do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

Rows = Callable[[str, str], Any]
"""The rows of a model, by application and name."""


@contextmanager
def empty_database(alias: str) -> Iterator[str]:
    """Make a database beside that of the tests, which `connections` knows by `alias`, and drop it at the end."""
    is_file = connection.vendor == "sqlite"
    name = ":memory:" if is_file else f"{connection.settings_dict['NAME']}_{alias}"
    if not is_file:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}"')
    connections[alias] = type(connections["default"])({**connection.settings_dict, "NAME": name}, alias=alias)
    yield alias
    connections[alias].close()
    del connections[alias]
    if not is_file:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}"')


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
