"""In which language the letter of introduction is: one letter for two sides."""

from django.conf import settings

from directory.mail.receivers import people_of
from matching.models import Match


def letter_language(match: Match) -> str:
    """Return the language that all who speak for the two sides read; the portal's own where they read several, or none.

    The letter is one, for the files of both sides: whoever takes it gets the same.
    """
    read = {person.language for own in (match.need, match.offer) for person in people_of(own.agency_id, own.country_id)}
    language = read.pop() if len(read) == 1 else settings.LANGUAGE_CODE
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
