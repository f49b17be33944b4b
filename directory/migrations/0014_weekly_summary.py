"""Who wants a weekly summary, and when its week was last dealt with."""

from typing import Any

from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone


def begin_with_next_week(apps: Any, schema_editor: Any) -> None:
    """Write to nobody in the middle of this week, and to nobody who has taken itself off other mails before."""
    users = apps.get_model("directory", "User").objects.using(schema_editor.connection.alias)
    users.update(weekly_on=timezone.now().date())
    users.filter(Q(digest="never") | Q(wants_reminders=False)).update(wants_weekly=False)


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0013_refused_addresses"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="wants_weekly",
            field=models.BooleanField(
                default=True,
                help_text="What is new for you and what waits for you, on the first working day of the week.",
                verbose_name="weekly summary by e-mail",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="weekly_on",
            field=models.DateField(
                blank=True,
                editable=False,
                help_text="When the week was last dealt with, whether there was anything to say or not.",
                null=True,
                verbose_name="weekly summary last on",
            ),
        ),
        migrations.RunPython(begin_with_next_week, migrations.RunPython.noop),
    ]
