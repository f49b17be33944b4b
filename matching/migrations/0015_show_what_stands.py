from django.db import migrations
from django.db.models import F

COPIED = {
    "shown_score": "score",
    "shown_part_areas": "part_areas",
    "shown_part_modalities": "part_modalities",
    "shown_part_region": "part_region",
    "shown_part_topic": "part_topic",
    "shown_by": "profile",
    "shown_since": "created_at",
    "shown_changed_at": "scored_at",
}
PLACES = {
    "Match": {"shown_rank_for_need": "rank_for_need", "shown_rank_for_offer": "rank_for_offer"},
    "TriangularOption": {"shown_rank": "rank"},
}


def show(apps, schema_editor):
    """Show of each row that has not lapsed what stands in it: of a decided one what was frozen, until the next run."""
    for model, places in PLACES.items():
        rows = apps.get_model("matching", model).objects.using(schema_editor.connection.alias)
        columns = {name: F(source) for name, source in {**COPIED, **places}.items()}
        rows.exclude(status="lapsed").update(is_shown=True, **columns)


class Migration(migrations.Migration):
    """By itself: PostgreSQL refuses to alter a table whose rows the same transaction has written."""

    dependencies = [
        ("matching", "0014_what_others_are_shown"),
    ]

    operations = [
        migrations.RunPython(show, migrations.RunPython.noop),
    ]
