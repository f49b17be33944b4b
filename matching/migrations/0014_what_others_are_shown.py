import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('matching', '0013_runs_and_plans_as_jobs'),
        ('surveys', '0007_imports_as_jobs'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='match',
            name='is_shown',
            field=models.BooleanField(default=False, editable=False, help_text='It stands in a list that is made without regard to decisions and to agreed places.', verbose_name='shown to others'),
        ),
        migrations.AddField(
            model_name='match',
            name='shown_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='matching.scoringprofile', verbose_name='profile of what is shown'),
        ),
        migrations.AddField(
            model_name='match',
            name='shown_changed_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='When it last came into such a list, or its shown score changed.', null=True, verbose_name='shown anew'),
        ),
        migrations.AddField(
            model_name='match',
            name='shown_part_areas',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name='shown from areas, millionths'),
        ),
        migrations.AddField(
            model_name='match',
            name='shown_part_modalities',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name='shown from modalities, millionths'),
        ),
        migrations.AddField(
            model_name='match',
            name='shown_part_region',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name='shown from region, millionths'),
        ),
        migrations.AddField(
            model_name='match',
            name='shown_part_topic',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name='shown from topic, millionths'),
        ),
        migrations.AddField(
            model_name='match',
            name='shown_rank_for_need',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name="place in the need's list that others see"),
        ),
        migrations.AddField(
            model_name='match',
            name='shown_rank_for_offer',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name="place in the offer's list that others see"),
        ),
        migrations.AddField(
            model_name='match',
            name='shown_score',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name='shown score, millionths'),
        ),
        migrations.AddField(
            model_name='match',
            name='shown_since',
            field=models.DateTimeField(blank=True, editable=False, help_text='When it first came into a list that others see.', null=True, verbose_name='first shown to others'),
        ),
        migrations.AddField(
            model_name='triangularoption',
            name='is_shown',
            field=models.BooleanField(default=False, editable=False, help_text='It stands in a list that is made without regard to decisions and to agreed places.', verbose_name='shown to others'),
        ),
        migrations.AddField(
            model_name='triangularoption',
            name='shown_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='matching.scoringprofile', verbose_name='profile of what is shown'),
        ),
        migrations.AddField(
            model_name='triangularoption',
            name='shown_changed_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='When it last came into such a list, or its shown score changed.', null=True, verbose_name='shown anew'),
        ),
        migrations.AddField(
            model_name='triangularoption',
            name='shown_part_areas',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name='shown from areas, millionths'),
        ),
        migrations.AddField(
            model_name='triangularoption',
            name='shown_part_modalities',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name='shown from modalities, millionths'),
        ),
        migrations.AddField(
            model_name='triangularoption',
            name='shown_part_region',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name='shown from region, millionths'),
        ),
        migrations.AddField(
            model_name='triangularoption',
            name='shown_part_topic',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name='shown from topic, millionths'),
        ),
        migrations.AddField(
            model_name='triangularoption',
            name='shown_rank',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name="place in the need's list that others see"),
        ),
        migrations.AddField(
            model_name='triangularoption',
            name='shown_score',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name='shown score, millionths'),
        ),
        migrations.AddField(
            model_name='triangularoption',
            name='shown_since',
            field=models.DateTimeField(blank=True, editable=False, help_text='When it first came into a list that others see.', null=True, verbose_name='first shown to others'),
        ),
        migrations.AddIndex(
            model_name='match',
            index=models.Index(fields=['need', 'shown_rank_for_need'], name='match_shown_of_need'),
        ),
        migrations.AddIndex(
            model_name='match',
            index=models.Index(fields=['offer', 'shown_rank_for_offer'], name='match_shown_of_offer'),
        ),
    ]
