"""A new database is made by migrations alone; the tests make theirs from the models, which is quicker."""

from collections import Counter
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

from tests.migrating import empty_database
from tests.our_apps import OUR_APPS
from web.new_tables import NewTables

pytestmark = pytest.mark.django_db(transaction=True)

OURS = tuple(f"{app}_" for app in OUR_APPS)
NAMED_BY_PLACE = ("__", "fk_", "sqlite_autoindex_")


def description(alias: str) -> dict[str, Any]:
    """What there is of each table of ours: columns, constraints and indexes, sequences.

    Not of the index of search documents, which is made after `migrate` and stands in no model.
    """
    connection = connections[alias]
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if not table.startswith(OURS) or table.startswith("web_searchdocument_index"):
                continue
            columns = {
                (column.name, column.type_code, column.null_ok, column.default, column.collation)
                for column in connection.introspection.get_table_description(cursor, table)
            }
            constraints = connection.introspection.get_constraints(cursor, table)
            rules = Counter(
                ("" if name.startswith(NAMED_BY_PLACE) else name, repr(sorted(rule.items())))
                for name, rule in constraints.items()
                if name != "web_searchdocument_vector"
            )
            sequences = connection.introspection.get_sequences(cursor, table)
            found[table] = (columns, rules, [sequence["column"] for sequence in sequences])
    return found


def in_order(state: ModelState) -> ModelState:
    """Return the same model with its constraints and indexes by name: their order is that of their being added."""
    state = state.clone()
    for kind in ("constraints", "indexes"):
        state.options[kind] = sorted(state.options.get(kind, []), key=lambda rule: rule.name)
    return state


def models_of(app: str, state: ProjectState) -> dict[str, ModelState]:
    return {name: in_order(model) for (of, name), model in state.models.items() if of == app}


def make_from_models(alias: str) -> None:
    with connections[alias].schema_editor() as editor:
        for model in apps.get_models():
            editor.create_model(model)


@pytest.fixture
def drawn_up(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many models were drawn up for each squashed migration that has run."""
    counts, models = {}, Counter[str]()
    apply, render = NewTables.apply, ModelState.render

    def counted_apply(migration: NewTables, *args: Any, **options: Any) -> Any:
        before = models.total()
        state = apply(migration, *args, **options)
        counts[migration.app_label] = models.total() - before
        return state

    def counted_render(state: ModelState, of: Any) -> Any:
        models[state.name] += 1
        return render(state, of)

    monkeypatch.setattr(NewTables, "apply", counted_apply)
    monkeypatch.setattr(ModelState, "render", counted_render)
    return counts


def test_a_new_database_has_what_the_models_say_and_each_is_drawn_up_once(
    settings: Any, drawn_up: dict[str, int]
) -> None:
    settings.MIGRATION_MODULES = {}
    with empty_database("by_migrations") as alias:
        call_command("migrate", database=alias, verbosity=0)
        by_migrations = description(alias)
    with empty_database("by_models") as alias:
        make_from_models(alias)
        by_models = description(alias)
    assert by_migrations.keys() == by_models.keys()
    assert {table: found for table, found in by_migrations.items() if found != by_models[table]} == {}
    assert drawn_up.keys() == {"directory", "surveys", "matching"}
    assert max(drawn_up.values()) <= len(apps.get_models(include_auto_created=True))


def test_squashed_migrations_come_to_what_those_come_to_that_they_replace(settings: Any) -> None:
    settings.MIGRATION_MODULES = {}
    by_squashed, one_by_one = MigrationLoader(None), MigrationLoader(None, replace_migrations=False)
    assert {app for app, _name in by_squashed.replacements} == {"directory", "surveys", "matching"}
    for squashed, migration in by_squashed.replacements.items():
        new = models_of(squashed[0], by_squashed.project_state(squashed))
        old = models_of(squashed[0], one_by_one.project_state(migration.replaces[-1]))
        assert new.keys() == old.keys()
        assert [name for name, state in new.items() if state != old[name]] == []
