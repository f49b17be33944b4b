"""The outbox: a mail is a row, written with the event that it tells of and sent after the commit."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.choices import MailState


class MailQuerySet(models.QuerySet["Mail"]):
    """Mails."""

    def due(self) -> "MailQuerySet":
        """Waiting, and their time has come."""
        return self.filter(state=MailState.WAITING, due_at__lte=timezone.now())


class Mail(models.Model):
    """One mail to one address about one event; the key keeps a second one of the same event out."""

    kind = models.CharField(_("kind"), max_length=60, help_text=_("Names its templates and what fills them."))
    key = models.CharField(_("event"), max_length=200)
    to_address = models.EmailField(_("to"))
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="mails",
        help_text=_("Whose language, time zone and rights it follows; empty for an office mailbox."),
    )
    about = models.JSONField(_("about"), default=dict, help_text=_("Ids and plain values, never a text of a posting."))
    state = models.CharField(_("state"), max_length=12, choices=MailState, default=MailState.WAITING)
    created_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)
    due_at = models.DateTimeField(_("due"), default=timezone.now, db_index=True)
    claimed_at = models.DateTimeField(_("sending since"), null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    error = models.TextField(_("error"), blank=True, editable=False)
    refused_at = models.DateTimeField(
        _("address refused"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When the mail server said that there is no such address, or that it takes nothing."),
    )

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["key", "to_address"], name="mail_one_an_event_and_address")]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="waiting"), name="mail_waiting")]

    def __str__(self) -> str:
        return f"{self.kind} · {self.to_address}"
