"""Takes a database of its own to a migration, and from there to another, as tests of migrations do."""

from collections.abc import Callable
from typing import Any

from django.db import connections
from django.db.migrations.executor import MigrationExecutor

Rows = Callable[[str, str], Any]
"""The rows of a model, by application and name."""


def stand_at(alias: str, *migrations: tuple[str, str]) -> Rows:
    """Make the tables of an empty database as they are after `migrations`, and note these and all before as applied.

    They come from the models of that time: running every migration takes long, and tests/project/test_migrations.py
    does that.
    """
    executor = MigrationExecutor(connections[alias])
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
    apps = MigrationExecutor(connections[alias]).migrate([to]).apps
    return lambda app, model: apps.get_model(app, model).objects.using(alias)
