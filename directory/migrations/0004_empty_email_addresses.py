"""Empties allauth's table of e-mail addresses: an account answers to the address of its own row, and to no other.

Its page, mounted until now, let a borrowed session add an address that then logged in and was sent new passwords.
The portal never used the table; what stands in it can only be such an address, or a copy of the account's own.
"""

from django.db import migrations


def empty(apps, schema_editor):
    apps.get_model("account", "EmailAddress").objects.using(schema_editor.connection.alias).all().delete()


class Migration(migrations.Migration):
    dependencies = [("directory", "0003_session_epoch"), ("account", "0009_emailaddress_unique_primary_email")]
    operations = [migrations.RunPython(empty, migrations.RunPython.noop)]
