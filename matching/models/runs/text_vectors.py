"""What a text says, worked out once."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TextVectors(models.Model):
    """The vectors of one text, by the digest of the text and of what they depend on; anyone may work them out again."""

    digest = models.BinaryField(_("digest"), primary_key=True, max_length=20)
    terms = models.BinaryField(_("terms"), help_text=_("int32, little-endian."))
    weights = models.BinaryField(_("weights"), help_text=_("int16, little-endian."))
    meaning = models.BinaryField(_("meaning"), help_text=_("int8."))
    used_on = models.DateField(_("last used"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("vectors of a text")
        verbose_name_plural = _("vectors of texts")
        ordering = ["digest"]

    def __str__(self) -> str:
        return bytes(self.digest).hex()
