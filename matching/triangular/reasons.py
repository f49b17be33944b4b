"""An explanation of an option in words: who brings what, what stays missing, how each reaches the country."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matching.explanation import Explanation
from matching.models import TriangularOption
from matching.reasons import LEVELS, Labels
from matching.triangular.explanation import NONE, RELATED, SAME
from surveys.reach import NAMED, OPEN

CLOSED_BY: dict[str, Promise] = {
    "pivotal_does_not_fit": gettext_lazy("The need and the pivotal partner's offer do not fit by themselves."),
    "not_open": gettext_lazy("The facilitating partner's offer, or the need, is not published, or not open today."),
    "one_side": gettext_lazy("The facilitating partner is of the country or the agency of one of the others."),
    "outside_target": gettext_lazy("The facilitating partner's offer does not reach the country of the need."),
    "unrelated": gettext_lazy("The facilitating partner states areas, and none has to do with the other two."),
    "brings_nothing": gettext_lazy("The facilitating partner brings nothing that is asked for and missing."),
    "not_allowed": gettext_lazy("Not all three postings allow a facilitating partner."),
    "not_two_of_the_south": gettext_lazy("The need and the pivotal partner are not both of countries of the South."),
    "does_not_facilitate": gettext_lazy("The third agency is none that facilitates triangular cooperation."),
    "adds_nothing": gettext_lazy("The three cover no more of what is asked for than the pivotal partner alone."),
    "below_least_score": gettext_lazy("The three fit less well than what is suggested at all."),
}

HAS: dict[str, Promise] = {
    SAME: gettext_lazy("Yes"),
    RELATED: gettext_lazy("A related area only"),
    NONE: gettext_lazy("No"),
}


@dataclass(frozen=True)
class AskedFor:
    """One area or modality that the need asks for, and who covers it."""

    label: str
    is_area: bool
    pivotal: str
    facilitating: str
    """Codes: `same`, `related` or `none`."""

    @property
    def is_missing(self) -> bool:
        """Whether neither offer has it, nor a relative of it."""
        return self.pivotal == self.facilitating == NONE

    @property
    def needs_the_third(self) -> bool:
        """Whether it is the facilitating partner who brings it, in full or where the other has nothing of the kind."""
        order = (NONE, RELATED, SAME)
        return order.index(self.facilitating) > order.index(self.pivotal)

    @property
    def pivotal_words(self) -> str:
        """What the pivotal partner has of it."""
        return str(HAS[self.pivotal])

    @property
    def facilitating_words(self) -> str:
        """What the facilitating partner has of it."""
        return str(HAS[self.facilitating])


def asked_for(explanation: Explanation, labels: Labels) -> list[AskedFor]:
    """Return all that the need asks for, areas before modalities, with who covers it."""
    return [
        AskedFor(
            label=words.get(one["code"], one["code"]),
            is_area=name == "areas",
            pivotal=one["pivotal"],
            facilitating=one["facilitating"],
        )
        for name, words in (("areas", labels.areas), ("modalities", labels.modalities))
        for one in explanation[name]
    ]


def option_reasons(option: TriangularOption, explanation: Explanation, labels: Labels) -> list[str]:
    """Return why the three fit: what each brings, why the third is needed, what stays missing, how each reaches."""
    rows = asked_for(explanation, labels)
    pivotal, third = option.pivotal_offer.party, option.facilitating_offer.party
    words = {"pivotal": pivotal, "third": third, "country": option.need.country}
    from_pivotal = ", ".join(row.label for row in rows if row.pivotal == SAME)
    sentences = []
    if from_pivotal:
        sentences.append(_("%(pivotal)s brings: %(names)s.") % {**words, "names": from_pivotal})
    sentences.extend(
        _("%(pivotal)s has something related to: %(names)s.") % {**words, "names": row.label}
        for row in rows
        if row.pivotal == RELATED
    )
    if brought := ", ".join(row.label for row in rows if row.needs_the_third and row.facilitating == SAME):
        sentences.append(_("%(third)s brings what is then missing: %(names)s.") % {**words, "names": brought})
    if near := ", ".join(row.label for row in rows if row.needs_the_third and row.facilitating == RELATED):
        sentences.append(_("%(third)s brings something related to: %(names)s.") % {**words, "names": near})
    if missing := ", ".join(row.label for row in rows if row.is_missing):
        sentences.append(_("Neither has: %(names)s.") % {"names": missing})
    else:
        sentences.append(_("Together they have to do with all that is asked for."))
    sentences.extend(
        _("%(who)s reaches %(country)s: %(route)s.") % {**words, "who": who, "route": route}
        for who, route in (
            (pivotal, route_words(explanation, "pivotal", labels)),
            (third, route_words(explanation, "facilitating", labels)),
        )
        if route
    )
    return sentences


def route_words(explanation: Explanation, role: str, labels: Labels) -> str:
    """Return the closest route by which the offer in that role reaches the need's country; empty where none does."""
    routes = explanation["region"][role]["routes"]
    if not routes:
        return ""
    closest = routes[0]
    if closest["level_code"] == NAMED:
        return _("its offer names the country")
    if closest["level_code"] == OPEN:
        return _("its offer is open to all of the South")
    return _("its offer is for %(group)s (%(level)s)") % {
        "group": labels.groups.get(closest["group"], closest["group"]),
        "level": str(LEVELS[closest["level_code"]]).lower(),
    }


def closed_words(explanation: Explanation) -> Iterator[tuple[str, str]]:
    """Yield the name and a sentence of each thing that keeps the three from being an option."""
    for name in explanation["closed_by"]:
        yield name, str(CLOSED_BY[name])
