"""Offers and needs in the API: who sees which, with which fields, and what each answer says exactly."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from directory.models import User
from surveys.choices import PostingStatus, ResponseKind, Visibility
from surveys.models import Need, Offer
from surveys.searching.documents import on_postings_changed
from tests.api import ROOT, client_of, read, refused, rows
from tests.factories import (
    AgencyFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    CountryGroupFactory,
    NeedFactory,
    OfferFactory,
    PreferredPartnerFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ResponseFactory,
    SurveyFactory,
    TargetFactory,
)

pytestmark = pytest.mark.django_db

ROLES = ["visitor", "focal_point", "other_focal_point", "coordinator", "reviewer", "manager", "partner"]

PUBLIC_KEYS = {
    "id", "title", "text", "language", "country", "agency", "areas", "modalities", "any_modality", "places", "amount",
    "opens_on", "closes_on", "is_closed", "stated_on", "confirmed_on", "is_confirmed", "provenance", "survey",
    "source_row", "created_at", "updated_at", "country_label", "agency_label", "area_labels", "modality_labels",
    "survey_label", "is_open", "url", "page_url",
}  # fmt: skip
MEMBER_KEYS = PUBLIC_KEYS | {"status", "status_label", "visibility", "visibility_label"}
STAFF_KEYS = MEMBER_KEYS | {"facilitating_allowed", "source_file", "source_sheet", "file_import", "edited_on"}
KEYS = {
    "visitor": PUBLIC_KEYS,
    "partner": PUBLIC_KEYS,
    "focal_point": MEMBER_KEYS,
    "other_focal_point": MEMBER_KEYS,
    "coordinator": MEMBER_KEYS,
    "reviewer": STAFF_KEYS,
    "manager": STAFF_KEYS,
}


@pytest.fixture
def cast(focal_point: User) -> dict[str, int]:
    """Offers of Thailand, one for each way in which a posting can be out of sight."""
    agency = focal_point.affiliations.get().agency
    own = {"country": None, "agency": agency}
    return {
        "public": PublishedOfferFactory(**own).pk,
        "focal_points": PublishedOfferFactory(**own, visibility=Visibility.FOCAL_POINTS).pk,
        "matched": PublishedOfferFactory(**own, visibility=Visibility.MATCHED).pk,
        "draft": OfferFactory(**own).pk,
        "withdrawn": OfferFactory(**own, status=PostingStatus.WITHDRAWN).pk,
    }


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("visitor", {"public"}),
        ("partner", {"public"}),
        ("other_focal_point", {"public", "focal_points"}),
        ("focal_point", {"public", "focal_points", "matched", "draft", "withdrawn"}),
        ("coordinator", {"public", "focal_points", "matched", "draft", "withdrawn"}),
        ("reviewer", {"public", "focal_points", "matched", "draft", "withdrawn"}),
        ("manager", {"public", "focal_points", "matched", "draft", "withdrawn"}),
    ],
)
def test_each_role_sees_its_postings_in_list_and_detail(
    role: str, seen: set[str], cast: dict[str, int], request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(role)

    assert {row["id"] for row in rows("/offers/", user)} == {cast[name] for name in seen}
    for name, pk in cast.items():
        response = client_of(user).get(f"{ROOT}/offers/{pk}/")
        assert response.status_code == (200 if name in seen else 404), name


@pytest.mark.parametrize("query", ["?q=secret", "?country=THA", "?area=energy", "?survey=s", "?is_open=true"])
def test_no_filter_reaches_what_is_out_of_sight(query: str) -> None:
    survey = SurveyFactory(code="s")
    for model in (OfferFactory, NeedFactory):
        model(title="secret", country=CountryFactory(iso3="THA"), areas=["energy"], survey=survey)

    assert rows(f"/offers/{query}") == []
    assert rows(f"/needs/{query}") == []


@pytest.mark.any_database
@pytest.mark.parametrize("role", ROLES)
def test_the_keys_of_each_role_are_these(role: str, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(role)
    offer, need = PublishedOfferFactory(contact="someone@example.org"), PublishedNeedFactory(contact="+66 1 234")
    TargetFactory(offer=offer, country=CountryFactory(iso3="KHM"), note="a note of the secretariat")
    PreferredPartnerFactory(need=need, country=CountryFactory(iso3="CHN"), note="a note of the secretariat")

    for path, extra in (("/offers/", "targets"), ("/needs/", "preferred_partners")):
        row = rows(path, user)[0]
        assert set(row) == KEYS[role] | {extra}
        assert set(row[extra][0]) == {"kind", "country", "country_label", "group", "group_label", "as_printed"}
        assert set(read(f"{path}{row['id']}/", user)) == set(row)
        for answer in (path, f"{path}{row['id']}/"):
            content = client_of(user).get(f"{ROOT}{answer}").content
            assert b"example.org" not in content
            assert b"+66" not in content
            assert b"a note" not in content


def test_an_offer_exactly() -> None:
    survey = SurveyFactory(code="escap-2018", stated_on=dt.date(2018, 6, 27))
    turkiye = CountryFactory(iso3="TUR")
    offer = PublishedOfferFactory(
        title="Offer of Türkiye",
        text="Training",
        country=turkiye,
        areas=["trade", "health"],
        amount=Decimal("1549800.00"),
        amount_currency="USD",
        amount_as_printed="1,549,800.00 USD",
        amount_note="for LDCs",
        survey=survey,
        response=ResponseFactory(survey=survey, country=turkiye, kind=ResponseKind.COMPILED),
        source_row=7,
    )
    group = CountryGroupFactory(code="LDC")
    TargetFactory(offer=offer, group_id="LDC", kind="group", as_printed="LDCs")
    TargetFactory(offer=offer, as_printed="Other neighbouring regional countries")

    answer = read(f"/offers/{offer.pk}/")

    assert answer.pop("created_at")
    assert answer.pop("updated_at")
    assert answer == {
        "id": offer.pk,
        "title": "Offer of Türkiye",
        "text": "Training",
        "language": "en",
        "country": "TUR",
        "country_label": str(turkiye),
        "agency": None,
        "agency_label": None,
        "areas": ["health", "trade"],
        "area_labels": ["Health", "Trade"],
        "modalities": ["training"],
        "modality_labels": ["Training"],
        "any_modality": False,
        "places": None,
        "amount": {
            "value": "1549800.00",
            "currency": "USD",
            "years": "",
            "as_printed": "1,549,800.00 USD",
            "note": "for LDCs",
        },
        "opens_on": None,
        "closes_on": None,
        "is_open": True,
        "is_closed": False,
        "stated_on": "2018-06-27",
        "confirmed_on": None,
        "is_confirmed": False,
        "provenance": "compiled from public sources",
        "survey": "escap-2018",
        "survey_label": survey.title,
        "source_row": 7,
        "url": f"http://testserver/api/v1/offers/{offer.pk}/",
        "page_url": f"http://testserver/offers/{offer.pk}/",
        "targets": [
            {
                "kind": "group",
                "country": None,
                "country_label": None,
                "group": "LDC",
                "group_label": str(group),
                "as_printed": "LDCs",
            },
            {
                "kind": "unresolved",
                "country": None,
                "country_label": None,
                "group": None,
                "group_label": None,
                "as_printed": "Other neighbouring regional countries",
            },
        ],
    }


@pytest.mark.any_database
def test_the_provenance_in_words() -> None:
    survey = SurveyFactory(stated_on=dt.date(2018, 6, 27))
    answered = PublishedOfferFactory(survey=survey)
    confirmed = ConfirmedOfferFactory(survey=survey, confirmed_on=dt.date(2026, 11, 25))

    assert read(f"/offers/{answered.pk}/")["provenance"] == ("read from the 2018 survey, not yet put to the Government")
    assert read(f"/offers/{confirmed.pk}/")["provenance"] == "confirmed on 25 November 2026"


def test_a_survey_that_is_not_public_is_not_named(reviewer: User) -> None:
    offer = PublishedOfferFactory(survey=SurveyFactory(code="inside", is_public=False))

    assert read(f"/offers/{offer.pk}/")["survey"] is None
    assert read(f"/offers/{offer.pk}/", reviewer)["survey"] == "inside"
    assert rows("/surveys/") == []
    assert client_of().get(f"{ROOT}/surveys/inside/").status_code == 404
    assert refused("/offers/?survey=inside")["survey"]


def test_an_agency_s_posting_is_its_country_s() -> None:
    agency = AgencyFactory(code="tica", country=CountryFactory(iso3="THA"))
    PublishedOfferFactory(country=None, agency=agency)

    (row,) = rows("/offers/?country=THA&agency=tica")

    assert (row["country"], row["agency"]) == ("THA", "tica")


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("query", "parameter"),
    [("reaches=XXX", "reaches"), ("target=NOPE", "target"), ("country=XX", "country"), ("min_score=0.5", "min_score")],
)
def test_a_wrong_value_is_refused_by_name(query: str, parameter: str) -> None:
    assert list(refused(f"/offers/?{query}")) == [parameter]


@pytest.mark.any_database
def test_needs_have_no_targets_to_filter_by() -> None:
    CountryFactory(iso3="KHM")

    assert list(refused("/needs/?reaches=KHM")) == ["reaches"]


def test_updated_since_a_moment() -> None:
    old, new = PublishedOfferFactory(), PublishedOfferFactory()
    Offer.objects.filter(pk=old.pk).update(updated_at=dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC))
    Offer.objects.filter(pk=new.pk).update(updated_at=dt.datetime(2026, 1, 2, 12, tzinfo=dt.UTC))

    for since in ("2026-01-02", "2026-01-02T12:00:00Z", "2026-01-02T18:00:00%2B06:00", "2026-01-01T12:00:00.000001Z"):
        assert [row["id"] for row in rows(f"/offers/?updated_since={since}")] == [new.pk], since
    assert len(rows("/offers/?updated_since=2026-01-01T12:00:00Z")) == 2


def add(model: type[Any], number: int) -> None:
    """Add postings with all that lists show, in bulk."""
    country = CountryFactory(iso3="THA")
    agency = AgencyFactory(code="tica", country=country)
    survey = SurveyFactory(code="escap-2018")
    start = model.objects.count()
    made = model.objects.bulk_create(
        model(title=f"{start + n}", country=country, agency=agency, survey=survey, status=PostingStatus.PUBLISHED)
        for n in range(number)
    )
    first = (PublishedOfferFactory if model is Offer else PublishedNeedFactory)()
    for relation, codes in (("areas", first.areas.all()), ("modalities", first.modalities.all())):
        through = getattr(model, relation).through
        name = through._meta.get_fields()
        posting, other = name[1].attname, name[2].attname
        through.objects.bulk_create(through(**{posting: row.pk, other: codes[0].pk}) for row in made)
    on_postings_changed(model, [row.pk for row in made])


@pytest.mark.any_database
@pytest.mark.parametrize("model", [Offer, Need])
@pytest.mark.parametrize("query", ["", "?country=THA&area=energy&modality=training&q=1", "?ordering=title"])
def test_a_list_asks_the_same_number_of_queries_at_10_200_and_1000_rows(
    model: type[Any], query: str, django_assert_num_queries: Any
) -> None:
    path = f"{ROOT}/{model._meta.model_name}s/{query}"
    # postings, areas, modalities, places; each code of the query once, and whether names changed
    expected = 4 + (4 if "country" in query else 0)
    client, size = client_of(), "&page_size=100" if query else "?page_size=100"
    for number in (10, 190, 800):
        add(model, number)
        client.get(path + size)  # what the process keeps of names
        with django_assert_num_queries(expected):  # see above
            assert client.get(path + size).json()["results"]


@pytest.mark.any_database
def test_staff_s_list_asks_two_more_for_who_they_are(
    reviewer: User, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    client = client_of(reviewer)
    for number in (10, 190):
        add(Offer, number)
        with django_assert_num_queries(7):  # session, user, affiliations, offers, areas, modalities, targets
            client.get(f"{ROOT}/offers/?page_size=100")


@pytest.mark.any_database
def test_the_contact_never_leaves_the_database(django_assert_num_queries: Any) -> None:
    PublishedOfferFactory()

    with django_assert_num_queries(4) as queries:  # offers, areas, modalities, targets
        client_of().get(f"{ROOT}/offers/")

    assert isinstance(queries, CaptureQueriesContext)
    assert not any('"contact"' in query["sql"] for query in queries.captured_queries)
