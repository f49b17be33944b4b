"""Marks: a row that the API shows, or that others hang on, was written."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class FeedMark(models.Model):
    """Something was written, and has not been looked at since.

    Written by triggers of the database (`feed.marking.triggers`), in the transaction of the write, whoever writes and
    however. Whoever has looked removes the marks that it has read, by their ids: an id says nothing about when its
    transaction commits.
    """

    what = models.CharField(_("of what"), max_length=20)
    key = models.CharField(_("primary key"), max_length=64)
    of_a_pass = models.BooleanField(
        _("of a pass over everything"), db_default=False, help_text=_("Waits until all others are done.")
    )
    made_at = models.DateTimeField(_("made"), db_default=Now())

    class Meta:
        verbose_name = _("mark of the change feed")
        verbose_name_plural = _("marks of the change feed")
        ordering = ["id"]
        indexes = [models.Index(fields=["of_a_pass", "id"], name="feedmark_in_order")]

    def __str__(self) -> str:
        return f"{self.what} {self.key}"
