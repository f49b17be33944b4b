"""Parts of pages that show practices: those that stand beside something else."""

from django import template

from directory.models import Agency, PriorityArea
from practices.shown import beside
from practices.shown.beside import PracticesBeside
from surveys.models import Need, Offer

register = template.Library()


@register.simple_tag
def practices_beside(posting: Need | Offer) -> PracticesBeside:
    """Return practices that could help with a need, or that can be shared by an offer."""
    return beside.practices_for_need(posting) if isinstance(posting, Need) else beside.practices_of_offer(posting)


@register.simple_tag
def practices_of(agency: Agency) -> PracticesBeside:
    """Return practices that an agency shares, or had part in."""
    return beside.practices_of_agency(agency)


@register.simple_tag
def practices_in(area: PriorityArea) -> PracticesBeside:
    """Return practices in an area."""
    return beside.practices_in_area(area)
