"""Application configuration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class WebConfig(AppConfig):
    """What every page, list, file and endpoint shares: whether jobs are looked after, and what rows are found by."""

    name = "web"
    verbose_name = "Web"

    def ready(self) -> None:
        """Have the index of search documents made."""
        from web.search.index import keep_index

        post_migrate.connect(keep_index, sender=self, dispatch_uid="keep_index")
