"""What was done to an account: kept for the secretariat, without any address."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.choices import AccountEventKind


class AccountEvent(models.Model):
    """One thing that was done to an account, by whom, and why; rows are added and never changed."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, related_name="account_events"
    )
    kind = models.CharField(_("what"), max_length=30, choices=AccountEventKind)
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="account_events_caused",
        help_text=_("Empty: on the server, by a command."),
    )
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("event of an account")
        verbose_name_plural = _("events of accounts")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_kind_display()}"
