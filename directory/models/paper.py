"""Note verbales and letters as they came: their reference, their date, and the scan."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from directory.choices import ScanKind
from directory.models.agency import Agency
from directory.models.reference_data.country import Country

LONGEST_PAPER_REFERENCE = 120


class Paper(models.Model):
    """A note verbale or a letter from which a manager recorded what a government or an institution said.

    Written once, never changed; a scan that was not at hand is attached later, once. `country` and `agency` are whose
    it is, as those of a posting are.
    """

    public_id = models.UUIDField(_("address"), default=uuid.uuid4, unique=True, editable=False)
    country = models.ForeignKey(
        Country, verbose_name=_("country"), on_delete=models.PROTECT, null=True, blank=True, related_name="papers"
    )
    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, null=True, blank=True, related_name="papers"
    )
    reference = models.CharField(
        _("reference"), max_length=LONGEST_PAPER_REFERENCE, help_text=_("As it stands on the letter.")
    )
    dated_on = models.DateField(_("date of the letter"))
    is_for_approvers = models.BooleanField(
        _("for who approves for the country"),
        default=False,
        help_text=_("Its agency was not asked yet, and does not read it."),
    )
    scan_kind = models.CharField(
        _("kind of the scan"), max_length=4, choices=ScanKind, blank=True, help_text=_("Empty: none is attached.")
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recorded by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="recorded_papers",
    )
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now)

    class Meta:
        verbose_name = _("note verbale or letter")
        verbose_name_plural = _("note verbales and letters")
        ordering = ["-recorded_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reference=""), name="paper_has_a_reference"),
            models.CheckConstraint(
                condition=Q(country__isnull=False) | Q(agency__isnull=False), name="paper_is_somebody_s"
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(reference)s of %(day)s") % {"reference": self.reference, "day": date_format(self.dated_on)}

    @property
    def scan_address(self) -> str:
        """The address of the scan; empty where none is attached."""
        return reverse("paper-scan", args=[self.public_id]) if self.scan_kind else ""


class PaperScan(models.Model):
    """The bytes of a scan: apart from its paper, so that whoever lists papers does not read them."""

    paper = models.OneToOneField(
        Paper, verbose_name=_("note verbale or letter"), on_delete=models.PROTECT, primary_key=True, related_name="scan"
    )
    data = models.BinaryField(_("content"))
    attached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("attached by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="attached_scans",
        help_text=_("Empty: it was recorded with the letter."),
    )
    attached_at = models.DateTimeField(_("attached"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("scan")
        verbose_name_plural = _("scans")
        ordering = ["paper"]
        constraints = [
            models.CheckConstraint(
                condition=Q(attached_by__isnull=True, attached_at__isnull=True)
                | Q(attached_by__isnull=False, attached_at__isnull=False),
                name="paperscan_attached_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return str(self.paper)
