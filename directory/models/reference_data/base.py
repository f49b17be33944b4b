"""What all reference data have in common."""

from typing import TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

Row = TypeVar("Row", bound=models.Model)


class ActiveQuerySet(models.QuerySet[Row]):
    """Reference rows, of which some are disabled."""

    def active(self) -> "ActiveQuerySet[Row]":
        """Rows in use: reference data are disabled, never deleted."""
        return self.filter(is_active=True)


class Reference(models.Model):
    """A row of reference data: it has a source, is disabled instead of deleted, and remembers what was loaded."""

    source = models.TextField(_("source"), blank=True, help_text=_("Where this fact is from: resolution, list, page."))
    note = models.TextField(_("note"), blank=True, help_text=_("For the secretariat; not shown publicly."))
    is_active = models.BooleanField(
        _("in use"),
        default=True,
        help_text=_("Untick instead of deleting: what refers to it keeps it, new entries cannot choose it."),
    )
    loaded_values = models.JSONField(null=True, editable=False)

    class Meta:
        abstract = True
