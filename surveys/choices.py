"""Codes and words of surveys and postings; named groups of codes stand below the classes."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ResponseKind(TextChoices):
    """Where a response comes from."""

    ANSWERED = "answered", _("Answered by the country")
    COMPILED = "compiled", _("Compiled from public sources")


class PostingStatus(TextChoices):
    """State of an offer or a need; "expired" is derived from its dates."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted for approval")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    ARCHIVED = "archived", _("Archived")


class VersionState(TextChoices):
    """What became of a proposed version of a posting that is public."""

    WAITING = "waiting", pgettext_lazy("a version", "Waits for approval")
    RETURNED = "returned", pgettext_lazy("a version", "Sent back")
    APPROVED = "approved", pgettext_lazy("a version", "Approved")
    REPLACED = "replaced", pgettext_lazy("a version", "Written anew")
    DROPPED = "dropped", pgettext_lazy("a version", "Taken back")


class WindowKind(TextChoices):
    """Who approves what the agencies of a country post."""

    SINGLE = "single", _("Single: the coordinator approves; while none is in force, the secretariat")
    SEVERAL = "several", _("Several: each designated agency publishes, the coordinator is informed")
    SECRETARIAT = "secretariat", _("Secretariat: it approves, and checks with the mission or ministry")


class ClearanceRule(TextChoices):
    """What a country wants before one of its sides is asked about a proposal."""

    NONE = "none", _("Nothing: the side is asked at once")
    NO_OBJECTION = "no_objection", _("No objection within a term: then the proposal is passed on")
    EXPLICIT = "explicit", _("Explicit approval: without it the proposal is not passed on")


class PaperUse(TextChoices):
    """What was recorded of a posting from a note verbale or a letter."""

    ENTERED = "entered", _("Entered")
    CONFIRMED = "confirmed", _("Confirmed")
    APPROVED = "approved", _("Approved")


class WithdrawalReason(TextChoices):
    """Why a posting no longer stands."""

    MET = "met", _("Met, or carried out")
    NO_LONGER_HOLDS = "no_longer_holds", _("It no longer holds")
    NO_MEANS = "no_means", _("No means or staff for it now")
    MISTAKE = "mistake", _("Posted by mistake, or twice")
    OTHER = "other", _("Another reason")
    REPLACED = "replaced", _("The country has posted in its place")
    NOT_CONFIRMED = "not_confirmed", _("Retired: nobody confirmed it by the day set")


class AskedBy(TextChoices):
    """How a country is asked to confirm what is read of it."""

    NOTE = "note", _("Note verbale")
    LETTER = "letter", _("Letter")
    MAIL = "mail", _("E-mail to who is designated")


class RowOutcome(TextChoices):
    """What became of a posting that a country was asked to confirm."""

    OPEN = "open", _("Not answered")
    IN_HAND = "in_hand", _("Answered, to be put in")
    CONFIRMED = "confirmed", _("Confirmed")
    CORRECTED = "corrected", _("Corrected")
    REPLACED = "replaced", _("Posted by the country in its place")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    RETIRED = "retired", _("Retired: nobody confirmed it")
    KEPT = "kept", _("Stays as it is: nobody designated was asked")
    GONE = "gone", _("No longer read of the country")


class Visibility(TextChoices):
    """Who may see a published posting."""

    PUBLIC = "public", _("Everyone")
    FOCAL_POINTS = "focal_points", _("Focal points of agencies, logged in")
    MATCHED = "matched", _("The secretariat and matched parties")


class Side(TextChoices):
    """The two kinds of posting."""

    OFFER = "offer", _("Offer")
    NEED = "need", _("Need")


class PlaceKind(TextChoices):
    """What a place, as a source names it, is."""

    COUNTRY = "country", _("Country or territory")
    GROUP = "group", _("Country group")
    UNRESOLVED = "unresolved", _("As printed; not used in the comparison")
    NONE = "none", _("States none")


class Direction(TextChoices):
    """What a survey says of a place that it names."""

    PRIORITY = "priority", _("Priority for cooperation")
    PROVIDES_TO = "provides_to", _("Support given to")
    EXISTING_PARTNER = "existing_partner", _("Support received from")
    PREFERRED = "preferred", _("Preferred partner")


class ResponseStatus(TextChoices):
    """State of a response."""

    IN_PROGRESS = "in_progress", _("Being answered")
    SUBMITTED = "submitted", _("Waits for the coordinator")
    RECEIVED = "received", _("Received")
    UNDONE = "undone", _("Its import was undone")
    HELD = "held", _("Held: the results of its edition are released")


