"""Brings an XLSForm in as the questionnaire of a survey, or the next version of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.models import User
from surveys.models import Questionnaire, Survey
from surveys.questionnaires.form import Form, add_version, form_of, write_version
from surveys.questionnaires.versions import current_version
from surveys.questionnaires.xlsform.reading import ReadForm, read_xlsform


class QuestionnaireRefused(ValueError):
    """The step is not possible, or not for this person; the message is for people."""


@dataclass(frozen=True)
class BroughtIn:
    """The version that the form has become; `is_new` False: it is what is asked already. Notices are for people."""

    version: Questionnaire
    is_new: bool
    notices: Sequence[str]


def bring_in(*, survey: Survey, data: bytes, by: User | None) -> BroughtIn:
    """Make an XLSForm the questionnaire of a survey.

    The current version is replaced while nobody has begun to answer it; else the form becomes the next version. by:
    None from a command. Raises XlsformRefused or FileRefused for a form that cannot be asked.
    """
    check_may(by)
    current = current_version(survey)
    known = form_of(current) if current else Form()
    # Before the transaction: a form may take seconds to read, and nobody else could write meanwhile.
    read = read_xlsform(data, known=known)
    return _write(survey, read)


@transaction.atomic
def _write(survey: Survey, read: ReadForm) -> BroughtIn:
    current = current_version(survey)
    if current and form_of(current) == read.form:
        return BroughtIn(current, False, read.notices)
    if current is None or current.is_given:
        return BroughtIn(add_version(survey, read.form, note=_("from an XLSForm")), True, read.notices)
    write_version(current, read.form)
    return BroughtIn(Questionnaire.objects.whole().get(pk=current.pk), True, read.notices)


def check_may(by: User | None) -> None:
    """Raise QuestionnaireRefused for a person who does not look after surveys."""
    if by is not None and not can(by, Action.MANAGE_SURVEYS):
        raise QuestionnaireRefused(_("Only managers change questionnaires."))
