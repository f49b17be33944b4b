"""What holds for every public page: caching, cookies, headers, landmarks, no inline style or script."""

import re

import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import Settings

from directory.models import Agency, Country, User
from tests.factories import (
    AgencyFactory,
    CountryFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ReleasedMatchFactory,
    SurveyFactory,
)
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

LISTS = ["/offers/", "/needs/", "/countries/", "/agencies/", "/matches/"]
DISCLAIMER = "no opinion on the legal status of any country, territory"


@pytest.fixture
def addresses() -> list[str]:
    """One address of every public page."""
    country: Country = CountryFactory(iso3="THA")
    agency: Agency = AgencyFactory(code="some-agency", country=country)
    offer = PublishedOfferFactory(country=country, agency=agency)
    need = PublishedNeedFactory(country=CountryFactory(iso3="KHM"))
    match = ReleasedMatchFactory(offer=offer, need=need)
    survey = SurveyFactory(publishes_on_import=True)
    details = [row.get_absolute_url() for row in (agency, offer, need, match, survey)]
    return [
        "/",
        "/search/?q=energy",
        "/surveys/",
        "/method/",
        "/help/",
        "/working-rules/",
        "/privacy/",
        "/terms/",
        "/countries/THA/",
        *LISTS,
        *details,
    ]


def test_every_page_answers_anonymous_readers_without_a_cookie(client: Client, addresses: list[str]) -> None:
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200, address
        assert not response.cookies, address
        assert "csrfmiddlewaretoken" not in response.content.decode(), address


def test_an_unchanged_page_is_not_sent_twice(client: Client, addresses: list[str]) -> None:
    for address in addresses:
        first = client.get(address)
        assert "no-cache" in first["Cache-Control"], address
        assert "Cookie" in first["Vary"], address
        again = client.get(address, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b""), address


def test_pages_of_who_is_logged_in_are_kept_by_nobody(client: Client, addresses: list[str], focal_point: User) -> None:
    client.force_login(focal_point)
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200, address
        assert {"private", "no-store"} <= set(response["Cache-Control"].split(", ")), address
        assert "ETag" not in response, address


def test_every_page_has_its_frame(client: Client, addresses: list[str], settings: Settings) -> None:
    settings.PORTAL_OWNER = "The Test Secretariat"
    for address in addresses:
        page = Page(client.get(address))
        assert len(page.titles("h1")) == 1, address
        assert DISCLAIMER in page.text, address
        assert {"/privacy/", "/terms/"} <= set(page.links), address
        assert "run by The Test Secretariat" in page.text, address
        landmarks = [tag for tag, _attributes in page.tags if tag in ("header", "main", "footer")]
        assert landmarks == ["header", "main", "footer"], address
        assert page.links[0] == "#main", address
        assert page.attributes_of("html")[0]["lang"] == "en", address


def test_no_page_has_inline_style_or_script_or_foreign_assets(client: Client, addresses: list[str]) -> None:
    for address in [*addresses, "/accounts/login/", "/accounts/password/reset/", "/nowhere/"]:
        response = client.get(address)
        page = Page(response)
        assert "unsafe" not in response["Content-Security-Policy"], address
        for tag, attributes in page.tags:
            assert tag != "style", address
            assert not [name for name in attributes if name == "style" or name.startswith("on")], (address, tag)
            is_loaded = tag == "link" and attributes.get("rel") != "alternate"
            for asset in [attributes.get("src"), attributes.get("href") if is_loaded else None]:
                assert asset is None or asset.startswith("/static/"), (address, asset)
        for script in page.attributes_of("script"):
            # What a script reads as data is not run.
            assert script.get("src") or script.get("type") == "application/json", address


def test_every_form_field_has_a_name_that_people_read(client: Client, addresses: list[str]) -> None:
    for address in [*addresses, "/accounts/login/", "/accounts/password/reset/"]:
        page = Page(client.get(address))
        labelled = {attributes.get("for") for attributes in page.attributes_of("label")}
        for tag in ("input", "select", "textarea"):
            for attributes in page.attributes_of(tag):
                if attributes.get("type") != "hidden" and attributes.get("name") != "closed":
                    assert attributes.get("id") in labelled, (address, attributes)


def test_no_id_stands_twice_on_a_page(client: Client, addresses: list[str]) -> None:
    for address in addresses:
        ids = [attributes["id"] for _tag, attributes in Page(client.get(address)).tags if "id" in attributes]
        assert len(ids) == len(set(ids)), (address, ids)


def test_the_home_page_with_its_stylesheet_is_light(client: Client) -> None:
    for _number in range(3):
        PublishedOfferFactory(title="A title of the greatest length " * 6)
        PublishedNeedFactory(title="A title of the greatest length " * 6)
    css = django_settings.BASE_DIR / "ssc_portal" / "static" / "portal" / "portal.css"
    page = client.get("/").content
    assert len(page) + css.stat().st_size < 60_000
    assert len(re.findall(rb'(?:src|href)="/static/', page)) == 2  # favicon, stylesheet: no script


def test_a_page_that_is_not_there_says_so_and_offers_the_search(client: Client) -> None:
    response = client.get("/nowhere/")
    assert response.status_code == 404
    page = Page(response)
    assert page.titles("h1") == ["Page not found"]
    assert DISCLAIMER in page.text


def test_the_plain_error_pages_need_neither_request_nor_database() -> None:
    from django.template.loader import get_template

    for name in ("400.html", "500.html", "403_csrf.html"):
        assert "<h1>" in get_template(name).render()


def test_no_page_takes_a_post(client: Client, addresses: list[str]) -> None:
    for address in addresses:
        assert client.post(address).status_code == 405, address


def test_the_admin_carries_the_portal_s_colours_and_no_inline_style(client: Client, manager: User) -> None:
    client.force_login(manager)
    page = Page(client.get("/admin/"))
    sheets = [attributes.get("href") or "" for attributes in page.attributes_of("link")]
    assert any("portal/admin" in sheet for sheet in sheets)
    assert not page.attributes_of("style")