class QuestionKind(TextChoices):
    """How a question is answered."""

    SINGLE = "single", _("Single choice")
    MULTIPLE = "multiple", _("Multiple choice")
    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    WHOLE = "whole", _("Whole number")
    MONEY = "money", _("Money, with currency and years")
    DATE = "date", _("Date")


KINDS_OF_NUMBERS = frozenset({QuestionKind.NUMBER, QuestionKind.WHOLE, QuestionKind.MONEY})


class ChoicesFrom(TextChoices):
    """The portal's own lists that a question can be answered from."""

    AREAS = "areas", _("Priority areas")
    MODALITIES = "modalities", _("Modalities")
    COUNTRIES = "countries", _("Countries and territories")
    GROUPS = "groups", _("Country groups")
    PLACES = "places", _("Countries and groups")
    CHALLENGES = "challenges", _("The edition's list of challenges")
    CHALLENGES_OF_PROVIDERS = "challenges_providers", _("Challenges of providers")
    CHALLENGES_OF_USERS = "challenges_users", _("Challenges of users")


class Feeds(TextChoices):
    """What an answer becomes in a posting, or says of the response."""

    COUNTRY = "country", _("Response: the country")
    AGENCY = "agency", _("Response: the agency")
    ROLE = "role", _("Which sides are stated: offering, seeking")
    TITLE = "title", _("Title")
    TEXT = "text", _("Text")
    AREAS = "areas", _("Priority areas")
    MODALITIES = "modalities", _("Modalities")
    TARGETS = "targets", _("Whom the offer is for")
    PROVIDES_TO = "provides_to", _("To whom support is given")
    EXISTING_PARTNERS = "existing_partners", _("From whom support is received")
    PREFERRED_PARTNERS = "preferred", _("Preferred partners of the need")
    AMOUNT = "amount", _("Amount")
    PLACES = "places", _("Places (people)")
    OPENS_ON = "opens_on", _("Opens on")
    CLOSES_ON = "closes_on", _("Closes on")
    CONTACT = "contact", _("Contact: never public")


class Perspective(TextChoices):
    """Whose challenge it is, as the 2018 survey puts it."""

    PROVIDERS = "providers", _("Providers")
    USERS = "users", _("Users")
    UNOSSC_NEEDS = "unossc_needs", _("UNOSSC needs assessment")


class ImportState(TextChoices):
    """State of one uploaded file."""

    UPLOADED = "uploaded", _("Uploaded: its columns are to be checked")
    PLANNING = "planning", _("The preview is being made")
    PREVIEWED = "previewed", _("Preview: nothing written")
    APPLYING = "applying", _("Being written")
    APPLIED = "applied", _("Applied")
    REFUSED = "refused", _("Refused: nothing written")
    FAILED = "failed", _("Stopped half-way: nothing written")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")


class RowResult(TextChoices):
    """What one row of a file became."""

    ADDED = "added", _("Added")
    CHANGED = "changed", _("Changed")
    UNCHANGED = "unchanged", _("Unchanged")
    HELD = "held", _("Held, to be chosen")
    IN_ERROR = "in_error", _("In error")
    MISSING = "missing", _("Missing from this file, kept")


class ImportStep(TextChoices):
    """What is being done to a file before its rows are taken one by one; empty once they are."""

    READING = "reading", _("Read")
    GOING_THROUGH = "through", _("Compared with each other")


OPEN_VERSIONS = (VersionState.WAITING, VersionState.RETURNED)
"""Proposed versions that are still at hand: one a posting."""
COUNT_NOWHERE = frozenset({ResponseStatus.UNDONE, ResponseStatus.HELD})
"""Responses that are kept, and that a later file or answer of the same key takes up as if they were new."""
IMPORT_AT_WORK = frozenset({ImportState.PLANNING, ImportState.APPLYING, ImportState.UNDOING})
TARGET_DIRECTIONS = frozenset({Direction.PRIORITY, Direction.PROVIDES_TO})
ANSWERED_OUTCOMES = frozenset(
    {RowOutcome.CONFIRMED, RowOutcome.CORRECTED, RowOutcome.REPLACED, RowOutcome.WITHDRAWN, RowOutcome.IN_HAND}
)
"""What the country itself said, here or by letter."""
REASONS_TO_CHOOSE = [
    (reason.value, reason.label)
    for reason in WithdrawalReason
    if reason not in (WithdrawalReason.REPLACED, WithdrawalReason.NOT_CONFIRMED)
]
"""Why its own side withdraws a posting; the others follow from what was posted, or was not answered."""
