import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('matching', '0015_show_what_stands'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='match',
            constraint=models.CheckConstraint(condition=models.Q(('is_shown', False), models.Q(models.Q(('shown_score', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('shown_part_areas'), '+', models.F('shown_part_modalities')), '+', models.F('shown_part_region')), '+', models.F('shown_part_topic')))), ('shown_by__isnull', False), ('shown_changed_at__isnull', False), ('shown_part_areas__isnull', False), ('shown_part_modalities__isnull', False), ('shown_part_region__isnull', False), ('shown_part_topic__isnull', False), ('shown_score__isnull', False), ('shown_since__isnull', False)), _connector='OR'), name='match_shown_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='match',
            constraint=models.CheckConstraint(condition=models.Q(('is_shown', True), models.Q(('shown_rank_for_need__isnull', True), ('shown_rank_for_offer__isnull', True)), _connector='OR'), name='match_places_of_what_is_shown'),
        ),
        migrations.AddConstraint(
            model_name='triangularoption',
            constraint=models.CheckConstraint(condition=models.Q(('is_shown', False), models.Q(models.Q(('shown_score', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('shown_part_areas'), '+', models.F('shown_part_modalities')), '+', models.F('shown_part_region')), '+', models.F('shown_part_topic')))), ('shown_by__isnull', False), ('shown_changed_at__isnull', False), ('shown_part_areas__isnull', False), ('shown_part_modalities__isnull', False), ('shown_part_region__isnull', False), ('shown_part_topic__isnull', False), ('shown_score__isnull', False), ('shown_since__isnull', False)), _connector='OR'), name='triangularoption_shown_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='triangularoption',
            constraint=models.CheckConstraint(condition=models.Q(('is_shown', True), ('shown_rank__isnull', True), _connector='OR'), name='triangularoption_places_of_what_is_shown'),
        ),
    ]
