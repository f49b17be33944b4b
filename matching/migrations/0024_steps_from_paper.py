"""What came on paper is a row of its own, which a step refers to: its reference and date stood among the details."""

import datetime as dt
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

ON_PAPER = ("reference", "dated_on")


def part(apps: Any, schema_editor: Any) -> None:
    """Make a letter of what the details of a step say of one, of the country and agency of the step's side."""
    alias = schema_editor.connection.alias
    papers = apps.get_model("directory", "Paper").objects.using(alias)
    events = apps.get_model("matching", "MatchEvent").objects.using(alias)
    for event in events.filter(details__has_key="dated_on").select_related("match__need", "match__offer"):
        posting = event.match.need if event.side == "need" else event.match.offer
        letter = {
            "country_id": posting.country_id,
            "agency_id": posting.agency_id,
            "reference": event.details["reference"],
            "dated_on": dt.date.fromisoformat(event.details["dated_on"]),
            "is_for_approvers": event.kind == "objected",
        }
        # A letter that is there already, after going back and forward again, is the same one.
        event.paper = papers.filter(**letter).first() or papers.create(
            **letter, recorded_by_id=event.by_id, recorded_at=event.at
        )
        event.details = {name: value for name, value in event.details.items() if name not in ON_PAPER}
        event.save(update_fields=["paper", "details"])


def put_back(apps: Any, schema_editor: Any) -> None:
    """Write reference and date among the details again. The letters stay: their scans stand nowhere else."""
    events = apps.get_model("matching", "MatchEvent").objects.using(schema_editor.connection.alias)
    for event in events.filter(paper__isnull=False).select_related("paper"):
        on_paper = {"reference": event.paper.reference, "dated_on": event.paper.dated_on.isoformat()}
        event.details = {**(event.details or {}), **on_paper}
        event.save(update_fields=["details"])


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0015_paper_as_it_came_and_letters"),
        ("matching", "0023_enquiries"),
    ]

    operations = [
        migrations.AddField(
            model_name="matchevent",
            name="paper",
            field=models.ForeignKey(
                blank=True,
                help_text="The note verbale or letter of that side; the other side is not told of it.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="match_events",
                to="directory.paper",
                verbose_name="recorded from",
            ),
        ),
        migrations.RunPython(part, put_back),
    ]
