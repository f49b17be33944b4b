"""Posting in the workspace: who may, drafts, publishing, approval, conflicts, double submits."""

import uuid

import pytest
from django.urls import reverse

from directory.choices import AgencyKind, Role
from directory.models import User
from matching.models import Match
from surveys.choices import PostingStatus, Visibility, WindowKind
from surveys.models import CountryWindow, Need, Offer
from surveys.postings import approval, posting
from tests.factories import (
    AgencyFactory,
    AreaFactory,
    ConfirmedNeedFactory,
    CountryFactory,
    CountryGroupFactory,
    GroupMembershipFactory,
    ModalityFactory,
    NeedFactory,
    OfferFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    UserFactory,
)
from tests.pages import Page, as_of
from web.since_shown import AS_OF

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

HOSTILE = "<script>alert(1)</script> =cmd|' /C calc'!A0 \u202egnp.exe"


@pytest.fixture
def south():
    """Cambodia is of the South: offers open to all reach it."""
    for iso3 in ("KHM", "THA", "LAO"):
        GroupMembershipFactory(group=CountryGroupFactory(code="OPEN_REACH"), country=CountryFactory(iso3=iso3))


def window(iso3: str, kind: WindowKind) -> CountryWindow:
    return CountryWindow.objects.create(country=CountryFactory(iso3=iso3), kind=kind)


def typed(user: User, **given: object) -> dict[str, object]:
    agency = user.current_affiliations[0].agency
    return {
        "owner": f"agency:{agency.pk}",
        "title": "Flood warning for small rivers",
        "text": "A course of two weeks.",
        "language": "en",
        "areas": [AreaFactory(code="energy").pk],
        "modalities": [ModalityFactory(code="training").pk],
        "visibility": Visibility.PUBLIC,
        "form_key": str(uuid.uuid4()),
        "do": "go_on",
        **given,
    }


def retitle(offer: Offer, title: str, *, by: User) -> None:
    areas = [AreaFactory(code="energy").pk]
    posting.edit(posting=offer, values={"title": title}, areas=areas, modalities=[], targets=[], by=by)


PAGES = ("offers", "offer-new", "offer-upload", "offer-sheet", "needs", "need-new")


@pytest.mark.parametrize("name", PAGES)
def test_visitors_are_sent_to_the_log_in_and_partner_systems_refused(client, partner, name: str):
    address = reverse(f"workspace:{name}")
    assert client.get(address)["Location"].startswith("/accounts/login/")
    client.force_login(partner)
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("name", ["offer", "offer-edit", "offer-preview", "offer-history", "offer-filled-sheet"])
def test_another_agency_s_posting_is_not_there(client, focal_point, other_focal_point, name: str) -> None:
    other = OfferFactory(country=None, agency=other_focal_point.current_affiliations[0].agency)
    same_country = OfferFactory(
        agency=AgencyFactory(country=CountryFactory(iso3="THA")), country=CountryFactory(iso3="THA")
    )
    client.force_login(focal_point)
    for offer in (other, same_country, None):
        pk = offer.pk if offer else 999_999
        assert client.get(reverse(f"workspace:{name}", args=[pk])).status_code == 404


def test_without_a_designation_one_reads_and_is_told_what_is_missing(client):
    agency = AgencyFactory(country=CountryFactory(iso3="THA"))
    person = UserFactory(role=Role.FOCAL_POINT, role__agency=agency, role__designated=False)
    offer = OfferFactory(agency=agency, country=None)
    client.force_login(person)
    assert client.get(reverse("workspace:offer", args=[offer.pk])).status_code == 200
    page = client.get(reverse("workspace:offer-new"))
    assert page.status_code == 403
    assert "designation" in Page(page).text
    assert client.post(reverse("workspace:offer-step", args=[offer.pk, "publish"]), as_of(offer)).status_code == 403
    offer.refresh_from_db()
    assert offer.status == PostingStatus.DRAFT


