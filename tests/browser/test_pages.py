"""Every public page: axe finds nothing, nothing is cut off on a narrow screen, nothing is asked of another host."""

import pytest
from playwright.sync_api import expect

from matching.life.review import release
from matching.models import Match
from surveys.models import Need, Offer
from tests.browser.steps import NARROWEST, resize, violations_of
from tests.factories import confirmed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.any_database]

RULES_OF_COLOURS = ["color-contrast", "link-in-text-block"]


def public_pages():
    released = Match.objects.released()[0]
    return [
        "/",
        "/search/?q=train",
        "/countries/",
        "/countries/?q=guinea",
        "/countries/BGD/",
        "/countries/JPN/",
        "/agencies/",
        "/agencies/tha-tica/",
        "/offers/",
        "/offers/?area=energy&country=THA",
        "/offers/?country=nowhere",
        Offer.objects.public().get(country="TUR").get_absolute_url(),
        "/needs/",
        Need.objects.public().get(country="LAO").get_absolute_url(),
        "/matches/",
        "/matches/agreed/",
        released.get_absolute_url(),
        "/coverage/",
        "/coverage/?edition=escap-unossc-2018",
        "/coverage/?on=never",
        "/coverage/area/statistics/all/?edition=escap-unossc-2018",
        "/coverage/area/ict/modality/training/?edition=escap-unossc-2018",
        "/coverage/duplication/?edition=escap-unossc-2018",
        "/coverage/duplication/KHM/?edition=escap-unossc-2018",
        "/practices/",
        "/surveys/",
        "/surveys/escap-unossc-2018/",
        "/surveys/escap-unossc-2018/table-1/",
        "/surveys/escap-unossc-2018/table-2/",
        "/surveys/escap-unossc-2018/answers/",
        "/surveys/unossc-needs-assessment/",
        "/surveys/escap-unossc-2018/since/escap-unossc-2018/",
        "/method/",
        "/help/",
        "/working-rules/",
        "/privacy/",
        "/terms/",
        "/accounts/login/",
        "/accounts/password/reset/",
        "/accounts/signup/",
        "/nothing-here/",
    ]


def staff_pages():
    match = Match.objects.all()[0]
    need = f"/admin/matching/match/need/{match.need_id}"
    return [
        "/admin/",
        "/admin/matching/match/",
        "/admin/matching/match/figures/",
        f"/admin/matching/match/{match.pk}/change/",
        "/admin/matching/match/needs/",
        f"{need}/",
        f"{need}/whom/",
        f"{need}/propose/{Offer.objects.exclude(matches__need=match.need_id)[0].pk}/",
        f"/admin/matching/match/pair/?need={match.need_id}&offer={match.offer_id}",
        "/admin/matching/matchrun/",
        "/admin/surveys/offer/",
        f"/admin/surveys/offer/{match.offer_id}/change/",
        "/admin/directory/country/",
        "/admin/directory/country/KHM/change/",
    ]


@pytest.fixture
def released(portal, reviewer):
    return release(match=confirmed(Match.objects.all()[0]), by=reviewer, note="For the pages")


def faults_of(page, without_javascript):
    """What is wrong with a page, as it is loaded once, at each width and in each scheme; and without JavaScript.

    No script of ours asks how wide the window is, or for the scheme; the scheme sets nothing but colours.
    """
    # A passkey cannot be asked for without a script, and its button says so.
    if not page.url.endswith("/accounts/login/"):
        texts = [each.get_by_role("main").inner_text() for each in (page, without_javascript)]
        if texts[0] != texts[1]:
            yield texts
    yield from violations_of(page)
    page.emulate_media(color_scheme="dark")
    yield from violations_of(page, rules=RULES_OF_COLOURS)
    page.emulate_media(color_scheme="light")
    resize(page, 360)
    yield from violations_of(page)
    resize(page, NARROWEST)
    if (width := page.evaluate("document.scrollingElement.scrollWidth")) > NARROWEST:
        yield f"{width} pixels at {NARROWEST}"
    resize(page, 1280)


def test_axe_finds_nothing_nothing_is_cut_off_and_every_page_is_complete_without_javascript(released, new_context):
    pages = [
        new_context(viewport={"width": 1280, "height": 800}, java_script_enabled=is_on).new_page()
        for is_on in (True, False)
    ]
    found = {}
    for path in public_pages():
        for page in pages:
            page.goto(path)
        if faults := list(faults_of(*pages)):
            found[path] = faults
    assert found == {}


def test_the_api_docs_work_from_our_own_host(portal, new_context):
    page = new_context(viewport={"width": NARROWEST, "height": 900}).new_page()
    page.goto("/api/v1/docs/")
    expect(page.get_by_text("/api/v1/offers", exact=True).first).to_be_visible()
    operation = page.locator("#operations-offers-offers_list button.opblock-summary-control")
    for width in (NARROWEST, 360, 1280):
        resize(page, width)
        operation.click()
        expect(page.get_by_text("Of this agency.").first).to_be_visible()
        assert page.evaluate("document.scrollingElement.scrollWidth") == width
        operation.click()
        expect(page.get_by_text("Of this agency.")).to_have_count(0)


def test_staff_pages_ask_nothing_of_another_host_and_those_of_the_review_break_no_rule(released, manager, new_context):
    page = new_context(viewport={"width": 1280, "height": 900}, logged_in=manager).new_page()
    found = {}
    for path in staff_pages():
        assert page.goto(path).status == 200, path
        # Around and in its own forms Django's admin breaks rules that are not ours to mend.
        if path.startswith("/admin/matching/") and (faults := violations_of(page, within="#content")):
            found[path] = faults
    assert found == {}
    match = Match.objects.get(released_at__isnull=False)
    for width in (1280, 360):
        resize(page, width)
        for path, table in (
            ("/admin/surveys/reading/?todo=any", "#changelist .results"),
            (f"/admin/matching/match/{match.pk}/change/", ".told .wide"),
        ):
            page.goto(path)
            cut_off = page.locator(table).first.evaluate("one => one.scrollWidth - one.clientWidth")
            assert cut_off <= 0, (width, path)


def test_filters_work_without_javascript(portal, new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/offers/")
    page.get_by_label("Country or territory").select_option("THA")
    page.get_by_role("main").get_by_role("button", name="Apply").click()
    assert "country=THA" in page.url
    expect(page.get_by_role("main").get_by_role("heading", level=2).filter(has_text="Thailand")).to_have_count(1)


def test_the_keyboard_reaches_the_content_first(portal, new_context):
    page = new_context().new_page()
    page.goto("/offers/")
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    expect(focused).to_have_attribute("href", "#main")
    focused.press("Enter")
    expect(page.locator("#main")).to_be_visible()
