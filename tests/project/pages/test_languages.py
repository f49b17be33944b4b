"""The language of pages, files and mails: what the reader chose, and never that of another reader."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from unittest import mock

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation

from directory.mail import sending
from directory.models import CountryGroup, GroupMembership, Modality, PriorityArea, User
from matching.life.telling.language import letter_language
from tests.factories import PASSWORD, MatchFactory, PublishedNeedFactory, PublishedOfferFactory
from tests.pages import Page
from tests.project.addresses import address, rows
from tests.project.test_access_table import TABLE
from web.jobs import doing

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

FRENCH, ENGLISH = {"accept-language": "fr"}, {"accept-language": "en"}
OFFERS = "/offers/"


@pytest.fixture(autouse=True)
def _leave_no_language() -> Iterator[None]:
    """A request leaves its language to the thread; the next test would read it."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


def choose(client: Client, language: str, *, following: str = OFFERS, **headers: str):
    return client.post("/language/", {"language": language, "next": following}, headers=headers)


def language_of(response) -> str | None:
    return next(attributes.get("lang") for tag, attributes in Page(response).tags if tag == "html")


@pytest.mark.parametrize(("wanted", "language"), [("fr-CH, en;q=0.5", "fr"), ("km, en;q=0.5", "en"), ("km", "en")])
def test_a_browser_gets_the_language_it_asks_for_else_english(client: Client, wanted: str, language: str) -> None:
    response = client.get(OFFERS, headers={"accept-language": wanted})
    assert (language_of(response), response["Content-Language"]) == (language, language)


def test_choosing_keeps_the_page_with_what_stood_in_its_address(client: Client) -> None:
    response = choose(client, "fr", following="/offers/?q=eau&area=energy")
    assert (response.status_code, response["Location"]) == (302, "/offers/?q=eau&area=energy")
    assert language_of(client.get(OFFERS, headers=ENGLISH)) == "fr"
    choose(client, "en")
    assert language_of(client.get(OFFERS, headers=FRENCH)) == "en"


def test_where_a_form_was_answered_none_is_offered_for_that_would_lose_what_was_typed(client: Client) -> None:
    assert '<form class="languages"' in client.get("/accounts/login/").content.decode()
    refused = client.post("/accounts/login/", {"login": "nobody@example.org", "password": "wrong"})
    assert refused.status_code == 200
    assert '<form class="languages"' not in refused.content.decode()


def test_where_a_script_has_changed_the_address_since_that_is_kept(client: Client) -> None:
    response = choose(client, "fr", following=OFFERS, referer="http://testserver/offers/?q=eau")
    assert response["Location"] == "/offers/?q=eau"


@pytest.mark.parametrize(
    "following", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", "", "\\\\x"]
)
def test_it_never_leads_away(client: Client, following: str) -> None:
    response = choose(client, "fr", following=following, referer="https://elsewhere.example/x")
    assert response["Location"] == "/"


@pytest.mark.parametrize("language", ["xx", "", "fr\0", "../fr", "de"])
def test_a_language_that_is_not_offered_changes_nothing(client: Client, language: str) -> None:
    response = choose(client, language)
    assert settings.LANGUAGE_COOKIE_NAME not in response.cookies
    assert language_of(client.get(OFFERS, headers=ENGLISH)) == "en"


def test_who_only_reads_gets_no_cookie_and_who_chooses_one_that_says_a_language(client: Client) -> None:
    assert not client.get(OFFERS, headers=FRENCH).cookies
    cookie = choose(client, "fr").cookies
    assert list(cookie) == [settings.LANGUAGE_COOKIE_NAME]
    morsel = cookie[settings.LANGUAGE_COOKIE_NAME]
    assert (morsel.value, morsel["samesite"], morsel["httponly"]) == ("fr", "Lax", True)
    assert not client.get(OFFERS).cookies


def test_nothing_is_chosen_by_following_a_link(client: Client) -> None:
    assert client.get("/language/?language=fr").status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_caches_keep_languages_apart(client: Client) -> None:
    french, english = client.get(OFFERS, headers=FRENCH), client.get(OFFERS, headers=ENGLISH)
    for response in (french, english):
        assert {"Accept-Language", "Cookie"} <= {name.strip() for name in response["Vary"].split(",")}
    assert french["ETag"] != english["ETag"]
    again = client.get(OFFERS, headers=FRENCH | {"if-none-match": english["ETag"]})
    assert (again.status_code, again["Content-Language"]) == (200, "fr")
    known = client.get(OFFERS, headers=FRENCH | {"if-none-match": french["ETag"]})
    assert known.status_code == HTTPStatus.NOT_MODIFIED
    assert "Accept-Language" in known["Vary"]


