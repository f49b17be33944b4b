"""How far the feed of an audience is."""

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from feed.audiences import FeedAudience


def new_feed_id() -> str:
    """Return an id that no feed has had."""
    return secrets.token_hex(6)


class Feed(models.Model):
    """The counter of one audience. Positions count what this audience was told: a gap would tell it of the rest."""

    audience = models.CharField(_("audience"), max_length=20, choices=FeedAudience, primary_key=True)
    feed_id = models.CharField(
        _("id of the feed"), max_length=12, default=new_feed_id, help_text=_("Another one makes old positions useless.")
    )
    position = models.PositiveBigIntegerField(_("last position"), default=0)
    forgotten_up_to = models.PositiveBigIntegerField(
        _("rows that are gone are forgotten up to"), default=0, help_text=_("No copy older than this can be continued.")
    )
    is_filled = models.BooleanField(
        _("filled"), default=False, help_text=_("Whether it has once looked at everything.")
    )

    class Meta:
        verbose_name = _("change feed")
        verbose_name_plural = _("change feeds")
        ordering = ["audience"]

    def __str__(self) -> str:
        return f"{self.audience} {self.position}"
