"""The triangular options of a need, as its page shows them to those who may see them."""

from django import template
from django.template.context import Context

from directory.access import Action, can
from matching.choices import OPTIONS_SHOWN
from matching.models import TriangularOption
from matching.triangular.shown import ShownOption, shown
from surveys.models import Need

register = template.Library()

SHOWN_OF_A_NEED = 10


@register.simple_tag(takes_context=True)
def options_of(context: Context, need: Need) -> list[ShownOption]:
    """Return the need's best options that the reader may see, in a fixed number of queries; none for the public."""
    visible = TriangularOption.objects.visible_to(context["request"].user)
    if can(context["request"].user, Action.READ_EVERYTHING):
        visible = visible.filter(status__in=OPTIONS_SHOWN)
    best_first = visible.order_by("-seen_word", "-seen_score", "pivotal_offer_id", "facilitating_offer_id")
    return shown(list(best_first.filter(need=need).for_lists()[:SHOWN_OF_A_NEED]))
