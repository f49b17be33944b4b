"""Score one posting against all open ones of the other kind, at once: what its agency sees on publishing it."""

from django.db import transaction
from django.utils import timezone

from directory.days import today
from directory.models import User
from matching import engine
from matching.choices import MatchStatus
from matching.digests import tell_at_once
from matching.models import Match, ScoringProfile
from matching.profiles import default_profile
from matching.runs import decided_pairs
from matching.tables import Tables
from surveys.models import Need, Offer
from surveys.models.posting import Posting


@transaction.atomic
def rematch(*, posting: Posting, by: User | None = None) -> list[Match]:
    """Store the best `top_k` pairs of the posting, and bring its other suggestions up to date; return those stored.

    Those who want to hear of new matches at once are written to, but for `by`, who is looking at them.
    Scores are those of a full run; a pair that only stands in the other posting's list comes with the next run, as do
    its places in that list. What people have decided stays as it is. Best first; empty where the posting is not open.
    """
    begin, on, profile = timezone.now(), today(), default_profile()
    if profile.pk is None:
        profile.save()
    is_need = isinstance(posting, Need)
    side = {"need_ids": [posting.pk]} if is_need else {"offer_ids": [posting.pk]}
    tables = Tables.read(on=on, profile=profile, **side)
    found = engine.suggest(
        tables.needs, tables.offers, tables.reach, tables.preference, tables.profile, decided_pairs(tables)
    )
    ranks = found.rank_for_need if is_need else found.rank_for_offer
    kept = []
    for row in range(len(found)):
        need_id = int(tables.needs.ids[found.need_index[row]])
        offer_id = int(tables.offers.ids[found.offer_index[row]])
        values = {f"part_{code}": int(found.parts[row, column]) for column, code in enumerate(found.criteria)}
        kept.append((need_id, offer_id, int(ranks[row]), {**values, "score": int(found.score[row])}))
    _lapse_those_that_fit_no_more(posting, {(need_id, offer_id) for need_id, offer_id, _rank, _values in kept})
    for need_id, offer_id, rank, values in kept:
        _store(need_id=need_id, offer_id=offer_id, rank=rank, values=values, profile=profile, is_need=is_need)
    tell_at_once(since=begin, by=by)
    own = {"need": posting} if is_need else {"offer": posting}
    return list(Match.objects.for_lists().filter(**own, status=MatchStatus.SUGGESTED).order_by("-score", "pk"))


def _store(
    *, need_id: int, offer_id: int, rank: int, values: dict[str, int], profile: ScoringProfile, is_need: bool
) -> None:
    """Suggest a pair of the posting's own list; of others only those that were suggested already get the new score."""
    open_rows = Match.objects.open_to_runs(today()).filter(need=need_id, offer=offer_id)
    own_rank = {"rank_for_need" if is_need else "rank_for_offer": rank or None}
    stored = open_rows.select_for_update(of=("self",)).first()
    if stored is None:
        if rank and not Match.objects.filter(need=need_id, offer=offer_id).exists():
            Match.objects.create(need_id=need_id, offer_id=offer_id, profile=profile, **own_rank, **values)
        return
    if not rank and stored.status != MatchStatus.SUGGESTED:
        return
    before = (stored.status, *(getattr(stored, name) for name in (*values, *own_rank)))
    after = (MatchStatus.SUGGESTED, *values.values(), *own_rank.values())
    if before == after:
        return
    has_moved = stored.score != values["score"] or stored.status != MatchStatus.SUGGESTED
    open_rows.update(
        status=MatchStatus.SUGGESTED,
        profile=profile,
        decided_on=None,
        refused_until=None,
        scored_at=timezone.now() if has_moved else stored.scored_at,
        updated_at=timezone.now(),
        **own_rank,
        **values,
    )


def _lapse_those_that_fit_no_more(posting: Posting, kept: set[tuple[int, int]]) -> None:
    side = {"offer": posting} if isinstance(posting, Offer) else {"need": posting}
    gone = [
        pk
        for pk, need_id, offer_id in Match.objects.filter(**side, status=MatchStatus.SUGGESTED)
        .select_for_update(of=("self",))
        .values_list("pk", "need", "offer")
        if (need_id, offer_id) not in kept
    ]
    Match.objects.filter(pk__in=gone).update(
        status=MatchStatus.LAPSED, rank_for_need=None, rank_for_offer=None, updated_at=timezone.now()
    )
