"""Making a practice of a completed match: what its own public page tells, and nothing else."""

import re
from typing import Any

from django.utils.translation import gettext as _

from directory.access import Action
from directory.choices import AreaUse
from directory.models import Agency, User
from matching.life.seen.sides import OTHER_SIDE, posting_of, sides_of
from matching.life.telling.cooperation import as_published, published, told_in_full
from matching.models import Match
from practices.models.practice import LONGEST_TITLE
from surveys.choices import Side
from web.converters import ROW_NUMBER

_PAIR = re.compile(rf"({ROW_NUMBER})-({ROW_NUMBER})")


def may_be_told(match: Match, *, by: User) -> bool:
    """Return whether the person speaks for a side, with a designation, and everyone may read the match's outcome."""
    return bool(sides_of(by, match, Action.POST)) and told_in_full().filter(pk=match.pk).exists()


def match_to_tell(pair: str, *, by: User) -> Match | None:
    """Return the match of these ids of need and offer ("12-34") if the person may make a practice of it."""
    read = _PAIR.fullmatch(pair)
    if read is None:
        return None
    match = published().filter(need=int(read[1]), offer=int(read[2])).first()
    return match if match is not None and may_be_told(match, by=by) else None


def told_of(match: Match, *, by: User) -> dict[str, Any]:
    """Return what a practice made of the match begins with, by field of its form: all of it is published already."""
    told = as_published(match)
    own_side = sides_of(by, match, Action.POST)[0]
    own, other = posting_of(match, own_side), posting_of(match, OTHER_SIDE[own_side])
    countries = dict.fromkeys(country for posting in (own, other) if (country := posting.posting_country))
    titles = {"need": told.need.title, "offer": told.offer.title}
    return {
        **({"agency": own.agency} if own.agency else {}),
        "title": _shortened(told.offer.title),
        "text": _("Sought: %(need)s.\nOffered: %(offer)s.") % titles,
        "results": told.outcome.what_changed if told.outcome else "",
        "links": "\n".join(told.links),
        "language": told.offer.language,
        "areas": [area for area in told.need.areas.all() if area.use == AreaUse.AREA],
        "modalities": told.modalities,
        "countries": [country for country in countries if country.is_listed],
        "partners": _public([other.agency] if other.agency else []),
        "offers": [match.offer] if own_side == Side.OFFER and told.offer_address else [],
    }


def _public(agencies: list[Agency]) -> list[Agency]:
    return list(Agency.objects.public().filter(pk__in=[agency.pk for agency in agencies]))


def _shortened(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"
