"""Puts the survey editions that the project ships into the database."""

import datetime as dt

from directory.models import User
from surveys.answering.edition import shipped_surveys
from surveys.models import Survey
from surveys.questionnaires.form import add_version
from surveys.questionnaires.shipped import add_challenges, shipped_form

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
            # One that is there from before the portal kept questionnaires is given what it asked.
            if not there[row["code"]].questionnaires.exists():
                add_questionnaire(there[row["code"]], row["questionnaire"])
            kept.append(there[row["code"]])
            continue
        survey = Survey(
            code=row["code"],
            stated_on=dt.date.fromisoformat(row["stated_on"]) if row["stated_on"] else None,
            **{name: row[name] for name in _TEXTS},
            results_released_on=dt.date.fromisoformat(row["results_released_on"])
            if row["results_released_on"]
            else None,
            **{name: row[name] == "yes" for name in _FLAGS},
        )
        survey._history_user = by  # type: ignore[attr-defined]  # noqa: SLF001 - simple-history's own way to say who
        survey.save()
        add_questionnaire(survey, row["questionnaire"])
        added.append(survey)
    return added, kept


def add_questionnaire(survey: Survey, name: str) -> None:
    """Give an edition the shipped questionnaire of that name, and the challenges that are shipped for the edition."""
    if not survey.challenges.exists():
        add_challenges(survey)
    if name:
        add_version(survey, shipped_form(name))
