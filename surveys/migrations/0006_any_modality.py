from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('surveys', '0005_remove_reports'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalneed',
            name='any_modality',
            field=models.BooleanField(default=False, help_text='No modality is ruled out: said in place of modalities, or beside those that come first.', verbose_name='any form, to be discussed'),
        ),
        migrations.AddField(
            model_name='historicaloffer',
            name='any_modality',
            field=models.BooleanField(default=False, help_text='No modality is ruled out: said in place of modalities, or beside those that come first.', verbose_name='any form, to be discussed'),
        ),
        migrations.AddField(
            model_name='need',
            name='any_modality',
            field=models.BooleanField(default=False, help_text='No modality is ruled out: said in place of modalities, or beside those that come first.', verbose_name='any form, to be discussed'),
        ),
        migrations.AddField(
            model_name='offer',
            name='any_modality',
            field=models.BooleanField(default=False, help_text='No modality is ruled out: said in place of modalities, or beside those that come first.', verbose_name='any form, to be discussed'),
        ),
    ]
