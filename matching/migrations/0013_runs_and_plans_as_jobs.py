import django.utils.timezone
from django.db import migrations, models
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce


def percent_as_parts(apps, schema_editor):
    """Progress was a percentage, and a plan that was not made within minutes counted as one that could not be made."""
    alias = schema_editor.connection.alias
    apps.get_model("matching", "MatchRun").objects.using(alias).update(of=100)
    apps.get_model("matching", "Allocation").objects.using(alias).filter(state="making").update(state="failed")


def parts_as_percent(apps, schema_editor):
    """And every run had a last sign of life."""
    runs = apps.get_model("matching", "MatchRun").objects.using(schema_editor.connection.alias)
    # Each row once: PostgreSQL refuses to alter a table of which it has still to check rows written twice.
    runs.update(
        done=Case(
            When(of__gt=0, then=F("done") * Value(100) / F("of")),
            default=F("done"),
            output_field=models.PositiveIntegerField(),
        ),
        heartbeat_at=Coalesce("heartbeat_at", "started_at"),
    )


class Migration(migrations.Migration):

    dependencies = [
        ('matching', '0012_what_goes_with_a_state'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='allocation',
            options={'ordering': ['-started_at', '-id'], 'verbose_name': 'plan', 'verbose_name_plural': 'which matches to propose'},
        ),
        migrations.RenameField(model_name='allocation', old_name='made_at', new_name='started_at'),
        migrations.AlterField(
            model_name='allocation',
            name='started_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='started'),
        ),
        migrations.AddField(
            model_name='allocation',
            name='attempts',
            field=models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='attempts'),
        ),
        migrations.AddField(
            model_name='allocation',
            name='done',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='done'),
        ),
        migrations.AddField(
            model_name='allocation',
            name='error',
            field=models.TextField(blank=True, editable=False, verbose_name='why it did not go on'),
        ),
        migrations.AddField(
            model_name='allocation',
            name='finished_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='finished'),
        ),
        migrations.AddField(
            model_name='allocation',
            name='handed_out_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='handed to a worker'),
        ),
        migrations.AddField(
            model_name='allocation',
            name='heartbeat_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='Empty: nobody has taken it.', null=True, verbose_name='last sign of life'),
        ),
        migrations.AddField(
            model_name='allocation',
            name='of',
            field=models.PositiveIntegerField(default=0, editable=False, help_text='0: not known.', verbose_name='of'),
        ),
        migrations.RenameField(model_name='matchrun', old_name='progress', new_name='done'),
        migrations.AlterField(
            model_name='matchrun',
            name='done',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='done'),
        ),
        migrations.AddField(
            model_name='matchrun',
            name='handed_out_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='handed to a worker'),
        ),
        migrations.AddField(
            model_name='matchrun',
            name='of',
            field=models.PositiveIntegerField(default=0, editable=False, help_text='0: not known.', verbose_name='of'),
        ),
        migrations.AlterField(
            model_name='matchrun',
            name='attempts',
            field=models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='attempts'),
        ),
        migrations.AlterField(
            model_name='matchrun',
            name='error',
            field=models.TextField(blank=True, editable=False, verbose_name='why it did not go on'),
        ),
        migrations.AlterField(
            model_name='matchrun',
            name='finished_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='finished'),
        ),
        migrations.AlterField(
            model_name='matchrun',
            name='heartbeat_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='Empty: nobody has taken it.', null=True, verbose_name='last sign of life'),
        ),
        migrations.RemoveField(model_name='runblock', name='taken_by'),
        migrations.RenameField(model_name='runblock', old_name='times_taken', new_name='attempts'),
        migrations.AlterField(
            model_name='runblock',
            name='attempts',
            field=models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='attempts'),
        ),
        migrations.AddField(
            model_name='runblock',
            name='done',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='done'),
        ),
        migrations.AddField(
            model_name='runblock',
            name='error',
            field=models.TextField(blank=True, editable=False, verbose_name='why it did not go on'),
        ),
        migrations.AddField(
            model_name='runblock',
            name='finished_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='finished'),
        ),
        migrations.AddField(
            model_name='runblock',
            name='handed_out_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='handed to a worker'),
        ),
        migrations.AddField(
            model_name='runblock',
            name='of',
            field=models.PositiveIntegerField(default=0, editable=False, help_text='0: not known.', verbose_name='of'),
        ),
        migrations.AddField(
            model_name='runblock',
            name='started_at',
            field=models.DateTimeField(auto_now_add=True, default=django.utils.timezone.now, verbose_name='started'),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='runblock',
            name='heartbeat_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='Empty: nobody has taken it.', null=True, verbose_name='last sign of life'),
        ),
        migrations.RunPython(percent_as_parts, parts_as_percent),
    ]
