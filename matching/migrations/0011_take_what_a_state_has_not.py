from django.db import migrations
from django.db.models import Q

DECIDED = ['agreed', 'completed', 'introduced', 'not_taken_forward', 'proposed', 'set_aside']
OPTIONS_DECIDED = ['proposed', 'set_aside']


def repair(apps, schema_editor):
    """Take from each row what its state has not: runs that let proposals lapse left them their places."""
    alias = schema_editor.connection.alias
    matches = apps.get_model('matching', 'Match').objects.using(alias)
    options = apps.get_model('matching', 'TriangularOption').objects.using(alias)
    with_a_place = Q(rank_for_need__isnull=False) | Q(rank_for_offer__isnull=False)
    matches.filter(with_a_place).exclude(status='suggested').update(rank_for_need=None, rank_for_offer=None)
    matches.filter(refused_until__isnull=False).exclude(status='not_taken_forward').update(refused_until=None)
    options.filter(rank__isnull=False).exclude(status='suggested').update(rank=None)
    for rows, decided in ((matches, DECIDED), (options, OPTIONS_DECIDED)):
        rows.filter(status='suggested', decided_on__isnull=False).update(decided_on=None)
        # On what it was decided is not known any more; what it says today is shown in its place.
        rows.filter(status__in=decided, decided_on__isnull=True).update(decided_on={})


class Migration(migrations.Migration):
    """By itself: PostgreSQL refuses to alter a table whose rows the same transaction has written."""

    dependencies = [
        ('matching', '0010_states_of_option_events'),
    ]

    operations = [
        migrations.RunPython(repair, migrations.RunPython.noop),
    ]