def test_a_focal_point_posts_and_sees_the_matches_in_the_answer(client, focal_point, south):
    window("THA", WindowKind.SEVERAL)
    need = ConfirmedNeedFactory(country=CountryFactory(iso3="KHM"))
    client.force_login(focal_point)
    answer = client.post(reverse("workspace:offer-new"), typed(focal_point, title=HOSTILE))
    offer = Offer.objects.get()
    assert answer["Location"] == reverse("workspace:offer-preview", args=[offer.pk])
    assert (offer.status, offer.confirmed_on, offer.country_id) == (PostingStatus.DRAFT, None, "THA")
    preview = client.get(answer["Location"]).content.decode()
    assert "<script>alert" not in preview
    page = client.post(reverse("workspace:offer-step", args=[offer.pk, "publish"]), as_of(offer))
    assert page.status_code == 200
    offer.refresh_from_db()
    assert offer.status == PostingStatus.PUBLISHED
    assert offer.confirmed_on is not None
    match = Match.objects.get()
    assert (match.need, match.offer) == (need, offer)
    assert reverse("workspace:match", args=[need.pk, offer.pk]) in Page(page).links


def test_in_a_single_window_the_coordinator_approves_or_sends_back(client, focal_point, coordinator, manager) -> None:
    window("THA", WindowKind.SINGLE)
    client.force_login(focal_point)
    client.post(reverse("workspace:offer-new"), typed(focal_point))
    offer = Offer.objects.get()
    sent = client.post(reverse("workspace:offer-step", args=[offer.pk, "publish"]), as_of(offer), follow=True)
    assert f"Sent for approval to {coordinator}, who coordinates for Thailand." in Page(sent).text
    offer.refresh_from_db()
    assert (offer.status, offer.submitted_by) == (PostingStatus.SUBMITTED, focal_point)
    assert client.post(reverse("workspace:offer-step", args=[offer.pk, "approve"]), as_of(offer)).status_code == 403
    offer.refresh_from_db()
    assert offer.status == PostingStatus.SUBMITTED
    client.force_login(manager)
    assert client.post(reverse("workspace:offer-step", args=[offer.pk, "approve"]), as_of(offer)).status_code == 404

    client.force_login(coordinator)
    assert "Flood warning" in Page(client.get(reverse("workspace:approvals"))).text
    empty = client.post(reverse("workspace:offer-step", args=[offer.pk, "send_back"]), as_of(offer, note=""))
    assert empty.status_code == 422
    client.post(reverse("workspace:offer-step", args=[offer.pk, "send_back"]), as_of(offer, note="Say for how many."))
    offer.refresh_from_db()
    assert (offer.status, offer.sent_back_note) == (PostingStatus.DRAFT, "Say for how many.")
    approval.submit(posting=offer, by=focal_point)
    client.post(reverse("workspace:offer-step", args=[offer.pk, "approve"]), as_of(offer))
    offer.refresh_from_db()
    assert (offer.status, offer.submitted_at, offer.sent_back_note) == (PostingStatus.PUBLISHED, None, "")


def test_where_a_country_has_said_nothing_its_coordinator_approves(
    client, focal_point, coordinator, manager, reviewer
) -> None:
    agency = focal_point.current_affiliations[0].agency
    offer = OfferFactory(country=None, agency=agency, areas=["energy"], modalities=["training"])
    approval.submit(posting=offer, by=focal_point)
    for person, code in ((manager, 404), (reviewer, 403)):
        client.force_login(person)
        assert (
            client.post(reverse("workspace:offer-step", args=[offer.pk, "approve"]), as_of(offer)).status_code == code
        )
        offer.refresh_from_db()
        assert offer.status == PostingStatus.SUBMITTED
    client.force_login(coordinator)
    client.post(reverse("workspace:offer-step", args=[offer.pk, "approve"]), as_of(offer))
    offer.refresh_from_db()
    assert offer.status == PostingStatus.PUBLISHED


