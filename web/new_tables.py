"""Makes the tables of an empty database without drawing up its models again for each of them."""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import Migration
from django.db.migrations.state import ProjectState


class NewTables(Migration):
    """A migration of CreateModel alone, all of which are seen by each: what a squashed migration comes down to.

    Django draws up anew, for each operation, every model that hangs together with its own. Here that is nearly every
    model with nearly every other: 2,600 classes for eighty tables. What the operations come to can be drawn up once,
    since none of them asks how the tables were before.
    """

    def apply(
        self, project_state: ProjectState, schema_editor: BaseDatabaseSchemaEditor, collect_sql: bool = False
    ) -> ProjectState:
        if collect_sql:
            return super().apply(project_state, schema_editor, collect_sql)
        project_state.__dict__.pop("apps", None)
        before = project_state.clone()
        self.mutate_state(project_state, preserve=False)
        for operation in self.operations:
            operation.database_forwards(self.app_label, schema_editor, before, project_state)
        return project_state
