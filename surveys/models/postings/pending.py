"""What a file or a correction would change in what stands for others to rely on: kept until somebody chooses."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from surveys.models.answers.response import Response
from surveys.models.postings.need import Need
from surveys.models.postings.offer import Offer


class PendingChange(models.Model):
    """The version that a response makes of a posting, beside the one that a person made; one open a posting.

    Of no posting: the answers that a file has of the response itself, whose edition is released.
    """

    offer = models.ForeignKey(
        Offer, verbose_name=_("offer"), on_delete=models.CASCADE, null=True, blank=True, related_name="pending_changes"
    )
    need = models.ForeignKey(
        Need, verbose_name=_("need"), on_delete=models.CASCADE, null=True, blank=True, related_name="pending_changes"
    )
    response = models.ForeignKey(
        Response, verbose_name=_("response"), on_delete=models.CASCADE, related_name="pending_changes"
    )
    content = models.JSONField(
        _("content"), help_text=_("Values as text, codes of areas and modalities, places; by name of the field.")
    )
    made_at = models.DateTimeField(_("made"), auto_now=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    is_taken = models.BooleanField(_("the response's version was taken"), default=False)

    class Meta:
        verbose_name = _("change to choose")
        verbose_name_plural = _("changes to choose")
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(offer__isnull=True) | Q(need__isnull=True), name="pendingchange_of_one_posting_at_most"
            ),
            models.UniqueConstraint(
                fields=["response"],
                condition=Q(decided_at__isnull=True, offer__isnull=True, need__isnull=True),
                name="pendingchange_one_open_a_response",
            ),
            models.UniqueConstraint(
                fields=["offer"], condition=Q(decided_at__isnull=True), name="pendingchange_one_open_an_offer"
            ),
            models.UniqueConstraint(
                fields=["need"], condition=Q(decided_at__isnull=True), name="pendingchange_one_open_a_need"
            ),
        ]

    def __str__(self) -> str:
        return str(self.offer or self.need or self.response)

    @property
    def is_of_answers(self) -> bool:
        """Whether it is the response's own answers that are to be chosen."""
        return self.offer_id is None and self.need_id is None
