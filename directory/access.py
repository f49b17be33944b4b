"""Who may do what: the one table of roles, actions and whose that pages, admin, API, tasks and commands ask.

`GRANTS` says for each role which actions it allows, and whose rows they reach. Roles outside the secretariat act only
once a manager has recorded the designation (`NEEDS_DESIGNATION`); reading needs none. The secretariat's roles count
only with a second factor, see `User.roles`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeGuard

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from directory.choices import GOVERNMENT_AGENCY_KINDS, SECRETARIAT_ROLES, AgencyRole, KeyScope, Role

if TYPE_CHECKING:
    from directory.models import Agency, ApiKey, User


class Action(StrEnum):
    """What a person may be allowed to do."""

    READ_OWN = "read_own"
    POST = "post"
    APPROVE_POSTINGS = "approve_postings"
    ANSWER_PROPOSALS = "answer_proposals"
    INVITE = "invite"
    USE_DIRECTORY = "use_directory"
    READ_COUNTRY_BRIEFS = "read_country_briefs"
    READ_COMPUTED_FITS = "read_computed_fits"
    ASK_SECRETARIAT = "ask_secretariat"
    ASK_ABOUT_POSTINGS = "ask_about_postings"
    READ_EVERYTHING = "read_everything"
    REVIEW_MATCHES = "review_matches"
    REVIEW_PRACTICES = "review_practices"
    RUN_MATCHING = "run_matching"
    MANAGE_SURVEYS = "manage_surveys"
    MANAGE_POSTINGS = "manage_postings"
    MANAGE_REFERENCE = "manage_reference"
    MANAGE_PROFILES = "manage_profiles"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_DESIGNATIONS = "manage_designations"
    MANAGE_KEYS = "manage_keys"


class Whose(StrEnum):
    """Whose rows an action reaches."""

    AGENCY = "agency"
    """The own agency's; of a government's agency also those that stand under the country alone."""
    COUNTRY = "country"
    """Those of the own country and of every agency in it."""
    ALL = "all"


GRANTS: Mapping[str, Mapping[Action, Whose]] = {
    Role.FOCAL_POINT: {
        Action.READ_OWN: Whose.AGENCY,
        Action.POST: Whose.AGENCY,
        Action.MANAGE_KEYS: Whose.AGENCY,
        Action.ANSWER_PROPOSALS: Whose.AGENCY,
        Action.USE_DIRECTORY: Whose.ALL,
        Action.ASK_SECRETARIAT: Whose.ALL,
        Action.ASK_ABOUT_POSTINGS: Whose.AGENCY,
    },
    Role.COORDINATOR: {
        Action.READ_OWN: Whose.COUNTRY,
        Action.POST: Whose.COUNTRY,
        Action.MANAGE_KEYS: Whose.COUNTRY,
        Action.APPROVE_POSTINGS: Whose.COUNTRY,
        Action.ANSWER_PROPOSALS: Whose.COUNTRY,
        Action.INVITE: Whose.COUNTRY,
        Action.USE_DIRECTORY: Whose.ALL,
        Action.READ_COUNTRY_BRIEFS: Whose.COUNTRY,
        Action.ASK_SECRETARIAT: Whose.ALL,
        Action.ASK_ABOUT_POSTINGS: Whose.COUNTRY,
    },
    Role.PARTNER: {Action.READ_COMPUTED_FITS: Whose.ALL, Action.ASK_SECRETARIAT: Whose.ALL},
    Role.REVIEWER: {
        Action.READ_EVERYTHING: Whose.ALL,
        Action.REVIEW_MATCHES: Whose.ALL,
        Action.REVIEW_PRACTICES: Whose.ALL,
        Action.RUN_MATCHING: Whose.ALL,
        Action.USE_DIRECTORY: Whose.ALL,
        Action.READ_COUNTRY_BRIEFS: Whose.ALL,
    },
    Role.MANAGER: {
        Action.READ_EVERYTHING: Whose.ALL,
        Action.REVIEW_MATCHES: Whose.ALL,
        Action.REVIEW_PRACTICES: Whose.ALL,
        Action.RUN_MATCHING: Whose.ALL,
        Action.USE_DIRECTORY: Whose.ALL,
        Action.READ_COUNTRY_BRIEFS: Whose.ALL,
        Action.APPROVE_POSTINGS: Whose.ALL,
        Action.INVITE: Whose.ALL,
        Action.MANAGE_SURVEYS: Whose.ALL,
        Action.MANAGE_POSTINGS: Whose.ALL,
        Action.MANAGE_REFERENCE: Whose.ALL,
        Action.MANAGE_PROFILES: Whose.ALL,
        Action.MANAGE_ACCOUNTS: Whose.ALL,
        Action.MANAGE_DESIGNATIONS: Whose.ALL,
        Action.MANAGE_KEYS: Whose.ALL,
    },
}

KEY_GRANTS: Mapping[str, Mapping[Action, Whose]] = {
    KeyScope.READ_PUBLIC: {},
    KeyScope.READ_MATCHES: {Action.READ_COMPUTED_FITS: Whose.ALL},
    KeyScope.WRITE_POSTINGS: {Action.POST: Whose.AGENCY},
}
"""What each scope of a key to the API allows, and whose rows it reaches."""

NEEDS_DESIGNATION = frozenset(
    {Action.POST, Action.APPROVE_POSTINGS, Action.ANSWER_PROPOSALS, Action.INVITE, Action.MANAGE_KEYS}
)


class KeyReader(AnonymousUser):
    """Who calls with a key to the API. It is no person: whatever asks for one lets it in nowhere."""

    def __init__(self, *, scopes: Collection[str], agency: "Agency | None" = None, key: "ApiKey | None" = None) -> None:
        super().__init__()
        self.scopes = frozenset(scopes)
        self.agency = agency
        self.agency_id = agency.pk if agency else None
        self.key = key

    @classmethod
    def of(cls, key: "ApiKey") -> "KeyReader":
        """Return the reader that calls with this key."""
        return cls(scopes=key.scopes, agency=key.agency, key=key)

    @property
    def accountable(self) -> "User | None":
        """The person who answers for what is done with the key: who made it, or adopted it last."""
        return self.key.accountable if self.key else None

    @property
    def is_authenticated(self) -> Any:
        """True: its answers are its own, and kept for nobody else."""
        return True

    @property
    def is_anonymous(self) -> Any:
        """False, as whoever asks reads it of a person."""
        return False


@dataclass(frozen=True)
class Scope:
    """Whose rows a person's action reaches: everybody's, or those of these agencies and countries."""

    everything: bool = False
    agencies: frozenset[int] = frozenset()
    countries: frozenset[str] = frozenset()
    """ISO3 codes: the country itself and every agency in it."""
    alone: frozenset[str] = frozenset()
    """ISO3 codes: only what stands under the country alone, without an agency."""

    def __bool__(self) -> bool:
        return self.everything or bool(self.agencies or self.countries)

    def q(self, prefix: str = "") -> Q:
        """Return the condition that a row with `country` and `agency` is within; `prefix` leads to it ("need__")."""
        if self.everything:
            return Q()
        within = Q(**{f"{prefix}agency__in": self.agencies})
        if self.countries:
            within |= Q(**{f"{prefix}country__in": self.countries})
            within |= Q(**{f"{prefix}agency__country__in": self.countries})
        if self.alone:
            within |= Q(**{f"{prefix}agency__isnull": True, f"{prefix}country__in": self.alone})
        return within

    def of_agencies(self, prefix: str = "") -> Q:
        """Return the condition that a row with `agency` alone, which always has one, is within."""
        if self.everything:
            return Q()
        return Q(**{f"{prefix}agency__in": self.agencies}) | Q(**{f"{prefix}agency__country__in": self.countries})

    def covers(self, *, agency_id: int | None, countries: frozenset[str | None]) -> bool:
        """Return whether a row of this agency (its id, or None) and these countries (ISO3) is within."""
        if self.everything or agency_id in self.agencies or self.countries & countries:
            return True
        return agency_id is None and bool(self.alone & countries)


def is_member(user: "User | AnonymousUser | None") -> "TypeGuard[User]":
    """Return whether `user` is a person with an active account."""
    return user is not None and not isinstance(user, AnonymousUser) and user.is_active


def can(user: "User | AnonymousUser | None", action: Action) -> bool:
    """Return whether one of the roles the person has today allows the action on any row at all."""
    return bool(_grants(user, action))


def scope_of(user: "User | AnonymousUser | None", action: Action) -> Scope:
    """Return whose rows the person's action reaches today; an empty scope where the action is not allowed."""
    agencies: set[int] = set()
    countries: set[str] = set()
    alone: set[str] = set()
    for affiliation, whose in _grants(user, action):
        if whose == Whose.ALL:
            return Scope(everything=True)
        agencies.add(affiliation.agency_id)
        country = affiliation.agency.country_id
        if country and whose == Whose.COUNTRY:
            countries.add(country)
        elif country and affiliation.agency.kind in GOVERNMENT_AGENCY_KINDS:
            alone.add(country)
    return Scope(agencies=frozenset(agencies), countries=frozenset(countries), alone=frozenset(alone))


