"""Lets targets, preferred partners, readings and answers that name the group SOUTH name OPEN_REACH, as it is called now."""

from django.db import migrations

OLD, NEW = "SOUTH", "OPEN_REACH"
PLACES = ("Target", "PreferredPartner", "Reading")


def forward(apps, schema_editor):
    _rename(apps, schema_editor.connection.alias, OLD, NEW)


def back(apps, schema_editor):
    _rename(apps, schema_editor.connection.alias, NEW, OLD)


def _rename(apps, alias, code, other):
    if not apps.get_model("directory", "CountryGroup").objects.using(alias).filter(pk=other).exists():
        # Without the reference data nothing names it.
        return
    for name in PLACES:
        apps.get_model("surveys", name).objects.using(alias).filter(group=code).update(group=other)
    questions = apps.get_model("surveys", "Question").objects.using(alias)
    on_groups = list(questions.filter(choices_from__in=("groups", "places")).values_list("code", flat=True))
    answers = apps.get_model("surveys", "Answer").objects.using(alias)
    for answer in answers.filter(question__in=on_groups).iterator():
        if isinstance(answer.value, list) and code in answer.value:
            answer.value = [other if one == code else one for one in answer.value]
            answer.save(using=alias, update_fields=["value"])


class Migration(migrations.Migration):
    dependencies = [("directory", "0007_open_reach"), ("surveys", "0007_imports_as_jobs")]
    operations = [migrations.RunPython(forward, back)]
