"""Keys to the API: by which a system of an agency or a partner reads, and writes its own postings."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from directory.choices import KEY_STATES_IN_FORCE, KeyScope, KeyState
from directory.models.agency import Agency

NEVER_IN_HISTORY = ("digest", "form_key", "last_used_on")


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Keys."""

    def in_force(self, on: dt.date) -> "ApiKeyQuerySet":
        """Keys that work on the day `on` (UTC), of agencies in use."""
        return self.that_work(on).filter(agency__is_active=True)

    def in_state(self, state: str, on: dt.date) -> "ApiKeyQuerySet":
        """Keys of which `state_on` the day says so: whether their agencies are in use is not asked."""
        if state == KeyState.REVOKED:
            return self.filter(revoked_at__isnull=False)
        over = Q(expires_on__lt=on) | Q(adopt_by__lt=on)
        rows = self.filter(over if state == KeyState.EXPIRED else ~over, revoked_at__isnull=True)
        if state == KeyState.TO_ADOPT:
            return rows.filter(adopt_by__isnull=False)
        if state in KEY_STATES_IN_FORCE:
            return rows.filter(adopt_by__isnull=True, successor__isnull=state == KeyState.IN_FORCE)
        return rows

    def that_work(self, on: dt.date) -> "ApiKeyQuerySet":
        """Keys in one of the states in force on the day, whether their agencies are in use or not."""
        return self.filter(Q(adopt_by__isnull=True) | Q(adopt_by__gte=on), revoked_at__isnull=True, expires_on__gte=on)


class ApiKey(models.Model):
    """One key of one agency. The secret itself is kept nowhere: only its digest, and a short part to recognise it."""

    agency = models.ForeignKey(Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="api_keys")
    name = models.CharField(_("name"), max_length=100, help_text=_("What it is for, e.g. Nightly copy."))
    scopes = models.JSONField(_("scopes"), help_text=_("What it may be used for."))
    public_part = models.CharField(_("begins with"), max_length=20, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    form_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    """Of the form that made it: sent twice, it makes one key."""
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("made by"),
        on_delete=models.PROTECT,
        editable=False,
        related_name="api_keys_made",
    )
    made_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    accountable = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("accountable"),
        on_delete=models.PROTECT,
        editable=False,
        related_name="api_keys_answered_for",
        help_text=_("Who made it, or adopted it last."),
    )
    expires_on = models.DateField(_("last day"), help_text=_("It works through this day, in UTC."))
    adopt_by = models.DateField(
        _("to be adopted by"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Its last day unless somebody adopts it: who was accountable has left."),
    )
    replaces = models.OneToOneField(
        "self",
        verbose_name=_("replaces"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="successor",
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("revoked by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="api_keys_revoked",
    )
    last_used_on = models.DateField(_("last used"), null=True, blank=True, editable=False)

    history = HistoricalRecords(excluded_fields=list(NEVER_IN_HISTORY))

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("key to the API")
        verbose_name_plural = _("keys to the API")
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="apikey_revoked_by_somebody_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.public_part}…)"

    @property
    def scope_labels(self) -> list[str]:
        """What it may be used for, in words."""
        return [str(KeyScope(scope).label) for scope in self.scopes]

    @property
    def last_day(self) -> dt.date:
        """The day through which it works, unless it is revoked or adopted meanwhile."""
        return self.expires_on if self.adopt_by is None else min(self.expires_on, self.adopt_by)

    def state_on(self, day: dt.date) -> KeyState:
        """Return what has become of it on the day; whether its agency is in use is not asked."""
        if self.revoked_at is not None:
            return KeyState.REVOKED
        if self.last_day < day:
            return KeyState.EXPIRED
        if self.adopt_by is not None:
            return KeyState.TO_ADOPT
        return KeyState.REPLACED if hasattr(self, "successor") else KeyState.IN_FORCE
