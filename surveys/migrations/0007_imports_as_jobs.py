from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('surveys', '0006_any_modality'),
    ]

    operations = [
        migrations.AddField(
            model_name='import',
            name='done',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='done'),
        ),
        migrations.AddField(
            model_name='import',
            name='handed_out_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='handed to a worker'),
        ),
        migrations.AddField(
            model_name='import',
            name='of',
            field=models.PositiveIntegerField(default=0, editable=False, help_text='0: not known.', verbose_name='of'),
        ),
        migrations.AlterField(
            model_name='import',
            name='attempts',
            field=models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='attempts'),
        ),
        migrations.AlterField(
            model_name='import',
            name='error',
            field=models.TextField(blank=True, editable=False, verbose_name='why it did not go on'),
        ),
        migrations.AlterField(
            model_name='import',
            name='finished_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='finished'),
        ),
        migrations.AlterField(
            model_name='import',
            name='heartbeat_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='Empty: nobody has taken it.', null=True, verbose_name='last sign of life'),
        ),
    ]
