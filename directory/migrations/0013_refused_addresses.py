"""Which mails a server took nothing for, because of their address."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0012_api_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="mail",
            name="refused_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When the mail server said that there is no such address, or that it takes nothing.",
                null=True,
                verbose_name="address refused",
            ),
        ),
    ]
