"""Where a posting comes from, in the words that every face of the portal uses."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from surveys.models import Survey
from surveys.models.postings.posting import Posting


def statement(posting: Posting) -> str:
    """Return what is said of the posting's source: what a survey says is not yet what a government posts.

    Reads the posting's survey and response: fetch them with it (`for_lists`).
    """
    if posting.is_retired:
        return stated_words(posting.survey)
    if posting.confirmed_on is not None:
        return _("confirmed on %(day)s") % {"day": date_format(posting.confirmed_on)}
    if posting.is_compiled:
        return _("compiled from public sources")
    survey = posting.survey
    if survey is None:
        return _("not confirmed")
    if survey.stated_on is None:
        return _("read from a survey, not yet put to the Government")
    return _("read from the %(year)s survey, not yet put to the Government") % {"year": survey.stated_on.year}


def stated_words(survey: Survey | None) -> str:
    """Return in words that something remains stated in an edition alone: by its year, where it has a date."""
    if survey is None or survey.stated_on is None:
        return _("remains stated in the survey")
    return _("remains stated in %(year)s") % {"year": survey.stated_on.year}
