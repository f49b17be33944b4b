"""What was compiled from public sources stands under the country alone: no agency has said it.

A posting that a person has edited, or an agency has confirmed, is theirs and stays as it is. What these postings are
found by is made anew after `migrate`.
"""

from django.db import migrations


def forward(apps, schema_editor):
    alias = schema_editor.connection.alias
    documents = apps.get_model("web", "SearchDocument").objects.using(alias)
    for name in ("Offer", "Need"):
        postings = apps.get_model("surveys", name).objects.using(alias).filter(
            response__kind="compiled", edited_on=None, confirmed_on=None, country__isnull=False, agency__isnull=False
        )
        found = list(postings.values_list("pk", flat=True))
        postings.update(agency=None)
        documents.filter(kind=name.lower(), row__in=found).delete()


class Migration(migrations.Migration):
    dependencies = [("surveys", "0019_plain_words"), ("web", "0002_search_documents")]
    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
