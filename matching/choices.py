"""Codes and words of matches and runs; named groups of codes stand below the classes."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class MatchStatus(TextChoices):
    """How far a match has come; docs/review.md tells its life."""

    SUGGESTED = "suggested", _("Suggested")
    SET_ASIDE = "set_aside", _("Set aside")
    PROPOSED = "proposed", _("Proposed to both sides")
    INTRODUCED = "introduced", _("Introduced")
    AGREED = "agreed", _("Agreed")
    COMPLETED = "completed", _("Completed")
    NOT_TAKEN_FORWARD = "not_taken_forward", _("Not taken forward at this time")
    LAPSED = "lapsed", _("Lapsed")


class ReadAs(TextChoices):
    """Which of a match's figures a reader sees."""

    DESK = "desk", _("As it stands, decided or not")
    SHOWN = "shown", _("As if nobody had decided anything")
    RELEASED = "released", _("As it was released")


class Clearance(TextChoices):
    """Whether the country of a side has been heard before the side is asked."""

    NOT_NEEDED = "not_needed", _("Not needed")
    NO_OBJECTION = "no_objection", _("Passed on unless it objects")
    EXPLICIT = "explicit", _("Waits for its approval")
    CLEARED = "cleared", _("Cleared")
    OBJECTED = "objected", _("Objected")


class SideAnswer(TextChoices):
    """What a side says to a proposal."""

    INTERESTED = "interested", _("Interested: introduce us")
    NOT_NOW = "not_now", _("Not now: ask again in six months at the earliest")
    NOT_RELEVANT = "not_relevant", _("Not relevant to us")


class RefusalReason(TextChoices):
    """Why a side does not want to, in a few codes that can be counted; read by the secretariat alone."""

    TIME = "time", _("Not the time for it")
    CAPACITY = "capacity", _("No capacity: people or means")
    MANDATE = "mandate", _("Outside our mandate")
    OTHER_PARTNER = "other_partner", _("We work on this with another partner")
    OTHER = "other", _("Another reason, in words")


class NeedMet(TextChoices):
    """Whether cooperation met the need."""

    YES = "yes", _("Yes")
    PARTLY = "partly", _("In part")
    NO = "no", _("No")


class CheckKind(TextChoices):
    """What a reviewer looks into before two sides are brought together; internal."""

    MANDATE = "mandate", _("Within the mandate of the secretariat")
    DUPLICATION = "duplication", _("No duplication with what goes on already")
    SECURITY_COUNCIL = "security_council", _("Measures of the Security Council")


class CheckResult(TextChoices):
    """What came of a check. On hold hides the match from all who were told of it; no rule ever sets it."""

    CLEARED = "cleared", _("Cleared")
    REFERRED = "referred", _("Referred")
    ON_HOLD = "on_hold", _("On hold")


class Audience(TextChoices):
    """Who reads a note."""

    INTERNAL = "internal", _("Internal: the secretariat alone")
    SIDE = "side", _("The secretariat and that side")
    SHARED = "shared", _("Both sides")


