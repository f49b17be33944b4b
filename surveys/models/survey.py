"""Survey editions."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from web.calendar.days import today


class SurveyQuerySet(models.QuerySet["Survey"]):
    """Survey editions."""

    def public(self) -> "SurveyQuerySet":
        """Editions whose page is shown to everyone."""
        return self.filter(is_public=True)


class Survey(models.Model):
    """One edition of a survey: who asked, when, and what becomes of its answers."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=200)
    organisers = models.CharField(_("organisers"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True, help_text=_("Shown publicly."))
    opens_on = models.DateField(_("opens on"), null=True, blank=True)
    closes_on = models.DateField(_("closes on, inclusive"), null=True, blank=True)
    stated_on = models.DateField(
        _("stated on"),
        null=True,
        blank=True,
        help_text=_("The date of the source: what was said then may have changed since."),
    )
    publishes_on_import = models.BooleanField(
        _("publish on import"),
        default=False,
        help_text=_(
            "Postings made from this edition are published at once, marked as not yet put to the Government. "
            "Leave unticked unless the source is itself public."
        ),
    )
    has_agency_key = models.BooleanField(
        _("one response an agency"),
        default=False,
        help_text=_("A row is known by country and agency; otherwise by country alone."),
    )
    languages = models.JSONField(
        _("languages"), default=list, blank=True, help_text=_('Codes of ISO 639-1 beyond English, e.g. ["fr", "ru"].')
    )
    results_released_on = models.DateField(
        _("results released on"),
        null=True,
        blank=True,
        help_text=_("From then on the public page shows the response rate and what was answered."),
    )
    is_public = models.BooleanField(_("shown publicly"), default=False)
    source = models.TextField(_("source"), blank=True, help_text=_("Shown publicly: title, publisher, year."))
    disclaimer = models.TextField(_("disclaimer"), blank=True, help_text=_("Shown wherever its content is shown."))

    history = HistoricalRecords()

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        # The newest first; an edition without a date, such as one that is open now, last on either database.
        ordering = [F("stated_on").desc(nulls_last=True), "code"]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuse what is no list of languages, and a closing before the opening."""
        super().clean()
        if not isinstance(self.languages, list) or not all(isinstance(code, str) for code in self.languages):
            raise ValidationError({"languages": _('Write a list of codes, for example ["fr", "ru"].')})
        if self.opens_on and self.closes_on and self.closes_on < self.opens_on:
            raise ValidationError({"closes_on": _("It would close before it opens.")})

    @property
    def is_released(self) -> bool:
        """Whether the secretariat has released what was answered."""
        return self.results_released_on is not None and self.results_released_on <= today()

    def get_absolute_url(self) -> str:
        """Return the address of its public page."""
        return reverse("surveys:survey", args=[self.code])
