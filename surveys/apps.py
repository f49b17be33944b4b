"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SurveysConfig(AppConfig):
    """See the module docstrings of the app; DESIGN words: Surveys and postings."""

    name = "surveys"
    verbose_name = _("Surveys and postings")

    def ready(self) -> None:
        """Say what fills the app's mails, and what its jobs are."""
        from directory.signals import personal_details_erased
        from surveys import mails  # noqa: F401
        from surveys.importing import jobs
        from surveys.models import Import
        from surveys.postings.contacts import erase_contacts
        from web.jobs import register

        personal_details_erased.connect(erase_contacts, dispatch_uid="erase_contacts")
        register("surveys.tasks.run_import", rows=Import.objects.to_do, work=jobs.run)
