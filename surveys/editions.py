"""Puts the survey editions that the project ships into the database."""

import datetime as dt

from directory.models import User
from surveys.importing.edition import shipped_surveys
from surveys.models import Survey

_TEXTS = ("title", "organisers", "description", "source", "disclaimer")
_FLAGS = ("publishes_on_import", "has_agency_key", "is_public")


def load_surveys(*, by: User | None = None) -> tuple[list[Survey], list[Survey]]:
    """Add the shipped editions that are not there yet; return those added and those left as they are.

    An edition that is there belongs to the secretariat, who may have changed it in the admin: it is not touched.
    """
    there = Survey.objects.in_bulk(field_name="code")
    added, kept = [], []
    for row in shipped_surveys():
        if row["code"] in there:
            kept.append(there[row["code"]])
            continue
        survey = Survey(
            code=row["code"],
            stated_on=dt.date.fromisoformat(row["stated_on"]) if row["stated_on"] else None,
            **{name: row[name] for name in _TEXTS},
            **{name: row[name] == "yes" for name in _FLAGS},
        )
        survey._history_user = by  # type: ignore[attr-defined]  # noqa: SLF001 - simple-history's own way to say who
        survey.save()
        added.append(survey)
    return added, kept
