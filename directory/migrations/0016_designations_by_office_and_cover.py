"""A designation may name an office, begin later than its letter, and cover for another that holds."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0015_paper_as_it_came_and_letters'),
    ]

    operations = [
        migrations.AddField(
            model_name='designation',
            name='covers',
            field=models.ForeignKey(blank=True, editable=False, help_text='The designation of who is away: this one holds only as long as that one does.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='covered_by', to='directory.designation', verbose_name='acting for'),
        ),
        migrations.AddField(
            model_name='designation',
            name='office',
            field=models.CharField(blank=True, help_text='Where the letter names an office and not a person, such as “Director, International Cooperation”: whoever holds it next is recorded by the same letter, and the one before acts no more.', max_length=200, verbose_name='office'),
        ),
        migrations.AddField(
            model_name='designation',
            name='valid_from',
            field=models.DateField(blank=True, help_text='Empty: from the date of the letter.', null=True, verbose_name='valid from'),
        ),
        migrations.AddField(
            model_name='historicaldesignation',
            name='covers',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, help_text='The designation of who is away: this one holds only as long as that one does.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='directory.designation', verbose_name='acting for'),
        ),
        migrations.AddField(
            model_name='historicaldesignation',
            name='office',
            field=models.CharField(blank=True, help_text='Where the letter names an office and not a person, such as “Director, International Cooperation”: whoever holds it next is recorded by the same letter, and the one before acts no more.', max_length=200, verbose_name='office'),
        ),
        migrations.AddField(
            model_name='historicaldesignation',
            name='valid_from',
            field=models.DateField(blank=True, help_text='Empty: from the date of the letter.', null=True, verbose_name='valid from'),
        ),
        migrations.AddConstraint(
            model_name='designation',
            constraint=models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='designation_ends_after_it_begins', violation_error_message='The last day lies before the first.'),
        ),
        migrations.AddConstraint(
            model_name='designation',
            constraint=models.CheckConstraint(condition=models.Q(('covers__isnull', True), models.Q(('valid_from__isnull', False), ('valid_until__isnull', False)), _connector='OR'), name='designation_cover_is_dated', violation_error_message='Who acts for another does so from a day to a day.'),
        ),
    ]
