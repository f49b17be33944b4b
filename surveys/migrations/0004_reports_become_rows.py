"""What each row of an import became, from one list of the import to rows of their own, and back."""

from django.db import migrations


def to_rows(apps, schema_editor):
    alias = schema_editor.connection.alias
    Import, ImportRow = apps.get_model("surveys", "Import"), apps.get_model("surveys", "ImportRow")
    for one in Import.objects.using(alias).exclude(report=[]).iterator():
        ImportRow.objects.using(alias).bulk_create(
            ImportRow(
                file_import=one,
                position=position,
                sheet=entry.get("sheet", ""),
                row=entry.get("row"),
                key=entry.get("key", ""),
                result=entry["result"],
                entry={name: entry[name] for name in entry if name not in ("sheet", "row", "key", "result")},
            )
            for position, entry in enumerate(one.report)
        )


def to_reports(apps, schema_editor):
    alias = schema_editor.connection.alias
    Import, ImportRow = apps.get_model("surveys", "Import"), apps.get_model("surveys", "ImportRow")
    for one in Import.objects.using(alias).iterator():
        one.report = [
            {"row": row.row, "key": row.key, "result": row.result, **({"sheet": row.sheet} if row.sheet else {}), **row.entry}
            for row in ImportRow.objects.using(alias).filter(file_import_id=one.pk).order_by("position")
        ]
        one.save(update_fields=["report"])


class Migration(migrations.Migration):
    dependencies = [("surveys", "0003_questionnaires_and_files")]

    operations = [migrations.RunPython(to_rows, to_reports)]
