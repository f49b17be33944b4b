"""Letters received: found by reference, date and country, with what each did; a scan attached later."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from directory.models import Paper, PaperScan, User
from directory.papers.recording import GivenPaper, PaperRefused, attach_scan, record_paper
from directory.papers.scans import checked_scan
from matching.life.answers import answering
from matching.models import Match
from surveys.choices import Side
from surveys.postings import from_paper
from tests.factories import CountryFactory, PublishedOfferFactory, agreed_cooperation
from tests.pages import Page

pytestmark = pytest.mark.django_db

LIST = "/admin/directory/paper/"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
DATED = dt.date(2026, 11, 20)


def page_of(paper: Paper) -> str:
    return f"{LIST}{paper.pk}/change/"


def letter(by: User, reference: str = "NV/1", *, dated_on: dt.date = DATED, iso3: str = "KHM") -> Paper:
    country = CountryFactory(iso3=iso3)
    return record_paper(given=GivenPaper(reference, dated_on), by=by, country=country.pk, agency=None)


@pytest.fixture
def did(manager: User, reviewer: User) -> Match:
    """A letter that confirmed an offer, one that consented to publication, one that does nothing yet."""
    offer = PublishedOfferFactory(title="Solar pumps", country=CountryFactory(iso3="THA"))
    from_paper.vouch(posting=offer, by=manager, given=GivenPaper("THA/7", dt.date(2026, 11, 18)))
    match = agreed_cooperation(reviewer, consents=False)
    answering.record_consent(match=match, side=Side.NEED, by=manager, consents=True, given=GivenPaper("KHM/9", DATED))
    letter(manager, "LAO/1", dated_on=dt.date(2026, 10, 1), iso3="LAO")
    return match


def references(page: Page) -> set[str]:
    return {one for one in ("THA/7", "KHM/9", "LAO/1") if one in page.text}


@pytest.mark.any_database
def test_the_list_says_what_each_letter_did(did, desk):
    page = Page(desk.get(LIST))
    assert references(page) == {"THA/7", "KHM/9", "LAO/1"}
    assert "A side consented to publication (Need)" in page.text
    assert f"/admin/matching/match/{did.pk}/change/" in page.links
    assert "Solar pumps" in page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=KHM%2F9", {"KHM/9"}),
        ("q=2026-11-18", {"THA/7"}),
        ("q=Cambodia", {"KHM/9"}),
        ("q=20261118", set()),  # a number is no day
        ("dated_on__year=2026&dated_on__month=10", {"LAO/1"}),
        ("country__iso3__exact=THA", {"THA/7"}),
    ],
)
def test_letters_are_found_by_reference_date_and_country(did, desk, query, found):
    assert references(Page(desk.get(f"{LIST}?{query}"))) == found


@pytest.mark.any_database
def test_the_list_costs_the_same_with_many_letters(did, desk, manager):
    desk.get(LIST)
    with CaptureQueriesContext(connection) as few:
        desk.get(LIST)
    for number in range(5):
        offer = PublishedOfferFactory(country=CountryFactory(iso3="THA"))
        from_paper.vouch(posting=offer, by=manager, given=GivenPaper(f"THA/{number}", DATED))
    with CaptureQueriesContext(connection) as many:
        desk.get(LIST)
    assert len(many) == len(few)


def test_a_manager_attaches_a_scan_later_and_once(manager, as_: Callable[[User], Client]):
    paper = letter(manager)
    client = as_(manager)
    assert "Attach its scan" in Page(client.get(page_of(paper))).text
    wrong = client.post(page_of(paper), {"scan": SimpleUploadedFile("scan.pdf", b"MZ\x90 a program")})
    assert wrong.status_code == 422
    assert "no whole PDF, PNG or JPEG" in Page(wrong).text
    assert client.post(page_of(paper), {}).status_code == 422
    assert not PaperScan.objects.exists()
    client.post(page_of(paper), {"scan": SimpleUploadedFile("scan.pdf", PDF)})
    paper.refresh_from_db()
    assert client.get(paper.scan_address).content == PDF
    page = Page(client.get(page_of(paper)))
    assert (paper.scan.attached_by, "Attach its scan" in page.text) == (manager, False)
    # Whoever had the page open before is told, and what is there stays.
    late = client.post(page_of(paper), {"scan": SimpleUploadedFile("scan.pdf", PDF + b"\n")})
    assert "attached already" in Page(late).text
    assert bytes(PaperScan.objects.get().data) == PDF


@pytest.mark.any_database
def test_nobody_else_attaches_one(manager, reviewer, focal_point, coordinator, desk):
    paper = letter(manager)
    for by in (reviewer, focal_point, coordinator):
        with pytest.raises(PaperRefused, match="Only managers"):
            attach_scan(paper=paper, scan=checked_scan(PDF), by=by)
    assert "Attach its scan" not in Page(desk.get(page_of(paper))).text
    assert desk.post(page_of(paper), {"scan": SimpleUploadedFile("scan.pdf", PDF)}).status_code == 403
    assert not PaperScan.objects.exists()


@pytest.mark.any_database
def test_who_is_not_of_the_secretariat_sees_no_list(manager, focal_point, as_: Callable[[User], Client]):
    paper = letter(manager)
    client = as_(focal_point)
    assert {client.get(address).status_code for address in (LIST, page_of(paper))} <= {302, 403}
