"""Application configuration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    """What fits: matches, their runs and their life."""

    name = "matching"
    verbose_name = _("Matching")

    def ready(self) -> None:
        """Let matches and options lapse with their postings; say what fills the app's mails, and what its jobs are."""
        from directory.signals import personal_details_erased
        from matching.allocation import plans
        from matching.enquiries import mails as enquiry_mails  # noqa: F401
        from matching.enquiries.asking import erase_enquiries
        from matching.life import (
            lapsing,
            marks,
        )
        from matching.life.built_on import on_import_undoing, on_import_undoing_options
        from matching.life.telling import mails  # noqa: F401
        from matching.listing import keeping
        from matching.models import Allocation
        from matching.models.saved_view import forget_views
        from matching.runs import in_blocks
        from matching.triangular import lapsing as option_lapsing
        from matching.triangular import mails as option_mails  # noqa: F401
        from surveys.signals import import_undoing, postings_changed
        from web import jobs

        listeners = {
            "lapse_matches_of_closed_postings": lapsing.on_postings_changed,
            "lapse_options_of_closed_postings": option_lapsing.on_postings_changed,
            "mark_postings_that_have_changed": marks.on_postings_changed,
        }
        for name, listener in listeners.items():
            postings_changed.connect(listener, dispatch_uid=name)
        pre_migrate.connect(keeping.let_go, sender=self, dispatch_uid="listed_before_migrate")
        post_migrate.connect(keeping.keep_listed, sender=self, dispatch_uid="listed_after_migrate")
        import_undoing.connect(on_import_undoing, dispatch_uid="matches_built_on_an_import")
        import_undoing.connect(on_import_undoing_options, dispatch_uid="options_built_on_an_import")
        personal_details_erased.connect(forget_views, dispatch_uid="forget_views")
        personal_details_erased.connect(erase_enquiries, dispatch_uid="erase_enquiries")
        in_blocks.register()
        jobs.register("matching.tasks.make_plan", rows=Allocation.objects.to_do, work=plans.work)
