"""Offers in the admin."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from surveys.admin.postings.place_inline import PlaceInline
from surveys.admin.postings.posting import PostingAdmin
from surveys.models import Offer, Target


class TargetInline(PlaceInline[Target, Offer]):
    """Whom the offer is for."""

    model = Target
    verbose_name_plural = _(
        "targets, shown publicly: without any, the offer is open to all countries and territories taking part"
    )


@admin.register(Offer)
class OfferAdmin(PostingAdmin[Offer]):
    """What countries and agencies offer."""

    inlines = (TargetInline,)
