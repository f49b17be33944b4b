"""The rule by which offers reach countries gets the name that says what it is: SOUTH becomes OPEN_REACH.

The new row takes over all that the old one holds, edits in the admin and the memory of what was loaded included, so that
the next load of the reference data gives it the new rule field by field and leaves those edits. Memberships follow, and
what surveys and postings name in a migration of theirs. The old row stays, disabled, for the histories that name it.
"""

from django.db import migrations

OLD, NEW = "SOUTH", "OPEN_REACH"


def forward(apps, schema_editor):
    alias = schema_editor.connection.alias
    groups = apps.get_model("directory", "CountryGroup").objects.using(alias)
    if not groups.filter(pk=OLD).exists():
        return
    if not groups.filter(pk=NEW).exists():
        _copy(groups, OLD, NEW)
    _move_members(apps, alias, OLD, NEW)
    groups.filter(pk=OLD).update(is_active=False)


def back(apps, schema_editor):
    alias = schema_editor.connection.alias
    groups = apps.get_model("directory", "CountryGroup").objects.using(alias)
    # The column goes next: what is remembered of it would look like an edit once it is there again.
    for group in groups.filter(loaded_values__has_key="is_made_anew"):
        group.loaded_values = {name: one for name, one in group.loaded_values.items() if name != "is_made_anew"}
        group.save(using=alias, update_fields=["loaded_values"])
    new = groups.filter(pk=NEW).first()
    if new is None:
        return
    if not groups.filter(pk=OLD).exists():
        _copy(groups, NEW, OLD)
    groups.filter(pk=OLD).update(is_active=new.is_active)
    _move_members(apps, alias, NEW, OLD)
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


def _move_members(apps, alias, code, other):
    """Make the members of the group `code`, as somebody entered them in the admin, members of `other`."""
    for membership in apps.get_model("directory", "GroupMembership").objects.using(alias).filter(group=code):
        membership.group_id = other
        if membership.loaded_values is not None:
            membership.loaded_values = {**membership.loaded_values, "group": other}
        membership.save(using=alias, update_fields=["group", "loaded_values"])


class Migration(migrations.Migration):
    dependencies = [("directory", "0006_lists_made_anew")]
    operations = [migrations.RunPython(forward, back)]
