"""Application configuration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class FeedConfig(AppConfig):
    """The change feed, by which others keep an exact copy of what the API lists."""

    name = "feed"
    verbose_name = _("Change feed")

    def ready(self) -> None:
        """Have writes leave marks, and workers told of them."""
        from feed import waking
        from feed.marking import triggers

        pre_migrate.connect(triggers.drop_before_marks_are_made_anew, sender=self, dispatch_uid="feed_before_migrate")
        post_migrate.connect(triggers.keep_triggers, sender=self, dispatch_uid="feed_after_migrate")
        waking.listen()
