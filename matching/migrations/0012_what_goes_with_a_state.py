from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('matching', '0011_take_what_a_state_has_not'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='match',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'suggested'), models.Q(('rank_for_need__isnull', True), ('rank_for_offer__isnull', True)), _connector='OR'), name='match_places_of_suggestions'),
        ),
        migrations.AddConstraint(
            model_name='match',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_on__isnull', True), ('status', 'suggested')), ('status', 'lapsed'), models.Q(('decided_on__isnull', False), ('status__in', ['agreed', 'completed', 'introduced', 'not_taken_forward', 'proposed', 'set_aside'])), _connector='OR'), name='match_decided_on_something'),
        ),
        migrations.AddConstraint(
            model_name='match',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'not_taken_forward'), ('refused_until__isnull', True), _connector='OR'), name='match_term_of_a_refusal'),
        ),
        migrations.AddConstraint(
            model_name='triangularoption',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'suggested'), ('rank__isnull', True), _connector='OR'), name='triangularoption_places_of_suggestions'),
        ),
        migrations.AddConstraint(
            model_name='triangularoption',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_on__isnull', True), ('status', 'suggested')), ('status', 'lapsed'), models.Q(('decided_on__isnull', False), ('status__in', ['proposed', 'set_aside'])), _connector='OR'), name='triangularoption_decided_on_something'),
        ),
    ]
