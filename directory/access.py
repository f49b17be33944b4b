"""Who may do what: the one table of roles and actions that pages, admin, API, tasks and commands ask."""

from enum import StrEnum
from typing import TYPE_CHECKING, TypeGuard

from django.contrib.auth.models import AnonymousUser

from directory.choices import Role

if TYPE_CHECKING:
    from directory.models import User


class Action(StrEnum):
    """What a person may be allowed to do; whose postings and matches it reaches is said where it is used."""

    READ_OWN = "read_own"
    READ_COUNTRY = "read_country"
    READ_COMPUTED_FITS = "read_computed_fits"
    READ_EVERYTHING = "read_everything"
    REVIEW_MATCHES = "review_matches"
    RUN_MATCHING = "run_matching"
    MANAGE_SURVEYS = "manage_surveys"
    MANAGE_POSTINGS = "manage_postings"
    MANAGE_REFERENCE = "manage_reference"
    MANAGE_PROFILES = "manage_profiles"
    MANAGE_ACCOUNTS = "manage_accounts"


ROLE_ACTIONS: dict[str, frozenset[Action]] = {
    Role.FOCAL_POINT: frozenset({Action.READ_OWN}),
    Role.COORDINATOR: frozenset({Action.READ_OWN, Action.READ_COUNTRY}),
    Role.PARTNER: frozenset({Action.READ_COMPUTED_FITS}),
    Role.REVIEWER: frozenset({Action.READ_EVERYTHING, Action.REVIEW_MATCHES, Action.RUN_MATCHING}),
    Role.MANAGER: frozenset(
        {
            Action.READ_EVERYTHING,
            Action.REVIEW_MATCHES,
            Action.RUN_MATCHING,
            Action.MANAGE_SURVEYS,
            Action.MANAGE_POSTINGS,
            Action.MANAGE_REFERENCE,
            Action.MANAGE_PROFILES,
            Action.MANAGE_ACCOUNTS,
        }
    ),
}


def is_member(user: "User | AnonymousUser | None") -> "TypeGuard[User]":
    """Return whether `user` is a person with an active account."""
    return user is not None and not isinstance(user, AnonymousUser) and user.is_active


def can(user: "User | AnonymousUser | None", action: Action) -> bool:
    """Return whether one of the roles the person has today allows the action."""
    return is_member(user) and any(action in ROLE_ACTIONS[role] for role in user.roles)


def agencies_of(user: "User | AnonymousUser | None") -> frozenset[int]:
    """Return the ids of the agencies whose own postings and matches the person may read."""
    if not is_member(user):
        return frozenset()
    return frozenset(
        affiliation.agency_id
        for affiliation in user.current_affiliations
        if Action.READ_OWN in ROLE_ACTIONS[affiliation.role]
    )


def countries_of(user: "User | AnonymousUser | None") -> frozenset[str]:
    """Return the ISO3 codes of the countries all of whose postings and matches the person may read."""
    if not is_member(user):
        return frozenset()
    return frozenset(
        affiliation.agency.country_id
        for affiliation in user.current_affiliations
        if Action.READ_COUNTRY in ROLE_ACTIONS[affiliation.role] and affiliation.agency.country_id
    )
