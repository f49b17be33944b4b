"""Needs in the admin."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from surveys.admin.postings.place_inline import PlaceInline
from surveys.admin.postings.posting import PostingAdmin
from surveys.models import Need, PreferredPartner


class PreferredPartnerInline(PlaceInline[PreferredPartner, Need]):
    """With whom the country would rather work."""

    model = PreferredPartner
    verbose_name_plural = _("preferred partners, shown publicly: they weigh in the score")


@admin.register(Need)
class NeedAdmin(PostingAdmin[Need]):
    """What countries seek."""

    inlines = (PreferredPartnerInline,)
