"""What readers ask of a list: several values, what is left out, ranges, names, labels, fields, counts, facets."""

import datetime as dt
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from directory.models import PriorityArea, User
from matching.filtersets import MatchFilter
from practices.filtersets import PracticeFilter
from surveys.filtersets import NeedFilter, OfferFilter
from surveys.models import Offer
from tests.api import ROOT, client_of, read, refused, rows
from tests.factories import (
    AgencyFactory,
    AreaFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    CountryGroupFactory,
    GroupMembershipFactory,
    MatchFactory,
    OfferFactory,
    PublishedOfferFactory,
    PublishedPracticeFactory,
    ReleasedMatchFactory,
    SurveyFactory,
    TargetFactory,
)
from web.filters import OfSeveral

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def ids(path: str, user: User | None = None) -> list[Any]:
    return [row["id"] for row in rows(path, user)]


@pytest.fixture
def offers() -> dict[str, Offer]:
    thailand, cambodia = CountryFactory(iso3="THA"), CountryFactory(iso3="KHM")
    group = CountryGroupFactory(code="LDC", is_heading=True)
    GroupMembershipFactory(group=group, country=cambodia)
    found: dict[str, Any] = {
        "energy": PublishedOfferFactory(areas=["energy"], modalities=["training"], country=thailand),
        "both": PublishedOfferFactory(
            areas=["energy", "health"], modalities=["expertise"], country=cambodia, survey=SurveyFactory(code="s-1")
        ),
        "water": PublishedOfferFactory(
            areas=["water"], modalities=["expertise"], country=None, agency=AgencyFactory(code="tica")
        ),
    }
    TargetFactory(offer=found["both"], group=group)
    return found


def pks(offers: dict[str, Offer], *names: str) -> set[int]:
    return {offers[name].pk for name in names}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("area=health&area=water", ["both", "water"]),
        ("area=health,water", ["both", "water"]),
        ("area=health,water&area=energy", ["both", "water", "energy"]),
        ("not_area=health", ["energy", "water"]),
        ("not_area=health,water", ["energy"]),
        ("area=energy&not_area=health", ["energy"]),
        ("country=THA,KHM", ["energy", "both"]),
        ("not_country=THA", ["both", "water"]),
        ("group=LDC", ["both"]),
        ("not_group=LDC", ["energy", "water"]),
        ("agency=tica", ["water"]),
        ("not_agency=tica", ["energy", "both"]),
        ("survey=s-1", ["both"]),
        ("not_survey=s-1", ["energy", "water"]),
        ("target=LDC", ["both"]),
        ("not_target=LDC", ["energy", "water"]),
        ("modality=training", ["energy"]),
        ("not_modality=training", ["both", "water"]),
    ],
)
def test_any_of_several_codes_fits_and_not_turns_that_round(
    offers: dict[str, Offer], query: str, names: list[str]
) -> None:
    assert set(ids(f"/offers/?{query}")) == pks(offers, *names)


@pytest.mark.parametrize("filterset", [OfferFilter, NeedFilter, MatchFilter, PracticeFilter])
def test_every_filter_of_codes_has_its_twin(filterset: Any) -> None:
    several = {name for name, one in filterset.base_filters.items() if isinstance(one, OfSeveral) and not one.negates}

    assert {f"not_{name}" for name in several} <= set(filterset.base_filters)
    assert {"country", "group", "area", "modality", "agency", "id"} <= several


def test_rows_are_found_by_what_names_them_and_others_are_just_not_there(offers: dict[str, Offer]) -> None:
    one, other = offers["energy"].pk, offers["water"].pk
    match = ReleasedMatchFactory()
    practice = PublishedPracticeFactory()

    assert set(ids(f"/offers/?id={one},{other},999999")) == {one, other}
    assert offers["both"].pk in ids(f"/offers/?not_id={one},{other}")
    assert one not in ids(f"/offers/?not_id={one},{other}")
    assert ids(f"/matches/?id={match.public_id},1-999") == [match.public_id]
    assert ids(f"/practices/?id={practice.pk}") == [practice.pk]
    assert [row["iso3"] for row in rows("/countries/?id=KHM,XXX")] == ["KHM"]
    for name, code in (("groups", "LDC"), ("areas", "energy"), ("agencies", "tica"), ("surveys", "s-1")):
        assert [row["code"] for row in rows(f"/{name}/?id={code}")] == [code]


@pytest.mark.parametrize(
    "value", ["x", "1.0", "-1", "1,,2", "1;2", "9" * 19, "１", "1-2", ",".join(map(str, range(301)))]
)
def test_what_names_no_row_is_refused(value: str) -> None:
    assert refused(f"/offers/?id={value}")["id"]


