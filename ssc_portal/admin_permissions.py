"""What each role may do in the admin: Django's model permissions, answered from the access table alone."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Model
from django.http import HttpRequest

from directory.access import Action, can
from directory.models import User
from directory.people.sessions import NONE_PASSED
from web.jobs.kinds import note_those_at_work, sentences_noted

# Who may add and change; the first name that fits decides. What is not named here nobody changes.
CHANGE_ACTIONS: dict[str, Action] = {
    "directory.user": Action.MANAGE_ACCOUNTS,
    "directory.affiliation": Action.MANAGE_ACCOUNTS,
    "directory.designation": Action.MANAGE_DESIGNATIONS,
    "surveys.countrywindow": Action.MANAGE_DESIGNATIONS,
    "surveys.clockstop": Action.MANAGE_DESIGNATIONS,
    "directory.country": Action.MANAGE_REFERENCE,
    "directory.countryalias": Action.MANAGE_REFERENCE,
    "directory.countrygroup": Action.MANAGE_REFERENCE,
    "directory.groupmembership": Action.MANAGE_REFERENCE,
    "directory.priorityarea": Action.MANAGE_REFERENCE,
    "directory.modality": Action.MANAGE_REFERENCE,
    "directory.agency": Action.MANAGE_REFERENCE,
    "directory.agencyfact": Action.MANAGE_REFERENCE,
    "directory.rulesreview": Action.MANAGE_REFERENCE,
    "surveys.survey": Action.MANAGE_SURVEYS,
    "surveys.response": Action.MANAGE_SURVEYS,
    "surveys.questionnaire": Action.MANAGE_SURVEYS,
    "surveys.section": Action.MANAGE_SURVEYS,
    "surveys.question": Action.MANAGE_SURVEYS,
    "surveys.option": Action.MANAGE_SURVEYS,
    "surveys.challenge": Action.MANAGE_SURVEYS,
    "surveys.import": Action.MANAGE_SURVEYS,
    "surveys.reading": Action.MANAGE_SURVEYS,
    "surveys.offer": Action.MANAGE_POSTINGS,
    "surveys.target": Action.MANAGE_POSTINGS,
    "surveys.need": Action.MANAGE_POSTINGS,
    "surveys.preferredpartner": Action.MANAGE_POSTINGS,
    "matching.scoringprofile": Action.MANAGE_PROFILES,
}

# Who may look; all else is for whoever reads everything.
VIEW_ACTIONS: dict[str, Action] = {
    "directory.user": Action.MANAGE_ACCOUNTS,
    "directory.affiliation": Action.MANAGE_ACCOUNTS,
    "directory.designation": Action.MANAGE_DESIGNATIONS,
    "directory.invitation": Action.MANAGE_ACCOUNTS,
    "directory.accountevent": Action.MANAGE_ACCOUNTS,
    "directory.apikey": Action.MANAGE_ACCOUNTS,
    "directory.mail": Action.MANAGE_ACCOUNTS,
}

APPS = frozenset({"directory", "surveys", "matching", "practices"})


class AffiliationBackend(AuthenticationBackend):
    """Log in by e-mail; permissions follow from the affiliations in force, not from groups or flags."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        """Return the person whose own address and password these are: an address in a table of allauth's is none."""
        user: User | None = super().authenticate(request, **credentials)
        return user if user is not None and user.answers_to(credentials.get("email", "")) else None

    def get_user(self, user_id: int) -> User | None:
        """Return the person of a session, as one that has passed no second factor until the session says so.

        On SQLite, where one writes at a time, it is read along which jobs keep the person's writes waiting.
        """
        rows = User.objects.filter(pk=user_id)
        writes_one_by_one = connection.vendor == "sqlite"
        user = (note_those_at_work(rows) if writes_one_by_one else rows).first()
        if user is None or not self.user_can_authenticate(user):
            return None
        user.factors_passed = NONE_PASSED
        if writes_one_by_one:
            user.kept_waiting_by = tuple(sentences_noted(user))
        return user

    def has_perm(self, user_obj: User | AnonymousUser, perm: str, obj: Model | None = None) -> bool:
        """Answer for `app.verb_model`; nobody deletes, because nothing is deleted."""
        app_label, _dot, codename = perm.partition(".")
        verb, _underscore, model_name = codename.partition("_")
        model = f"{app_label}.{model_name.removeprefix('historical')}"
        if app_label not in APPS:
            return False
        if verb == "view":
            return can(user_obj, VIEW_ACTIONS.get(model, Action.READ_EVERYTHING))
        if verb in ("add", "change"):
            action = CHANGE_ACTIONS.get(model)
            return action is not None and can(user_obj, action)
        return False

    def has_module_perms(self, user_obj: User | AnonymousUser, app_label: str) -> bool:
        """Whether the admin's index shows the app."""
        return app_label in APPS and can(user_obj, Action.READ_EVERYTHING)