class EventKind(TextChoices):
    """One step in the life of a match."""

    LAPSED = "lapsed", _("Lapsed")
    RETURNED = "returned", _("Suggested again")
    RELEASED = "released", _("Released to the public")
    WITHHELD = "withheld", _("No longer released")
    SET_ASIDE = "set_aside", _("Set aside")
    TAKEN_BACK = "taken_back", _("Taken back to the suggestions")
    PROPOSED = "proposed", _("Proposed to both sides")
    NOTED = "noted", _("Note added")
    ASSIGNED = "assigned", _("Assigned")
    CHECKED = "checked", _("Check recorded")
    CLEARANCE_BEGUN = "clearance_begun", _("Put before the country of a side")
    CLEARED = "cleared", _("Cleared by the country of a side")
    OBJECTED = "objected", _("Objection of the country of a side")
    OBJECTION_TAKEN_BACK = "objection_back", _("The country of a side took its objection back")
    ASKED = "asked", _("A side was asked")
    ANSWERED = "answered", _("A side answered")
    ANSWER_TAKEN_BACK = "answer_taken_back", _("A side took its answer back")
    NOT_TAKEN_FORWARD = "not_taken_forward", _("Not taken forward")
    INTRODUCED = "introduced", _("Introduced")
    REFERENCED = "referenced", _("Reference of the letter recorded")
    AGREED = "agreed", _("Agreed")
    COMPLETED = "completed", _("Completed")
    OUTCOME_RECORDED = "outcome_recorded", _("Outcome recorded")
    OUTCOME_CONFIRMED = "outcome_confirmed", _("Outcome confirmed by a side")
    CONSENTED = "consented", _("A side consented to publication")
    CONSENT_WITHDRAWN = "consent_withdrawn", _("A side withdrew its consent to publication")
    FOLLOWED_UP = "followed_up", _("Followed up")


class EnquiryState(TextChoices):
    """State of what a side asks the secretariat about a posting of another."""

    WITH_COORDINATOR = "with_coordinator", _("With your coordinator")
    WITH_SECRETARIAT = "with_secretariat", _("With the secretariat")
    ANSWERED = "answered", _("Answered")
    KEPT_BACK = "kept_back", _("Not passed on by your coordinator")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class OptionStatus(TextChoices):
    """How far a triangular option has come."""

    SUGGESTED = "suggested", _("Suggested")
    PROPOSED = "proposed", _("Proposed to the three sides")
    SET_ASIDE = "set_aside", _("Set aside")
    LAPSED = "lapsed", _("Lapsed")


class OptionEventKind(TextChoices):
    """One step in the life of a triangular option."""

    PROPOSED = "proposed", _("Proposed to the three sides")
    SET_ASIDE = "set_aside", _("Set aside")
    TAKEN_BACK = "taken_back", _("Taken back to the suggestions")
    LAPSED = "lapsed", _("Lapsed")
    RETURNED = "returned", _("Suggested again")


class ChangeKind(TextChoices):
    """What a run did to a match."""

    NEW = "new", _("New")
    GONE = "gone", _("Gone")
    MOVED = "moved", _("Score moved")


class RunState(TextChoices):
    """State of a matching run."""

    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Finished")
    FAILED = "failed", _("Failed: the results before it stand")


class Fit(TextChoices):
    """How far what both sides state overlaps, as a word; the bounds are the profile's."""

    STRONG = "strong", _("Strong fit")
    GOOD = "good", _("Good fit")
    PARTIAL = "partial", _("Partial fit")


class Word(IntegerChoices):
    """The same as it is stored: the stronger, the higher, as the engine numbers them."""

    PARTIAL = 0, Fit.PARTIAL.label
    GOOD = 1, Fit.GOOD.label
    STRONG = 2, Fit.STRONG.label

    @classmethod
    def of(cls, code: str) -> "Word":
        """Return the word of this code; ValueError where there is none."""
        return cls[Fit(code).name]

    @property
    def fit(self) -> Fit:
        """The word by its code."""
        return Fit[self.name]


class ComparedBy(TextChoices):
    """By what the closest texts of a need and an offer were compared."""

    WORDS = "words", _("by their words")
    WORDS_AND_MEANING = "words_and_meaning", _("by their words and their meaning")
    MEANING = "meaning", _("across languages, by their meaning")


class NotOpen(TextChoices):
    """Why a posting is not open on a day."""

    NOT_PUBLISHED = "not_published", _("it is not published")
    CLOSED = "closed", _("it has closed")
    OPENS_LATER = "opens_later", _("it opens later")
    NO_PLACE = "no_place", _("all its places are agreed")
    PAUSED = "paused", _("its country or agency has paused its postings")


