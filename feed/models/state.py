"""What an audience was last told of each row."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from feed.audiences import FeedAudience


class FeedState(models.Model):
    """One row of one kind, as one audience was last told of it; of what it was never told there is none.

    Why a row is gone stands nowhere here: withdrawn, withheld, lapsed, hidden and deleted are the same.
    """

    audience = models.CharField(_("audience"), max_length=20, choices=FeedAudience)
    kind = models.CharField(_("kind"), max_length=20)
    public_id = models.CharField(_("id in the API"), max_length=64)
    row_key = models.CharField(_("primary key"), max_length=64, help_text=_("Of the row that has this id, or had it."))
    is_present = models.BooleanField(_("present"))
    digest = models.CharField(_("digest"), max_length=32, blank=True, help_text=_("Of the row as the list gives it."))
    position = models.PositiveBigIntegerField(
        _("position"), null=True, help_text=_("Empty: it has changed, and gets its position at the end of the pass.")
    )
    changed_on = models.DateField(_("changed on"), help_text=_("The day alone: a moment would tell a step."))

    class Meta:
        verbose_name = _("state of the change feed")
        verbose_name_plural = _("states of the change feed")
        ordering = ["audience", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["audience", "kind", "public_id"], name="feedstate_one_a_row"),
            models.UniqueConstraint(fields=["audience", "position"], name="feedstate_one_a_position"),
        ]
        indexes = [
            models.Index(fields=["audience", "kind", "position"], name="feedstate_of_a_kind"),
            models.Index(fields=["audience", "kind", "row_key"], name="feedstate_by_row"),
        ]

    def __str__(self) -> str:
        return f"{self.audience} {self.kind} {self.public_id}"
