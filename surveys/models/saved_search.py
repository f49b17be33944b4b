"""A person's own search of offers or needs."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from surveys.choices import Side


class SavedSearch(models.Model):
    """A name for a search of the offers or the needs, with what its person has been told of already."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("of"), on_delete=models.CASCADE, related_name="saved_searches"
    )
    side = models.CharField(_("kind"), max_length=5, choices=Side)
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(_("query"), max_length=2_000, blank=True)
    known = models.JSONField(
        _("known"), default=list, editable=False, help_text=_("Numbers of the postings that are no news to the person.")
    )
    created_at = models.DateTimeField(_("saved"), auto_now_add=True)

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        ordering = ["user", "name", "id"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="savedsearch_name_unique_a_person")]

    def __str__(self) -> str:
        return self.name
