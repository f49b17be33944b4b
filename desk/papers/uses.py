"""What was recorded from each letter: a step of a match, the word of a country for a posting."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from directory.models import Paper
from matching.models import MatchEvent
from surveys.models import Need, Offer, PostingPaper


@dataclass(frozen=True)
class PaperDid:
    """One thing that was recorded from a letter: in words, of what, and where that stands in the admin."""

    words: str
    subject: str
    address: str


def what_papers_did(papers: Iterable[Paper]) -> dict[int, list[PaperDid]]:
    """Return what was recorded from each of the letters, by their ids, oldest first; two queries."""
    ids = [paper.pk for paper in papers]
    did: dict[int, list[PaperDid]] = defaultdict(list)
    of_postings = PostingPaper.objects.filter(paper__in=ids).select_related("offer", "need").order_by("at", "pk")
    for one in of_postings:
        posting = one.offer or one.need
        if posting is not None:
            did[one.paper_id].append(PaperDid(str(one.get_use_display()), str(posting), _address(posting)))
    events = MatchEvent.objects.filter(paper__in=ids).select_related("match__need", "match__offer").order_by("at", "pk")
    for event in events:
        words = f"{event.get_kind_display()} ({event.get_side_display()})"
        address = reverse("admin:matching_match_change", args=[event.match_id])
        did[event.paper_id or 0].append(PaperDid(words, str(event.match), address))
    return did


def _address(posting: Offer | Need) -> str:
    return reverse(f"admin:surveys_{posting._meta.model_name}_change", args=[posting.pk])  # noqa: SLF001
