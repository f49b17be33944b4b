"""What the page of a plan shows: its picks, what it gives up, and which needs get nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matching.allocation.giving_up import OTHERS
from matching.allocation.weighing import Membership
from matching.choices import Fit, MatchStatus, WithoutPick
from matching.models import Allocation, AllocationPick
from matching.scoring.places import places_left
from matching.templatetags.matches import hundredths
from surveys.models import Need, Offer

PICKS_A_PAGE = 100
MOST_LEFT_OUT = 100
PLANS = ("without_weights", "best_scores")


@dataclass(frozen=True)
class PickRow:
    """One pick as the page shows it."""

    pick: AllocationPick
    fit: Fit
    groups: tuple[str, ...]
    places: str

    @property
    def is_open(self) -> bool:
        """Whether the match still waits to be proposed."""
        return self.pick.match.status == MatchStatus.SUGGESTED


@dataclass(frozen=True)
class NeedRow:
    """A need in a list, with its groups and, where its offers are full, who has them."""

    need: Need
    groups: tuple[str, ...]
    full: list[tuple[Offer, list[Need]]]


@dataclass(frozen=True)
class HeadedNeeds:
    """Needs under a heading; of a long list the first are named."""

    title: str
    number: int
    rows: list[NeedRow]

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.number - len(self.rows)


@dataclass(frozen=True)
class PlanComparison:
    """The plan beside another one: a sentence, and the needs by which they differ."""

    title: str
    sentence: str
    lists: list[HeadedNeeds]


def what_it_proposes(allocation: Allocation) -> str:
    """Return how many matches a plan has, and how many needs it serves; nothing of one that is not made."""
    if not allocation.totals:
        return ""
    picks, served = allocation.totals["picks"], allocation.totals["served"]
    matches = ngettext("%(number)s match", "%(number)s matches", picks) % {"number": number_format(picks)}
    needs = ngettext("%(number)s need that has nothing gets one", "%(number)s needs that have nothing get one", served)
    return f"{matches}; {needs % {'number': number_format(served)}}"


def context_of(allocation: Allocation, *, page: str | None) -> dict[str, Any]:
    """Return what the page shows, in a fixed number of queries; `page` is the number of the page of its picks."""
    membership = Membership.on_day(allocation.started_at.date())
    picks = _with_matches(allocation.picks.all())
    shown = Paginator(picks, PICKS_A_PAGE).get_page(page)
    gives_up = allocation.gives_up
    needs = _needs(gives_up, membership)
    return {
        "allocation": allocation,
        "what_it_proposes": what_it_proposes(allocation),
        "page": shown,
        "rows": _pick_rows(shown, membership),
        "left_out": list(picks.exclude(left_out="")[:MOST_LEFT_OUT]),
        "table": _table(allocation),
        "comparisons": [_without_weights(gives_up, needs), _best_scores(allocation, needs)],
        "nothing": [
            _list(str(reason.label), gives_up["nothing"][reason], needs)
            for reason in WithoutPick
            if gives_up["nothing"][reason]["number"]
        ],
        "number_with_nothing": sum(found["number"] for found in gives_up["nothing"].values()),
    }


def _with_matches(picks: QuerySet[AllocationPick]) -> QuerySet[AllocationPick]:
    return picks.order_by("position").select_related(
        "match__profile",
        "match__need__country",
        "match__need__agency__country",
        "match__offer__country",
        "match__offer__agency__country",
    )


def _pick_rows(picks: Iterable[AllocationPick], membership: Membership) -> list[PickRow]:
    picks = list(picks)
    left = places_left({pick.match.offer_id for pick in picks})
    return [
        PickRow(
            pick=pick,
            fit=pick.match.fit,
            groups=membership.groups_of(pick.match.need.country_id),
            places=_places(left[pick.match.offer_id], pick.match.offer.places),
        )
        for pick in picks
    ]


def _places(left: int | None, stated: int | None) -> str:
    if left is None or stated is None:
        return _("no limit stated")
    return _("%(left)s of %(stated)s") % {"left": number_format(left), "stated": number_format(stated)}


def _needs(gives_up: Mapping[str, Any], membership: Membership) -> dict[int, NeedRow]:
    """Read every need and offer that the page names, by the id of the need, in two queries."""
    named = {pk for plan in PLANS for found in ("lost", "gained") for pk in gives_up[plan][found]["needs"]}
    named.update(pk for found in gives_up["nothing"].values() for pk in found["needs"])
    takers = {pk for needs in gives_up["taken_by"].values() for pk in needs}
    needs = {
        need.pk: need
        for need in Need.objects.filter(pk__in=named | takers)
        .select_related("country", "agency__country")
        .order_by("pk")
    }
    offers = {
        str(offer.pk): offer
        for offer in Offer.objects.filter(pk__in=[int(pk) for pk in gives_up["taken_by"]])
        .select_related("country", "agency__country")
        .order_by("pk")
    }
    taken_by = {key: [needs[pk] for pk in having] for key, having in gives_up["taken_by"].items()}
    fitting = gives_up["offers_that_fit"]
    return {
        pk: NeedRow(
            need=needs[pk],
            groups=membership.groups_of(needs[pk].country_id),
            full=[(offers[str(offer)], taken_by[str(offer)]) for offer in fitting.get(str(pk), [])],
        )
        for pk in named
    }


def _list(title: str, found: Mapping[str, Any], needs: Mapping[int, NeedRow]) -> HeadedNeeds:
    return HeadedNeeds(title=title, number=found["number"], rows=[needs[pk] for pk in found["needs"]])


def _differences(found: Mapping[str, Any], needs: Mapping[int, NeedRow]) -> list[HeadedNeeds]:
    lists = [
        _list(_("Would be served, and is not"), found["lost"], needs),
        _list(_("Is served, and would not be"), found["gained"], needs),
    ]
    return [one for one in lists if one.number]


def _without_weights(gives_up: Mapping[str, Any], needs: Mapping[int, NeedRow]) -> PlanComparison:
    found = gives_up["without_weights"]
    lists = _differences(found, needs)
    lost = ngettext(
        "Were all countries alike, %(number)d need would be served that is not.",
        "Were all countries alike, %(number)d needs would be served that are not.",
        found["lost"]["number"],
    )
    gained = ngettext(
        "In return %(number)d other need is served.",
        "In return %(number)d other needs are served.",
        found["gained"]["number"],
    )
    sentence = (
        f"{lost % found['lost']} {gained % found['gained']}"
        if lists
        else _("Nothing: were all countries alike, the same needs would be served.")
    )
    return PlanComparison(title=_("To put LDCs, LLDCs and SIDS first"), sentence=sentence, lists=lists)


def _best_scores(allocation: Allocation, needs: Mapping[int, NeedRow]) -> PlanComparison:
    found, totals = allocation.gives_up["best_scores"], allocation.totals
    lists = _differences(found, needs)
    difference = found["score"] - totals["score"]
    if difference > 0:
        scores = _("By the best scores alone, the scores would add up to %(more)s more.") % {
            "more": hundredths(difference)
        }
    elif difference < 0:
        scores = _("By the best scores alone, the scores would add up to %(less)s less.") % {
            "less": hundredths(-difference)
        }
    else:
        scores = _("By the best scores alone, the scores would add up to the same.")
    served = ngettext(
        "%(other)d need would be served; this plan serves %(own)d.",
        "%(other)d needs would be served; this plan serves %(own)d.",
        found["served"],
    ) % {"other": found["served"], "own": totals["served"]}
    return PlanComparison(title=_("To serve as many needs as possible"), sentence=f"{scores} {served}", lists=lists)


def _table(allocation: Allocation) -> list[tuple[str, list[str]]]:
    """Return rows of words and figures: at choice, this plan, were all countries alike, best scores alone."""
    totals = allocation.totals
    plans = [totals, *(allocation.gives_up[name] for name in PLANS)]
    rows = [
        (_("Matches"), [number_format(totals["candidates"]), *(number_format(plan["picks"]) for plan in plans)]),
        (_("Scores, added up"), ["", *(hundredths(plan["score"]) for plan in plans)]),
    ]
    wholes = [totals["needs_with_nothing"], *(plan["served"] for plan in plans)]
    rows.append((_("Needs served that have nothing"), [number_format(number) for number in wholes]))
    for group, *counts in allocation.gives_up["groups"]:
        label = _("of other countries") if group == OTHERS else _("of %(group)s countries") % {"group": group}
        rows.append((label, [_share(count, whole) for count, whole in zip(counts, wholes, strict=True)]))
    return rows


def _share(count: int, whole: int) -> str:
    if not whole:
        return number_format(count)
    return _("%(count)s (%(percent)s %%)") % {
        "count": number_format(count),
        "percent": number_format((200 * count + whole) // (2 * whole)),
    }
