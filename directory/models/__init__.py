"""Who and where: countries, dated groups, areas, modalities, agencies, people."""

from directory.models.account_event import AccountEvent
from directory.models.affiliation import Affiliation
from directory.models.agency import Agency, AgencyFact
from directory.models.api_key import ApiKey
from directory.models.area import PriorityArea
from directory.models.country import Country, CountryAlias
from directory.models.designation import Designation
from directory.models.group import CountryGroup, GroupMembership
from directory.models.invitation import Invitation
from directory.models.mail import Mail
from directory.models.modality import Modality
from directory.models.paper import Paper, PaperScan
from directory.models.rules_review import RulesReview
from directory.models.user import User

__all__ = [
    "AccountEvent",
    "Affiliation",
    "Agency",
    "AgencyFact",
    "ApiKey",
    "Country",
    "CountryAlias",
    "CountryGroup",
    "Designation",
    "GroupMembership",
    "Invitation",
    "Mail",
    "Modality",
    "Paper",
    "PaperScan",
    "PriorityArea",
    "RulesReview",
    "User",
]
