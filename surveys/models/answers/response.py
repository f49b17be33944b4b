"""What one country or agency said in a survey."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from directory.access import Action, Scope, scope_of
from directory.models import Agency, Country
from surveys.choices import ResponseKind, ResponseStatus
from surveys.models.answers.questionnaire import Questionnaire
from surveys.models.from_file import FromFile
from surveys.models.survey import Survey

if TYPE_CHECKING:
    from directory.models import User


class ResponseQuerySet(models.QuerySet["Response"]):
    """Responses."""

    def received(self) -> Self:
        """Those that stand: answered and approved, or brought in by a file."""
        return self.filter(status=ResponseStatus.RECEIVED)

    def answered(self) -> Self:
        """Those that count in a response rate: received, and not compiled from public sources."""
        return self.received().filter(kind=ResponseKind.ANSWERED)

    def writable_by(self, user: "User | AnonymousUser") -> Self:
        """Those that the person's side answers: of the own agency, or of the own country."""
        return self.filter(scope_of(user, Action.POST).q())

    def approvable_by(self, user: "User | AnonymousUser") -> Self:
        """Those of the countries whose coordinator, or of all where the secretariat, the person is."""
        return self.filter(scope_of(user, Action.APPROVE_POSTINGS).q())


class Response(FromFile):
    """What one country or agency said, answered here or brought in by a file; its answers are rows of their own."""

    survey = models.ForeignKey(Survey, verbose_name=_("survey"), on_delete=models.PROTECT, related_name="responses")
    country = models.ForeignKey(Country, verbose_name=_("country"), on_delete=models.PROTECT, related_name="responses")
    agency = models.ForeignKey(
        Agency,
        verbose_name=_("agency"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="responses",
    )
    key = models.CharField(
        _("key"),
        max_length=255,
        help_text=_("What makes a row the same row in a later file: country, agency."),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=ResponseKind, default=ResponseKind.ANSWERED)
    status = models.CharField(
        _("state"), max_length=12, choices=ResponseStatus, default=ResponseStatus.RECEIVED, db_index=True
    )
    questionnaire = models.ForeignKey(
        Questionnaire,
        verbose_name=_("version of the questionnaire"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="responses",
        help_text=_("The version that was answered."),
    )
    read_with = models.CharField(
        _("fingerprint of the columns it was read with"), max_length=64, blank=True, editable=False
    )
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("begun by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("submitted by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("approved by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    received_at = models.DateTimeField(_("received"), null=True, blank=True, editable=False)
    sent_back_note = models.TextField(_("sent back with this note"), blank=True)
    as_printed = models.JSONField(_("as given"), default=dict, help_text=_("The cells of the row, by column."))
    footnote = models.TextField(_("footnote"), blank=True)
    note = models.TextField(
        _("note"),
        blank=True,
        help_text=_("For the secretariat; not shown publicly. For example how the row was read, and why."),
    )
    erased_at = models.DateTimeField(_("personal details erased"), null=True, blank=True, editable=False)
    erased = models.JSONField(
        _("fingerprints of erased answers"),
        default=dict,
        blank=True,
        editable=False,
        help_text=_("So that the same file is known to say the same."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    history = HistoricalRecords(excluded_fields=["erased_at", "erased"])

    objects = ResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        ordering = ["survey", "source_row", "id"]
        constraints = [models.UniqueConstraint(fields=["survey", "key"], name="response_survey_key_unique")]

    def __str__(self) -> str:
        return f"{self.country} · {self.survey}"

    @property
    def posting_country(self) -> Country:
        """The country through whose window it goes."""
        return self.country

    def is_within(self, scope: Scope) -> bool:
        """Whether the response is among those that the scope reaches."""
        return scope.covers(agency_id=self.agency_id, countries=frozenset({self.country_id}))
