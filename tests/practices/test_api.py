"""The endpoint of practices: the same for everyone, exact keys, strict parameters, no draft."""

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.api import client_of, read, refused, rows, walk
from tests.factories import (
    AgencyFactory,
    CountryFactory,
    PracticeFactory,
    PublishedPracticeFactory,
    SubmittedPracticeFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.any_database
@pytest.mark.parametrize("role", ["visitor", "focal_point", "coordinator", "partner", "reviewer", "manager"])
def test_everyone_reads_the_same_json(role, agency, request, cooperation):
    moment, laos, partner = timezone.now(), CountryFactory(iso3="LAO"), AgencyFactory(code="partner-of-it")
    practice = PublishedPracticeFactory(
        agency=agency, title="Flood watch", results="Reached.", modalities=["training"], match=cooperation,
        countries=[laos], partners=[partner],
        links="https://example.org/", published_at=moment,
    )  # fmt: skip
    PracticeFactory(agency=agency)
    SubmittedPracticeFactory(agency=agency)
    expected = {
        "id": practice.pk,
        "kind": "good_practice",
        "kind_label": "Good practice",
        "title": "Flood watch",
        "text": "What was done, and how.",
        "results": "Reached.",
        "conditions": "",
        "language": "en",
        "english_text": "",
        "agency": agency.code,
        "agency_label": agency.name,
        "country": "THA",
        "country_label": str(agency.country),
        "partners": ["partner-of-it"],
        "partner_labels": [partner.name],
        "used_in": ["LAO"],
        "used_in_labels": [str(laos)],
        "areas": ["energy"],
        "area_labels": ["Energy"],
        "modalities": ["training"],
        "modality_labels": ["Training"],
        "links": ["https://example.org/"],
        "cooperation": cooperation.public_id,
        "published_at": moment.isoformat().replace("+00:00", "Z"),
        "updated_at": practice.updated_at.isoformat().replace("+00:00", "Z"),
        "url": f"http://testserver/api/v1/practices/{practice.pk}/",
        "page_url": f"http://testserver/practices/{practice.pk}/",
    }
    person = request.getfixturevalue(role)
    assert rows("/practices/", person) == [expected]
    assert read(f"/practices/{practice.pk}/", person) == expected
    for hidden in (practice.pk + 1, practice.pk + 2, 999_999):
        assert client_of(person).get(f"/api/v1/practices/{hidden}/").status_code == 404


def test_it_is_filtered_and_ordered_as_the_page(db):
    one = PublishedPracticeFactory(title="B", areas=["energy"])
    other = PublishedPracticeFactory(title="A", areas=["water"], kind="institutional_model")
    assert [row["id"] for row in rows("/practices/?area=energy")] == [one.pk]
    assert [row["id"] for row in rows("/practices/?kind=institutional_model")] == [other.pk]
    assert [row["id"] for row in rows(f"/practices/?agency={one.agency.code}")] == [one.pk]
    assert [row["id"] for row in rows("/practices/?ordering=title")] == [other.pk, one.pk]
    assert rows("/practices/?updated_since=2999-01-01") == []
    for query in ("status=draft", "area=x", "kind=", "kind=best", "ordering=status", "q=", "page_size=0"):
        assert refused(f"/practices/?{query}"), query


def test_walking_all_pages_gives_each_once(db):
    agency = AgencyFactory()
    made = [PublishedPracticeFactory(agency=agency, title=f"Practice {n % 3}").pk for n in range(7)]
    for ordering in ("newest", "oldest", "title", "-title", "-updated_at", "id"):
        found = walk(f"/practices/?ordering={ordering}&page_size=2")
        assert sorted(found) == sorted(made), ordering


@pytest.mark.any_database
def test_it_takes_as_many_queries_with_20_as_with_1(client: Client, django_assert_num_queries: DjangoAssertNumQueries):
    agency = AgencyFactory(country=CountryFactory(iso3="THA"))
    for number in (1, 19):
        for _one in range(number):
            PublishedPracticeFactory(agency=agency, countries=[agency.country], partners=[agency])
        with django_assert_num_queries(5):  # practices with agencies, areas, modalities, countries, partners
            client.get("/api/v1/practices/")
