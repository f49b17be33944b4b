"""A released fit that a statement nobody confirmed is part of: it has a heading, and no word."""

from django.utils.translation import gettext as _

from matching.models import Match


def stated_overlap(match: Match) -> str:
    """Return what stands in place of the word where a reader sees a released fit with an unconfirmed side; else empty.

    Those who see it in full, a side's own people and the secretariat, read the word: they work with it.
    """
    unconfirmed = [posting for posting in (match.need, match.offer) if not posting.is_confirmed]
    if not unconfirmed or not match.seen.is_released:
        return ""
    years = sorted({posting.stated_on.year for posting in unconfirmed if posting.stated_on})
    if not years:
        return _("Overlap of stated priorities; not an offer or request of either Government")
    return _("Overlap of priorities stated in %(years)s; not an offer or request of either Government") % {
        "years": ", ".join(map(str, years))
    }
