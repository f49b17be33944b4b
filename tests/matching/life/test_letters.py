"""The letter of introduction, as DOCX and PDF."""

import datetime as dt
import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from docx import Document
from pytest_django import Settings

from directory.choices import Role
from directory.models import Agency, Country, User
from matching.choices import MatchStatus
from matching.life.telling.letters import letter_docx, letter_name, letter_of, letter_pdf
from matching.models import Introduction, Match
from tests.factories import (
    AgencyFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    MatchFactory,
    UserFactory,
    put_in,
)
from web.child import html_to_pdf
from web.child.limits import Limits
from web.child.refusing import Refused
from web.files import pdf
from web.files.letters import NO_REFERENCE_YET, cleaned
from web.files.pdf import PdfUnavailable, pdf_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

HOSTILE = '=cmd|"/C calc"!A1 <script>alert(1)</script> {{ 7*7 }} \x00\x0b\u202eexe \ud800\ufffe'
ARABIC = "خرائط الفيضانات"


def introduced_match(reviewer: User, **fields: Any) -> Match:
    """A match whose sides a person has introduced, with a contact on the offer's."""
    agency = AgencyFactory(office_mailbox="office@example.org")
    person = UserFactory(full_name="Ms Contact", phone="+66 2 000 0000", role=Role.FOCAL_POINT, role__agency=agency)
    offer = ConfirmedOfferFactory(agency=agency, country=agency.country, contact_person=person, contact="Room 5")
    match = MatchFactory(offer=offer, need=ConfirmedNeedFactory(title="Flood maps"), status=MatchStatus.INTRODUCED)
    Introduction.objects.create(
        match=match, made_by=reviewer, made_at=dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC), **fields
    )
    return match


def words_of(written: bytes) -> str:
    """All text of a DOCX file, tables included, in the order in which it is read."""
    document = Document(io.BytesIO(written))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_the_letter_says_who_why_and_whom_to_write_to(reviewer: User, settings: Settings) -> None:
    settings.PORTAL_OWNER = "Test Secretariat"
    match = introduced_match(reviewer, message="Meet on the margins of the forum.")
    words = words_of(letter_docx(match))
    assert words.startswith("The names, groupings and data on this portal are given for cooperation only.")
    for said in (
        "Test Secretariat", f"Reference: {NO_REFERENCE_YET}", "25 November 2026", "Flood maps", match.need.party,
        match.offer.party, "Modalities in common: Training.", "Meet on the margins of the forum.", "Ms Contact",
        "+66 2 000 0000", "office@example.org", "Room 5",
    ):  # fmt: skip
        assert said in words, said


def test_the_reference_is_filled_in_once_it_is_recorded(reviewer: User) -> None:
    match = introduced_match(reviewer, reference="SSC/2026/17")
    assert "Reference: SSC/2026/17" in words_of(letter_docx(match))


def test_a_draft_before_the_introduction_names_no_contact(reviewer: User) -> None:
    match = introduced_match(reviewer)
    match.introduction.delete()
    put_in(MatchStatus.PROPOSED, match)
    match = Match.objects.get(pk=match.pk)
    words = words_of(letter_docx(match))
    assert "have not been introduced to each other yet" in words
    for hidden in ("Ms Contact", "office@example.org", "Room 5", "+66", "Contacts"):
        assert hidden not in words
    assert letter_of(match).offer.contacts == ()


def test_what_people_typed_is_text_and_nothing_else(reviewer: User) -> None:
    match = introduced_match(reviewer)
    match.introduction.message, match.introduction.reference = HOSTILE, "=1+1\u202e"
    for posting in (match.need, match.offer):
        posting.title, posting.text = HOSTILE, HOSTILE * 2_000
    letter = letter_of(match)
    assert len(letter.need.text) < 2_000
    written = letter_docx(match)
    assert cleaned(HOSTILE).split("\n", maxsplit=1)[0] in words_of(written)
    document = Document(io.BytesIO(written))
    assert "fldSimple" not in document.element.xml
    assert "instrText" not in document.element.xml
    assert document.core_properties.author == letter.owner
    assert letter_name(match, "docx") == f"introduction-{match.need_id}-{match.offer_id}.docx"
    assert letter_pdf(match).startswith(b"%PDF")


def test_text_from_right_to_left_runs_from_right_to_left(reviewer: User) -> None:
    match = introduced_match(reviewer)
    match.need.title = ARABIC
    xml = Document(io.BytesIO(letter_docx(match))).element.xml
    assert xml.index("<w:bidi/>") < xml.index("<w:spacing", xml.index("<w:bidi/>"))
    assert "<w:rtl/>" in xml


def test_a_pdf_fetches_nothing(tmp_path: Path) -> None:
    picture = tmp_path / "secret.svg"
    picture.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>secret</text></svg>')
    plain, asking = (pdf_of(f"<p>a{image}</p>") for image in ("", f'<img src="{picture.as_uri()}">'))
    assert plain.startswith(b"%PDF")
    assert len(asking) == len(plain)


