"""How the matching stands: what a run did, in a sentence, and what waits since the last one."""

from typing import Any

from django.db.models import Count
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from directory.access import Action, can
from directory.models import User
from matching.choices import RunState
from matching.models import MatchRun, PostingMark


def standing(user: Any) -> dict[str, Any]:
    """Return how the matching stands, for the first page: the last run and what it did, and what waits since.

    Of postings that changed a mark stays until they are matched, within a minute as a rule. Two queries.
    """
    last = MatchRun.objects.filter(is_what_if=False).exclude(state=RunState.RUNNING).first()
    changed = PostingMark.objects.filter(is_changed=True)
    waiting = changed.aggregate(needs=Count("need_id", distinct=True), offers=Count("offer_id", distinct=True))
    return {
        "last_run": last,
        "what_it_did": what_it_did(last) if last else "",
        "changed_since": waiting["needs"] + waiting["offers"],
        "may_start": isinstance(user, User) and can(user, Action.RUN_MATCHING),
    }


def what_it_did(run: MatchRun) -> str:
    """Return the counts of a run in a sentence; those that it does not have are left out."""
    counts = run.counts
    words = [_("what-if, no match touched")] if run.is_what_if else []
    if "needs" in counts and "offers" in counts:
        words.append(
            _("%(needs)s needs against %(offers)s offers")
            % {"needs": number_format(counts["needs"]), "offers": number_format(counts["offers"])}
        )
    if "suggested" in counts:
        words.append(
            ngettext("%(number)s suggestion", "%(number)s suggestions", counts["suggested"])
            % {"number": number_format(counts["suggested"])}
        )
    words.extend(
        text % {"number": number_format(counts[name])}
        for name, text in (
            ("new", _("%(number)s new")),
            ("moved", _("%(number)s with another score")),
            ("gone", _("%(number)s gone")),
            ("lapsed_proposals", _("%(number)s proposals lapsed")),
            ("scored_again", _("%(number)s postings scored again, for they changed meanwhile")),
        )
        if counts.get(name)
    )
    options = counts.get("triangular", {}).get("suggested")
    if options:
        words.append(
            ngettext("%(number)s triangular option", "%(number)s triangular options", options)
            % {"number": number_format(options)}
        )
    return ", ".join(words)
