"""Decides what becomes of the postings of one response: made, changed, kept as people have them; writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from directory.models import Agency
from surveys.answering.reading.from_answers import Answers, PostingDraft, postings_of, stated_sides, status_of
from surveys.choices import PostingStatus, Side
from surveys.models import Need, Offer, Response, Survey
from surveys.postings import writing
from surveys.postings.deciding.publishable import Lack, answerable, lacks_of
from surveys.questionnaires.asked import Asked

PostingKey = tuple[Side, int]


@dataclass(frozen=True, slots=True)
class PostingPlan:
    """What becomes of one posting of a response: `kept` says why it is left as it is.

    `draft` None: the response states it no longer. `differs`: a kept posting whose response says otherwise, for a
    person to choose between the two.
    """

    side: Side
    part: int
    draft: PostingDraft | None
    existing: Offer | Need | None = None
    status: PostingStatus | None = None
    changed: Sequence[str] = ()
    kept: str = ""
    differs: Sequence[str] = ()

    @property
    def waits_for(self) -> Sequence[Lack]:
        """What keeps it a draft until somebody completes it."""
        return self.draft.lacks if self.draft and not self.kept and self.status == PostingStatus.DRAFT else ()


def plan_postings(
    answers: Answers,
    *,
    response: Response | None,
    before: Answers | None,
    asked: Asked,
    survey: Survey,
    drafts_other_side: bool,
    agencies: Mapping[str, Agency],
) -> list[PostingPlan]:
    """Return what becomes of each posting, offers first.

    response: the stored one, its offers and needs prefetched with areas, modalities and places; before: what it
    stated until now. A posting that a person edited or the country confirmed is kept, and so is a state that a person
    chose; one whose import was undone comes back. What the answers leave short waits as a draft.
    """
    drafts = postings_of(answers, asked=asked, survey=survey, drafts_other_side=drafts_other_side, agencies=agencies)
    existing: dict[PostingKey, Offer | Need] = {}
    if response:
        existing.update(((Side.OFFER, offer.response_part), offer) for offer in response.offers.all())
        existing.update(((Side.NEED, need.response_part), need) for need in response.needs.all())
    stated_before = stated_sides(before, asked) if before else frozenset()
    plans = [
        _plan(draft, existing.pop((draft.side, draft.part), None), stated_before=stated_before, survey=survey)
        for draft in drafts
    ]
    for (side, part), left in existing.items():
        was = status_of(side, stated=stated_before, survey=survey)
        is_untouched = not why_kept(left) and left.status == was != PostingStatus.DRAFT
        plans.append(
            PostingPlan(
                side,
                part,
                None,
                existing=left,
                status=PostingStatus.DRAFT if is_untouched else None,
                changed=("status",) if is_untouched else (),
                kept="" if is_untouched else why_kept(left) or _("the row no longer states it"),
            )
        )
    return plans


def why_kept(existing: Offer | Need) -> str:
    """Return why a response's change does not reach a posting; empty where it does."""
    if existing.edited_on is not None:
        return _("edited by a person")
    if existing.confirmed_on is not None:
        return _("confirmed by the country's own agency")
    return ""


def _plan(
    draft: PostingDraft, existing: Offer | Need | None, *, stated_before: frozenset[Side], survey: Survey
) -> PostingPlan:
    side, part = draft.side, draft.part
    if existing is None:
        return PostingPlan(side, part, draft, status=PostingStatus.DRAFT if draft.lacks else draft.status)
    if kept := why_kept(existing):
        return PostingPlan(side, part, draft, existing=existing, kept=kept, differs=_changes(existing, draft))
    lacked = lacks_of(existing)
    was = status_of(side, stated=stated_before, survey=survey)
    # A state that a person chose stays; one that the import gave follows what the row states now.
    waited = bool(lacked) and existing.status == PostingStatus.DRAFT
    follows = existing.status in (was, PostingStatus.ARCHIVED) or waited
    status = draft.status if follows else PostingStatus(existing.status)
    changed = _changes(existing, draft, status=status)
    if status == PostingStatus.PUBLISHED:
        before = lacked if existing.status == PostingStatus.PUBLISHED else ()
        if answerable(draft.lacks, before=before, changed=changed):
            status = PostingStatus.DRAFT
            changed = _changes(existing, draft, status=status)
    return PostingPlan(side, part, draft, existing=existing, status=status, changed=changed)


def _changes(existing: Offer | Need, draft: PostingDraft, **values: Any) -> list[str]:
    return writing.differences(
        existing,
        values={**draft.values, **values},
        areas=draft.areas,
        modalities=draft.modalities,
        targets=draft.targets,
    )