def test_confirming_what_a_survey_said_leaves_it_published_until_approved(client, focal_point, coordinator) -> None:
    window("THA", WindowKind.SINGLE)
    need = PublishedNeedFactory(country=CountryFactory(iso3="THA"))
    client.force_login(focal_point)
    assert need.title in Page(client.get(reverse("workspace:home"))).text
    client.post(reverse("workspace:need-step", args=[need.pk, "confirm"]), as_of(need))
    need.refresh_from_db()
    assert (need.status, need.confirmed_on) == (PostingStatus.PUBLISHED, None)
    assert need.submitted_at is not None
    approval.approve(posting=need, by=coordinator)
    need.refresh_from_db()
    assert need.confirmed_on is not None


def test_a_draft_keeps_what_fits_and_says_what_does_not(client, focal_point):
    client.force_login(focal_point)
    given = typed(focal_point, amount="13,7512", closes_on="2026-13-40", title="", do="save")
    page = client.post(reverse("workspace:offer-new"), given)
    assert page.status_code == 200
    offer = Offer.objects.get()
    assert (offer.title, offer.amount, offer.text) == ("Untitled draft", None, "A course of two weeks.")
    assert 'value="13,7512"' in page.content.decode()
    assert "More than two decimals" in Page(page).text


@pytest.mark.parametrize("amount", ["NaN", "1e400", "1e-400", "Infinity", "-5", "12,5555", "500k"])
def test_amounts_are_read_strictly(client, focal_point, amount: str):
    client.force_login(focal_point)
    client.post(reverse("workspace:offer-new"), typed(focal_point, amount=amount, amount_currency="USD", do="save"))
    assert Offer.objects.get().amount is None


@pytest.mark.parametrize(("code", "kept"), [("eur", "EUR"), (" Thb ", "THB"), ("xyz", ""), ("US$", "")])
def test_a_currency_is_one_of_iso_4217_in_any_case(client, focal_point, code: str, kept: str):
    client.force_login(focal_point)
    given = typed(focal_point, amount="5", amount_currency=code, do="save")
    page = client.post(reverse("workspace:offer-new"), given, follow=True)
    assert Offer.objects.get().amount_currency == kept
    assert ("is no currency of ISO 4217" in Page(page).text) != bool(kept)


@pytest.mark.parametrize("field", ["title", "text", "english_text", "contact", "amount_note", "place_text"])
@pytest.mark.parametrize("value", ["x" * 100_000, "nul\0here"])
def test_hostile_text_is_refused_in_words_and_kept(client, focal_point, field: str, value: str):
    client.force_login(focal_point)
    do = "add" if field == "place_text" else "save"
    page = client.post(reverse("workspace:offer-new"), typed(focal_point, **{field: value, "do": do}))
    assert page.status_code == 200


def test_one_form_sent_twice_makes_one_row(client, focal_point):
    client.force_login(focal_point)
    given = typed(focal_point)
    first, second = (client.post(reverse("workspace:need-new"), given) for _again in range(2))
    assert first["Location"] == second["Location"]
    assert Need.objects.count() == 1


def test_the_second_to_save_is_told_what_changed_and_loses_nothing(client, focal_point):
    offer = OfferFactory(country=None, agency=focal_point.current_affiliations[0].agency, areas=["energy"])
    shown = as_of(offer)
    posting.edit(
        posting=offer, values={"title": "By a colleague"}, areas=["energy"], modalities=[], targets=[], by=focal_point
    )
    client.force_login(focal_point)
    address = reverse("workspace:offer-edit", args=[offer.pk])
    page = client.post(address, typed(focal_point, title="By me", **shown))
    assert page.status_code == 422
    assert "By a colleague" in Page(page).text
    assert 'value="By me"' in page.content.decode()
    offer.refresh_from_db()
    assert offer.title == "By a colleague"
    again = {name: value for name, value in typed(focal_point, title="By me").items() if name != "form_key"}
    assert client.post(address, {**again, AS_OF: page.context["form"][AS_OF].value()}).status_code == 302
    offer.refresh_from_db()
    assert offer.title == "By me"