def test_hidden_rows_are_not_found_by_their_names_nor_told_from_those_that_never_were() -> None:
    hidden = OfferFactory()
    answers = [read(f"/offers/?id={pk}&count=true&facets=country") for pk in (hidden.pk, hidden.pk + 1)]

    assert answers[0] == answers[1]
    assert answers[0]["results"] == []


def test_days_are_asked_from_and_to_both_included() -> None:
    early, late = (PublishedOfferFactory(opens_on=dt.date(2026, month, 1)) for month in (1, 3))
    PublishedOfferFactory(opens_on=None)

    assert ids("/offers/?opens_on_from=2026-01-01&opens_on_to=2026-01-01") == [early.pk]
    assert ids("/offers/?opens_on_from=2026-01-02") == [late.pk]
    assert refused("/offers/?opens_on_from=2026-03-02&opens_on_to=2026-03-01")["opens_on_to"]
    for wrong in ("2026-02-30", "20260101", "2026-1-1", "2026-01-01T00:00:00Z", "yesterday"):
        assert refused(f"/offers/?opens_on_to={wrong}")["opens_on_to"]


def test_moments_are_asked_since_and_before() -> None:
    offer = PublishedOfferFactory()
    moment = dt.datetime(2026, 5, 4, 3, 2, 1, tzinfo=dt.UTC)
    Offer.objects.filter(pk=offer.pk).update(updated_at=moment, created_at=moment)

    for name in ("updated", "created"):
        assert ids(f"/offers/?{name}_since=2026-05-04T03:02:01Z&{name}_before=2026-05-05") == [offer.pk]
        assert ids(f"/offers/?{name}_before=2026-05-04T03:02:01Z") == []
        assert refused(f"/offers/?{name}_since=2026-05-05&{name}_before=2026-05-04")[f"{name}_before"]


def test_matches_are_found_by_their_postings_and_by_who_stands_on_which_side(reviewer: User) -> None:
    thailand, agency = CountryFactory(iso3="THA"), AgencyFactory(code="tica")
    seeks = MatchFactory(need=ConfirmedNeedFactory(country=thailand), offer=ConfirmedOfferFactory(agency=agency))
    gives = MatchFactory(offer__country=thailand)

    def found(query: str) -> set[str]:
        return set(ids(f"/matches/?{query}", reviewer))

    assert found("country=THA") == {seeks.public_id, gives.public_id}
    assert found("country=THA&side=need") == {seeks.public_id}
    assert found("country=THA&side=offer") == {gives.public_id}
    assert found("not_country=THA&side=offer") == {seeks.public_id}
    assert found("agency=tica&side=offer") == {seeks.public_id}
    assert found("agency=tica&side=need") == set()
    assert found(f"need={seeks.need_id}") == {seeks.public_id}
    assert found(f"not_need={seeks.need_id}") == {gives.public_id}
    assert found(f"offer={seeks.offer_id},{gives.offer_id}") == {seeks.public_id, gives.public_id}
    assert found("is_confirmed=true") == {seeks.public_id}
    assert found("is_confirmed=false") == {gives.public_id}
    assert found("fit=strong,good,partial") == {seeks.public_id, gives.public_id}
    assert refused("/matches/?side=both", reviewer)["side"]


@pytest.mark.parametrize(
    ("query", "parameter", "said"),
    [
        ("area=hlth", "area", "hlth: did you mean health?"),
        ("area=energy,hlth", "area", "hlth: did you mean health?"),
        ("country=Thailand", "country", "Thailand: did you mean THA?"),
        ("country=tha", "country", "tha: did you mean THA?"),
        ("arae=health", "arae", "Did you mean area?"),
        ("fields=titel", "fields", "titel: did you mean title?"),
        ("facets=aera", "facets", "aera: did you mean area?"),
        ("format=cvs", "format", "cvs: did you mean csv?"),
    ],
)
def test_who_mistypes_is_told_what_may_have_been_meant(query: str, parameter: str, said: str) -> None:
    for code in ("energy", "health"):
        AreaFactory(code=code)
    CountryFactory(iso3="THA")

    assert said in refused(f"/offers/?{query}")[parameter][0]


def test_no_suggestion_names_what_the_reader_may_not_see() -> None:
    SurveyFactory(code="hidden-round", is_public=False)
    AgencyFactory(code="hidden-agency", is_active=False)

    for query in ("survey=hidden-roun", "survey=hidden-round", "agency=hidden-agenc", "agency=hidden-agency"):
        name, typed = query.split("=")
        said = refused(f"/offers/?{query}")[name][0]
        assert "did you mean" not in said
        assert typed not in said


