"""Application configuration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PracticesConfig(AppConfig):
    """Good practices and institutional models that agencies share."""

    name = "practices"
    verbose_name = _("Practices")

    def ready(self) -> None:
        """Say what fills the app's mails, what goes with a person, and what searches find."""
        from directory.signals import personal_details_erased
        from practices import mails  # noqa: F401
        from practices.asking.questions import erase_questions
        from practices.searching import documents

        personal_details_erased.connect(erase_questions, dispatch_uid="erase_questions")
        post_migrate.connect(documents.after_migrate, sender=self, dispatch_uid="documents_of_practices")
