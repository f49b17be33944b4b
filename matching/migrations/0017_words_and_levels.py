"""The word of a fit as it is stored, and what a profile counts where a side states nothing.

Profiles that exist say 0 there, as they have scored: nothing moves until a manager activates others.
"""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("matching", "0001_squashed_0016_what_is_shown_is_whole")]

    operations = [
        migrations.AddField(
            model_name='match',
            name='released_word',
            field=models.PositiveSmallIntegerField(blank=True, choices=[(0, 'Partial fit'), (1, 'Good fit'), (2, 'Strong fit')], editable=False, null=True, verbose_name='fit when released'),
        ),
        migrations.AddField(
            model_name='match',
            name='shown_word',
            field=models.PositiveSmallIntegerField(blank=True, choices=[(0, 'Partial fit'), (1, 'Good fit'), (2, 'Strong fit')], editable=False, null=True, verbose_name='shown fit'),
        ),
        migrations.AddField(
            model_name='match',
            name='word',
            field=models.PositiveSmallIntegerField(choices=[(0, 'Partial fit'), (1, 'Good fit'), (2, 'Strong fit')], default=0, verbose_name='fit'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='scoringprofile',
            name='unstated_modalities',
            field=models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='level of modalities where a side states none, percent'),
        ),
        migrations.AlterField(
            model_name='scoringprofile',
            name='unstated_modalities',
            field=models.PositiveSmallIntegerField(default=50, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='level of modalities where a side states none, percent'),
        ),
        migrations.AddField(
            model_name='scoringprofile',
            name='unstated_topic',
            field=models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='level of the topic where no texts can be compared, percent'),
        ),
        migrations.AlterField(
            model_name='scoringprofile',
            name='unstated_topic',
            field=models.PositiveSmallIntegerField(default=20, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='level of the topic where no texts can be compared, percent'),
        ),
        migrations.AddField(
            model_name='triangularoption',
            name='shown_word',
            field=models.PositiveSmallIntegerField(blank=True, choices=[(0, 'Partial fit'), (1, 'Good fit'), (2, 'Strong fit')], editable=False, null=True, verbose_name='shown fit'),
        ),
        migrations.AddField(
            model_name='triangularoption',
            name='word',
            field=models.PositiveSmallIntegerField(choices=[(0, 'Partial fit'), (1, 'Good fit'), (2, 'Strong fit')], default=0, verbose_name='fit'),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='scoringprofile',
            name='weight_areas',
            field=models.PositiveSmallIntegerField(default=25, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='weight of areas, percent'),
        ),
        migrations.AlterField(
            model_name='scoringprofile',
            name='weight_region',
            field=models.PositiveSmallIntegerField(default=20, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='weight of region, percent'),
        ),
        migrations.AlterField(
            model_name='scoringprofile',
            name='weight_topic',
            field=models.PositiveSmallIntegerField(default=40, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='weight of topic, percent'),
        ),
        migrations.AlterField(
            model_name="scoringprofile",
            name="min_score",
            field=models.PositiveIntegerField(
                default=300000,
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(1000000),
                ],
                verbose_name="least score, millionths",
            ),
        ),
    ]
