"""Offers and whom they reach."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from surveys.models.postings.posting import NEWEST_FIRST, Posting, PostingQuerySet
from surveys.models.reading import Place, PlaceQuerySet, place_matches_its_kind
from web.models.history import RecordsWithRelations


class Offer(Posting):
    """What a country or an agency offers to others of the South."""

    history = RecordsWithRelations(
        # Contacts are personal and can be erased; a form's key says nothing.
        excluded_fields=["search_text", "contact", "contact_person", "form_key"],
        m2m_fields=["areas", "modalities"],
        cascade_delete_history=False,
    )

    objects = PostingQuerySet["Offer"].as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = NEWEST_FIRST
        constraints = [
            models.CheckConstraint(
                condition=Q(country__isnull=False) | Q(agency__isnull=False),
                name="offer_has_a_country_or_an_agency",
            ),
            models.UniqueConstraint(
                fields=["response", "response_part"], condition=Q(response__isnull=False), name="offer_one_a_response"
            ),
            models.UniqueConstraint(
                fields=["agency", "reference"], condition=~Q(reference=""), name="offer_one_a_reference"
            ),
        ]
        indexes = [models.Index(fields=["status", "visibility"], name="offer_status_visibility")]

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("surveys:offer", args=[self.pk])


class Target(Place):
    """Whom an offer is for; no target at all means open to all that take part."""

    offer = models.ForeignKey(Offer, verbose_name=_("offer"), on_delete=models.CASCADE, related_name="targets")

    history = HistoricalRecords()

    objects = PlaceQuerySet["Target"].as_manager()

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["offer", "position", "id"]
        constraints = [place_matches_its_kind("target_matches_its_kind")]
