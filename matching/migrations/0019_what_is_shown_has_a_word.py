"""What is shown or released comes with its word."""

import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("matching", "0018_words_that_were_shown")]

    operations = [
        migrations.RemoveConstraint(
            model_name='match',
            name='match_released_with_its_explanation',
        ),
        migrations.RemoveConstraint(
            model_name='match',
            name='match_shown_is_whole',
        ),
        migrations.RemoveConstraint(
            model_name='triangularoption',
            name='triangularoption_shown_is_whole',
        ),
        migrations.AddConstraint(
            model_name='match',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('released_as__isnull', True), ('released_at__isnull', True), ('released_score__isnull', True), ('released_word__isnull', True)), models.Q(('released_as__isnull', False), ('released_at__isnull', False), ('released_score__isnull', False), ('released_word__isnull', False)), _connector='OR'), name='match_released_with_its_explanation'),
        ),
        migrations.AddConstraint(
            model_name='match',
            constraint=models.CheckConstraint(condition=models.Q(('is_shown', False), models.Q(models.Q(('shown_score', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('shown_part_areas'), '+', models.F('shown_part_modalities')), '+', models.F('shown_part_region')), '+', models.F('shown_part_topic')))), ('shown_by__isnull', False), ('shown_changed_at__isnull', False), ('shown_part_areas__isnull', False), ('shown_part_modalities__isnull', False), ('shown_part_region__isnull', False), ('shown_part_topic__isnull', False), ('shown_score__isnull', False), ('shown_since__isnull', False), ('shown_word__isnull', False)), _connector='OR'), name='match_shown_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='triangularoption',
            constraint=models.CheckConstraint(condition=models.Q(('is_shown', False), models.Q(models.Q(('shown_score', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('shown_part_areas'), '+', models.F('shown_part_modalities')), '+', models.F('shown_part_region')), '+', models.F('shown_part_topic')))), ('shown_by__isnull', False), ('shown_changed_at__isnull', False), ('shown_part_areas__isnull', False), ('shown_part_modalities__isnull', False), ('shown_part_region__isnull', False), ('shown_part_topic__isnull', False), ('shown_score__isnull', False), ('shown_since__isnull', False), ('shown_word__isnull', False)), _connector='OR'), name='triangularoption_shown_is_whole'),
        ),
    ]