def test_an_account_is_read_in_its_own_language_wherever_it_is_logged_in(client: Client, focal_point: User) -> None:
    client.force_login(focal_point)
    choose(client, "fr")
    focal_point.refresh_from_db()
    assert focal_point.language == "fr"
    elsewhere = Client()
    elsewhere.force_login(focal_point)
    assert language_of(elsewhere.get("/workspace/", headers=ENGLISH)) == "fr"
    assert language_of(Client().get(OFFERS, headers=ENGLISH)) == "en"


def test_a_stranger_s_page_cannot_choose_for_an_account(focal_point: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.login(email=focal_point.email, password=PASSWORD)
    assert choose(client, "fr").status_code == HTTPStatus.FORBIDDEN
    focal_point.refresh_from_db()
    assert focal_point.language == "en"
    assert choose(Client(enforce_csrf_checks=True), "fr").status_code == HTTPStatus.FOUND


@pytest.mark.usefixtures("reference")
def test_the_api_has_labels_as_asked_and_codes_for_everyone(client: Client) -> None:
    french, english = (client.get("/api/v1/areas/energy/", headers=wanted) for wanted in (FRENCH, ENGLISH))
    assert (french.json()["label"], english.json()["label"]) == (
        "Énergie, énergies renouvelables",
        "Energy, renewables",
    )
    assert french.json()["code"] == english.json()["code"] == "energy"
    assert french.json().keys() == english.json().keys()
    assert french["ETag"] != english["ETag"]
    assert "Accept-Language" in french["Vary"]
    country = client.get("/api/v1/countries/KHM/", headers=FRENCH).json()
    assert (country["iso3"], country["name"]) == ("KHM", "Cambodge")


@pytest.mark.usefixtures("reference")
def test_the_api_answers_as_the_request_asks_whatever_the_account_says(client: Client, focal_point: User) -> None:
    focal_point.language = "fr"
    focal_point.save()
    client.force_login(focal_point)
    assert client.get("/api/v1/areas/energy/", headers=ENGLISH).json()["label"] == "Energy, renewables"


@pytest.mark.usefixtures("reference")
def test_columns_of_files_are_called_the_same_in_every_language(client: Client) -> None:
    for path in ("/offers.csv", "/countries.csv"):
        french, english = (client.get(path, headers=wanted) for wanted in (FRENCH, ENGLISH))
        assert french.status_code == english.status_code == HTTPStatus.OK
        first = [b"".join(response).splitlines()[0] for response in (french, english)]
        assert first[0] == first[1]


@pytest.mark.usefixtures("reference")
def test_reference_labels_and_short_names_are_read_in_french_and_kept_in_english() -> None:
    area, group = PriorityArea.objects.get(pk="disaster-risk-reduction"), CountryGroup.objects.get(pk="LDC")
    with translation.override("fr"):
        assert str(area) == "Réduction des risques de catastrophe"
        assert (str(group), group.short_name) == ("Pays les moins avancés", "PMA")
        assert PriorityArea.objects.filter(pk=area.pk).labels() == {area.pk: str(area)}
    assert (area.label, group.label) == ("Disaster risk reduction", "Least developed countries")


@pytest.mark.usefixtures("reference")
def test_a_label_that_no_catalogue_knows_is_read_as_it_stands() -> None:
    PriorityArea.objects.filter(pk="energy").update(label="Energy and light")
    with translation.override("fr"):
        assert str(PriorityArea.objects.get(pk="energy")) == "Energy and light"


@pytest.mark.usefixtures("reference")
def test_what_is_sought_in_french_is_found_whatever_language_is_read(client: Client) -> None:
    offer = PublishedOfferFactory(areas=["disaster-risk-reduction"], title="Early warning")
    for wanted in (FRENCH, ENGLISH):
        page = client.get("/search/", {"q": "réduction des risques de catastrophe"}, headers=wanted)
        assert offer.title in page.content.decode()


NUMBER_IN_A_TAG = re.compile(
    r'\b(?:x|y|x1|x2|y1|y2|cx|cy|r|rx|width|height|d|points|viewBox|min|max|step|low|high|optimum|value)="[^"]*\d,\d[^"]*"'
)


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize(
    "name", [name for name, row in TABLE.items() if row.split()[0] == "200" and not name.startswith(("api-", "admin:"))]
)
def test_pages_write_numbers_for_people_in_french_and_for_browsers_as_ever(client: Client, name: str) -> None:
    response = client.get(address(name, rows()), headers=FRENCH)
    if response["Content-Type"].startswith("text/html"):
        assert language_of(response) == "fr"
        assert NUMBER_IN_A_TAG.findall(response.content.decode()) == []


def test_mails_are_in_the_language_of_their_reader(client: Client, focal_point: User, other_focal_point: User) -> None:
    focal_point.language = "fr"
    focal_point.save()
    for person in (focal_point, other_focal_point):
        client.post(reverse("account_reset_password"), {"email": person.email}, headers=ENGLISH)
    sending.send_due()
    subjects = {message.to[0]: message.subject for message in mail.outbox}
    assert subjects[focal_point.email].startswith("Choisissez un nouveau mot de passe")
    assert subjects[other_focal_point.email].startswith("Choose a new password")


def test_each_language_is_offered_by_its_own_name(client: Client) -> None:
    page = Page(client.get(OFFERS, headers=ENGLISH))
    offered = {
        button["value"]: button["lang"] for button in page.attributes_of("button") if button.get("name") == "language"
    }
    assert offered == {code: code for code, _name in settings.LANGUAGES if code != "en"}
    assert "Français" in page.text


def test_a_letter_is_in_the_language_that_both_sides_read_else_in_the_portals_own(
    focal_point: User, other_focal_point: User
) -> None:
    offer = PublishedOfferFactory(country=None, agency=focal_point.current_affiliations[0].agency)
    agency = other_focal_point.current_affiliations[0].agency
    need = PublishedNeedFactory(country=agency.country, agency=agency)
    match = MatchFactory(offer=offer, need=need)
    read = []
    for pair in (("fr", "fr"), ("fr", "en"), ("xx", "xx")):
        for person, language in zip((focal_point, other_focal_point), pair, strict=True):
            person.language = language
            person.save()
        read.append(letter_language(match.need, match.offer))
    assert read == ["fr", "en", "en"]


def test_what_a_job_writes_is_in_one_language_whoever_asked_for_it() -> None:
    seen = []
    kind = mock.Mock(work=lambda job: seen.append(translation.get_language()))
    with (
        translation.override("fr"),
        mock.patch.dict("web.jobs.doing.KINDS", {"of.a.test": kind}),
        mock.patch.object(doing, "take"),
    ):
        assert doing.do("of.a.test", 1)
    assert seen == [settings.LANGUAGE_CODE]


@pytest.mark.usefixtures("reference")
def test_no_page_in_french_has_the_english_label_of_a_group_an_area_or_a_modality(client: Client) -> None:
    found = rows()
    with translation.override("fr"):
        english = {
            row.label
            for model in (CountryGroup, PriorityArea, Modality)
            for row in model.objects.active()
            if row.display_label.casefold() != row.label.casefold()
        }
    # A source is named as it calls itself.
    english -= {label for label in english if GroupMembership.objects.filter(source__contains=label).exists()}
    assert len(english) > 50
    names = [
        name for name in TABLE if name.partition(":")[0] in ("home", "directory", "surveys", "matching", "practices")
    ]
    pages = [
        address(name, found) for name in (*names, "working_rules", "help") if not name.endswith(("_file", "_feed"))
    ]
    mixed = {}
    for page in [*pages, "/countries/KHM/", "/search/?q=Cambodge énergie", "/offers/?group=LDC"]:
        response = client.get(page, headers=FRENCH)
        if page.startswith("/agencies/"):
            continue  # which say in their own words what they do
        if response.status_code == HTTPStatus.OK and response["Content-Type"].startswith("text/html"):
            shown = f" {Page(response).text} "
            if read := sorted(label for label in english if f" {label} " in shown):
                mixed[page] = read
    assert mixed == {}