def test_without_its_library_there_is_no_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing:
        def find_spec(self, name: str, *_rest: Any) -> None:
            if name.split(".")[0] == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    for name in [name for name in sys.modules if name.split(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(Refused) as refused:
        list(html_to_pdf.answer(b"<p>a</p>", {}))

    def refuse(*_arguments: Any, **_options: Any) -> None:
        raise refused.value

    monkeypatch.setattr(pdf, "answer_of_child", refuse)
    with pytest.raises(PdfUnavailable, match="libpango") as unavailable:
        pdf_of("<p>a</p>")
    assert unavailable.value.status == 503


def test_a_page_without_end_is_refused_in_words_and_the_next_one_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "LIMITS", Limits(cpu_seconds=3, seconds=10))
    cells = f"<tr>{'<td>x</td>' * 50}</tr>" * 2_000
    with pytest.raises(PdfUnavailable, match="Shorten the text, or take the DOCX") as refused:
        pdf_of(f"<table>{cells}</table>")
    assert refused.value.status == 422
    assert pdf_of("<p>a\ud800</p>").startswith(b"%PDF")


def test_a_text_of_a_hundred_thousand_letters_takes_no_longer_than_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "LIMITS", Limits(cpu_seconds=2, seconds=8))
    before = sum(os.times()[2:4])
    with suppress(PdfUnavailable):
        pdf_of(f"<p style='overflow-wrap: anywhere'>{'x' * 100_000}</p>")
    assert sum(os.times()[2:4]) - before < 3.5


def with_letters(match: Match) -> tuple[Agency, Country]:
    """Give the agency of the offer a head, and both countries whom copies go to; return agency and country of it."""
    agency, own = match.offer.agency, match.offer.country
    assert agency is not None
    assert own is not None
    agency.head_name, agency.head_function = "H.E. Ms Amina Rahman", "Director-General"
    for country, copies in (
        (match.need.country, "Permanent Mission of the needing country\nOne line more"),
        (match.offer.country, "The Office of the associate member\n\nPermanent Mission of the needing country"),
    ):
        assert country is not None
        country.letter_copies_to = copies
    return agency, own


def test_it_addresses_the_head_with_title_and_function_and_goes_in_copy_to_the_missions(reviewer: User) -> None:
    match = introduced_match(reviewer)
    with_letters(match)
    letter = letter_of(match)
    assert letter.offer.addressee == ("H.E. Ms Amina Rahman", "Director-General")
    assert letter.need.addressee == ()  # it stands under its country alone
    assert letter.copies == (
        "Permanent Mission of the needing country", "One line more", "The Office of the associate member",
    )  # fmt: skip
    lines = words_of(letter_docx(match)).split("\n")
    head = lines.index("H.E. Ms Amina Rahman")
    assert lines[head + 1 : head + 3] == ["Director-General", match.offer.party]
    copied = lines.index("Copies to:")
    assert lines[copied + 1 : copied + 4] == list(letter.copies)
    page = render_to_string("letters/introduction.html", {"letter": letter, "portal_name": "Portal"})
    for line in (*letter.offer.addressee, "Copies to:", *letter.copies):
        assert line in page
    assert letter_pdf(match).startswith(b"%PDF")


def test_without_a_head_it_addresses_the_one_person_who_is_told_once_introduced(reviewer: User) -> None:
    match = introduced_match(reviewer)
    User.objects.filter(full_name="Ms Contact").update(honorific="Dr", job_title="Head of Cooperation")
    assert letter_of(match).offer.addressee == ("Dr Ms Contact", "Head of Cooperation")
    assert letter_of(match).offer.contacts[0].name == "Dr Ms Contact"
    assert letter_of(match).copies == ()
    assert "Copies to:" not in words_of(letter_docx(match))
    match.introduction.delete()
    put_in(MatchStatus.PROPOSED, match)
    assert letter_of(Match.objects.get(pk=match.pk)).offer.addressee == ()


def test_the_salutation_is_a_setting(reviewer: User, settings: Settings) -> None:
    match = introduced_match(reviewer)
    assert letter_of(match).salutation == "Dear colleagues,"
    settings.LETTER_SALUTATION = "Excellencies,"
    assert "Excellencies," in words_of(letter_docx(match))
    assert "Dear colleagues," not in words_of(letter_docx(match))


def test_a_translation_says_which_text_prevails(reviewer: User) -> None:
    match = introduced_match(reviewer)
    said = "Unofficial translation; the French text prevails."
    match.need.text, match.need.language, match.need.english_text = "Cartes des crues", "fr", "Flood maps"
    letter = letter_of(match)
    assert (letter.need.english_note, letter.offer.english_note) == (said, "")
    assert said in words_of(letter_docx(match))
    assert said in render_to_string("letters/introduction.html", {"letter": letter, "portal_name": "Portal"})
    match.need.language = "en"
    assert letter_of(match).need.english_note == ""


def test_what_stands_in_letters_stands_on_no_page_for_everyone(reviewer: User, client: Client) -> None:
    match = introduced_match(reviewer)
    agency, country = with_letters(match)
    agency.save()
    country.save()
    for address in (
        f"/agencies/{agency.code}/", f"/countries/{country.pk}/", f"/offers/{match.offer_id}/",
        f"/api/v1/agencies/{agency.code}/", f"/api/v1/countries/{country.pk}/",
    ):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code == 200
        assert "Rahman" not in answer.content.decode()
        assert "Permanent Mission" not in answer.content.decode()


def test_a_page_of_a_posting_says_that_its_english_text_is_a_translation(client: Client) -> None:
    offer = ConfirmedOfferFactory(text="Cartes des crues", language="fr", english_text="Flood maps")
    said = "Unofficial translation; the French text prevails."
    assert said in client.get(f"/offers/{offer.pk}/").content.decode()
    type(offer).objects.filter(pk=offer.pk).update(english_text="")
    assert said not in client.get(f"/offers/{offer.pk}/").content.decode()