def test_posting_for_another_agency_is_refused(client, focal_point, other_focal_point):
    other = other_focal_point.current_affiliations[0].agency
    client.force_login(focal_point)
    page = client.post(reverse("workspace:offer-new"), typed(focal_point, owner=f"agency:{other.pk}"))
    assert page.status_code == 422
    assert Offer.objects.count() == 0


def test_status_and_confirmation_cannot_be_posted(client, focal_point):
    client.force_login(focal_point)
    client.post(reverse("workspace:offer-new"), typed(focal_point, status="published", confirmed_on="2026-01-01"))
    offer = Offer.objects.get()
    assert (offer.status, offer.confirmed_on) == (PostingStatus.DRAFT, None)


def test_a_likely_duplicate_is_shown_before_publishing(client, focal_point):
    window("THA", WindowKind.SEVERAL)
    agency = focal_point.current_affiliations[0].agency
    PublishedOfferFactory(country=None, agency=agency, title="Flood warning, small rivers")
    title = "Flood warning for small rivers"
    offer = OfferFactory(country=None, agency=agency, title=title, areas=["energy"], modalities=["training"])
    client.force_login(focal_point)
    step = reverse("workspace:offer-step", args=[offer.pk, "publish"])
    assert "Is it one of these already?" in Page(client.post(step, as_of(offer))).text
    offer.refresh_from_db()
    assert offer.status == PostingStatus.DRAFT
    client.post(step, as_of(offer, another="1"))
    offer.refresh_from_db()
    assert offer.status == PostingStatus.PUBLISHED


def test_places_are_added_by_name_and_the_reach_is_said(client, focal_point, south):
    client.force_login(focal_point)
    page = client.post(reverse("workspace:offer-new"), typed(focal_point, place_text="cambodia", do="add"))
    assert 'name="place" value="country:KHM"' in page.content.decode()
    assert "It reaches 1 country" in Page(page).text
    all_of_it = client.post(reverse("workspace:offer-new"), typed(focal_point, do="reach"))
    assert "It reaches 3 countries" in Page(all_of_it).text
    for code, label in (("SAARC", "South Asian Association"), ("M49_SOUTHERN_ASIA", "Southern Asia")):
        CountryGroupFactory(code=code, label=label, level="sub_region", aliases="South Asia")
    asked = client.post(reverse("workspace:offer-new"), typed(focal_point, place_text="South Asia", do="add"))
    assert "Take its name: Southern Asia (M49_SOUTHERN_ASIA) · South Asian Association (SAARC)" in Page(asked).text
    unknown = client.post(reverse("workspace:offer-new"), typed(focal_point, place_text="Atlantis", do="add"))
    assert "is not known here" in Page(unknown).text
    assert Offer.objects.count() == 0


def test_withdrawing_needs_a_reason_and_lapses_the_matches(client, focal_point, south):
    window("THA", WindowKind.SEVERAL)
    PublishedNeedFactory(country=CountryFactory(iso3="KHM"))
    offer = PublishedOfferFactory(country=None, agency=focal_point.current_affiliations[0].agency)
    client.force_login(focal_point)
    client.post(reverse("workspace:offer-step", args=[offer.pk, "confirm"]), as_of(offer))
    assert Match.objects.get().status == "suggested"
    step = reverse("workspace:offer-step", args=[offer.pk, "withdraw"])
    assert client.post(step, as_of(offer)).status_code == 422
    client.post(step, as_of(offer, reason="met", note="Done in May."))
    offer.refresh_from_db()
    assert (offer.status, offer.withdrawal_reason) == (PostingStatus.WITHDRAWN, "met")
    assert Match.objects.get().status == "lapsed"


