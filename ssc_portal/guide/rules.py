"""Help, with a glossary, and the working rules of the portal, read from the data that apply them."""

from typing import Any

from django.db.models import Prefetch
from django.views.generic import TemplateView

from directory.choices import AreaUse, GroupLevel
from directory.models import CountryGroup, PriorityArea
from directory.models.reference_data.group import OPEN_REACH
from matching.scoring.profiles import default_profile
from web.lists.pages import PublicPage

CLOSEST_FIRST = GroupLevel.choices
"""The levels in the order in which they are declared, with their words."""


class Help(PublicPage, TemplateView):
    """How to use the portal, whom to ask, and what its words mean."""

    template_name = "ssc_portal/help.html"
    section = "help"


class WorkingRules(PublicPage, TemplateView):
    """The rules by which the portal reads groups and areas: ours, for finding offers, agreed by no member State."""

    template_name = "ssc_portal/working_rules.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        areas = PriorityArea.objects.active().select_related("parent")
        return super().get_context_data(**kwargs) | {
            "open_reach": CountryGroup.objects.active().filter(code=OPEN_REACH).first(),
            "open_reach_parts": CountryGroup.objects.active().filter(included_in=OPEN_REACH),
            "levels": targets_by_level(),
            "narrower_areas": areas.filter(parent__isnull=False),
            "areas_apart": areas.exclude(use=AreaUse.AREA),
            "profile": default_profile(),
        }


def targets_by_level() -> list[tuple[str, list[CountryGroup]]]:
    """Return the groups that an offer can be for by the level that they count, the closest first: two queries.

    Each has the groups that it is derived from as `parts_in_use`.
    """
    parts = Prefetch("parts", CountryGroup.objects.active(), to_attr="parts_in_use")
    groups: list[CountryGroup] = list(CountryGroup.objects.active().exclude(level="").prefetch_related(parts))
    found = [(label, [group for group in groups if group.level == level]) for level, label in CLOSEST_FIRST]
    return [(str(label), own) for label, own in found if own]
