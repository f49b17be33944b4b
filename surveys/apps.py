"""Application configuration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SurveysConfig(AppConfig):
    """See the module docstrings of the app; DESIGN words: Surveys and postings."""

    name = "surveys"
    verbose_name = _("Surveys and postings")

    def ready(self) -> None:
        """Say what fills the app's mails, and what its jobs are."""
        from directory import posters
        from directory.signals import personal_details_erased
        from surveys import mails  # noqa: F401
        from surveys.confirming import outcomes
        from surveys.importing import jobs
        from surveys.models import Import, Need, Offer
        from surveys.postings.contacts import erase_contacts
        from surveys.postings.shown.owners import posts_something
        from surveys.saved_searches import telling  # noqa: F401
        from surveys.saved_searches.keeping import forget_searches
        from surveys.searching import documents
        from surveys.signals import postings_changed
        from web.jobs import register

        posters.register(posts_something)
        personal_details_erased.connect(erase_contacts, dispatch_uid="erase_contacts")
        personal_details_erased.connect(forget_searches, dispatch_uid="forget_searches")
        for model in (Offer, Need):
            postings_changed.connect(
                documents.on_postings_changed, sender=model, dispatch_uid=f"documents_of_{model.__name__}"
            )
            postings_changed.connect(
                outcomes.on_postings_changed, sender=model, dispatch_uid=f"outcomes_of_{model.__name__}"
            )
        post_migrate.connect(documents.after_migrate, sender=self, dispatch_uid="documents_after_migrate")
        register(
            "surveys.tasks.run_import",
            rows=Import.objects.to_do,
            work=jobs.run,
            says=_("An import of a survey is being read or written."),
        )
