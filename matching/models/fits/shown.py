"""What a row shows to those who were not told that people have decided it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matching.choices import Word
from matching.models.by_criterion import SHOWN_ADD_UP, SHOWN_CONTRIBUTIONS, ShownContributions
from matching.models.profile import ScoringProfile

_COLUMNS = ("shown_score", "shown_word", *SHOWN_CONTRIBUTIONS, "shown_by", "shown_since", "shown_changed_at")
SHOWN_IS_WHOLE = Q(is_shown=False) | Q(SHOWN_ADD_UP, **{f"{name}__isnull": False for name in _COLUMNS})
"""What is shown is all there. A condition that is unknown passes a check: so each is asked for."""


class ShownFit(ShownContributions):
    """What a run would show of a row had nobody decided anything, about it or about others.

    Decisions and agreed places change none of these columns, neither at once nor later: whoever was not told reads
    them and no others.
    """

    is_shown = models.BooleanField(
        _("shown to others"),
        default=False,
        editable=False,
        help_text=_("It stands in a list that is made without regard to decisions and to agreed places."),
    )
    shown_score = models.PositiveIntegerField(_("shown score, millionths"), null=True, blank=True, editable=False)
    shown_word = models.PositiveSmallIntegerField(_("shown fit"), choices=Word, null=True, blank=True, editable=False)
    shown_by = models.ForeignKey(
        ScoringProfile,
        verbose_name=_("profile of what is shown"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    shown_since = models.DateTimeField(
        _("first shown to others"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When it first came into a list that others see."),
    )
    shown_changed_at = models.DateTimeField(
        _("shown anew"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When it last came into such a list, or its shown score changed."),
    )

    class Meta:
        abstract = True
