"""What a change leaves to be matched."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from surveys.models import Need, Offer


class PostingMark(models.Model):
    """A need or an offer that waits to be matched: one row a change, gone once it has been matched after it.

    The references hold nothing in the database: a mark never waits for somebody who holds the posting or the person,
    nor do they wait for a mark.
    """

    need = models.ForeignKey(
        Need,
        verbose_name=_("need"),
        on_delete=models.CASCADE,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
    )
    offer = models.ForeignKey(
        Offer,
        verbose_name=_("offer"),
        on_delete=models.CASCADE,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
    )
    is_changed = models.BooleanField(
        _("changed"), help_text=_("It is to be scored anew. Otherwise only its list has become short.")
    )
    is_matched = models.BooleanField(
        _("matched for now"),
        default=False,
        help_text=_("While a run was at work, which is to do it again before it ends."),
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.SET_NULL,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: from the command line or by schedule."),
    )
    marked_at = models.DateTimeField(_("marked"), auto_now_add=True)

    class Meta:
        verbose_name = _("posting to be matched")
        verbose_name_plural = _("postings to be matched")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(need__isnull=False, offer__isnull=True) | Q(need__isnull=True, offer__isnull=False),
                name="postingmark_need_or_offer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.need_id or ''}-{self.offer_id or ''}"
