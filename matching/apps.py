"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    """See the module docstrings of the app; DESIGN words: Matching."""

    name = "matching"
    verbose_name = _("Matching")

    def ready(self) -> None:
        """Let matches and triangular options lapse with their postings, and say what fills the app's mails."""
        from matching import mails  # noqa: F401
        from matching.built_on import on_import_undoing, on_import_undoing_options
        from matching.lapsing import on_posting_closed
        from matching.life.marks import on_postings_changed
        from matching.triangular import mails as option_mails  # noqa: F401
        from matching.triangular.lapsing import on_posting_closed as lapse_options
        from surveys.signals import import_undoing, posting_closed, postings_changed

        posting_closed.connect(on_posting_closed, dispatch_uid="lapse_matches_of_a_closed_posting")
        posting_closed.connect(lapse_options, dispatch_uid="lapse_options_of_a_closed_posting")
        postings_changed.connect(on_postings_changed, dispatch_uid="match_postings_that_have_changed")
        import_undoing.connect(on_import_undoing, dispatch_uid="matches_built_on_an_import")
        import_undoing.connect(on_import_undoing_options, dispatch_uid="options_built_on_an_import")
