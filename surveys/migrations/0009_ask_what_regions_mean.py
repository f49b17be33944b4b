"""Asks about places that were read as one group although their name stands for several, or for another one.

"Central Asia" was read as ESCAP's North and Central Asia and is M49's five; "South Asia" and "Middle East" mean different
countries in M49, in ESCAP and in organisations. What was read stays as it is, and waits for the secretariat in its list
of readings to be checked; what a person decided is left alone.
"""

from django.db import migrations

READ_AS = {"central asia": "ESCAP_NCA", "south asia": "ESCAP_SSWA", "middle east": "MIDDLE_EAST"}
MARK = "read so before the portal asked what this name means"
DECIDED = ("resolved", "confirmed")


def forward(apps, schema_editor):
    alias = schema_editor.connection.alias
    readings = apps.get_model("surveys", "Reading").objects.using(alias)
    history = apps.get_model("surveys", "HistoricalReading").objects.using(alias)
    for name, group in READ_AS.items():
        for reading in readings.filter(as_printed__iexact=name, group=group, is_ambiguous=False):
            if history.filter(id=reading.pk, history_change_reason__in=DECIDED).exists():
                continue
            reading.is_ambiguous = True
            reading.note = "; ".join(filter(None, (reading.note, MARK)))
            reading.save(using=alias, update_fields=["is_ambiguous", "note"])


def back(apps, schema_editor):
    alias = schema_editor.connection.alias
    for reading in apps.get_model("surveys", "Reading").objects.using(alias).filter(note__endswith=MARK):
        reading.is_ambiguous = False
        reading.note = reading.note.removesuffix(MARK).removesuffix("; ")
        reading.save(using=alias, update_fields=["is_ambiguous", "note"])


class Migration(migrations.Migration):
    dependencies = [("surveys", "0008_open_reach")]
    operations = [migrations.RunPython(forward, back)]