@pytest.mark.parametrize("typed", ["x" * 100_000, "%E2%80%AEenergy", "%3Cscript%3E", "%ED%A0%80", "é" * 70])
def test_what_was_typed_is_repeated_short_and_can_be_seen(typed: str) -> None:
    AreaFactory(code="energy")
    for query in (f"area={typed}", f"fields={typed}", f"area={typed},{typed}x"):
        said = next(iter(refused(f"/offers/?{query}").values()))[0]
        assert len(said) < 1_500
        assert "\u202e" not in said


def test_names_stand_beside_codes_in_the_language_asked_for(client: Client) -> None:
    offer = PublishedOfferFactory(
        areas=["energy"], country=CountryFactory(iso3="THA", name="Thailand", name_fr="Thaïlande")
    )
    path = f"{ROOT}/offers/{offer.pk}/"
    english, french = (client.get(path, headers={"accept-language": language}) for language in ("en", "fr"))

    assert (english.json()["country"], english.json()["country_label"]) == ("THA", "Thailand")
    assert (french.json()["country"], french.json()["country_label"]) == ("THA", "Thaïlande")
    assert (english.json()["areas"], len(english.json()["area_labels"])) == (["energy"], 1)
    assert french["Content-Language"] == "fr"
    assert "Accept-Language" in french["Vary"]
    assert french["ETag"] != english["ETag"]
    stale = client.get(path, headers={"accept-language": "fr", "if-none-match": english["ETag"]})
    assert stale.status_code == 200


def test_each_row_has_an_address_that_is_there(client: Client, offers: dict[str, Offer]) -> None:
    ReleasedMatchFactory()
    PublishedPracticeFactory()
    for name in ("countries", "groups", "areas", "agencies", "surveys", "offers", "needs", "matches", "practices"):
        row = rows(f"/{name}/")[0]
        assert client.get(row["url"]).json().items() >= {"url": row["url"]}.items(), name
        if "page_url" in row:
            assert client.get(row["page_url"]).status_code == 200, name


def test_is_open_is_a_field_and_agrees_with_the_filter() -> None:
    days = [(None, None), (dt.date(2999, 1, 1), None), (None, dt.date(2020, 1, 1))]
    for opens_on, closes_on in days:
        PublishedOfferFactory(opens_on=opens_on, closes_on=closes_on)

    assert [row["is_open"] for row in rows("/offers/?ordering=id")] == [True, False, False]
    assert all(row["is_open"] for row in rows("/offers/?is_open=true"))
    assert not any(row["is_open"] for row in rows("/offers/?is_open=false"))


def test_rows_have_the_fields_asked_for_alone(offers: dict[str, Offer]) -> None:
    expected = ["id", "title", "area_labels"]

    assert all(sorted(row) == sorted(expected) for row in rows("/offers/?fields=id,title&fields=area_labels"))
    assert list(read(f"/offers/{offers['water'].pk}/?fields=title")) == ["title"]
    assert list(read("/countries/KHM/?fields=groups&on=2026-01-01")) == ["groups"]


def test_only_what_the_reader_gets_can_be_asked_for(reviewer: User, focal_point: User) -> None:
    offer = PublishedOfferFactory()

    assert rows("/offers/?fields=source_file", reviewer) == [{"source_file": offer.source_file}]
    for user, name in ((None, "status"), (None, "source_file"), (focal_point, "source_file"), (reviewer, "contact")):
        said = refused(f"/offers/?fields={name}", user)["fields"][0]
        assert name not in said.replace(f"{name}: ", "")


