"""Which version of a questionnaire is asked, and making the next one: what was answered stays as it was."""

from django.db import transaction

from surveys.models import Questionnaire, Survey
from surveys.questionnaires.form import add_version, form_of


def current_version(survey: Survey) -> Questionnaire | None:
    """Return the version that is asked now, fetched whole; None where the edition asks nothing yet."""
    return Questionnaire.objects.whole().filter(survey=survey).order_by("-number").first()


@transaction.atomic
def editable_version(survey: Survey) -> Questionnaire:
    """Return the version that can be edited: the current one, or a copy of it where somebody has answered it."""
    version = current_version(survey)
    if version is None:
        return Questionnaire.objects.create(survey=survey)
    return add_version(survey, form_of(version)) if version.is_given else version


def copy_from(other: Survey, *, to: Survey) -> Questionnaire:
    """Ask in one edition what another asks: codes stay, so that the two can be compared."""
    version = current_version(other)
    form = form_of(version) if version else form_of(Questionnaire())
    return add_version(to, form, note=other.code)
