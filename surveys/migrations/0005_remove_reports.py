from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("surveys", "0004_reports_become_rows")]

    operations = [migrations.RemoveField(model_name="import", name="report")]
