"""Codes and words of the directory's fields; groups of codes stand below the classes."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a person is in an agency."""

    FOCAL_POINT = "focal_point", _("Focal point of an agency")
    COORDINATOR = "coordinator", _("Coordinator of a country")
    REVIEWER = "reviewer", _("Reviewer (secretariat)")
    MANAGER = "manager", _("Manager (secretariat)")
    PARTNER = "partner", _("Partner system")


class KeyScope(TextChoices):
    """What a key to the API may be used for."""

    READ_PUBLIC = "read:public", _("Read what is public")
    READ_MATCHES = "read:matches", _("Read computed fits between public postings")
    WRITE_POSTINGS = "write:postings", _("Write the postings of one agency")


class KeyState(TextChoices):
    """What has become of a key to the API on a day."""

    IN_FORCE = "in_force", _("In force")
    TO_ADOPT = "to_adopt", _("Nobody answers for it")
    REPLACED = "replaced", _("Replaced, ends soon")
    EXPIRED = "expired", _("Ended")
    REVOKED = "revoked", _("Revoked")


class DesignationKind(TextChoices):
    """By what a focal point or coordinator was named."""

    NOTE_VERBALE = "note_verbale", _("Note verbale")
    OFFICIAL_LETTER = "official_letter", _("Official letter")


class ScanKind(TextChoices):
    """What the scan of a letter is: the ending of its file."""

    PDF = "pdf", "PDF"
    PNG = "png", "PNG"
    JPEG = "jpeg", "JPEG"


class Digest(TextChoices):
    """How often a person hears of new matches by e-mail."""

    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")
    NEVER = "never", _("Never")


class MailState(TextChoices):
    """State of a mail in the outbox."""

    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    DROPPED = "dropped", _("Not sent: its reader may no longer see what it is about, or does not want it")
    UNCERTAIN = "uncertain", _("Perhaps sent: the sender stopped half-way")


SECRETARIAT_ROLES = frozenset({Role.REVIEWER, Role.MANAGER})


class AccountEventKind(TextChoices):
    """What was done to an account."""

    SECOND_FACTOR_RESET = "second_factor_reset", _("Second factor reset")
    ADDRESS_CHANGED = "address_changed", _("E-mail address changed")
    CODES_PRINTED = "codes_printed", _("Printed codes handed out")
    CODES_TAKEN_BACK = "codes_taken_back", _("Printed codes taken back")


class UnStatus(TextChoices):
    """Standing of a country or territory in the United Nations."""

    MEMBER = "member", _("Member State")
    OBSERVER = "observer", _("Observer State")
    NOT_MEMBER = "not_member", _("Not a member")


class EscapStatus(TextChoices):
    """Standing of a country or territory in ESCAP."""

    MEMBER = "member", _("Member")
    ASSOCIATE_MEMBER = "associate_member", _("Associate member")
    MEMBER_OUTSIDE_REGION = "member_outside_region", _("Member outside the region")


class GroupLevel(TextChoices):
    """How close a group is, for the region criterion."""

    NEIGHBOURHOOD = "neighbourhood", _("Neighbourhood")
    SPECIAL_SITUATION = "special_situation", _("Special situation (LDC, LLDC, SIDS)")
    ORGANISATION = "organisation", _("Regional organisation")
    SUB_REGION = "sub_region", _("Sub-region")
    REGION = "region", _("Region")
    WIDE = "wide", _("Wide group")


LEVELS_CALLED_BY_CODE = frozenset({GroupLevel.SPECIAL_SITUATION, GroupLevel.ORGANISATION, GroupLevel.NEIGHBOURHOOD})
"""Groups that people call by their codes; the others are called by their labels."""


class MembershipStatus(TextChoices):
    """How sure a membership, and its end where there is one, is."""

    CONFIRMED = "confirmed", _("Confirmed")
    SCHEDULED = "scheduled", _("End scheduled")
    TO_BE_CONFIRMED = "to_be_confirmed", _("End scheduled, being verified")
    UNVERIFIED = "unverified", _("Not verified")
    WORKING_DEFINITION = "working_definition", _("Working definition")


class DatePrecision(TextChoices):
    """How exactly the dates of a membership are known."""

    DAY = "day", _("Day")
    MONTH = "month", _("Month")
    YEAR = "year", _("Year")


class AreaUse(TextChoices):
    """What a priority area is used for."""

    AREA = "area", _("Area: offered in forms, scored")
    TAG = "tag", _("Tag: kept and shown, not scored")
    AS_PRINTED = "as_printed", _("As printed: stays on its row, offered nowhere")


class AgencyKind(TextChoices):
    """What an agency is."""

    NATIONAL_AGENCY = "national_agency", _("National cooperation agency")
    MINISTRY = "ministry", _("Ministry")
    TRAINING_INSTITUTION = "training_institution", _("Training institution")
    UN_ENTITY = "un_entity", _("United Nations entity")
    REGIONAL_INSTITUTION = "regional_institution", _("Regional institution")
    FUND = "fund", _("Fund")
    DEVELOPMENT_BANK = "development_bank", _("Development bank")
    SECRETARIAT = "secretariat", _("Secretariat of this portal")
    OTHER = "other", _("Other")


class AgencyRole(TextChoices):
    """The side an agency takes in cooperation."""

    OFFERING = "offering", _("Offering")
    SEEKING = "seeking", _("Seeking")
    BOTH = "both", _("Offering and seeking")
    FACILITATING = "facilitating", _("Facilitating")


GOVERNMENT_AGENCY_KINDS = frozenset({AgencyKind.NATIONAL_AGENCY, AgencyKind.MINISTRY})
THIRD_PARTY_KINDS = frozenset(
    {AgencyKind.FUND, AgencyKind.DEVELOPMENT_BANK, AgencyKind.UN_ENTITY, AgencyKind.REGIONAL_INSTITUTION}
)
"""Funds, banks and multilateral organisations: they facilitate triangular cooperation also where of no country."""
KEY_STATES_IN_FORCE = frozenset({KeyState.IN_FORCE, KeyState.TO_ADOPT, KeyState.REPLACED})
"""A key in one of these works."""