def test_the_form_goes_offline_and_comes_back(client, focal_point, south):
    from io import BytesIO

    from django.core.files.uploadedfile import SimpleUploadedFile
    from openpyxl import load_workbook

    AreaFactory(code="energy", label="Energy")
    client.force_login(focal_point)
    book = load_workbook(BytesIO(client.get(reverse("workspace:offer-sheet")).content))
    sheet = book.worksheets[0]
    for row in sheet.iter_rows():
        value = {"title": "=1+1", "areas": "Energy; Alchemy", "place": "Cambodia", "amount": "13,7512"}.get(
            row[3].value
        )
        if value:
            row[1].value = value
            row[1].data_type = "s"
    out = BytesIO()
    book.save(out)
    upload = SimpleUploadedFile("form.xlsx", out.getvalue())
    page = client.post(reverse("workspace:offer-upload"), {"file": upload})
    offer = Offer.objects.get()
    assert (offer.title, offer.status) == ("=1+1", PostingStatus.DRAFT)
    assert [area.pk for area in offer.areas.all()] == ["energy"]
    assert [target.country_id for target in offer.targets.all()] == ["KHM"]
    text = Page(page).text
    assert "Alchemy" in text
    assert "row" in text
    wrong = SimpleUploadedFile("form.xlsx", b"not a workbook")
    assert client.post(reverse("workspace:offer-upload"), {"file": wrong}).status_code == 422


def test_the_history_says_from_what_to_what_without_naming_the_secretariat_s_people(
    client, focal_point, manager
) -> None:
    agency = focal_point.current_affiliations[0].agency
    offer = posting.create(
        model=Offer,
        values={"title": "First", "agency": agency, "country": agency.country, "contact": "secret"},
        by=focal_point,
    )
    posting.edit(
        posting=offer,
        values={"title": "Second"},
        areas=[AreaFactory(code="energy").pk],
        modalities=[],
        targets=[],
        by=manager,
    )
    client.force_login(focal_point)
    text = Page(client.get(reverse("workspace:offer-history", args=[offer.pk]))).text
    assert "First" in text
    assert "Second" in text
    assert "the secretariat" in text
    assert str(manager) not in text
    assert "secret" not in text.replace("the secretariat", "")


@pytest.mark.parametrize("number", [1, 20])
def test_the_list_asks_as_often_for_many_as_for_one(client, focal_point, number, django_assert_num_queries) -> None:
    agency = focal_point.current_affiliations[0].agency
    for _one in range(number):
        PublishedOfferFactory(country=None, agency=agency)
    client.force_login(focal_point)
    # session, user, affiliations, count, offers, areas, modalities, targets, versions
    with django_assert_num_queries(9):
        client.get(reverse("workspace:offers"))


def test_a_pause_leaves_no_trace_for_others(client, focal_point, other_focal_point, manager) -> None:
    from surveys.postings.deciding import windows

    offer = PublishedOfferFactory(country=None, agency=focal_point.current_affiliations[0].agency, title="Kept back")
    windows.pause(country=CountryFactory(iso3="THA"), by=manager)
    for person, code in ((None, 404), (other_focal_point, 404), (focal_point, 200), (manager, 200)):
        client.logout() if person is None else client.force_login(person)
        assert client.get(offer.get_absolute_url()).status_code == code
        assert ("Kept back" in client.get("/offers/").content.decode()) is (code == 200)
    windows.resume(country=CountryFactory(iso3="THA"), by=manager)
    client.logout()
    assert client.get(offer.get_absolute_url()).status_code == 200


def test_an_agency_beyond_one_country_posts_no_need(client):
    fund = AgencyFactory(country=None, kind=AgencyKind.FUND)
    person = UserFactory(role=Role.FOCAL_POINT, role__agency=fund)
    client.force_login(person)
    assert client.post(reverse("workspace:need-new"), typed(person)).status_code == 422
    assert Need.objects.count() == 0
    assert client.post(reverse("workspace:offer-new"), typed(person)).status_code == 302


def test_a_copy_is_a_draft_of_the_same_content(client, focal_point):
    need = NeedFactory(country=CountryFactory(iso3="THA"), areas=["energy"], title="Again")
    client.force_login(focal_point)
    client.post(reverse("workspace:need-step", args=[need.pk, "copy"]), as_of(need))
    made = Need.objects.exclude(pk=need.pk).get()
    assert (made.title, made.status, made.confirmed_on) == ("Again", PostingStatus.DRAFT, None)
    assert [area.pk for area in made.areas.all()] == ["energy"]
