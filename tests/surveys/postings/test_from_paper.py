"""What governments say of postings on paper: entered from a letter, or vouched for by one, as of its date."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from directory.choices import Role, ScanKind
from directory.models import Mail, Paper
from directory.papers.recording import GivenPaper
from directory.papers.scans import Scan
from surveys.choices import PostingStatus, ResponseKind, WindowKind, WithdrawalReason
from surveys.models import CountryWindow, Need, Offer, PostingPaper
from surveys.postings import approval, from_paper, states
from surveys.postings.deciding.held import PostingLacks, PostingRefused
from surveys.postings.shown.editing import ShownPosting
from surveys.postings.shown.history import versions_of
from tests.factories import (
    AgencyFactory,
    AreaFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    ModalityFactory,
    NeedFactory,
    OfferFactory,
    PublishedOfferFactory,
    ResponseFactory,
    UserFactory,
    speaker_for,
)
from tests.pages import Page
from web.calendar.days import last_day_begun

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
DATED = dt.date(2026, 11, 20)
GIVEN = GivenPaper("NV/2026/114", DATED, Scan(ScanKind.PDF, PDF))
COMPLETE: dict[str, Any] = {"areas": ["energy"], "modalities": ["training"]}


def again(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def test_what_was_compiled_is_confirmed_as_of_the_letter_and_says_so_in_its_history(manager):
    compiled = PublishedOfferFactory(
        country=CountryFactory(iso3="CHN"), response=ResponseFactory(kind=ResponseKind.COMPILED)
    )
    from_paper.vouch(posting=compiled, by=manager, given=GIVEN)
    offer = again(compiled)
    assert (offer.status, offer.confirmed_on) == (PostingStatus.PUBLISHED, DATED)
    version = versions_of(offer)[0]
    assert version.reason == "confirmed, from NV/2026/114 of 2026-11-20"
    assert [change.after for change in version.changes] == ["2026-11-20"]
    row = PostingPaper.objects.get()
    assert (row.offer, row.use, row.paper.country, row.paper.recorded_by) == (
        offer, "confirmed", offer.country, manager,
    )  # fmt: skip


def test_a_draft_is_published_by_it_and_only_where_it_is_complete(manager):
    draft = NeedFactory(**COMPLETE)
    from_paper.vouch(posting=draft, by=manager, given=GIVEN)
    assert (again(draft).status, again(draft).confirmed_on) == (PostingStatus.PUBLISHED, DATED)
    bare = NeedFactory()
    with pytest.raises(PostingLacks):
        from_paper.vouch(posting=bare, by=manager, given=GIVEN)
    assert (again(bare).status, Paper.objects.count()) == (PostingStatus.DRAFT, 1)


def test_what_waits_for_a_coordinator_is_approved_by_a_letter_and_its_submitter_told(manager, coordinator):
    country = CountryFactory(iso3="THA")
    offer = OfferFactory(country=country, agency=AgencyFactory(country=country), **COMPLETE)
    CountryWindow.objects.create(country_id="THA", kind=WindowKind.SINGLE)
    speaker = speaker_for(offer)
    approval.submit(posting=offer, by=speaker)
    # In the workspace the secretariat does not stand in for a coordinator; with the country's letter it does.
    with pytest.raises(PostingRefused, match="not yours to approve"):
        approval.approve(posting=offer, by=manager)
    from_paper.vouch(posting=offer, by=manager, given=GIVEN)
    row = again(offer)
    assert (row.status, row.confirmed_on, row.submitted_at) == (PostingStatus.PUBLISHED, DATED, None)
    assert PostingPaper.objects.get().use == "approved"
    assert versions_of(row)[0].reason == "approved, from NV/2026/114 of 2026-11-20"
    assert Mail.objects.filter(kind="posting_approved", to_user=speaker).exists()


def test_only_managers_record_it_and_only_from_a_letter_that_says_something_new(manager, reviewer):
    offer = ConfirmedOfferFactory(confirmed_on=DATED)
    for by in (reviewer, speaker_for(offer)):
        with pytest.raises(PostingRefused, match="Only managers"):
            from_paper.vouch(posting=offer, by=by, given=GIVEN)
    earlier = GivenPaper("NV/1", DATED - dt.timedelta(days=1))
    with pytest.raises(PostingRefused, match="on a later day already"):
        from_paper.vouch(posting=offer, by=manager, given=earlier)
    for given, why in ((GivenPaper(" ", DATED), "its reference"), (GivenPaper("N", dt.date(2099, 1, 1)), "future")):
        with pytest.raises(PostingRefused, match=why):
            from_paper.vouch(posting=offer, by=manager, given=given)
    states.withdraw(posting=offer, by=manager, reason=WithdrawalReason.NO_LONGER_HOLDS)
    with pytest.raises(PostingRefused, match="cannot be confirmed"):
        from_paper.vouch(posting=offer, by=manager, given=GIVEN)
    assert not Paper.objects.exists()


def test_a_letter_dated_where_the_day_has_begun_in_the_east_alone_vouches_as_of_today(manager):
    offer = PublishedOfferFactory()
    from_paper.vouch(posting=offer, by=manager, given=GivenPaper("NV/1", last_day_begun()))
    assert again(offer).confirmed_on <= dt.datetime.now(dt.UTC).date()


def test_a_letter_is_of_one_posting(manager):
    offer = PublishedOfferFactory()
    from_paper.vouch(posting=offer, by=manager, given=GIVEN)
    paper = Paper.objects.get()
    for owners in ({}, {"offer": offer, "need": NeedFactory()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PostingPaper.objects.create(paper=paper, use="confirmed", **owners)


# --- the pages


def form_of_a_new_one(**given: Any) -> dict[str, Any]:
    return {
        "title": "Training in radar", "language": "en", "visibility": "public", "country": "THA", "agency": "",
        "areas": ["energy"], "modalities": ["training"],
        "targets-TOTAL_FORMS": "0", "targets-INITIAL_FORMS": "0",
        "preferred_partners-TOTAL_FORMS": "0", "preferred_partners-INITIAL_FORMS": "0", **given,
    }  # fmt: skip


@pytest.fixture
def lists() -> None:
    CountryFactory(iso3="THA")
    AreaFactory(code="energy")
    ModalityFactory(code="training")


@pytest.mark.parametrize(("kind", "model"), [("offer", Offer), ("need", Need)])
def test_a_manager_enters_a_posting_from_a_letter(client, manager, lists, kind, model):
    client.force_login(manager)
    address = f"/admin/surveys/{kind}/add/"
    assert "From a note verbale or letter" in Page(client.get(address)).text
    letter = {"paper_reference": "NV/2026/114", "paper_dated_on": "2026-11-20"}
    sent = form_of_a_new_one(**letter, paper_scan=SimpleUploadedFile("scan.pdf", PDF))
    assert client.post(address, sent).status_code == 302
    row = model.objects.get()
    assert (row.status, row.confirmed_on, row.stated_on) == (PostingStatus.DRAFT, DATED, DATED)
    assert versions_of(row)[-1].reason == "entered, from NV/2026/114 of 2026-11-20"
    assert row.papers.get().use == "entered"
    # It is published like any other, and stays confirmed.
    states.publish(posting=row, by=manager)
    assert again(row).confirmed_on == DATED
    scan = row.papers.get().paper.scan_address
    desk = Page(client.get(f"/admin/surveys/{kind}/{row.pk}/change/"))
    assert "Entered by the secretariat From NV/2026/114 , dated 20 November 2026" in desk.text
    assert scan in desk.links
    client.force_login(speaker_for(row))
    own = Page(client.get(f"/workspace/{kind}s/{row.pk}/"))
    assert "Entered by the secretariat From NV/2026/114 , dated 20 November 2026" in own.text
    assert client.get(scan).content == PDF
    assert "NV/2026/114" in Page(client.get(f"/workspace/{kind}s/{row.pk}/history/")).text


def test_a_letter_is_entered_whole_or_not_at_all(client, manager, lists):
    client.force_login(manager)
    for letter, why in (
        ({"paper_reference": "NV/1"}, "by its reference and its date"),
        ({"paper_dated_on": "2026-11-20"}, "by its reference and its date"),
        ({"paper_scan": SimpleUploadedFile("scan.pdf", PDF)}, "by its reference and its date"),
        ({"paper_reference": "NV/1", "paper_dated_on": "2099-01-01"}, "dated in the future"),
        (
            {
                "paper_reference": "NV/1",
                "paper_dated_on": "2026-11-20",
                "paper_scan": SimpleUploadedFile("scan.pdf", b"MZ"),
            },
            "no whole PDF, PNG or JPEG",
        ),
    ):
        answer = client.post("/admin/surveys/offer/add/", form_of_a_new_one(**letter))
        assert why in Page(answer).text
        assert "Training in radar" in answer.content.decode()
    assert not Offer.objects.exists()
    assert client.post("/admin/surveys/offer/add/", form_of_a_new_one()).status_code == 302
    assert not Paper.objects.exists()


def test_others_learn_nothing_of_a_letter(client, manager, visitor, coordinator):
    offer = PublishedOfferFactory(title="Radar", country=CountryFactory(iso3="THA"))
    from_paper.vouch(posting=offer, by=manager, given=GIVEN)
    stranger = UserFactory(role=Role.FOCAL_POINT, role__agency=AgencyFactory(country=CountryFactory(iso3="KHM")))
    for who in (None, stranger):
        if who:
            client.force_login(who)
        for address in (f"/offers/{offer.pk}/", f"/api/v1/offers/{offer.pk}/", "/offers.json"):
            answer = client.get(address)
            assert answer.status_code == 200
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert "Radar" in body.decode()
            assert "NV/2026/114" not in body.decode()
        assert client.get(Paper.objects.get().scan_address).status_code in (302, 404)
    assert client.get(f"/workspace/offers/{offer.pk}/").status_code == 404


def paper_page(posting: Any) -> str:
    return f"/admin/surveys/{posting._meta.model_name}/{posting.pk}/paper/"


def test_the_word_of_a_country_is_recorded_on_a_page_of_the_posting(client, manager, reviewer):
    offer = PublishedOfferFactory(country=CountryFactory(iso3="CHN"))
    client.force_login(reviewer)
    assert client.get(paper_page(offer)).status_code == 403
    assert client.post(paper_page(offer)).status_code == 403
    client.force_login(manager)
    assert paper_page(offer) in Page(client.get(f"/admin/surveys/offer/{offer.pk}/change/")).links
    assert client.get(paper_page(offer)).status_code == 200
    given = {"reference": "NV/2026/114", "dated_on": "2026-11-20", "as_of": ShownPosting(offer).mark()}
    wrong = client.post(paper_page(offer), {**given, "dated_on": "", "scan": SimpleUploadedFile("a.png", b"GIF89a")})
    assert wrong.status_code == 422
    assert "NV/2026/114" in wrong.content.decode()
    assert "no whole PDF" in Page(wrong).text
    done = client.post(paper_page(offer), {**given, "scan": SimpleUploadedFile("a.pdf", PDF)}, follow=True)
    assert "Confirmed by the secretariat From NV/2026/114 , dated 20 November 2026" in Page(done).text
    assert again(offer).confirmed_on == DATED
    # Sent once more from the same page, somebody has changed it since.
    twice = client.post(paper_page(offer), given)
    assert twice.status_code == 422
    assert PostingPaper.objects.count() == 1
    assert client.get("/admin/surveys/offer/999999/paper/").status_code == 404


def test_the_page_says_where_a_letter_does_not_help(client, manager):
    offer = OfferFactory(status=PostingStatus.WITHDRAWN)
    client.force_login(manager)
    assert "publish it anew first" in Page(client.get(paper_page(offer))).text


def test_a_posting_takes_one_query_for_its_letters(manager, django_assert_num_queries):
    offer = PublishedOfferFactory()
    for number in range(3):
        from_paper.vouch(posting=offer, by=manager, given=GivenPaper(f"NV/{number}", DATED))
    with django_assert_num_queries(1):  # the letters with what stands on them, and no scan
        assert [str(one.paper) for one in from_paper.papers_of(offer)] == [
            f"NV/{number} of 20 November 2026" for number in range(3)
        ]
