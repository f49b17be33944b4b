"""What a letter to the sides says of one of them: its posting in short, whom it addresses, who gets a copy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from matching.life.telling.contacts import Contact, contacts_of
from surveys.models.postings.posting import Posting
from surveys.postings.languages import translation_note
from web.files.letters import (
    LONGEST_TEXT,
    MUTED,
    NO_REFERENCE_YET,
    add_heading,
    add_paragraph,
    cleaned,
    lines_of,
    one_line,
    shortened,
)
from web.text import listed


@dataclass(frozen=True)
class LetterContact:
    """A person, an office, or a few lines of the posting, which name nobody."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class LetterPart:
    """What one side brings: its posting in short, and whom to write to."""

    heading: str
    party: str
    title: str
    text: str
    english_text: str
    english_note: str
    """Which text prevails, where the English one is a translation."""
    addressee: tuple[str, ...]
    """The head of the agency, else the one person who speaks for it, with title and function; none: the party alone."""
    areas: str
    modalities: str
    contacts: tuple[LetterContact, ...]
    """None before the introduction."""


def part_of(heading: str, posting: Posting, *, with_contacts: bool) -> LetterPart:
    """Return what a letter says of this posting's side; its contacts only where the sides have been introduced."""
    contacts = contacts_of(posting) if with_contacts else []
    return LetterPart(
        heading=heading,
        party=one_line(posting.party),
        title=one_line(posting.title),
        text=shortened(cleaned(posting.text), LONGEST_TEXT),
        english_text=shortened(cleaned(posting.english_text), LONGEST_TEXT),
        english_note=translation_note(posting),
        addressee=_addressee(posting, contacts),
        areas=_joined(posting.areas.all()),
        modalities=_joined(posting.modality_words),
        contacts=tuple(one for one in map(_contact, contacts) if one.name or one.lines),
    )


def _addressee(posting: Posting, contacts: Sequence[Contact]) -> tuple[str, ...]:
    """Return whom the letter addresses: a head, who is known; else, once introduced, the one person who is told."""
    agency = posting.agency
    people = [one for one in contacts if one.is_person and one.name]
    if agency is not None and agency.head_name:
        given = (agency.head_name, agency.head_function)
    elif len(people) == 1:
        given = (people[0].name, people[0].job_title)
    else:
        return ()
    return tuple(line for line in map(one_line, given) if line)


def copies_to(*postings: Posting) -> tuple[str, ...]:
    """Return the lines below the letter: whom the countries of these postings want to get a copy."""
    countries = [country for posting in postings if (country := posting.posting_country) is not None]
    lines = [line for country in countries for line in lines_of(cleaned(country.letter_copies_to))]
    return tuple(dict.fromkeys(lines))


def _joined(rows: Iterable[Any]) -> str:
    return listed(one_line(str(row)) for row in rows)


def _contact(contact: Contact) -> LetterContact:
    given = map(one_line, (contact.job_title, contact.email, contact.phone))
    lines = (*(line for line in given if line), *lines_of(cleaned(contact.text)))
    return LetterContact(name=one_line(contact.name), lines=lines)


def write_part(document: Any, part: LetterPart) -> None:
    """Add what the letter says of a side."""
    add_heading(document, part.heading)
    add_paragraph(document, part.title, bold=True)
    add_paragraph(document, part.party)
    for line in lines_of(part.text):
        add_paragraph(document, line)
    if part.english_text:
        add_paragraph(document, _("In English"), bold=True)
    for line in lines_of(part.english_text):
        add_paragraph(document, line)
    if part.english_note:
        add_paragraph(document, part.english_note, size=9, colour=MUTED)
    for label, words in ((_("Priority areas"), part.areas), (_("Modalities"), part.modalities)):
        if words:
            add_paragraph(document, f"{label}: {words}")


def write_addressees(document: Any, parts: Iterable[LetterPart]) -> None:
    """Add whom the letter addresses: the head of each agency where one is known, and the party."""
    for part in parts:
        for line in part.addressee:
            add_paragraph(document, line, after=0)
        add_paragraph(document, part.party)


def write_signature(document: Any, owner: str) -> None:
    """Add the place for a signature."""
    add_paragraph(document, _("Yours sincerely,"), before=6, after=36)
    add_paragraph(document, NO_REFERENCE_YET * 2, after=0)
    add_paragraph(document, _("Name and function"), size=9, colour=MUTED, after=0)
    add_paragraph(document, owner)


def write_copies(document: Any, copies: Sequence[str]) -> None:
    """Add who gets a copy, if anybody does."""
    if copies:
        add_paragraph(document, _("Copies to:"), size=9, colour=MUTED, before=12, after=0)
    for line in copies:
        add_paragraph(document, line, size=9, after=0)
