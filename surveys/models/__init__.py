"""What they said: surveys, responses, file imports, offers, needs."""

from surveys.models.answer import Answer
from surveys.models.challenge import Challenge
from surveys.models.clock_stop import ClockStop
from surveys.models.confirming import ConfirmationCampaign, ConfirmationRequest, ConfirmationRow
from surveys.models.file_import import Import, ImportedFile, ImportRow, RememberedColumns
from surveys.models.need import Need, PreferredPartner
from surveys.models.offer import Offer, Target
from surveys.models.pending import PendingChange
from surveys.models.posting_paper import PostingPaper
from surveys.models.proposed import ProposedVersion
from surveys.models.questionnaire import Option, Question, Questionnaire, Section
from surveys.models.reading import Reading
from surveys.models.response import Response
from surveys.models.saved_search import SavedSearch
from surveys.models.survey import Survey
from surveys.models.tracking import SurveyRequest
from surveys.models.window import CountryWindow

__all__ = [
    "Answer",
    "Challenge",
    "ClockStop",
    "ConfirmationCampaign",
    "ConfirmationRequest",
    "ConfirmationRow",
    "CountryWindow",
    "Import",
    "ImportRow",
    "ImportedFile",
    "Need",
    "Offer",
    "Option",
    "PendingChange",
    "PostingPaper",
    "PreferredPartner",
    "ProposedVersion",
    "Question",
    "Questionnaire",
    "Reading",
    "RememberedColumns",
    "Response",
    "SavedSearch",
    "Section",
    "Survey",
    "SurveyRequest",
    "Target",
]
