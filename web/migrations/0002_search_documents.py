from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("web", "0001_watch"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20, verbose_name="kind")),
                ("row", models.PositiveBigIntegerField(verbose_name="row")),
                ("tokens", models.TextField(help_text="Apart by spaces.", verbose_name="tokens")),
            ],
            options={
                "verbose_name": "search document",
                "verbose_name_plural": "search documents",
                "ordering": ["kind", "row"],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "row"), name="searchdocument_one_a_row"),
                ],
            },
        ),
    ]