class AllocationState(TextChoices):
    """What became of a plan of which matches to propose."""

    MAKING = "making", _("Being made")
    FAILED = "failed", _("Could not be made")
    PROPOSED = "proposed", _("Waits for a decision")
    APPLIED = "applied", _("Applied to the queue")
    DISCARDED = "discarded", _("Discarded")


class LeftOut(TextChoices):
    """Why a pick of a plan was left out when the plan was applied."""

    DECIDED = "decided", _("it was decided meanwhile")
    NOT_OPEN = "not_open", _("it cannot be proposed any more")
    NO_PLACE = "no_place", _("the places of the offer are gone")
    ENOUGH = "enough", _("the need has enough offers meanwhile")


class WithoutPick(TextChoices):
    """Why a need gets nothing in a plan."""

    UNCONFIRMED = "unconfirmed", _("The need is not confirmed, so that nothing can be proposed for it")
    NO_SUGGESTION = "no_suggestion", _("No match is suggested")
    NOT_PROPOSABLE = "not_proposable", _("Matches are suggested, and none can be proposed today")
    NO_PLACE = "no_place", _("All places of the offers that fit went to others")
    MOST_IN_ALL = "most_in_all", _("The plan has as many matches as it may have")


OPEN_TO_RUNS = frozenset({MatchStatus.SUGGESTED, MatchStatus.LAPSED})
"""A run makes, moves and lapses these; a refused match joins them once its term is over."""
DECIDED = frozenset(MatchStatus) - OPEN_TO_RUNS
"""These take no place in a list; see `MatchQuerySet.decided`."""
BETWEEN_THE_SIDES = frozenset({MatchStatus.PROPOSED, MatchStatus.INTRODUCED, MatchStatus.AGREED, MatchStatus.COMPLETED})
"""Each side that was asked sees the other's posting, whatever its visibility."""
ON_THE_WAY = frozenset({MatchStatus.PROPOSED, MatchStatus.INTRODUCED})
"""Each holds a place of its offer that may come to an agreement."""
IN_HAND = ON_THE_WAY | {MatchStatus.AGREED}
"""A need with one of these has an offer already. Completed cooperation has ended: a need that stays open asks anew."""
TOLD_NOBODY = frozenset({MatchStatus.SUGGESTED, MatchStatus.SET_ASIDE})
"""No side knows more of these than that the two fit, even where it was asked once before."""
CLEARANCE_SHOWN = frozenset({Clearance.NO_OBJECTION, Clearance.EXPLICIT, Clearance.OBJECTED})
"""Whoever clears for the country has heard of a proposal that waits for that, or was objected to."""
CONTACTS_SHOWN = frozenset({MatchStatus.INTRODUCED, MatchStatus.AGREED, MatchStatus.COMPLETED})
LAPSE_ON_EXPIRY = frozenset({MatchStatus.SUGGESTED, MatchStatus.PROPOSED})
LAPSE_ON_WITHDRAWAL = LAPSE_ON_EXPIRY | {MatchStatus.INTRODUCED}
COOPERATION = frozenset({MatchStatus.AGREED, MatchStatus.COMPLETED})
"""Public once both sides have consented; never lapses."""
REFUSALS = frozenset({SideAnswer.NOT_NOW, SideAnswer.NOT_RELEVANT})
OPTIONS_OPEN_TO_RUNS = frozenset({OptionStatus.SUGGESTED, OptionStatus.LAPSED})
"""A run makes, moves and lapses these; the others people have decided."""
OPTIONS_DECIDED = frozenset(OptionStatus) - OPTIONS_OPEN_TO_RUNS
OPTIONS_SHOWN = frozenset({OptionStatus.SUGGESTED, OptionStatus.PROPOSED})
"""Seen by the three sides, where they see all three postings; they lapse with any of these."""
ENQUIRIES_OPEN = (EnquiryState.WITH_COORDINATOR, EnquiryState.WITH_SECRETARIAT)
"""They can be withdrawn; a tuple, because constraints are written of it."""
