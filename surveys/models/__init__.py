"""What they said: surveys, responses, file imports, offers, needs."""

from surveys.models.file_import import Import
from surveys.models.need import Need, PreferredPartner
from surveys.models.offer import Offer, Target
from surveys.models.reading import Reading
from surveys.models.response import Response
from surveys.models.survey import Survey
from surveys.models.window import CountryWindow

__all__ = [
    "CountryWindow",
    "Import",
    "Need",
    "Offer",
    "PreferredPartner",
    "Reading",
    "Response",
    "Survey",
    "Target",
]
