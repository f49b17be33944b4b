"""A country may be reminded by letter, and what is read after a campaign began may join it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('surveys', '0029_proposed_versions'),
    ]

    operations = [
        migrations.AddField(
            model_name='confirmationrequest',
            name='letter_reminded_on',
            field=models.DateField(blank=True, help_text='Where nobody of the country is designated, who could be reminded by mail.', null=True, verbose_name='reminded by letter on'),
        ),
        migrations.AddField(
            model_name='confirmationrequest',
            name='letter_reminder_reference',
            field=models.CharField(blank=True, max_length=120, verbose_name='reference of the reminder'),
        ),
        migrations.AddField(
            model_name='confirmationrow',
            name='joined_on',
            field=models.DateField(blank=True, help_text='Of what was read of the country after the campaign began.', null=True, verbose_name='joined on'),
        ),
        migrations.AddField(
            model_name='historicalconfirmationrequest',
            name='letter_reminded_on',
            field=models.DateField(blank=True, help_text='Where nobody of the country is designated, who could be reminded by mail.', null=True, verbose_name='reminded by letter on'),
        ),
        migrations.AddField(
            model_name='historicalconfirmationrequest',
            name='letter_reminder_reference',
            field=models.CharField(blank=True, max_length=120, verbose_name='reference of the reminder'),
        ),
    ]
