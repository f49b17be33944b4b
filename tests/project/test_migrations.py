"""A new database is made by migrations alone; the tests make theirs from the models, which is quicker."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

from tests.migrating import address_of, empty_database, known_as, migrate_new
from tests.our_apps import OUR_APPS

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
def by_migrations(request: pytest.FixtureRequest) -> Iterator[tuple[str, dict[str, int]]]:
    """A database that all migrations have made, and how many models were drawn up for each squashed one."""
    if connection.vendor == "sqlite":
        file, drawn_up = request.getfixturevalue("newly_migrated")
        with known_as("by_migrations", str(file)) as alias:
            yield alias, drawn_up
    else:
        with empty_database("by_migrations") as alias:
            yield alias, migrate_new(address_of(connections[alias].settings_dict))


def test_a_new_database_has_what_the_models_say_and_each_is_drawn_up_once(
    by_migrations: tuple[str, dict[str, int]],
) -> None:
    alias, drawn_up = by_migrations
    found = description(alias)
    with empty_database("by_models") as alias:
        make_from_models(alias)
        by_models = description(alias)
    assert found.keys() == by_models.keys()
    assert {table: made for table, made in found.items() if made != by_models[table]} == {}
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
