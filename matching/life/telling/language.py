"""In which language a letter is that goes to several sides: one letter for all of them."""

from django.conf import settings

from directory.mail.receivers import people_of
from surveys.models.postings.posting import Posting


def letter_language(*postings: Posting) -> str:
    """Return the language that all who speak for these postings read; the portal's own where that is not one.

    The letter is one, for the files of all sides: whoever takes it gets the same.
    """
    read = {person.language for own in postings for person in people_of(own.agency_id, own.country_id)}
    language = read.pop() if len(read) == 1 else settings.LANGUAGE_CODE
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
