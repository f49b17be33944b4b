"""Who and where: countries, dated groups, areas, modalities, agencies, people."""

from directory.models.agency import Agency, AgencyFact
from directory.models.api_key import ApiKey
from directory.models.mail import Mail
from directory.models.paper import Paper, PaperScan
from directory.models.people.account_event import AccountEvent
from directory.models.people.affiliation import Affiliation
from directory.models.people.designation import Designation
from directory.models.people.invitation import Invitation
from directory.models.people.user import User
from directory.models.reference_data.area import PriorityArea
from directory.models.reference_data.country import Country, CountryAlias
from directory.models.reference_data.group import CountryGroup, GroupMembership
from directory.models.reference_data.modality import Modality
from directory.models.reference_data.rules_review import RulesReview

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
