"""Makes survey editions: those that the project ships, and new ones that ask what an earlier one asked."""

import datetime as dt

from directory.models import User
from surveys.answering.edition import shipped_surveys
from surveys.models import Challenge, Survey
from surveys.questionnaires.form import add_version
from surveys.questionnaires.shipped import add_challenges, shipped_form
from surveys.questionnaires.versions import copy_from

_TEXTS = ("title", "organisers", "description", "source", "disclaimer")
_OF_A_CHALLENGE = ("code", "perspective", "label", "label_as_printed", "marker", "source", "position")
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


def next_edition(like: Survey, *, code: str, title: str, stated_on: dt.date | None) -> Survey:
    """Return an edition that takes answers as another does, not saved: nobody sees it, and it publishes nothing."""
    return Survey(
        code=code,
        title=title,
        stated_on=stated_on,
        organisers=like.organisers,
        languages=like.languages,
        has_agency_key=like.has_agency_key,
    )


def add_edition(edition: Survey, *, like: Survey, by: User | None) -> Survey:
    """Save an edition of `next_edition`, with the questionnaire and the challenges of the other."""
    edition._history_user = by  # type: ignore[attr-defined]  # noqa: SLF001 - simple-history's own way to say who
    edition.save()
    copy_from(like, to=edition)
    copies = {
        one.pk: Challenge(survey=edition, **{name: getattr(one, name) for name in _OF_A_CHALLENGE})
        for one in like.challenges.all()
    }
    Challenge.objects.bulk_create(copies.values())
    parts = [one for one in like.challenges.all() if one.parent_id is not None]
    for part in parts:
        copies[part.pk].parent = copies[int(part.parent_id or 0)]
    Challenge.objects.bulk_update([copies[part.pk] for part in parts], ["parent"])
    return edition
