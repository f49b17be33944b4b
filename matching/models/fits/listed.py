"""What a match keeps of its two postings, so that a list of matches is found by its indexes alone.

Nothing in Python writes these columns: the database does, whenever a match is stored or what they say changes, in the
same transaction (`matching.listing.keeping`). Who may see a match is decided by `MatchQuerySet.visible_to`, which does
not ask them; lists look for the rows of a page by them.
"""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

FIRST_DAY, LAST_DAY = dt.date(1, 1, 1), dt.date(9999, 12, 31)
"""Stand for "no date stated": a posting that has always been open, and one that never closes."""


class PostingReach(models.IntegerChoices):
    """Who is shown a posting; each sees what stands under a higher number too."""

    NOBODY = 0, _("not published")
    OWN = 1, _("published, and paused by its country: the own side")
    MATCHED = 2, _("the secretariat and matched parties")
    FOCAL_POINTS = 3, _("focal points of agencies")
    FACILITATING = 4, _("focal points of agencies, facilitating partners among them")
    PUBLIC = 5, _("everyone")


class ListedMatch(models.Model):
    """What lists of matches are found and ordered by, of the two postings."""

    need_reach = models.PositiveSmallIntegerField(
        _("who sees the need"),
        choices=PostingReach,
        default=PostingReach.NOBODY,
        db_default=PostingReach.NOBODY.value,
        editable=False,
    )
    offer_reach = models.PositiveSmallIntegerField(
        _("who sees the offer"),
        choices=PostingReach,
        default=PostingReach.NOBODY,
        db_default=PostingReach.NOBODY.value,
        editable=False,
    )
    is_public = models.BooleanField(
        _("between public postings"),
        default=False,
        db_default=False,
        editable=False,
        help_text=_("Everyone sees both of its postings."),
    )
    need_party = models.CharField(
        _("need is sorted by"),
        max_length=300,
        default="",
        db_default="",
        editable=False,
        help_text=_("The name of its country, else of its agency."),
    )
    offer_party = models.CharField(
        _("offer is sorted by"),
        max_length=300,
        default="",
        db_default="",
        editable=False,
        help_text=_("The name of its country, else of its agency."),
    )
    opens_on = models.DateField(_("both are open from"), default=FIRST_DAY, db_default=FIRST_DAY, editable=False)
    closes_on = models.DateField(_("both are open through"), default=LAST_DAY, db_default=LAST_DAY, editable=False)

    class Meta:
        abstract = True


LISTED = tuple(field.name for field in ListedMatch._meta.local_fields)  # noqa: SLF001 - it has no other name
"""The columns, in the order in which they are declared."""

_PARTIES = ("need_party", "offer_party", "need", "offer")
SHOWN_TO_ALL = Q(is_shown=True, is_public=True)
"""Seen by a partner, undecided or not, while both postings are open."""
RELEASED_TO_ALL = Q(is_public=True, released_at__isnull=False, on_hold_at__isnull=True)


_RELEASED_UNSHOWN, _RELEASED_SHOWN = (RELEASED_TO_ALL & Q(is_shown=is_shown) for is_shown in (False, True))
LIST_INDEXES = [
    # An order by word is looked up word by word, and one by moment runs backwards as it does forwards: each of these
    # serves two. By need or by offer the indexes of their own lists serve.
    models.Index(fields=["shown_word", *_PARTIES], name="match_shown_fit", condition=SHOWN_TO_ALL),
    models.Index(fields=["shown_changed_at", "-need", "-offer"], name="match_shown_new", condition=SHOWN_TO_ALL),
    models.Index(fields=["word", *_PARTIES], name="match_desk_fit"),
    models.Index(fields=["updated_at", "-need", "-offer"], name="match_desk_new"),
    # Few among many: these cost next to nothing.
    models.Index(fields=["released_word", *_PARTIES], name="match_released_fit", condition=RELEASED_TO_ALL),
    models.Index(fields=["released_at", "-need", "-offer"], name="match_released_new", condition=RELEASED_TO_ALL),
    models.Index(fields=["need", "offer"], name="match_released_need", condition=RELEASED_TO_ALL),
    models.Index(fields=["offer", "need"], name="match_released_offer", condition=RELEASED_TO_ALL),
    models.Index(fields=["released_word", *_PARTIES], name="match_released_unshown", condition=_RELEASED_UNSHOWN),
    models.Index(fields=["closes_on"], name="match_released_closed", condition=_RELEASED_SHOWN),
    models.Index(fields=["opens_on"], name="match_released_later", condition=_RELEASED_SHOWN),
]
"""An index for each audience and order, see `matching.listing.branches`."""
