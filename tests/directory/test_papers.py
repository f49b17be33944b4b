"""Letters as they came: what is taken as a scan, who reads one, and how it is given out."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from directory.choices import Role, ScanKind
from directory.models import Agency, Country, Paper, PaperScan, User
from directory.papers.readable import papers_readable_by
from directory.papers.recording import GivenPaper, PaperRefused, record_paper
from directory.papers.scans import MOST_SCAN_BYTES, Scan, ScanField, checked_scan
from tests.factories import AgencyFactory, CountryFactory, UserFactory
from web.calendar.days import last_day_begun

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 17 + b"\0\0\0\0IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0" + b"\1" * 20 + b"\xff\xd9"
DATED = dt.date(2026, 11, 20)


@pytest.mark.parametrize(("data", "kind"), [(PDF, "pdf"), (PNG, "png"), (JPEG, "jpeg"), (PDF + b"\n" * 50, "pdf")])
def test_a_scan_is_told_by_its_content(data, kind):
    assert checked_scan(data) == Scan(ScanKind(kind), data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ\x90\0 a program",
        b"<html><script>alert(1)</script>",
        b"GIF89a" + b"\0" * 20,
        b"<html>" + PDF,  # a page that carries a PDF
        PDF[:-8],  # broken off on its way
        PNG[:-4],
        JPEG[:-2],
        b"%PDF-1.7",
    ],
)
def test_what_is_no_whole_scan_is_refused(data):
    with pytest.raises(ValidationError, match="no whole PDF, PNG or JPEG"):
        checked_scan(data)


def test_a_scan_has_a_limit_which_the_field_holds_before_it_reads():
    whole = PDF[:-6] + b" " * (MOST_SCAN_BYTES - len(PDF)) + PDF[-6:]
    assert checked_scan(whole).kind == ScanKind.PDF
    field = ScanField()
    with pytest.raises(ValidationError, match="more than 10 MB"):
        field.clean(SimpleUploadedFile("scan.pdf", whole + b" "))
    assert field.clean(None) is None
    # The name and what the browser calls it count for nothing.
    assert field.clean(SimpleUploadedFile("scan.exe", PNG, content_type="text/html")) == Scan(ScanKind.PNG, PNG)


def recorded(
    by: User,
    *,
    country: Country | None = None,
    agency: Agency | None = None,
    scan: Scan | None = None,
    is_for_approvers: bool = False,
    given: GivenPaper | None = None,
) -> Paper:
    return record_paper(
        given=given or GivenPaper(" NV/1 ", DATED, scan),
        by=by,
        country=country.pk if country else None,
        agency=agency.pk if agency else None,
        is_for_approvers=is_for_approvers,
    )


def test_a_manager_records_it_and_nobody_else(manager, reviewer, focal_point, coordinator):
    country = CountryFactory()
    assert recorded(manager, country=country).reference == "NV/1"
    for by in (reviewer, focal_point, coordinator):
        with pytest.raises(PaperRefused, match="Only managers"):
            recorded(by, country=country)
    for given, why in (
        (GivenPaper("  ", DATED), "its reference"),
        (GivenPaper("N" * 121, DATED), "more than 120"),
        (GivenPaper("NV/1", last_day_begun() + dt.timedelta(days=1)), "in the future"),
    ):
        with pytest.raises(PaperRefused, match=why):
            recorded(manager, country=country, given=given)
    assert Paper.objects.count() == 1


def test_the_database_holds_that_a_letter_has_a_reference_and_is_somebody_s(manager):
    for values in ({"reference": "", "country": CountryFactory()}, {"reference": "NV/1"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Paper.objects.create(dated_on=DATED, recorded_by=manager, **values)


def test_a_side_reads_its_own_letters_and_the_secretariat_all(manager, reviewer, focal_point, coordinator, visitor):
    agency = focal_point.affiliations.get().agency
    own = recorded(manager, country=agency.country, agency=agency)
    guarded = recorded(manager, country=agency.country, agency=agency, is_for_approvers=True)
    other = recorded(manager, agency=AgencyFactory())
    approver = UserFactory(role=Role.COORDINATOR, role__agency=agency)
    for user, readable in (
        (visitor, set()),
        (focal_point, {own}),
        (coordinator, {own, guarded} if coordinator.affiliations.get().agency.country == agency.country else set()),
        (approver, {own, guarded}),
        (reviewer, {own, guarded, other}),
        (manager, {own, guarded, other}),
    ):
        assert set(papers_readable_by(user)) == readable


@pytest.mark.parametrize(
    ("data", "kind", "content_type"),
    [(PDF, "pdf", "application/pdf"), (PNG, "png", "image/png"), (JPEG, "jpeg", "image/jpeg")],
)
def test_a_scan_is_given_as_a_file_to_keep(manager, client, data, kind, content_type):
    paper = recorded(manager, country=CountryFactory(), scan=checked_scan(data))
    client.force_login(manager)
    answer = client.get(paper.scan_address)
    assert answer.content == data
    assert answer["Content-Type"] == content_type
    assert answer["Content-Disposition"] == f'attachment; filename="letter-2026-11-20-{paper.pk}.{kind}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"


def test_who_may_not_read_a_letter_is_told_what_it_would_be_of_none(manager, focal_point, client):
    paper = recorded(manager, agency=AgencyFactory(), scan=Scan(ScanKind.PDF, PDF))
    assert client.get(paper.scan_address)["Location"].startswith("/accounts/login/")
    client.force_login(focal_point)
    assert client.get(paper.scan_address).status_code == 404
    assert client.get("/papers/00000000-0000-0000-0000-000000000000/scan/").status_code == 404
    client.force_login(manager)
    assert client.post(paper.scan_address).status_code == 405


def test_without_a_scan_there_is_no_address_of_one(manager, client):
    paper = recorded(manager, agency=AgencyFactory())
    assert paper.scan_address == ""
    assert not PaperScan.objects.exists()
    client.force_login(manager)
    assert client.get(f"/papers/{paper.public_id}/scan/").status_code == 404
