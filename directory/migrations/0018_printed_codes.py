"""What was done to an account: printed codes, too."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0017_scans_attached_later'),
    ]

    operations = [
        migrations.AlterField(
            model_name='accountevent',
            name='kind',
            field=models.CharField(choices=[('second_factor_reset', 'Second factor reset'), ('address_changed', 'E-mail address changed'), ('codes_printed', 'Printed codes handed out'), ('codes_taken_back', 'Printed codes taken back')], max_length=30, verbose_name='what'),
        ),
    ]