def facilitates_only(user: "User | AnonymousUser | None") -> bool:
    """Return whether all agencies that the person speaks for are third parties: funds, banks, developed countries."""
    spoken_for = [affiliation.agency for affiliation, _whose in _grants(user, Action.READ_OWN)]
    return bool(spoken_for) and all(agency.role == AgencyRole.FACILITATING for agency in spoken_for)


def _grants(user: "User | AnonymousUser | None", action: Action) -> list[tuple[Any, Whose]]:
    if isinstance(user, KeyReader):
        return _grants_of_key(user, action)
    if not is_member(user):
        return []
    return [
        (affiliation, GRANTS[affiliation.role][action])
        for affiliation in user.affiliations_that_count
        if action in GRANTS[affiliation.role]
        and (action not in NEEDS_DESIGNATION or affiliation.role in SECRETARIAT_ROLES or affiliation.is_designated)
    ]


def _grants_of_key(reader: KeyReader, action: Action) -> list[tuple[Any, Whose]]:
    """Return what the scopes of the key allow; what needs a designation also only while its person has that right."""
    allowed = [KEY_GRANTS[scope] for scope in reader.scopes]
    granted = [(reader, grants[action]) for grants in allowed if action in grants]
    if not granted or action not in NEEDS_DESIGNATION:
        return granted
    countries = frozenset({reader.agency.country_id} - {None}) if reader.agency else frozenset()
    may = scope_of(reader.accountable, action).covers(agency_id=reader.agency_id, countries=countries)
    return granted if may and reader.agency_id is not None else []
