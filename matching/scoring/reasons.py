"""An explanation in words, for people: short sentences, the strongest first."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from directory.choices import GroupLevel
from directory.models import CountryGroup, Modality, PriorityArea
from matching.choices import ComparedBy, NotOpen
from matching.scoring.explanation import Explanation
from matching.scoring.words import CRITERIA, GATES
from surveys.choices import Side
from surveys.postings.shown.reach import NAMED, OPEN
from web.text import listed

LEVELS: dict[str, Promise | str] = {
    NAMED: gettext_lazy("named"),
    OPEN: gettext_lazy("open to all countries and territories taking part"),
    **{level.value: level.label for level in GroupLevel},
}

NOT_STATED: dict[str, Promise] = {
    "need.dates": gettext_lazy("dates of the need"),
    "need.modalities": gettext_lazy("modalities of the need"),
    "need.preferred_partners": gettext_lazy("preferred partners of the need"),
    "offer.dates": gettext_lazy("dates of the offer"),
    "offer.modalities": gettext_lazy("modalities of the offer"),
    "offer.places": gettext_lazy("number of places of the offer"),
    "offer.targets": gettext_lazy("targets of the offer"),
}


NAMED_IN_SHORT = 3
A_WIDER_GROUPING = gettext_lazy("a wider grouping that the offer names")


@dataclass(frozen=True)
class Labels:
    """Labels of areas, modalities and groups by code, read once for any number of explanations.

    `made_anew` are the groups that others make anew each year (fragile situations, income): they explain a reach, and
    no country is said to be on one.
    """

    areas: dict[str, str]
    modalities: dict[str, str]
    groups: dict[str, str]
    made_anew: frozenset[str] = frozenset()

    @classmethod
    def read(cls) -> "Labels":
        """Read all labels in three queries."""
        groups = list(CountryGroup.objects.values_list("code", "label", "is_made_anew"))
        return cls(
            areas=PriorityArea.objects.labels(),
            modalities=Modality.objects.labels(),
            groups={code: CountryGroup.translated(label) for code, label, _anew in groups},
            made_anew=frozenset(code for code, _label, anew in groups if anew),
        )

    def group(self, code: str | None) -> str:
        """Return what a group is called where it explains a reach; None is one that is not named."""
        if code is None or code in self.made_anew:
            return str(A_WIDER_GROUPING)
        return self.groups.get(code, code)


def through(route: dict[str, Any], labels: Labels) -> str:
    """Return the group of a route in words, with how close it counts where the group is named."""
    code, name = route["group"], labels.group(route["group"])
    if code is None or code in labels.made_anew:
        return name
    level = str(LEVELS[route["level_code"]])
    # Within a sentence; LDC and SIDS keep their letters.
    return _("%(group)s (%(level)s)") % {"group": name, "level": f"{level[:1].lower()}{level[1:]}"}


def gate_reasons(explanation: Explanation) -> list[str]:
    """Return why for each gate that closes the pair, in their order; of one that is not open, for either side."""
    return [
        (" ".join(not_open_reasons(explanation)) if gate == "not_open" else "") or str(GATES[gate].reason)
        for gate in explanation["gates"]
    ]


NOT_OPEN: dict[str, dict[str, Promise]] = {
    Side.NEED: {
        NotOpen.NOT_PUBLISHED: gettext_lazy("The need is not published."),
        NotOpen.CLOSED: gettext_lazy("The need closed on %(day)s."),
        NotOpen.OPENS_LATER: gettext_lazy("The need opens on %(day)s."),
        NotOpen.PAUSED: gettext_lazy("The need's side has paused its postings."),
    },
    Side.OFFER: {
        NotOpen.NOT_PUBLISHED: gettext_lazy("The offer is not published."),
        NotOpen.CLOSED: gettext_lazy("The offer closed on %(day)s."),
        NotOpen.OPENS_LATER: gettext_lazy("The offer opens on %(day)s."),
        NotOpen.NO_PLACE: gettext_lazy("All places of the offer are agreed."),
        NotOpen.PAUSED: gettext_lazy("The offer's side has paused its postings."),
    },
}


def not_open_reasons(explanation: Explanation) -> list[str]:
    """Return of each side that is not open why; none where an explanation is older than that it says so."""
    return [
        str(NOT_OPEN[closed["side"]][closed["why"]])
        % {"day": date_format(dt.date.fromisoformat(closed["day"]), "DATE_FORMAT") if closed["day"] else ""}
        for closed in explanation.get("not_open", ())
    ]


def reasons(explanation: Explanation, labels: Labels | None = None) -> list[str]:
    """Return why the two fit: what speaks for it by criterion, then what is missing and what is not stated."""
    labels = labels or Labels.read()
    sentences = []
    for part in explanation["criteria"]:
        speaks_for = FOR.get(part["code"])
        sentences.extend(speaks_for(explanation, labels) if speaks_for else _share(part))
    sentences.extend(_missing(explanation, labels))
    if compared := _how_many_compared(explanation):
        sentences.append(compared)
    if explanation["not_stated"]:
        sentences.append(
            _("Not stated: %(names)s.") % {"names": listed(str(NOT_STATED[name]) for name in explanation["not_stated"])}
        )
    return sentences


def _how_many_compared(explanation: Explanation) -> str:
    """Say how many comparisons could be made; nothing where all could, or where an explanation does not say."""
    parts = [part for part in explanation["criteria"] if part["weight"]]
    made = sum(part.get("is_comparable", True) for part in parts)
    if made == len(parts):
        return ""
    return _("%(made)d of %(all)d comparisons could be made.") % {"made": made, "all": len(parts)}


def in_short(explanation: Explanation, labels: Labels) -> list[str]:
    """Return the same in a few words, for one row of a list: areas, modalities, region; or the gates that close."""
    if explanation["gates"]:
        return gate_reasons(explanation)
    areas, modalities = explanation["areas"], explanation["modalities"]
    asked = len(areas["shared"]) + len(areas["related"]) + len(areas["missing"])
    words = [
        _("Areas: %(shared)d of %(asked)d (%(names)s)")
        % {"shared": len(areas["shared"]), "asked": asked, "names": _first_names(areas["shared"], labels.areas)}
        if areas["shared"]
        else ngettext("Areas: only %(related)d related", "Areas: only %(related)d related", len(areas["related"]))
        % {"related": len(areas["related"])}
    ]
    if modalities["shared"]:
        words.append(_("Modalities: %(names)s") % {"names": _first_names(modalities["shared"], labels.modalities)})
    else:
        words.append(_("Modalities: not stated"))
    for closest in explanation["region"]["routes"][:1]:
        if closest["level_code"] == NAMED:
            words.append(_("Region: names the country"))
        elif closest["level_code"] == OPEN:
            words.append(_("Region: open to all countries and territories taking part"))
        else:
            words.append(_("Region: through %(group)s") % {"group": labels.group(closest["group"])})
    return words


def _areas(explanation: Explanation, labels: Labels) -> list[str]:
    areas, sentences = explanation["areas"], []
    asked = len(areas["shared"]) + len(areas["related"]) + len(areas["missing"])
    names = _names(areas["shared"], labels.areas)
    if areas["shared"] and asked == 1:
        sentences.append(_("The priority area asked for is offered: %(names)s.") % {"names": names})
    elif areas["shared"]:
        sentences.append(
            ngettext(
                "%(shared)d of %(asked)d priority areas asked for is offered: %(names)s.",
                "%(shared)d of %(asked)d priority areas asked for are offered: %(names)s.",
                len(areas["shared"]),
            )
            % {"shared": len(areas["shared"]), "asked": asked, "names": names}
        )
    sentences.extend(
        _("For %(asked)s the offer has a related area: %(offered)s.")
        % {
            "asked": labels.areas.get(related["asked"], related["asked"]),
            "offered": _names(related["offered"], labels.areas),
        }
        for related in areas["related"]
    )
    return sentences


UNSTATED_MODALITIES: dict[tuple[bool, bool], Promise] = {
    (True, True): gettext_lazy("Neither side states modalities."),
    (True, False): gettext_lazy("The need states no modalities."),
    (False, True): gettext_lazy("The offer states no modalities."),
}
"""By whether the need, and the offer, states none."""


def _counts(explanation: Explanation, code: str) -> str:
    """Say how far a comparison counts that could not be made; nothing where it was off, or was made."""
    part = next(part for part in explanation["criteria"] if part["code"] == code)
    if not part["weight"] or part.get("is_comparable", True):
        return ""
    percent = part["numerator"] * 100 // max(part["denominator"], 1)
    return _("Unknown is neither yes nor no: this counts %(percent)d %%.") % {"percent": percent}


def _modalities(explanation: Explanation, labels: Labels) -> list[str]:
    modalities = explanation["modalities"]
    if modalities["shared"]:
        return [_("Modalities in common: %(names)s.") % {"names": _names(modalities["shared"], labels.modalities)}]
    for (need, offer), sentence in UNSTATED_MODALITIES.items():
        if (modalities["need_states_none"], modalities["offer_states_none"]) == (need, offer):
            return [f"{sentence} {_counts(explanation, 'modalities')}".strip()]
    return []


def _missing(explanation: Explanation, labels: Labels) -> list[str]:
    areas, modalities, sentences = explanation["areas"], explanation["modalities"], []
    if areas["missing"]:
        sentences.append(
            _("Asked for, and not offered: %(names)s.") % {"names": _names(areas["missing"], labels.areas)}
        )
    if modalities["missing"] and not modalities["offer_states_none"]:
        sentences.append(
            _("Modalities asked for, and not offered: %(names)s.")
            % {"names": _names(modalities["missing"], labels.modalities)}
        )
    return sentences


def _region(explanation: Explanation, labels: Labels) -> list[str]:
    sentences = []
    region = explanation["region"]
    if region["routes"]:
        closest = region["routes"][0]
        if closest["level_code"] == NAMED:
            sentences.append(_("The offer names the country of the need."))
        elif closest["level_code"] == OPEN:
            sentences.append(
                _("The offer is open to all countries and territories taking part (a working rule for finding offers).")
            )
        else:
            sentences.append(
                _("The offer reaches the country of the need through %(group)s.") % {"group": through(closest, labels)}
            )
        if closest["shares_sub_region"]:
            sentences.append(_("Both countries lie in the same sub-region."))
        if closest["left_on"]:
            sentences.append(
                _("The country left this group on %(day)s and is still eligible in its transition.")
                % {"day": date_format(dt.date.fromisoformat(closest["left_on"]), "DATE_FORMAT")}
            )
    if region["preference"]:
        sentences.append(_("The offering country is among the partners that the need prefers."))
    elif region["preference"] == 0:
        sentences.append(_("The offering country is not among the partners that the need prefers."))
    return sentences


CLOSE, RELATED = 5_000, 2_000
"""From these, in ten-thousandths, two texts are called close, or related."""


def _topic(explanation: Explanation, _labels: Labels) -> list[str]:
    topic = explanation.get("topic")
    if not topic:
        return []
    if "compared_by" in topic and topic["compared_by"] is None:
        return [f"{_not_compared(topic)} {_counts(explanation, 'topic')}".strip()]
    if "compared_by" not in topic and (topic["need_has_no_text"] or topic["offer_has_no_text"]):
        # As it was said, and counted, before there was a level for what cannot be compared.
        return [_("There is no text of both sides to compare, so that the topic adds nothing.")]
    if topic["closeness"] >= CLOSE:
        sentence = _("Their texts are close to each other.")
    elif topic["closeness"] >= RELATED:
        sentence = _("Their texts are related.")
    else:
        sentence = _("Their texts have little in common.")
    return [f"{sentence} {_how_compared(topic)}".strip()]


def _not_compared(topic: dict[str, Any]) -> str:
    if topic["need_has_no_text"] and topic["offer_has_no_text"]:
        return _("Neither side has a text to compare.")
    if topic["need_has_no_text"]:
        return _("The need has no text to compare.")
    if topic["offer_has_no_text"]:
        return _("The offer has no text to compare.")
    return _(
        "Their texts are in languages that the portal cannot compare with each other; a text in English on both sides "
        "could be compared."
    )


def _how_compared(topic: dict[str, Any]) -> str:
    """Say by what the texts were compared where that is not the usual way."""
    english = (topic.get("need_in_english", False), topic.get("offer_in_english", False))
    if any(english):
        return {
            (True, True): _("Compared by what both say in English."),
            (True, False): _("Compared by what the need says in English."),
            (False, True): _("Compared by what the offer says in English."),
        }[english]
    if topic.get("compared_by") == ComparedBy.WORDS:
        return _("Compared by their words alone.")
    return _("They are in different languages.") if topic["other_language"] else ""


def _share(part: dict[str, Any]) -> list[str]:
    """Say of a criterion that has no sentences of its own how far it is fulfilled, where it counts."""
    if not part["weight"]:
        return []
    percent = part["numerator"] * 100 // max(part["denominator"], 1)
    return [
        _("%(criterion)s: fulfilled to %(percent)d %%.")
        % {"criterion": CRITERIA[part["code"]].label, "percent": percent}
    ]


FOR: dict[str, Callable[[Explanation, Labels], list[str]]] = {
    "areas": _areas,
    "modalities": _modalities,
    "region": _region,
    "topic": _topic,
}
"""What speaks for a fit, by criterion; one that is not here is said by how far it is fulfilled."""


def _first_names(codes: list[str], labels: dict[str, str]) -> str:
    """Name the first few, and count the others."""
    named = _names(codes[:NAMED_IN_SHORT], labels)
    others = len(codes) - NAMED_IN_SHORT
    return named if others <= 0 else _("%(names)s and %(number)d more") % {"names": named, "number": others}


def _names(codes: Iterable[str], labels: dict[str, str]) -> str:
    return listed(labels.get(code, code) for code in codes)
