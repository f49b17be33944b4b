"""People who log in."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth import get_backends
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from directory.choices import SECRETARIAT_ROLES, AgencyKind, Digest, Role


class UserManager(BaseUserManager["User"]):
    """Makes users; the e-mail is the name."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user of that e-mail, whatever its case."""
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a user without any affiliation; without a password the account cannot log in yet."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a first manager of the secretariat: `manage.py createsuperuser`."""
        from directory.models.agency import Agency
        from directory.models.people.affiliation import Affiliation

        user = self.create_user(email, password, **fields)
        secretariat, _created = Agency.objects.get_or_create(
            code="secretariat", defaults={"name": "Secretariat", "kind": AgencyKind.SECRETARIAT}
        )
        Affiliation.objects.create(user=user, agency=secretariat, role=Role.MANAGER)
        return user


class User(AbstractBaseUser):
    """A person with an account; what it may do follows from its affiliations alone."""

    email = models.EmailField(
        _("e-mail"), unique=True, error_messages={"unique": _("A user with this e-mail already exists.")}
    )
    full_name = models.CharField(_("full name"), max_length=150, blank=True)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Untick to end all access at once; the history stays.")
    )
    honorific = models.CharField(
        _("title"), max_length=40, blank=True, help_text=_("As it stands before the name in letters, e.g. H.E., Dr.")
    )
    job_title = models.CharField(_("function"), max_length=150, blank=True)
    phone = models.CharField(_("telephone"), max_length=60, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en", help_text=_("Of pages and mails."))
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC", help_text=_("E.g. Asia/Bangkok."))
    digest = models.CharField(_("mails on new matches"), max_length=10, choices=Digest, default=Digest.WEEKLY)
    wants_reminders = models.BooleanField(_("reminders by e-mail"), default=True)
    wants_weekly = models.BooleanField(
        _("weekly summary by e-mail"),
        default=True,
        help_text=_("What is new for you and what waits for you, on the first working day of the week."),
    )
    weekly_on = models.DateField(
        _("weekly summary last on"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When the week was last dealt with, whether there was anything to say or not."),
    )
    is_listed = models.BooleanField(
        _("listed in the directory"),
        default=False,
        help_text=_("Name, function and agency are shown to those logged in; never the e-mail or telephone."),
    )
    notice_accepted_at = models.DateTimeField(_("privacy notice read"), null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(_("personal details erased"), null=True, blank=True, editable=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    session_epoch = models.PositiveIntegerField(
        _("session epoch"),
        default=0,
        editable=False,
        help_text=_("Counted up by whatever ends the person's sessions: each of them holds the number it began with."),
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    factors_passed: frozenset[int] | None = None
    """Ids of the second factors that the session of this object has passed, set by `directory.people.sessions`.

    None where the object is of no session: a task, a command, the reader of a mail.
    """

    kept_waiting_by: tuple[str, ...] = ()
    """Of the reader of a page: what is told of jobs that keep its writes waiting (`ssc_portal.admin_permissions`)."""

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique_whatever_its_case",
                violation_error_message=_("A user with this e-mail already exists."),
            ),
        ]

    def __str__(self) -> str:
        # What others read of a person. The e-mail is no name: nobody has consented to its being shown.
        return self.full_name or gettext("Person %(number)s") % {"number": self.pk}

    @property
    def name_in_letters(self) -> str:
        """The name with the title before it, where both are given."""
        return f"{self.honorific} {self.full_name}".strip() if self.full_name else ""

    def answers_to(self, email: str) -> bool:
        """Whether that is the person's own address, whatever its case."""
        return bool(email) and self.email.lower() == email.strip().lower()

    @cached_property
    def current_affiliations(self) -> list[Any]:
        """Affiliations in force today, with their agencies and standing: one query a request."""
        if not self.is_active:
            return []
        today = timezone.now().date()
        rows = self.affiliations.in_force(today).with_standing(today, factors=self.factors_passed)
        return list(rows.select_related("agency"))

    @property
    def affiliations_that_count(self) -> list[Any]:
        """Those that give rights: the secretariat's only in a session that has passed a second factor."""
        return [
            affiliation
            for affiliation in self.current_affiliations
            if affiliation.role not in SECRETARIAT_ROLES
            or affiliation.has_second_factor
            or not settings.STAFF_SECOND_FACTOR
        ]

    @property
    def lacks_second_factor(self) -> bool:
        """Whether the person works for the secretariat, without rights until a second factor is set up or passed."""
        return len(self.affiliations_that_count) < len(self.current_affiliations)

    @property
    def roles(self) -> frozenset[str]:
        """Codes of the roles the person has today, and may use."""
        return frozenset(affiliation.role for affiliation in self.affiliations_that_count)

    @property
    def is_staff(self) -> bool:
        """Whether the person works for the secretariat: the admin's door."""
        return self.is_active and not self.roles.isdisjoint(SECRETARIAT_ROLES)

    def get_session_auth_hash(self) -> str:
        """Return what a session must hold to go on: it ends with a new password, and with a new epoch."""
        return self._hash_of_sessions(settings.SECRET_KEY)

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """Yield the same under each secret key that was in use before."""
        yield from map(self._hash_of_sessions, settings.SECRET_KEY_FALLBACKS)

    def _hash_of_sessions(self, secret: str | bytes) -> str:
        text = f"{self.session_epoch}:{self.password}"
        return salted_hmac("directory.User.session", text, secret=secret, algorithm="sha256").hexdigest()

    def has_perm(self, permission: str, obj: models.Model | None = None) -> bool:
        """Ask the access table, through the authentication backends."""
        return self.is_active and any(
            backend.has_perm(self, permission, obj) for backend in get_backends() if hasattr(backend, "has_perm")
        )

    def has_perms(self, permissions: list[str], obj: models.Model | None = None) -> bool:
        """Whether all of the permissions are given."""
        return all(self.has_perm(permission, obj) for permission in permissions)

    def has_module_perms(self, app_label: str) -> bool:
        """Whether the admin shows the app at all."""
        return self.is_active and any(
            backend.has_module_perms(self, app_label)
            for backend in get_backends()
            if hasattr(backend, "has_module_perms")
        )
