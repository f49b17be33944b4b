"""A key posts in place of what was compiled of its country: the draft of the workspace, then what was sent."""

from typing import Any

import pytest

from directory.choices import AgencyKind
from directory.models import ApiKey
from surveys.choices import PostingStatus, ResponseKind, WithdrawalReason
from surveys.models import ConfirmationRow, Offer
from tests.factories import AreaFactory, CountryFactory, PublishedOfferFactory, ResponseFactory
from tests.surveys.api.writing import send, sent, writing_key

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def key(db: None) -> ApiKey:
    key = writing_key()
    key.agency.kind = AgencyKind.NATIONAL_AGENCY
    key.agency.save()
    return key


def compiled_of(iso3: str = "THA", **values: Any) -> Offer:
    country = CountryFactory(iso3=iso3)
    response = ResponseFactory(country=country, key="compiled", kind=ResponseKind.COMPILED)
    AreaFactory(code="energy")
    offer: Offer = PublishedOfferFactory(
        survey=response.survey, response=response, country=country, areas=["energy"], modalities=["training"], **values
    )
    return offer


def post(key: ApiKey, compiled: Any, expected: int = 201, **body: Any) -> Any:
    answer = send(key, "post", "/offers/", {"in_place_of": getattr(compiled, "pk", compiled), **body})
    assert answer.status_code == expected, answer.content
    return answer.json()


def test_it_takes_the_place_of_the_compiled_one_once_it_is_published(key: ApiKey) -> None:
    compiled = compiled_of(title="Compiled: training in energy", places=30)
    made = post(key, compiled, title="Courses on solar power", text="Two weeks in Bangkok.", reference="T/1")
    # What is left out is taken from it; nothing goes before the country has put its own before others.
    assert (made["title"], made["areas"], made["places"], made["status"]) == (
        "Courses on solar power", ["energy"], 30, "draft",
    )  # fmt: skip
    compiled.refresh_from_db()
    assert compiled.status == PostingStatus.PUBLISHED
    new = Offer.objects.get(pk=made["id"])
    assert (new.reference, new.sent_with_key, new.country, new.agency) == ("T/1", key.name, compiled.country, None)
    assert ConfirmationRow.objects.get(offer=compiled).new_offer == new
    send(key, "patch", f"/offers/{new.pk}/", {"status": "published"}, If_Match="*")
    compiled.refresh_from_db()
    assert (compiled.status, compiled.withdrawal_reason) == (PostingStatus.WITHDRAWN, WithdrawalReason.REPLACED)


def test_one_call_posts_and_publishes(key: ApiKey) -> None:
    compiled = compiled_of()
    made = post(key, compiled, **sent(status="published"))
    compiled.refresh_from_db()
    assert (made["status"], compiled.status) == ("published", PostingStatus.WITHDRAWN)


def test_a_second_one_is_told_which_stands_there(key: ApiKey) -> None:
    compiled = compiled_of()
    made = post(key, compiled, title="Courses")
    again = post(key, compiled, 409, title="Courses again")
    assert f"Number {made['id']} stands in its place already" in again["detail"]
    assert Offer.objects.filter(title__startswith="Courses").count() == 1


def test_what_is_wrong_is_said_by_field_and_leaves_no_draft(key: ApiKey) -> None:
    compiled = compiled_of()
    wrong = post(key, compiled, 400, title="Courses", areas=["no-such-area"])
    assert list(wrong["errors"]) == ["areas"]
    assert not ConfirmationRow.objects.exists()
    for number in ("12", True, 1.5, None):
        assert list(post(key, number, 400, title="Courses")["errors"]) == ["in_place_of"]


def test_only_what_was_compiled_of_the_own_country_gives_way(key: ApiKey) -> None:
    own = PublishedOfferFactory(country=key.agency.country, agency=key.agency)
    assert "is your own" in post(key, own, 409, title="Courses")["detail"]
    # Another country's is as one that is not there.
    other = post(key, compiled_of("LAO"), 400, title="Courses")
    assert other["errors"] == post(key, 2**70, 400, title="Courses")["errors"]
    assert list(other["errors"]) == ["in_place_of"]


def test_it_is_for_new_ones_alone_also_among_many(key: ApiKey) -> None:
    compiled = compiled_of()
    made = post(key, compiled, title="Courses")
    changed = send(key, "patch", f"/offers/{made['id']}/", {"in_place_of": compiled.pk}, If_Match="*")
    assert list(changed.json()["errors"]) == ["in_place_of"]
    another = compiled_of(title="Another")
    answer = send(key, "post", "/offers/batch/", {"items": [{"in_place_of": another.pk, "title": "Dams"}]})
    (result,) = answer.json()["results"]
    assert result["status"] == 201
    assert ConfirmationRow.objects.get(offer=another).new_offer_id == result["id"]
