"""What a run says beside the one before it: what changed in its inputs, and why a match is new, gone or moved."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from matching.choices import ChangeKind
from matching.models import MatchChange, MatchRun
from matching.runs.reconciling import CRITERIA
from matching.templatetags.matches import criterion_words, signed_thousandths
from surveys.choices import PostingStatus
from surveys.models import Need, Offer
from surveys.models.postings.posting import Posting
from web.calendar.days import first_day_not_ended

INPUTS: dict[str, Promise] = {
    "needs": gettext_lazy("the open needs: which they are, their areas, modalities, country or date"),
    "offers": gettext_lazy("the open offers: which they are, their areas, modalities, country or date"),
    "texts": gettext_lazy("the texts"),
    "targets": gettext_lazy("which countries the offers reach"),
    "preferred_partners": gettext_lazy("the preferred partners"),
    "profile": gettext_lazy("the weights, the least score or the length of the lists"),
    "decided": gettext_lazy("the pairs that people have decided"),
    "codes": gettext_lazy("the areas, modalities, countries or those that take part as the directory has them"),
}


@dataclass(frozen=True)
class RunComparison:
    """A run beside the one before it."""

    before: MatchRun | None
    """The finished run before it, of any profile; None where there is none to compare with."""
    differing: list[str]
    """In words, what differs in the inputs and in what reads them."""
    is_same_input: bool
    is_same_result: bool
    needs_changed: int = 0
    """Open needs that were written to between the two runs; the same of the offers."""
    offers_changed: int = 0

    @property
    def contradicts(self) -> bool:
        """Whether the same inputs gave two results, which must not be."""
        return self.is_same_input and not self.is_same_result


def comparison(run: MatchRun) -> RunComparison:
    """Compare a finished run with the one before it, in three queries."""
    earlier = Q(started_at__lt=run.started_at) | Q(started_at=run.started_at, pk__lt=run.pk)
    before = MatchRun.objects.public().filter(earlier).select_related("profile").first()
    if before is None or not (run.digest and before.digest):
        return RunComparison(before=before, differing=[], is_same_input=False, is_same_result=False)
    differing = [
        str(words) for name, words in INPUTS.items() if run.input_digests.get(name) != before.input_digests.get(name)
    ]
    if run.engine_version != before.engine_version:
        differing.append(_("the engine, %(before)s before") % {"before": before.engine_version})
    if run.topic_version != before.topic_version:
        differing.append(_("how texts are compared"))
    since = {"updated_at__gt": before.started_at, "updated_at__lte": run.started_at}
    return RunComparison(
        before=before,
        differing=differing,
        is_same_input=run.digest == before.digest,
        is_same_result=run.result_digest == before.result_digest,
        needs_changed=Need.objects.published().filter(**since).count(),
        offers_changed=Offer.objects.published().filter(**since).count(),
    )


def why(change: MatchChange, *, run: MatchRun, before: MatchRun | None) -> str:
    """Return in a sentence why a run made a match new, gone or moved, as far as the postings tell today.

    No query where the match came with both postings.
    """
    match, causes = change.match, []
    for posting, words in ((match.need, _("the need")), (match.offer, _("the offer"))):
        if change.kind == ChangeKind.GONE and not _is_open(posting):
            causes.append(_("%(posting)s is not open any more") % {"posting": words})
        elif before is not None and posting.created_at > before.started_at:
            causes.append(_("%(posting)s came since") % {"posting": words})
        elif before is not None and posting.updated_at > before.started_at:
            causes.append(_("%(posting)s was changed since") % {"posting": words})
    if before is not None and before.profile_id != run.profile_id:
        causes.append(_("scored by another profile"))
    if before is not None and before.engine_version != run.engine_version:
        causes.append(_("scored by another engine"))
    if not causes and change.kind == ChangeKind.GONE:
        causes.append(_("others fit better by now: it stands in neither list"))
    if not causes and change.kind == ChangeKind.NEW:
        causes.append(_("a place in a list came free") if before else _("the first run"))
    return "; ".join([*_by_criterion(change), *causes])


def _by_criterion(change: MatchChange) -> list[str]:
    """Return by how much each contribution moved, those that did."""
    moved = [(criterion, getattr(change, f"{criterion}_by")) for criterion in CRITERIA]
    return [f"{criterion_words(criterion)} {signed_thousandths(by)}" for criterion, by in moved if by]


def _is_open(posting: Posting) -> bool:
    is_over = posting.closes_on is not None and posting.closes_on < first_day_not_ended()
    return posting.status == PostingStatus.PUBLISHED and not is_over


def in_words(comparison: RunComparison) -> str:
    """Return the comparison of the inputs as a sentence; empty where there is nothing to compare with."""
    if comparison.before is None or (not comparison.is_same_input and not comparison.differing):
        return ""
    if comparison.contradicts:
        return _("The inputs are those of the run before, yet the result is another. Please report this.")
    if comparison.is_same_input:
        return _("The inputs are those of the run before, and so is the result, byte for byte.")
    words = _("Since the run before, this has changed: %(what)s.") % {"what": "; ".join(comparison.differing)}
    changed = [
        ngettext("%(number)s need", "%(number)s needs", comparison.needs_changed)
        % {"number": number_format(comparison.needs_changed)},
        ngettext("%(number)s offer", "%(number)s offers", comparison.offers_changed)
        % {"number": number_format(comparison.offers_changed)},
    ]
    if comparison.needs_changed or comparison.offers_changed:
        words += " " + _("Written to in between: %(needs)s, %(offers)s.") % {"needs": changed[0], "offers": changed[1]}
    return words
