"""A campaign that asks countries to confirm, correct or withdraw what is read of them in a survey edition."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from directory.access import Action, scope_of
from directory.models import Country
from surveys.choices import AskedBy, RowOutcome
from surveys.models.postings.need import Need
from surveys.models.postings.offer import Offer
from surveys.models.survey import Survey

if TYPE_CHECKING:
    from directory.models import User

DEFAULT_REMINDER_DAYS = 20
"""Working days of the country."""


class ConfirmationCampaign(models.Model):
    """One round of asking about an edition, until the day that the secretariat sets."""

    survey = models.ForeignKey(
        Survey, verbose_name=_("survey"), on_delete=models.PROTECT, related_name="confirmation_campaigns"
    )
    begun_on = models.DateField(_("begun on"))
    closes_on = models.DateField(_("to be answered by, inclusive"))
    reminder_days = models.PositiveSmallIntegerField(
        _("reminder after, in working days of the country"),
        default=DEFAULT_REMINDER_DAYS,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
    )
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("begun by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    closed_on = models.DateField(_("closed on"), null=True, blank=True, editable=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("confirmation campaign")
        verbose_name_plural = _("confirmation campaigns")
        ordering = ["-begun_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["survey"], condition=Q(closed_on__isnull=True), name="confirmationcampaign_one_open_a_survey"
            ),
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("begun_on")),
                name="confirmationcampaign_ends_after_it_begins",
                violation_error_message=_("It would close before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.survey} · {self.begun_on}"


class ConfirmationRequest(models.Model):
    """A country that is asked: how, when, and what it answered. Whether a letter was opened, nobody notes."""

    campaign = models.ForeignKey(
        ConfirmationCampaign, verbose_name=_("campaign"), on_delete=models.PROTECT, related_name="requests"
    )
    country = models.ForeignKey(
        Country, verbose_name=_("country"), on_delete=models.PROTECT, related_name="confirmation_requests"
    )
    way = models.CharField(_("asked by"), max_length=10, choices=AskedBy, blank=True)
    addressee = models.CharField(
        _("addressed to"), max_length=200, blank=True, help_text=_("A mission or a ministry: an office, no person.")
    )
    reference = models.CharField(_("reference"), max_length=120, blank=True)
    sent_on = models.DateField(_("sent on"), null=True, blank=True)
    designated_on = models.DateField(
        _("designated people written to on"),
        null=True,
        blank=True,
        help_text=_("Only where somebody of the country is designated: nobody else is written to."),
    )
    due_on = models.DateField(
        _("answer asked by"),
        null=True,
        blank=True,
        help_text=_("Moves later with the clock of the country, never nearer."),
    )
    reminded_on = models.DateField(_("reminded on"), null=True, blank=True)
    letter_reminded_on = models.DateField(
        _("reminded by letter on"),
        null=True,
        blank=True,
        help_text=_("Where nobody of the country is designated, who could be reminded by mail."),
    )
    letter_reminder_reference = models.CharField(_("reference of the reminder"), max_length=120, blank=True)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    answer_reference = models.CharField(_("reference of the answer"), max_length=120, blank=True)
    answer_note = models.TextField(_("note on the answer"), blank=True, help_text=_("For the secretariat."))
    closed_on = models.DateField(_("closed on"), null=True, blank=True, editable=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("country asked to confirm")
        verbose_name_plural = _("countries asked to confirm")
        ordering = ["campaign", "country__position", "country"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "country"], name="confirmationrequest_one_a_country"),
            # Asked, by whichever way, from a day, until a day: one unit.
            models.CheckConstraint(
                condition=Q(way="", sent_on__isnull=True, due_on__isnull=True)
                | (~Q(way="") & Q(sent_on__isnull=False, due_on__isnull=False)),
                name="confirmationrequest_sent_as_a_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} · {self.campaign}"


class ConfirmationRowQuerySet(models.QuerySet["ConfirmationRow"]):
    """Rows that countries are asked about."""

    def asked(self) -> Self:
        """Those whose country was asked, and is still expected to answer."""
        return self.filter(request__sent_on__isnull=False, request__closed_on__isnull=True)

    def unanswered(self) -> Self:
        """Those asked for which nothing was done."""
        return self.asked().filter(outcome=RowOutcome.OPEN)

    def writable_by(self, user: "User | AnonymousUser | None") -> Self:
        """Those of postings that the person may change."""
        scope = scope_of(user, Action.POST)
        return self.filter(scope.q("offer__") | scope.q("need__")) if scope else self.none()

    def with_postings(self) -> Self:
        """With both kinds of posting and what says whose they are."""
        paths = [
            f"{posting}__{path}"
            for posting in ("offer", "need")
            for path in ("country", "agency__country", "response", "survey")
        ]
        return self.select_related("new_offer", "new_need", *paths)


class ConfirmationRow(models.Model):
    """A posting read of a country: what became of it, and the posting that the country put in its place.

    Without a request: the country put another in its place unasked.
    """

    request = models.ForeignKey(
        ConfirmationRequest,
        verbose_name=_("request"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rows",
    )
    offer = models.ForeignKey(
        Offer,
        verbose_name=_("offer"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="confirmation_rows",
    )
    need = models.ForeignKey(
        Need, verbose_name=_("need"), on_delete=models.PROTECT, null=True, blank=True, related_name="confirmation_rows"
    )
    new_offer = models.OneToOneField(
        Offer,
        verbose_name=_("offer in its place"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="in_place_of",
    )
    new_need = models.OneToOneField(
        Need,
        verbose_name=_("need in its place"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="in_place_of",
    )
    designated_asked = models.BooleanField(
        _("put to a designated person"),
        default=False,
        help_text=_("Only then is it retired where nobody confirms it."),
    )
    joined_on = models.DateField(
        _("joined on"), null=True, blank=True, help_text=_("Of what was read of the country after the campaign began.")
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=RowOutcome, default=RowOutcome.OPEN)
    settled_on = models.DateField(_("since"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = ConfirmationRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("posting to confirm")
        verbose_name_plural = _("postings to confirm")
        ordering = ["request", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(offer__isnull=False, need__isnull=True, new_need__isnull=True)
                | Q(offer__isnull=True, need__isnull=False, new_offer__isnull=True),
                name="confirmationrow_of_one_posting",
            ),
            models.UniqueConstraint(fields=["request", "offer"], name="confirmationrow_one_an_offer"),
            models.UniqueConstraint(fields=["request", "need"], name="confirmationrow_one_a_need"),
        ]

    def __str__(self) -> str:
        return str(self.posting)

    @property
    def posting(self) -> Offer | Need:
        """The posting that was read of the country."""
        posting = self.offer or self.need
        if posting is None:
            raise ValueError("A row to confirm is of an offer or of a need.")
        return posting

    @property
    def replacement(self) -> Offer | Need | None:
        """The posting that the country put in its place, once it has begun one."""
        return self.new_offer or self.new_need

    @property
    def kind(self) -> str:
        """Which kind of posting it is, as addresses name it."""
        return "offer" if self.offer_id else "need"
