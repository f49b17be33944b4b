"""Since when an area is in the list: a survey stated before was answered from a list without it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0007_open_reach'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalpriorityarea',
            name='listed_from',
            field=models.DateField(blank=True, help_text='A survey stated before that day was answered from a list without it. Empty: always.', null=True, verbose_name='in the list from'),
        ),
        migrations.AddField(
            model_name='priorityarea',
            name='listed_from',
            field=models.DateField(blank=True, help_text='A survey stated before that day was answered from a list without it. Empty: always.', null=True, verbose_name='in the list from'),
        ),
    ]
