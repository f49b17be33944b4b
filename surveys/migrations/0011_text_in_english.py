import directory.models.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("surveys", "0010_received_is_no_priority")]

    operations = [
        *(
            migrations.AddField(
                model_name=model,
                name="english_text",
                field=models.TextField(
                    blank=True,
                    help_text=(
                        "Where title and text are in another language. Shown publicly, compared beside the text."
                    ),
                    max_length=20000,
                    verbose_name="text in English",
                ),
            )
            for model in ("need", "offer", "historicalneed", "historicaloffer")
        ),
        *(
            migrations.AlterField(
                model_name=model,
                name="search_text",
                field=directory.models.fields.FoldedTextField(sources=("title", "text", "english_text")),
            )
            for model in ("need", "offer")
        ),
    ]
