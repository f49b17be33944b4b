"""A reviewer's own views of the queue."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """A name for a set of filters, an order and a search of the match queue."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("of"), on_delete=models.CASCADE, related_name="saved_views"
    )
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(_("query"), max_length=2_000, blank=True)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["user", "name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="savedview_name_unique_a_person")]

    def __str__(self) -> str:
        return self.name


def forget_views(*, user: Any, **_kwargs: Any) -> None:
    """Remove the views of the person whose personal details are erased: their names are its own words."""
    SavedView.objects.filter(user=user).delete()
