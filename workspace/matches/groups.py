"""Groups of one's matches by what is to be done: as `shown_state` of `matching.life.seen.sides`, for queries."""

from collections import Counter
from collections.abc import Iterable

from django.db.models import Case, Count, IntegerField, Q, QuerySet, TextChoices, Value, When
from django.utils.translation import gettext_lazy as _

from directory.access import Action
from directory.models import User
from matching.choices import COOPERATION, REFUSALS, Clearance, MatchStatus, ReadAs, SideAnswer
from matching.life.answers.clearing import WAITING
from matching.listing.branches import MatchParts, own_branches_for
from matching.models import Match
from matching.models.fits.match import MatchQuerySet
from matching.models.fits.seeing import is_told, side_has
from surveys.choices import Side


class Group(TextChoices):
    """What one's matches are listed under, the most urgent first."""

    TO_ANSWER = "to_answer", _("Proposals to answer")
    TO_CLEAR = "to_clear", _("To clear for your country")
    TO_CONFIRM = "to_confirm", _("Outcomes to confirm")
    INTRODUCED = "introduced", _("Introduced")
    WAITING = "waiting", _("You are interested: with the secretariat")
    DECLINED = "declined", _("You declined, or objected: can still be taken back")
    COOPERATION = "cooperation", _("Agreed and completed")
    FITS = "fits", _("Other fits")
    OVER = "over", _("Not taken forward, or lapsed")


RANKS = {group: rank for rank, group in enumerate(Group)}
GROUPS = {rank: group for group, rank in RANKS.items()}


def own_matches(user: User) -> MatchQuerySet:
    """Return the matches that the person may see and answers for on a side, each with its `group_rank`.

    Where both sides are the person's, the more urgent group counts. A fit that is gone is in no group, and released
    ones of which nothing else is shown stand with the public's.
    """
    visible = Match.objects.visible_to(user).of(user, Action.READ_OWN)
    matches = visible.exclude(read_as=ReadAs.RELEASED)  # type: ignore[misc]
    return matches.annotate(group_rank=_rank(user)).order_by("group_rank", "-seen_score", "need_id", "offer_id")


def own_parts(user: User) -> MatchParts:
    """Return the rows of `own_matches` in parts that each are found by an index, see `web.lists.branches`."""
    told, shown = own_branches_for(user)
    return MatchParts(
        [
            told.annotate(group_rank=_rank(user)),
            # Whoever was told of nothing has nothing to do about it.
            shown.annotate(group_rank=Value(RANKS[Group.FITS], output_field=IntegerField())),
        ]
    )


def told_matches(user: User, action: Action) -> MatchQuerySet:
    """Return those of `own_matches` of whose steps the person has heard, of sides within its scope for the action."""
    told, _shown = own_parts(user)
    return told.of(user, action)  # type: ignore[attr-defined]


def in_groups(matches: QuerySet[Match], *groups: Group) -> QuerySet[Match]:
    """Return those of `own_matches` that are in the groups."""
    ranks = [RANKS[group] for group in groups]
    return matches.filter(group_rank__in=ranks)  # type: ignore[misc]


def counts_of(parts: Iterable[QuerySet[Match]]) -> dict[Group, int]:
    """Return how many of these are in each group that has any, in the order of the groups: a query a part."""
    counts: Counter[int] = Counter()
    for part in parts:
        grouped = part.order_by().values("group_rank").annotate(rows=Count("pk"))  # type: ignore[misc]
        counts.update(dict(grouped.values_list("group_rank", "rows")))
    return {group: counts[rank] for rank, group in GROUPS.items() if counts[rank]}


def _rank(user: User) -> Case:
    conditions: dict[Group, Q] = dict.fromkeys((group for group in Group if group != Group.FITS), Q(pk__in=[]))
    for side in Side:
        for group, condition in _conditions(user, side).items():
            conditions[group] |= condition
    whens = [When(condition, then=Value(RANKS[group])) for group, condition in conditions.items()]
    # A match that is over on a side is not among the fits of the other, which never heard of a proposal.
    return Case(*whens, default=Value(RANKS[Group.FITS]), output_field=IntegerField())


def _conditions(user: User, side: Side) -> dict[Group, Q]:
    """Return the condition of each group for the matches whose posting on that side is the person's."""
    told, proposed = is_told(user, side), Q(status=MatchStatus.PROPOSED)
    confirmed = side_has(side, outcome_confirmed_at__isnull=False)
    return {
        Group.TO_ANSWER: told & proposed & side_has(side, asked_at__isnull=False, answer=""),
        Group.TO_CLEAR: told & proposed & side_has(side, asked_at__isnull=True, clearance__in=WAITING),
        Group.TO_CONFIRM: told & Q(status=MatchStatus.COMPLETED) & ~confirmed,
        Group.INTRODUCED: told & Q(status=MatchStatus.INTRODUCED),
        Group.WAITING: told & proposed & side_has(side, answer=SideAnswer.INTERESTED),
        Group.DECLINED: told
        & proposed
        & (side_has(side, answer__in=REFUSALS) | side_has(side, clearance=Clearance.OBJECTED)),
        Group.COOPERATION: told & Q(status__in=COOPERATION),
        Group.OVER: told & Q(status__in=(MatchStatus.NOT_TAKEN_FORWARD, MatchStatus.LAPSED)),
    }
