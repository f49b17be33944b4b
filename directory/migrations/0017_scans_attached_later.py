"""A scan may be attached after its letter was recorded: by whom, and when."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0016_designations_by_office_and_cover'),
    ]

    operations = [
        migrations.AddField(
            model_name='paperscan',
            name='attached_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='attached'),
        ),
        migrations.AddField(
            model_name='paperscan',
            name='attached_by',
            field=models.ForeignKey(blank=True, editable=False, help_text='Empty: it was recorded with the letter.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attached_scans', to=settings.AUTH_USER_MODEL, verbose_name='attached by'),
        ),
        migrations.AddConstraint(
            model_name='paperscan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('attached_at__isnull', True), ('attached_by__isnull', True)), models.Q(('attached_at__isnull', False), ('attached_by__isnull', False)), _connector='OR'), name='paperscan_attached_by_somebody'),
        ),
    ]
