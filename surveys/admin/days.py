"""Days in the admin of surveys and postings: read by the one rule for days, as in files and on pages."""

from typing import Any

from django.contrib.admin.widgets import AdminDateWidget
from django.db import models

from surveys.postings.forms.day_field import PostingDayField

READ_DAYS: dict[Any, dict[str, Any]] = {
    models.DateField: {"form_class": PostingDayField, "widget": AdminDateWidget(format="%Y-%m-%d")}
}
"""For `formfield_overrides`. A moment (`DateTimeField`) is nothing that a person writes here."""
