"""A key is a reader of its own kind: it reads what its scopes say, in the very words others get, and opens no page."""

from typing import Any

import pytest
from django.core.cache import cache

from directory.choices import KeyScope, Role
from directory.models import ApiKey
from tests.api import client_of
from tests.factories import (
    AgencyFactory,
    ApiKeyFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    MatchFactory,
    NeedFactory,
    OfferFactory,
    PublishedOfferFactory,
    UserFactory,
)
from tests.project.addresses import address, names, rows

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

API = sorted(name for name in set(names()) if name.startswith("api-") and name not in ("api-schema", "api-docs"))
ASKED = ("", "?updated_since=2020-01-01")


def answers(reader: Any, found: Any) -> dict[str, tuple[int, bytes]]:
    """What each address of the API answers the reader, lists under several questions."""
    client = client_of(reader)
    told = {}
    for name in API:
        for query in ASKED if name.endswith("-list") else ("",):
            cache.clear()
            response = client.get(f"{address(name, found)}{query}")
            told[f"{name}{query}"] = (response.status_code, response.content)
    return told


@pytest.fixture
def found(db: None) -> Any:
    """Rows of all kinds, drafts, hidden and computed fits among them."""
    made = rows()
    agency = AgencyFactory()
    OfferFactory(agency=agency)
    NeedFactory()
    PublishedOfferFactory(visibility="focal_points")
    MatchFactory(need=ConfirmedNeedFactory(), offer=ConfirmedOfferFactory(agency=agency))
    return made


def key_of(scope: KeyScope) -> ApiKey:
    return ApiKeyFactory(scopes=[scope])


@pytest.mark.parametrize("scope", [KeyScope.READ_PUBLIC, KeyScope.WRITE_POSTINGS])
def test_a_key_that_reads_what_is_public_reads_what_everyone_reads(found: Any, scope: KeyScope) -> None:
    key = key_of(scope)
    assert answers(key, found) == answers(None, found)


def test_a_key_for_computed_fits_reads_what_a_partner_reads(found: Any) -> None:
    partner = UserFactory(role=Role.PARTNER, role__agency=AgencyFactory())
    key = key_of(KeyScope.READ_MATCHES)
    theirs = answers(partner, found)
    assert answers(key, found) == theirs
    assert theirs["api-matches-list"] != (200, client_of().get("/api/v1/matches/").content)


def test_a_key_that_writes_sees_the_drafts_of_its_own_agency_and_of_no_other(found: Any) -> None:
    draft = OfferFactory(agency=AgencyFactory())
    key: Any = ApiKeyFactory(scopes=[KeyScope.WRITE_POSTINGS], agency=AgencyFactory(country=draft.agency.country))
    own = OfferFactory(agency=key.agency, country=None)
    listed = client_of(key).get("/api/v1/offers/?page_size=100").json()["results"]
    assert {draft.pk, own.pk} & {row["id"] for row in listed} == {own.pk}
    reading = client_of(ApiKeyFactory(scopes=[KeyScope.READ_PUBLIC], agency=key.agency))
    assert reading.get(f"/api/v1/offers/{own.pk}/").status_code == 404


@pytest.mark.parametrize("scope", KeyScope)
def test_a_key_opens_no_page_for_people(found: Any, scope: KeyScope) -> None:
    client = client_of(key_of(scope))
    for path in ("/workspace/", "/workspace/keys/", "/workspace/profile/own-data.json", "/admin/"):
        response = client.get(path)
        assert response.status_code == 302, path
        assert "login" in response["Location"], path
    assert client.post("/workspace/keys/", {"name": "x"}).status_code == 302
    assert client.get("/offers/").content == client_of().get("/offers/").content
