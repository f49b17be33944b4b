from django.db import migrations, models

STATES = [
    ('suggested', 'Suggested'),
    ('proposed', 'Proposed to the three sides'),
    ('set_aside', 'Set aside'),
    ('lapsed', 'Lapsed'),
]
LEADS_TO = {'proposed': 'proposed', 'set_aside': 'set_aside', 'taken_back': 'suggested', 'lapsed': 'lapsed'}
# Only what has been proposed leaves an event when it lapses; a run may have suggested again what had lapsed.
BEGINS_FROM = {'proposed': 'suggested', 'set_aside': 'suggested', 'lapsed': 'proposed'}


def say_the_states(apps, schema_editor):
    """Say of each event of an option from which state it led to which."""
    TriangularEvent = apps.get_model('matching', 'TriangularEvent')
    events = TriangularEvent.objects.using(schema_editor.connection.alias).order_by('option_id', 'at', 'id')
    stood_in = {}
    for event in events.iterator():
        event.from_status = BEGINS_FROM.get(event.kind) or stood_in.get(event.option_id, 'set_aside')
        event.to_status = stood_in[event.option_id] = LEADS_TO[event.kind]
        event.save(update_fields=['from_status', 'to_status'])


class Migration(migrations.Migration):

    dependencies = [
        ('matching', '0009_postings_to_be_matched'),
    ]

    operations = [
        migrations.AddField(
            model_name='triangularevent',
            name='from_status',
            field=models.CharField(choices=STATES, default='', max_length=20, verbose_name='from'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='triangularevent',
            name='to_status',
            field=models.CharField(choices=STATES, default='', max_length=20, verbose_name='to'),
            preserve_default=False,
        ),
        migrations.RunPython(say_the_states, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='matchevent',
            name='kind',
            field=models.CharField(choices=[('lapsed', 'Lapsed'), ('returned', 'Suggested again'), ('released', 'Released to the public'), ('withheld', 'No longer released'), ('set_aside', 'Set aside'), ('taken_back', 'Taken back to the suggestions'), ('proposed', 'Proposed to both sides'), ('noted', 'Note added'), ('assigned', 'Assigned'), ('checked', 'Check recorded'), ('clearance_begun', 'Put before the country of a side'), ('cleared', 'Cleared by the country of a side'), ('objected', 'Objection of the country of a side'), ('asked', 'A side was asked'), ('answered', 'A side answered'), ('not_taken_forward', 'Not taken forward'), ('introduced', 'Introduced'), ('referenced', 'Reference of the letter recorded'), ('agreed', 'Agreed'), ('completed', 'Completed'), ('outcome_recorded', 'Outcome recorded'), ('outcome_confirmed', 'Outcome confirmed by a side'), ('consented', 'A side consented to publication'), ('consent_withdrawn', 'A side withdrew its consent to publication'), ('followed_up', 'Followed up')], max_length=20, verbose_name='step'),
        ),
        migrations.AlterField(
            model_name='triangularevent',
            name='kind',
            field=models.CharField(choices=[('proposed', 'Proposed to the three sides'), ('set_aside', 'Set aside'), ('taken_back', 'Taken back to the suggestions'), ('lapsed', 'Lapsed'), ('returned', 'Suggested again')], max_length=20, verbose_name='step'),
        ),
    ]