def test_a_page_counts_when_asked(offers: dict[str, Offer], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "count" not in read("/offers/")
    page = read("/offers/?count=true&area=energy&page_size=1")
    assert (page["count"], page["count_is_exact"], len(page["results"])) == (2, True, 1)
    monkeypatch.setattr("web.api.asked.MOST_COUNTED", 2)
    page = read("/offers/?count=true")
    assert (page["count"], page["count_is_exact"]) == (2, False)
    assert refused("/offers/?count=1")["count"]


def test_facets_count_under_the_other_filters_what_the_reader_may_see(offers: dict[str, Offer]) -> None:
    OfferFactory(areas=["energy"])
    found = read("/offers/?facets=area,is_confirmed&area=health")["facets"]

    assert {one["value"]: one["count"] for one in found["area"]} == {"energy": 2, "health": 1, "water": 1}
    assert {one["value"]: one["count"] for one in found["is_confirmed"]} == {"false": 1}
    assert all(one["label"] for one in found["area"])
    assert refused("/countries/?facets=colour")["facets"]


def test_a_cursor_is_good_whatever_else_is_asked_of_the_page(client: Client) -> None:
    PublishedOfferFactory.create_batch(3)
    following = read("/offers/?page_size=1&count=true")["next"]
    cursor = parse_qs(urlsplit(following).query)["cursor"][0]

    assert list(read(f"/offers/?page_size=2&fields=id&cursor={cursor}")["results"][0]) == ["id"]
    assert refused(f"/offers/?not_area=energy&cursor={cursor}")


def test_the_header_link_names_the_pages_around_and_what_describes_them(client: Client) -> None:
    PublishedOfferFactory.create_batch(3)
    first = client.get(f"{ROOT}/offers/?page_size=1")
    second = client.get(first.json()["next"])

    assert f'<{first.json()["next"]}>; rel="next"' in first["Link"]
    assert 'rel="prev"' not in first["Link"]
    assert f'<{second.json()["previous"]}>; rel="prev"' in second["Link"]
    for relation in ("service-desc", "describedby", "license"):
        assert f'rel="{relation}"' in first["Link"]
    again = client.get(f"{ROOT}/offers/?page_size=1", headers={"if-none-match": first["ETag"]})
    head = client.head(f"{ROOT}/offers/?page_size=1")
    assert (again.status_code, again["Link"]) == (304, first["Link"])
    assert (head.content, head["ETag"], head["Link"]) == (b"", first["ETag"], first["Link"])


def test_a_site_may_send_what_asks_for_changes_alone_and_read_what_answers_say(client: Client) -> None:
    origin = {"origin": "https://elsewhere.example"}
    wanted = "authorization, content-type, idempotency-key, if-match, if-none-match"
    preflight = client.options(
        f"{ROOT}/offers/",
        headers=origin | {"access-control-request-method": "PATCH", "access-control-request-headers": wanted},
    )
    shown = client.get(f"{ROOT}/offers/", headers=origin)["Access-Control-Expose-Headers"]

    assert set(wanted.split(", ")) <= set(preflight["Access-Control-Allow-Headers"].split(", "))
    assert {"ETag", "Link", "Location", "Retry-After"} <= set(shown.split(", "))


def test_what_was_read_for_one_request_is_not_kept_for_the_next(client: Client) -> None:
    PublishedOfferFactory(areas=[AreaFactory(code="energy", label="Energy")])

    def labels() -> list[str]:
        return [one["label"] for one in client.get(f"{ROOT}/offers/?facets=area").json()["facets"]["area"]]

    assert labels() == ["Energy"]
    PriorityArea.objects.update(label="Energy and light")
    assert labels() == ["Energy and light"]


@pytest.mark.parametrize("number", [1, 20])
@pytest.mark.parametrize(
    ("query", "queries"),
    [("", 4), ("?count=true", 5), ("?fields=id", 4), ("?facets=area,country", 7), ("?not_area=energy&id={ids}", 5)],
)
def test_what_is_asked_takes_the_same_queries_however_many_rows(
    client: Client, number: int, query: str, queries: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    AreaFactory(code="energy")
    offers = PublishedOfferFactory.create_batch(number, areas=["health"])
    for offer in offers:
        TargetFactory(offer=offer)
    client.get(f"{ROOT}/offers/?page_size=100")
    asked = query.format(ids=",".join(str(offer.pk) for offer in offers))
    address = f"{ROOT}/offers/{asked}{'&' if asked else '?'}page_size=100"
    with django_assert_num_queries(queries):  # rows, areas, modalities, targets; facets, their choices; a count; a code
        client.get(address)


def test_a_page_keeps_several_countries_of_its_address_in_its_form(client: Client, offers: dict[str, Offer]) -> None:
    response = client.get("/offers/?country=THA,KHM&not_area=health")

    assert [row.pk for row in response.context["object_list"]] == [offers["energy"].pk]
    html = response.content.decode()
    assert 'value="THA,KHM" selected' in html
    assert '<input type="hidden" name="not_area" value="health">' in html
    words = response.context["active_filters"][0].words
    assert words == ", ".join(str(offers[name].country) for name in ("energy", "both"))


def test_someone_logged_in_gets_the_same_parameters(focal_point: User) -> None:
    response = client_of(focal_point).get(f"{ROOT}/offers/?count=true&fields=id,status&format=ndjson")

    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["count"]
