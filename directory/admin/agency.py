"""Agencies and their institutional facts in the admin."""

from django.contrib import admin
from django.db.models import URLField
from django.utils.translation import gettext_lazy as _

from directory.admin.base import SOURCE_FIELDSET, ReferenceAdmin
from directory.models import Agency, AgencyFact


class AgencyFactInline(admin.StackedInline[AgencyFact, Agency]):
    """What is known of an agency as an institution."""

    model = AgencyFact
    extra = 0
    fields = (("label", "as_of", "position"), "text", "source", ("note", "is_active"))
    verbose_name_plural = _("institutional facts: shown publicly, each with its source")


@admin.register(Agency)
class AgencyAdmin(ReferenceAdmin[Agency]):
    """Institutions that offer, seek or facilitate cooperation."""

    code_fields = ("code",)
    list_display = ("name", "acronym", "country", "kind", "role", "is_active")
    list_filter = ("kind", "role", "is_active")
    list_select_related = ("country",)
    search_fields = ("search_text", "country__search_text")
    search_help_text = _("By code, name, acronym or country.")
    ordering = ("name", "id")
    autocomplete_fields = ("country",)
    inlines = (AgencyFactInline,)
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    fieldsets = (
        (
            None,
            {
                "description": _("All of this is shown publicly, except for the secretariat itself. No personal data."),
                "fields": (
                    "code", "name", "acronym", "kind", "role", "country", "parent_body", "founded", "description",
                    "website",
                ),
            },
        ),
        (
            _("Office mailbox"),
            {
                "description": _(
                    "Of the office, not of a person. It receives copies of the agency's mails, without their content; "
                    "those logged in read it in the directory, everyone only where it is shown publicly."
                ),
                "fields": ("office_mailbox", "office_mailbox_is_public"),
            },
        ),
        (
            _("Letters"),
            {
                "description": _(
                    "Whom letters to the agency address, with title and function. It stands in letters alone, and is "
                    "not shown publicly."
                ),
                "fields": ("head_name", "head_function"),
            },
        ),
        SOURCE_FIELDSET,
    )  # fmt: skip
