"""An explanation of an option in words: who brings what, what stays missing, how each reaches the country."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matching.scoring.explanation import Explanation
from matching.scoring.reasons import Labels, through
from matching.triangular.explanation import NONE, RELATED, SAME
from surveys.postings.shown.reach import NAMED, OPEN
from web.text import listed

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
    "below_least_score": gettext_lazy("The three fit less well than what is suggested at all."),
}

HAS: dict[str, Promise] = {
    SAME: gettext_lazy("Yes"),
    RELATED: gettext_lazy("A related area only"),
    NONE: gettext_lazy("No"),
}


ROLES: dict[str, Promise] = {
    "pivotal": gettext_lazy("The pivotal partner's"),
    "facilitating": gettext_lazy("The facilitating partner's"),
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


def option_reasons(explanation: Explanation, labels: Labels) -> list[str]:
    """Return why the three fit: what each brings, why the third is needed, what stays missing, how each reaches."""
    rows = asked_for(explanation, labels)
    sentences = [
        (_("The pivotal partner brings: %(names)s."), [row for row in rows if row.pivotal == SAME]),
        (
            _("The pivotal partner has something related to: %(names)s."),
            [row for row in rows if row.pivotal == RELATED],
        ),
        (
            _("The facilitating partner brings what is then missing: %(names)s."),
            [row for row in rows if row.needs_the_third and row.facilitating == SAME],
        ),
        (
            _("The facilitating partner brings something related to: %(names)s."),
            [row for row in rows if row.needs_the_third and row.facilitating == RELATED],
        ),
        (_("Neither has: %(names)s."), [row for row in rows if row.is_missing]),
    ]
    told = [words % {"names": listed(row.label for row in some)} for words, some in sentences if some]
    if not any(row.is_missing for row in rows):
        told.append(_("Together they have to do with all that is asked for."))
    return told + [words for role in ROLES if (words := route_words(explanation, role, labels))]


def route_words(explanation: Explanation, role: str, labels: Labels) -> str:
    """Return the closest route by which the offer in that role reaches the need's country; empty where none does."""
    routes = explanation["region"][role]["routes"]
    if not routes:
        return ""
    closest, who = routes[0], ROLES[role]
    if closest["level_code"] == NAMED:
        return _("%(who)s offer names the country of the need.") % {"who": who}
    if closest["level_code"] == OPEN:
        return _(
            "%(who)s offer is open to all countries and territories taking part (a working rule for finding offers)."
        ) % {"who": who}
    return _("%(who)s offer reaches the country of the need through %(group)s.") % {
        "who": who,
        "group": through(closest, labels),
    }


def closed_words(explanation: Explanation) -> Iterator[tuple[str, str]]:
    """Yield the name and a sentence of each thing that keeps the three from being an option."""
    for name in explanation["closed_by"]:
        yield name, str(CLOSED_BY[name])
