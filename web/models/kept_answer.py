"""What was answered to a request that may be sent again."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class KeptAnswer(models.Model):
    """The answer to a request with an Idempotency-Key; without a status while the request is being worked on."""

    holder = models.CharField(_("whose"), max_length=80, help_text=_("Who sent it; others' keys are apart."))
    key = models.CharField(_("key"), max_length=255)
    fingerprint = models.CharField(_("fingerprint of the request"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status of the answer"), null=True)
    headers = models.JSONField(_("headers of the answer"), default=dict)
    body = models.TextField(_("body of the answer"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["holder", "key"], name="keptanswer_one_a_key")]

    def __str__(self) -> str:
        return f"{self.holder} {self.key}"
