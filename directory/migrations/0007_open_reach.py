"""The rule by which offers reach countries gets the name that says what it is: SOUTH becomes OPEN_REACH.

The new row takes over all that the old one holds, edits in the admin and the memory of what was loaded included, so that
the next load of the reference data gives it the new rule field by field and leaves those edits. Memberships, targets,
preferred partners, readings and answers follow. The old row stays, disabled, for the histories that name it.
"""

from django.db import migrations

OLD, NEW = "SOUTH", "OPEN_REACH"
PLACES = ("Target", "PreferredPartner", "Reading")


def forward(apps, schema_editor):
    alias = schema_editor.connection.alias
    groups = apps.get_model("directory", "CountryGroup").objects.using(alias)
    if not groups.filter(pk=OLD).exists():
        return
    if not groups.filter(pk=NEW).exists():
        _copy(groups, OLD, NEW)
    _follow(apps, alias, OLD, NEW)
    groups.filter(pk=OLD).update(is_active=False)


def back(apps, schema_editor):
    alias = schema_editor.connection.alias
    groups = apps.get_model("directory", "CountryGroup").objects.using(alias)
    new = groups.filter(pk=NEW).first()
    if new is None:
        return
    if not groups.filter(pk=OLD).exists():
        _copy(groups, NEW, OLD)
    groups.filter(pk=OLD).update(is_active=new.is_active)
    _follow(apps, alias, NEW, OLD)
    new.delete(using=alias)


def _copy(groups, code, other):
    """Make the group `other` as `code` is, with the same parts."""
    group = groups.get(pk=code)
    parts = list(group.parts.values_list("pk", flat=True))
    group.pk = other
    if group.loaded_values is not None:
        group.loaded_values = {**group.loaded_values, "code": other}
    group._state.adding = True
    group.save(using=groups.db, force_insert=True)
    group.parts.set(parts)


def _follow(apps, alias, code, other):
    """Let all rows that name the group `code` name `other`."""
    for membership in apps.get_model("directory", "GroupMembership").objects.using(alias).filter(group=code):
        membership.group_id = other
        if membership.loaded_values is not None:
            membership.loaded_values = {**membership.loaded_values, "group": other}
        membership.save(using=alias, update_fields=["group", "loaded_values"])
    for name in PLACES:
        apps.get_model("surveys", name).objects.using(alias).filter(group=code).update(group=other)
    answers = apps.get_model("surveys", "Answer").objects.using(alias)
    for answer in answers.filter(question__in=_questions_on_groups(apps, alias)).iterator():
        if isinstance(answer.value, list) and code in answer.value:
            answer.value = [other if one == code else one for one in answer.value]
            answer.save(using=alias, update_fields=["value"])


def _questions_on_groups(apps, alias):
    questions = apps.get_model("surveys", "Question").objects.using(alias)
    return questions.filter(choices_from__in=("groups", "places")).values("code")


class Migration(migrations.Migration):
    dependencies = [("directory", "0006_lists_made_anew"), ("surveys", "0007_imports_as_jobs")]
    operations = [migrations.RunPython(forward, back)]
