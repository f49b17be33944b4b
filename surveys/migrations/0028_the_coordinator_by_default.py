"""A coordinator is asked by default: so far the secretariat was, where a country had told nothing."""

from django.db import migrations, models


def ask_the_coordinator(apps, schema_editor):
    """Where the country has not told us: with a day on which it told us, a manager has entered what it wants."""
    windows = apps.get_model("surveys", "CountryWindow").objects.using(schema_editor.connection.alias)
    windows.filter(kind="secretariat", told_on__isnull=True).update(kind="single")


KIND = models.CharField(
    choices=[
        ("single", "Single: the coordinator approves; while none is in force, the secretariat"),
        ("several", "Several: each designated agency publishes, the coordinator is informed"),
        ("secretariat", "Secretariat: it approves, and checks with the mission or ministry"),
    ],
    default="single",
    max_length=12,
    verbose_name="who approves postings",
)


class Migration(migrations.Migration):

    dependencies = [
        ("surveys", "0027_confirmation_campaigns"),
    ]

    operations = [
        migrations.AlterField(model_name="countrywindow", name="kind", field=KIND),
        migrations.AlterField(model_name="historicalcountrywindow", name="kind", field=KIND),
        migrations.RunPython(ask_the_coordinator, migrations.RunPython.noop),
    ]
