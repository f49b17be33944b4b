"""The words of coverage, and the one place that says which of them applies."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

DIRECT_FROM = 70
"""Percent of reach from which an offer is made to a country; below, the country is one of many that it is open to."""
MANY_FROM = 5
"""So many partners, and coordination may help."""
LEAST_SEEKING = 3
"""Of fewer countries no word is said: their numbers stand alone."""


class UnitState(TextChoices):
    """What a seeking country finds in an area."""

    MET = "met", _("Met")
    NO_OFFER = "no_offer", _("No offer found")
    GENERAL_ONLY = "general_only", _("General offers only")
    ONE_PARTNER = "one_partner", _("One partner")
    SEVERAL = "several", _("Several partners")
    MANY = "many", _("Many partners: coordination may help")


class CellWord(TextChoices):
    """What most of the seeking countries of a cell find."""

    GAP = "gap", _("Gap")
    THIN = "thin", _("Thin")
    SEVERAL = "several", _("Several")
    MANY = "many", _("Many")


MEANINGS = {
    CellWord.GAP: _("half or more of the countries that seek have no partner"),
    CellWord.THIN: _("half or more of them have one partner at most"),
    CellWord.SEVERAL: _("none of the others"),
    CellWord.MANY: _("half or more of them have five partners or more: coordination may help"),
}
LETTERS = {
    CellWord.GAP: pgettext_lazy("one letter for Gap", "G"),
    CellWord.THIN: pgettext_lazy("one letter for Thin", "T"),
    CellWord.SEVERAL: pgettext_lazy("one letter for Several", "S"),
    CellWord.MANY: pgettext_lazy("one letter for Many", "M"),
}
"""In the picture, which says nothing by colour alone."""


def state_of(*, direct: int, general: int, is_met: bool = False) -> UnitState:
    """Return the state of a seeking country in an area, from the numbers of its partners."""
    if is_met:
        return UnitState.MET
    if direct == 0:
        return UnitState.GENERAL_ONLY if general else UnitState.NO_OFFER
    if direct == 1:
        return UnitState.ONE_PARTNER
    return UnitState.MANY if direct >= MANY_FROM else UnitState.SEVERAL


def word_of(*, seeking: int, without: int, at_most_one: int, many: int) -> CellWord | None:
    """Return the first word that applies to a cell: to how many of those that seek have no, at most one, many partners.

    None where they are fewer than `LEAST_SEEKING`.
    """
    if seeking < LEAST_SEEKING:
        return None
    if 2 * without >= seeking:
        return CellWord.GAP
    if 2 * at_most_one >= seeking:
        return CellWord.THIN
    return CellWord.MANY if 2 * many >= seeking else CellWord.SEVERAL
