"""What they said: surveys, responses, file imports, offers, needs."""

from surveys.models.answers.answer import Answer
from surveys.models.answers.challenge import Challenge
from surveys.models.answers.questionnaire import Option, Question, Questionnaire, Section
from surveys.models.answers.response import Response
from surveys.models.answers.tracking import SurveyRequest
from surveys.models.clock_stop import ClockStop
from surveys.models.confirming import ConfirmationCampaign, ConfirmationRequest, ConfirmationRow
from surveys.models.file_import import Import, ImportedFile, ImportRow, RememberedColumns
from surveys.models.postings.need import Need, PreferredPartner
from surveys.models.postings.offer import Offer, Target
from surveys.models.postings.pending import PendingChange
from surveys.models.postings.posting_paper import PostingPaper
from surveys.models.postings.proposed import ProposedVersion
from surveys.models.reading import Reading
from surveys.models.saved_search import SavedSearch
from surveys.models.survey import Survey
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
