"""Countries and territories, and the ways people write their names."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from directory.choices import EscapStatus, UnStatus
from directory.models.fields import FoldedTextField
from directory.models.reference_data.base import ActiveQuerySet, Reference

NAMED_IN = ("fr", "es", "ru", "zh", "ar")
"""Languages in which UN names are held, beside English."""
NAMES = ("name", *(f"name_{language}" for language in NAMED_IN))
"""The columns of the short names."""


class CountryQuerySet(ActiveQuerySet["Country"]):
    """Countries and territories."""

    def listed(self) -> "CountryQuerySet":
        """Those that can be chosen and are shown; the other ISO entries only resolve on input."""
        return self.filter(is_listed=True, is_active=True)

    def labels(self) -> dict[str, str]:
        """Return what they are called in the reader's language, by their codes and in their order: one query."""
        return self.model.in_words(self.values_list(*self.model.word_columns()))


class Country(Reference):
    """A country or territory: UN Members, observer States, ESCAP members and associate members are listed."""

    iso3 = models.CharField(_("ISO 3166-1 alpha-3"), max_length=3, primary_key=True)
    iso2 = models.CharField(_("ISO 3166-1 alpha-2"), max_length=2, unique=True)
    m49 = models.CharField(_("UN M49"), max_length=3, unique=True, help_text=_("Three digits, with zeros."))
    name = models.CharField(_("UN short name"), max_length=120)
    name_formal = models.CharField(_("UN formal name"), max_length=200, blank=True)
    name_fr = models.CharField(_("UN name in French"), max_length=120, blank=True)
    name_es = models.CharField(_("UN name in Spanish"), max_length=120, blank=True)
    name_ru = models.CharField(_("UN name in Russian"), max_length=120, blank=True)
    name_zh = models.CharField(_("UN name in Chinese"), max_length=120, blank=True)
    name_ar = models.CharField(_("UN name in Arabic"), max_length=120, blank=True)
    is_listed = models.BooleanField(
        _("listed"),
        default=False,
        help_text=_("Shown publicly and can be chosen. Others are only recognised on input, as a question."),
    )
    un_status = models.CharField(_("UN status"), max_length=20, choices=UnStatus, blank=True)
    escap_status = models.CharField(_("ESCAP status"), max_length=30, choices=EscapStatus, blank=True)
    income_group = models.CharField(
        _("World Bank income group"),
        max_length=40,
        blank=True,
        help_text=_("Used for the rule by which offers reach countries; never shown as a badge."),
    )
    oecd_dac_code = models.CharField(_("OECD-DAC code"), max_length=10, blank=True)
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("Place in English alphabetical order.")
    )
    letter_copies_to = models.TextField(
        _("copies of letters go to"),
        blank=True,
        max_length=600,
        help_text=_(
            "Its mission accredited to the secretariat, or whom an associate member names; one a line. Stands below "
            "letters to the country and its agencies, and is not shown publicly."
        ),
    )
    search_text = FoldedTextField(
        sources=(
            "iso3", "name", "name_formal", "name_fr", "name_es", "name_ru", "name_zh", "name_ar",
        )
    )  # fmt: skip

    history = HistoricalRecords(excluded_fields=["loaded_values", "search_text"])

    objects = CountryQuerySet.as_manager()

    class Meta:
        verbose_name = _("country or territory")
        verbose_name_plural = _("countries and territories")
        ordering = ["position", "iso3"]

    def __str__(self) -> str:
        return self.display_name

    @classmethod
    def name_column(cls) -> str:
        """Return the column of names in the reader's language: where it is empty, and for others, it is `name`."""
        return f"name_{language}" if (language := _language()) in NAMED_IN else "name"

    @classmethod
    def word_columns(cls) -> tuple[str, ...]:
        """Return the columns of which `in_words` makes the names."""
        return "iso3", cls.name_column(), "name"

    @classmethod
    def in_words(cls, rows: Iterable[tuple[str, ...]]) -> dict[str, str]:
        """Return the names of rows of those columns in the reader's language, by code and in their order."""
        return {iso3: translated or name for iso3, translated, name in rows}

    @property
    def display_name(self) -> str:
        """The UN short name in the reader's language, in English where there is none."""
        return getattr(self, f"name_{_language()}", "") or self.name


def _language() -> str:
    return (get_language() or "en").split("-")[0]


class CountryAlias(Reference):
    """A way in which people write a country's name; read on input, never shown."""

    country = models.ForeignKey(Country, verbose_name=_("country"), on_delete=models.CASCADE, related_name="aliases")
    text = models.CharField(
        _("as written"),
        max_length=200,
        help_text=_("Two rows of the same text for two countries make it ambiguous: the portal will ask."),
    )
    search_text = FoldedTextField(sources=("text",))

    history = HistoricalRecords(excluded_fields=["loaded_values", "search_text"])

    objects = ActiveQuerySet["CountryAlias"].as_manager()

    class Meta:
        verbose_name = _("country spelling")
        verbose_name_plural = _("country spellings")
        ordering = ["text", "country"]
        constraints = [
            models.UniqueConstraint(fields=["text", "country"], name="countryalias_text_country_unique"),
        ]

    def __str__(self) -> str:
        return self.text
