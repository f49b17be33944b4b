"""Personal contacts, shown to the two sides once they are introduced, then and not before."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from directory.access import Action, can
from directory.mail.receivers import people_of
from directory.models import User
from matching.choices import CONTACTS_SHOWN
from matching.life.seen.sides import posting_of, sides_of
from matching.models import Match
from surveys.choices import Side
from surveys.models.postings.posting import Posting


@dataclass(frozen=True)
class Contact:
    """One person, or what the posting says of whom to write to."""

    name: str = ""
    job_title: str = ""
    email: str = ""
    phone: str = ""
    text: str = ""
    is_person: bool = False
    """And not an office, or a few lines of the posting."""


def contacts_for(match: Match, reader: User | AnonymousUser | None) -> dict[Side, list[Contact]]:
    """Return the contacts of both sides for the secretariat and, once introduced, for the sides; else nothing."""
    if match.status not in CONTACTS_SHOWN or match.on_hold_at is not None:
        return {}
    if not (can(reader, Action.READ_EVERYTHING) or sides_of(reader, match)):
        return {}
    return {side: contacts_of(posting_of(match, side)) for side in (Side.NEED, Side.OFFER)}


def contacts_of(posting: Posting) -> list[Contact]:
    """Return the contacts of a posting: its contact person while with the agency, else all who speak for it.

    Whose business it is to see them is for the caller to know: see `contacts_for`.
    """
    people = people_of(posting.agency_id, posting.country_id)
    named = [person for person in people if person.pk == posting.contact_person_id]
    shown = [
        Contact(
            name=person.name_in_letters,
            job_title=person.job_title,
            email=person.email,
            phone=person.phone,
            is_person=True,
        )
        for person in named or people
    ]
    if posting.agency is not None and posting.agency.office_mailbox:
        shown.append(Contact(name=str(posting.agency), email=posting.agency.office_mailbox))
    if posting.contact:
        shown.append(Contact(text=posting.contact))
    return shown
