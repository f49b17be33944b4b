"""Needs and the partners they would prefer."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from surveys.models.postings.posting import NEWEST_FIRST, Posting, PostingQuerySet
from surveys.models.reading import Place, PlaceQuerySet, place_matches_its_kind
from web.models.history import RecordsWithRelations


class Need(Posting):
    """What a country seeks from others of the South."""

    history = RecordsWithRelations(
        # Contacts are personal and can be erased; a form's key says nothing.
        excluded_fields=["search_text", "contact", "contact_person", "form_key"],
        m2m_fields=["areas", "modalities"],
        cascade_delete_history=False,
    )

    objects = PostingQuerySet["Need"].as_manager()

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        ordering = NEWEST_FIRST
        constraints = [
            models.CheckConstraint(condition=Q(country__isnull=False), name="need_has_a_country"),
            models.UniqueConstraint(
                fields=["response", "response_part"], condition=Q(response__isnull=False), name="need_one_a_response"
            ),
            models.UniqueConstraint(
                fields=["agency", "reference"], condition=~Q(reference=""), name="need_one_a_reference"
            ),
        ]
        indexes = [models.Index(fields=["status", "visibility"], name="need_status_visibility")]

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("surveys:need", args=[self.pk])


class PreferredPartner(Place):
    """A country or group that a need would rather work with."""

    need = models.ForeignKey(Need, verbose_name=_("need"), on_delete=models.CASCADE, related_name="preferred_partners")

    history = HistoricalRecords()

    objects = PlaceQuerySet["PreferredPartner"].as_manager()

    class Meta:
        verbose_name = _("preferred partner")
        verbose_name_plural = _("preferred partners")
        ordering = ["need", "position", "id"]
        constraints = [place_matches_its_kind("preferredpartner_matches_its_kind")]
