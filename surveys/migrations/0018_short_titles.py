"""Gives postings that were read from answers, and that nobody edited, the short titles that are composed today.

A title of which this is not certain stays: only one that is exactly what was composed before, from the country, the
areas and the modalities of the posting, is replaced. Going back leaves the short ones: an older release shows them as
they are, and composes its own when it reads the answers again.
"""

from django.db import migrations

ROWS_AT_ONCE = 1_000
LONGEST, LONGEST_COMPOSED = 200, 80
MOST_NAMED = 2
VERBS = {"Offer": "offers", "Need": "seeks"}


def forward(apps, schema_editor):
    alias = schema_editor.connection.alias
    documents = apps.get_model("web", "SearchDocument").objects.using(alias)
    for name, verb in VERBS.items():
        rows = apps.get_model("surveys", name).objects.using(alias)
        composed = rows.filter(
            response__isnull=False, edited_on=None, title__contains=f" {verb} cooperation", country__isnull=False
        )
        last = 0
        while batch := list(
            composed.filter(pk__gt=last)
            .select_related("country")
            .prefetch_related("areas", "modalities")
            .order_by("pk")[:ROWS_AT_ONCE]
        ):
            last = batch[-1].pk
            changed = []
            for row in batch:
                if short := short_title(row, verb):
                    row.title = short
                    rows.model._meta.get_field("search_text").pre_save(row, add=False)
                    changed.append(row)
            rows.bulk_update(changed, ["title", "search_text"])
            # What it is found by is written anew after all migrations, where it is missing.
            documents.filter(kind=name.lower(), row__in=[row.pk for row in changed]).delete()


def short_title(row, verb):
    """Return the title that the row gets, None where the one that it has is no composed one."""
    country = row.country.name
    areas = [area.label for area in row.areas.all() if area.use == "area"]
    labels = [one.label[:1].lower() + one.label[1:] for one in row.modalities.all()]
    # In the order in which the title names them; those that it had no place for come last.
    labels.sort(key=lambda label: position if (position := row.title.rfind(label)) >= 0 else LONGEST)
    counted = f" in {len(areas)} {'area' if len(areas) == 1 else 'areas'}" if areas else ""
    named = {f" in {' and '.join(order)}" for order in (areas, areas[::-1])} if 0 < len(areas) <= MOST_NAMED else set()
    for where in (*sorted(named), counted):
        if row.title == _as_before(f"{country} {verb} cooperation{where}", labels):
            return _short(country, where, counted, labels) if areas or labels else None
    return None


def _as_before(title, labels):
    for kept in range(len(labels), 0, -1):
        rest = len(labels) - kept
        candidate = f"{title}: {', '.join(labels[:kept])}" + (f" and {rest} more" if rest else "")
        if len(candidate) <= LONGEST:
            return candidate
    return title[:LONGEST]


def _short(country, where, counted, labels):
    candidates = [
        f"{country}: {_some(labels or ['cooperation'], most)}{place}"
        for place in dict.fromkeys((where, counted))
        for most in range(MOST_NAMED, 0, -1)
    ]
    return next((one for one in candidates if len(one) <= LONGEST_COMPOSED), candidates[-1])[:LONGEST]


def _some(labels, most):
    return " and ".join(labels) if len(labels) <= most else f"{', '.join(labels[:most])} and more"


class Migration(migrations.Migration):
    dependencies = [("surveys", "0015_rules_of_questionnaires"), ("web", "0002_search_documents")]
    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
