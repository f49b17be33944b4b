"""Countries and territories, and their spellings, in the admin."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from directory.admin.base import SOURCE_FIELDSET, ReferenceAdmin
from directory.admin.people.membership_inlines import MembershipsOfCountryInline, NewMembershipOfCountryInline
from directory.models import Country, CountryAlias


class CountryAliasInline(admin.TabularInline[CountryAlias, Country]):
    """The spellings of a country."""

    model = CountryAlias
    extra = 0
    fields = ("text", "source", "is_active")
    verbose_name_plural = _("spellings: read on input, never shown")


@admin.register(Country)
class CountryAdmin(ReferenceAdmin[Country]):
    """Countries and territories."""

    code_fields = ("iso3",)
    list_display = ("name", "iso3", "m49", "is_listed", "un_status", "escap_status", "is_active")
    list_filter = ("is_listed", "is_active", "un_status", "escap_status")
    search_fields = ("search_text",)
    search_help_text = _("By code or by name in any of the six UN languages.")
    ordering = ("position", "iso3")
    inlines = (CountryAliasInline, MembershipsOfCountryInline, NewMembershipOfCountryInline)
    fieldsets = (
        (None, {"fields": ("iso3", "iso2", "m49", "is_listed", "position")}),
        (
            _("Names"),
            {
                "description": _("Shown publicly, in the reader's language where there is a name in it."),
                "fields": ("name", "name_formal", "name_fr", "name_es", "name_ru", "name_zh", "name_ar"),
            },
        ),
        (
            _("Standing and lists"),
            {
                "description": _(
                    "The standing in the UN and in ESCAP is shown publicly; income and OECD code are not."
                ),
                "fields": ("un_status", "escap_status", "income_group", "oecd_dac_code"),
            },
        ),
        (
            _("Letters"),
            {
                "description": _("It stands in letters alone, and is not shown publicly."),
                "fields": ("letter_copies_to",),
            },
        ),
        SOURCE_FIELDSET,
    )


@admin.register(CountryAlias)
class CountryAliasAdmin(ReferenceAdmin[CountryAlias]):
    """How people write the names of countries."""

    list_display = ("text", "country", "source", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("country",)
    search_fields = ("search_text", "country__search_text")
    search_help_text = _("By the spelling, or by the country's code or name.")
    ordering = ("text", "country")
    autocomplete_fields = ("country",)
    fields = ("text", "country", "source", "note", "is_active")
