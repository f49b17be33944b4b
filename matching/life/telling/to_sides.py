"""Mails to a side of a match."""

from directory.mail import outbox
from directory.mail.receivers import offices_of, people_of, with_alternates
from matching.life.seen.sides import posting_of
from matching.models import Match
from surveys.choices import Side


def write_to_side(match: Match, side: Side, kind: str, *, occasion: str, to_offices: bool = False) -> int:
    """Write to those who speak for the side, once an occasion; return how many mails are new.

    to_offices: also to the official addresses of its agency or country.
    """
    posting = posting_of(match, side)
    owner = posting.agency_id, posting.country_id
    return outbox.write(
        kind=kind,
        key=f"{kind}:{occasion}",
        about={"match": match.pk, "side": side},
        to=with_alternates(people_of(*owner)),
        offices=offices_of(*owner) if to_offices else (),
    )
