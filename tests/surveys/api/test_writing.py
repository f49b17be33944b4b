"""Offers and needs sent in with a key: who may, what is checked, how far it goes, and what the history says of it."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from directory.choices import KeyScope, Role
from directory.models import ApiKey, Mail, User
from surveys.choices import PostingStatus, Visibility, WindowKind, WithdrawalReason
from surveys.models import Need, Offer
from tests.api import ROOT, client_of
from tests.factories import (
    AffiliationFactory,
    AgencyFactory,
    ApiKeyFactory,
    CountryFactory,
    CountryGroupFactory,
    DesignationFactory,
    OfferFactory,
    PublishedOfferFactory,
    TargetFactory,
    UserFactory,
)
from tests.surveys.api.writing import send, sent, writing_key

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def key(db: None) -> ApiKey:
    return writing_key()


def own(key: ApiKey, maker: Any = PublishedOfferFactory, **values: Any) -> Any:
    return maker(agency=key.agency, country=key.agency.country, **values)


def tag(key: ApiKey, posting: Any) -> str:
    kind = "offers" if isinstance(posting, Offer) else "needs"
    return send(key, "get", f"/{kind}/{posting.pk}/")["ETag"]


def patch(key: ApiKey, posting: Any, body: Any, **headers: Any) -> Any:
    kind = "offers" if isinstance(posting, Offer) else "needs"
    named: Any = {"If_Match": tag(key, posting)} | headers
    return send(key, "patch", f"/{kind}/{posting.pk}/", body, **named)


def errors(response: Any, status: int = 400) -> dict[str, list[str]]:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "no-store"
    return response.json().get("errors", {})


# --- who


def test_without_a_key_nothing_is_written() -> None:
    refused = send(None, "post", "/offers/", sent())

    assert errors(refused, 401) == {}
    assert refused["WWW-Authenticate"].startswith("Bearer")
    assert not Offer.objects.exists()


@pytest.mark.parametrize("scopes", [[KeyScope.READ_PUBLIC], [KeyScope.READ_MATCHES]])
def test_a_key_that_reads_writes_nothing(scopes: list[KeyScope]) -> None:
    reading = ApiKeyFactory(scopes=scopes, agency=AgencyFactory(country=CountryFactory()))

    for path in ("/offers/", "/offers/batch/", "/needs/"):
        assert errors(send(reading, "post", path, sent()), 403) == {}
    assert not Offer.objects.exists()


@pytest.mark.parametrize("role", ["focal_point", "coordinator", "reviewer", "manager", "partner"])
def test_people_post_on_pages(role: str, request: pytest.FixtureRequest) -> None:
    client = client_of(request.getfixturevalue(role))

    refused = client.post(f"{ROOT}/offers/", sent(), content_type="application/json")

    assert refused.status_code == 403
    assert "workspace" in refused.json()["detail"]


def test_a_session_is_asked_for_its_token_first(focal_point: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(focal_point)

    refused = client.post(f"{ROOT}/offers/", sent(), content_type="application/json")

    assert refused.status_code == 403
    assert "CSRF" in refused.json()["detail"]


def test_a_key_writes_no_longer_than_its_person_may_post(key: ApiKey) -> None:
    assert send(key, "post", "/offers/", sent()).status_code == 201
    key.accountable.affiliations.get().designations.all().delete()

    assert errors(send(key, "post", "/offers/", sent()), 403) == {}
    assert Offer.objects.count() == 1


def test_other_agencies_postings_are_not_there(key: ApiKey) -> None:
    theirs = PublishedOfferFactory(agency=AgencyFactory(code="other", country=CountryFactory(iso3="KHM")))
    hidden = OfferFactory(agency=theirs.agency)

    for pk in (theirs.pk, hidden.pk, 999_999):
        for method, path in (("patch", f"/offers/{pk}/"), ("post", f"/offers/{pk}/withdraw/")):
            # Whatever is wrong with the rest, also without the header.
            assert errors(send(key, method, path, {"title": 5}), 404) == {}
            assert errors(send(key, method, path, {"title": "Ours"}, If_Match="*"), 404) == {}
    for code in ("other", "nobody"):
        assert errors(send(key, "post", "/offers/", sent(agency=code)), 404) == {}
        assert errors(patch(key, own(key), {"agency": code}), 404) == {}
    assert set(Offer.objects.values_list("agency__code", flat=True)) == {"other", "tica"}


def test_a_second_factor_that_no_key_has_passed_counts_for_nothing() -> None:
    key = writing_key(WindowKind.SINGLE)
    person = UserFactory(role=Role.MANAGER)
    DesignationFactory(affiliation=AffiliationFactory(user=person, agency=key.agency, role=Role.FOCAL_POINT))
    ApiKey.objects.filter(pk=key.pk).update(accountable=person)

    made = send(key, "post", "/offers/", sent(status="published"))

    # A manager publishes alone; a key does not, whoever answers for it.
    assert made.json()["status"] == "submitted"


# --- creating


def test_a_draft_is_made_and_answered_as_it_is_read(key: ApiKey) -> None:
    CountryGroupFactory(code="LDC", level="special")
    CountryFactory(iso3="KHM")
    body = sent(
        agency="tica",
        reference="TICA/2027/12",
        english_text="",
        any_modality=True,
        places=25,
        amount={"value": "12500.50", "currency": "usd", "years": "2027", "note": "A year."},
        opens_on="2027-01-15",
        closes_on="2040-01-31",
        delivery_languages=["en", "fr"],
        contact="office@example.org",
        visibility="focal_points",
        facilitating_allowed=True,
        targets=[{"kind": "group", "group": "LDC"}, {"country": "KHM"}],
    )

    made = send(key, "post", "/offers/", body)

    assert made.status_code == 201, made.content
    offer = Offer.objects.get()
    assert made["Location"] == f"http://testserver{ROOT}/offers/{offer.pk}/"
    assert made["Cache-Control"] == "no-store"
    read = send(key, "get", f"/offers/{offer.pk}/")
    assert read.json() == made.json()
    assert read["ETag"] == made["ETag"]
    assert made["ETag"].startswith('"')
    said = made.json()
    assert said["status"] == "draft"
    assert said["confirmed_on"] is None
    assert said["amount"] == {
        "value": "12500.50", "currency": "USD", "years": "2027", "as_printed": "", "note": "A year.",
    }  # fmt: skip
    assert [(one["kind"], one["group"], one["country"]) for one in said["targets"]] == [
        ("group", "LDC", None),
        ("country", None, "KHM"),
    ]
    for name in ("title", "text", "areas", "places", "opens_on", "closes_on", "reference", "visibility"):
        assert said[name] == body[name]
    assert "office@example.org" not in made.content.decode()
    assert offer.contact == "office@example.org"
    assert offer.stated_on == timezone.now().date()


def test_little_is_needed_for_a_draft(key: ApiKey) -> None:
    made = send(key, "post", "/needs/", {"title": "  Dykes \n and dams "})

    need = Need.objects.get()
    assert made.status_code == 201
    assert need.title == "Dykes and dams"
    assert (need.country_id, need.agency, need.language) == ("THA", key.agency, "en")
    assert (need.amount, need.amount_currency) == (None, "")


@pytest.mark.parametrize(
    ("window", "status", "is_confirmed"),
    [
        (WindowKind.SEVERAL, "published", True),
        (WindowKind.SINGLE, "submitted", False),
        (WindowKind.SECRETARIAT, "submitted", False),
    ],
)
def test_published_means_as_far_as_the_person_may_go(window: WindowKind, status: str, is_confirmed: bool) -> None:
    key = writing_key(window)

    made = send(key, "post", "/offers/", sent(status="published"))

    assert made.json()["status"] == status
    offer = Offer.objects.get()
    assert (offer.confirmed_on is not None) is is_confirmed
    assert offer.submitted_by == (None if is_confirmed else key.accountable)


def test_approvers_hear_of_it_as_of_any_other(coordinator: User) -> None:
    key = writing_key(WindowKind.SINGLE)

    send(key, "post", "/offers/", sent(status="published"))

    assert Mail.objects.get(kind="posting_submitted").to_user == coordinator


def test_what_is_lacking_for_publishing_is_said_by_field_and_at_once(key: ApiKey) -> None:
    refused = send(
        key, "post", "/offers/", {"title": "***", "status": "published", "closes_on": "2020-01-01", "places": "5"}
    )

    assert set(errors(refused)) == {"title", "areas", "modalities", "closes_on", "places"}
    assert not Offer.objects.exists()


def test_a_need_stands_for_a_country() -> None:
    agency = AgencyFactory(code="un", country=None)
    person = UserFactory(role=Role.FOCAL_POINT, role__agency=agency)
    key = ApiKeyFactory(scopes=[KeyScope.WRITE_POSTINGS], agency=agency, accountable=person)

    assert set(errors(send(key, "post", "/needs/", sent()))) == {"agency"}
    assert send(key, "post", "/offers/", sent()).status_code == 201


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"title": ""}, "title"),
    ({"title": None}, "title"),
    ({"title": 5}, "title"),
    ({"title": ["a"]}, "title"),
    ({"title": "x" * 201}, "title"),
    ({"text": "x" * 20_001}, "text"),
    ({"text": {"a": 1}}, "text"),
    ({"language": "xx"}, "language"),
    ({"areas": "energy"}, "areas"),
    ({"areas": ["nothing"]}, "areas"),
    ({"areas": [5]}, "areas.0"),
    ({"areas": ["energy"] * 61}, "areas"),
    ({"modalities": ["nothing"]}, "modalities"),
    ({"any_modality": "true"}, "any_modality"),
    ({"any_modality": 1}, "any_modality"),
    ({"places": "5"}, "places"),
    ({"places": 0}, "places"),
    ({"places": -1}, "places"),
    ({"places": True}, "places"),
    ({"places": 10**30}, "places"),
    ({"amount": 5}, "amount"),
    ({"amount": {"value": "12,500", "currency": "USD"}}, "amount.value"),
    ({"amount": {"value": "-1", "currency": "USD"}}, "amount.value"),
    ({"amount": {"value": "1e3", "currency": "USD"}}, "amount.value"),
    ({"amount": {"value": "NaN", "currency": "USD"}}, "amount.value"),
    ({"amount": {"value": "١٢", "currency": "USD"}}, "amount.value"),
    ({"amount": {"value": "1.005", "currency": "USD"}}, "amount.value"),
    ({"amount": {"value": True, "currency": "USD"}}, "amount.value"),
    ({"amount": {"value": "1"}}, "amount.currency"),
    ({"amount": {"value": "1", "currency": "XXQ"}}, "amount.currency"),
    ({"amount": {"as_printed": "US$ 1"}}, "amount.as_printed"),
    ({"opens_on": "15/01/2027"}, "opens_on"),
    ({"opens_on": "2027-02-30"}, "opens_on"),
    ({"opens_on": 20270115}, "opens_on"),
    ({"opens_on": "9999-12-31"}, "opens_on"),
    ({"opens_on": "2030-01-02", "closes_on": "2030-01-01"}, "closes_on"),
    ({"delivery_languages": ["xx"]}, "delivery_languages"),
    ({"visibility": "secret"}, "visibility"),
    ({"facilitating_allowed": None}, "facilitating_allowed"),
    ({"targets": [{"country": "XXX"}]}, "targets.0.country"),
    ({"targets": [{"group": "XXX"}]}, "targets.0.group"),
    ({"targets": [{"kind": "unresolved", "country": "THA"}]}, "targets.0.kind"),
    ({"targets": [{"kind": "group", "country": "THA"}]}, "targets.0.kind"),
    ({"targets": [{}]}, "targets.0"),
    ({"targets": [{"country": "THA", "as_printed": "Siam"}]}, "targets.0.as_printed"),
    ({"targets": ["THA"]}, "targets.0"),
    ({"targets": {"country": "THA"}}, "targets"),
    ({"reference": "x" * 101}, "reference"),
    ({"status": "submitted"}, "status"),
    ({"status": "withdrawn"}, "status"),
    ({"status": 5}, "status"),
    *(({name: 1}, name) for name in ("id", "country", "survey", "confirmed_on", "score", "version", "updated_at")),
    *(({name: 1}, name) for name in ("colour", "contact_person", "form_key", "sent_with_key", "preferred_partners")),
]


@pytest.mark.parametrize(("change", "field"), WRONG)
def test_what_does_not_fit_is_refused_by_name(key: ApiKey, change: dict[str, Any], field: str) -> None:
    assert set(errors(send(key, "post", "/offers/", sent(**change)))) == {field}
    offer = own(key, text="As it was.")
    if change != {"places": 0}:
        assert field in errors(patch(key, offer, change))
    offer.refresh_from_db()
    assert (offer.text, Offer.objects.count()) == ("As it was.", 1)


def test_numbers_are_what_they_say(key: ApiKey) -> None:
    for written in ("0.1", "12500.00", "9999999999999.99"):
        raw = f'{{"title": "Dams", "amount": {{"value": {written}, "currency": "USD"}}}}'.encode()
        made = send(key, "post", "/offers/", raw=raw)
        assert Decimal(made.json()["amount"]["value"]) == Decimal(written)
    for written in ("NaN", "Infinity", "-Infinity", "1e400", "1e-400", "1E999999999999999999999", "9" * 14, "9" * 5000):
        raw = f'{{"title": "Dams", "amount": {{"value": {written}, "currency": "USD"}}}}'.encode()
        errors(send(key, "post", "/offers/", raw=raw))


def test_amounts_are_read_alike_whatever_the_language_of_the_answer(key: ApiKey) -> None:
    body = sent(amount={"value": "10.50", "currency": "USD"}, places=1200)

    made = send(key, "post", "/offers/", body, Accept_Language="fr")

    assert made.json()["amount"]["value"] == "10.50"
    assert made.json()["places"] == 1200


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"[]", b"null", b"5", b'"x"', b"{", b"{'title': 'x'}", b"\xff\xfe", b'{"title": "a", "title": "b"}',
        b'{"title": "a\\u0000b"}', b'{"title": "\\ud800"}', b'{"\\ud800": 1, "title": "a"}', b"[" * 100_000,
        b'{"a":' * 50_000, b'{"title": "x", "targets": [[[[[[[[[]]]]]]]]]}', b'{"title": "x"} {}',
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_refused(key: ApiKey, raw: bytes) -> None:
    for path in ("/offers/", "/offers/batch/"):
        errors(send(key, "post", path, raw=raw))
    assert not Offer.objects.exists()


def test_a_body_without_end_and_one_of_another_kind_are_refused(key: ApiKey) -> None:
    errors(send(key, "post", "/offers/", sent(text="x" * 3_000_000)), 413)
    secret = key.secret  # type: ignore[attr-defined]
    refused = Client().post(f"{ROOT}/offers/", {"title": "x"}, headers={"authorization": f"Bearer {secret}"})
    assert refused.status_code == 415
    assert refused["Content-Type"] == "application/problem+json"


HOSTILE = [
    "=cmd|'/c calc'!A1", "<script>alert(1)</script>", "\u202egnp.exe", "I\u0307stanbul \u0131", "e\u0301", "👩‍👩‍👧",
    "a\u200bb", "'; DROP TABLE offers; --",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_kept_as_it_is(key: ApiKey, text: str) -> None:
    made = send(key, "post", "/offers/", sent(title=f"Dams {text}", text=text, reference=text))

    assert made.json()["text"] == text
    assert made.json()["reference"] == text


def test_unknown_parameters_are_refused(key: ApiKey) -> None:
    assert set(errors(send(key, "post", "/offers/?dry_run=1", sent()))) == {"dry_run"}


# --- changing


def test_only_what_is_named_is_changed(key: ApiKey) -> None:
    offer = own(
        key, text="As it was.", amount=5, amount_currency="USD", amount_note="Each.", areas=["energy"], places=3
    )
    TargetFactory(offer=offer, country=CountryFactory(iso3="KHM"), as_printed="Cambodia ¹")
    before = send(key, "get", f"/offers/{offer.pk}/")

    changed = patch(key, offer, {"title": "Dams", "amount": {"value": 7}})

    assert changed.status_code == 200, changed.content
    said = changed.json()
    moved = ("title", "amount", "confirmed_on", "provenance", "is_confirmed", "updated_at", "version")
    assert {name: said[name] for name in said if name not in moved} == {
        name: value for name, value in before.json().items() if name not in moved
    }
    assert said["amount"] == {"value": "7.00", "currency": "USD", "years": "", "as_printed": "", "note": "Each."}
    assert changed["ETag"] == tag(key, offer) != before["ETag"]


def test_null_takes_out(key: ApiKey) -> None:
    offer = own(key, amount=5, amount_currency="USD", places=3, closes_on=dt.date(2040, 1, 1))

    said = patch(key, offer, {"amount": None, "places": None, "closes_on": None, "text": ""}).json()

    assert (said["amount"], said["places"], said["closes_on"], said["text"]) == (None, None, None, "")


def test_what_was_read_can_be_sent_back(key: ApiKey) -> None:
    offer = own(key)
    TargetFactory(offer=offer, country=CountryFactory(iso3="KHM"), as_printed="Cambodia ¹")
    read = send(key, "get", f"/offers/{offer.pk}/").json()

    again = patch(key, offer, {name: read[name] for name in ("title", "text", "areas", "targets", "visibility")})

    assert again.status_code == 200, again.content
    assert again.json()["updated_at"] == read["updated_at"]


def test_a_change_that_changes_nothing_writes_nothing(key: ApiKey) -> None:
    made = send(key, "post", "/offers/", sent(status="published", reference="a"))
    versions = Offer.history.count()

    again = send(key, "patch", "/offers/" + str(made.json()["id"]) + "/", sent(status="published", reference="a"),
                 If_Match=made["ETag"])  # fmt: skip

    assert again.json() == made.json()
    assert again["ETag"] == made["ETag"]
    assert Offer.history.count() == versions


def test_without_what_was_seen_nothing_is_changed(key: ApiKey) -> None:
    offer = own(key, title="As it was")
    etag = tag(key, offer)

    for path, method in ((f"/offers/{offer.pk}/", "patch"), (f"/offers/{offer.pk}/withdraw/", "post")):
        errors(send(key, method, path, {}), 428)
        errors(send(key, method, path, {}, If_Match="nonsense"), 400)
        for stale in ('"' + "0" * 32 + '"', '"x"', f"W/{etag}", '"a", "b"'):
            errors(send(key, method, path, {"title": "Dams"}, If_Match=stale), 412)
    offer.refresh_from_db()
    assert (offer.title, offer.status) == ("As it was", PostingStatus.PUBLISHED)


def test_of_two_who_change_the_second_is_told(key: ApiKey) -> None:
    offer = own(key)
    seen = tag(key, offer)

    first = patch(key, offer, {"title": "First"}, If_Match=seen)
    second = patch(key, offer, {"title": "Second"}, If_Match=seen)

    assert (first.status_code, second.status_code) == (200, 412)
    assert patch(key, offer, {"title": "Third"}, If_Match=first["ETag"]).status_code == 200


def test_the_tag_serves_whether_the_answer_was_compressed_or_not(key: ApiKey) -> None:
    offer = own(key, text="Many words. " * 100)
    packed = send(key, "get", f"/offers/{offer.pk}/", Accept_Encoding="gzip")

    assert packed["Content-Encoding"] == "gzip"
    assert packed["ETag"] == tag(key, offer)[:-1] + '-gzip"'
    known = send(key, "get", f"/offers/{offer.pk}/", Accept_Encoding="gzip", If_None_Match=packed["ETag"])
    assert known.status_code == 304
    assert patch(key, offer, {"title": "Dams"}, If_Match=f'"x", {packed["ETag"]}').status_code == 200


def test_a_row_has_the_version_that_its_tag_begins_with(key: ApiKey) -> None:
    offer = own(key)
    row = send(key, "get", "/offers/").json()["results"][0]

    assert tag(key, offer).startswith(f'"{row["version"]}.')
    assert patch(key, offer, {"title": "Dams"}, If_Match=f'"{row["version"]}"').status_code == 200
    assert patch(key, offer, {"title": "Dykes"}, If_Match="*").status_code == 200


def test_published_is_confirmed_anew_or_waits_as_in_the_workspace() -> None:
    alone, waits = writing_key(), writing_key(WindowKind.SINGLE, code="mfa", iso3="KHM")
    for key, stands in ((alone, True), (waits, False)):
        offer = own(key, confirmed_on=dt.date(2020, 1, 1))
        said = patch(key, offer, {"text": "Other words."}).json()
        assert said["status"] == "published"
        assert (said["text"] == "Other words.", said["proposed"] is None) == (stands, stands)
        offer.refresh_from_db()
        assert (offer.confirmed_on == timezone.now().date()) is stands


def test_a_nightly_copy_of_the_same_vouches_for_nothing(key: ApiKey) -> None:
    offer = own(key, confirmed_on=dt.date(2020, 1, 1))

    patch(key, offer, {"status": "published"})

    offer.refresh_from_db()
    assert offer.confirmed_on == dt.date(2020, 1, 1)


def test_what_nobody_confirmed_is_confirmed_by_publishing_it(key: ApiKey) -> None:
    offer = own(key, confirmed_on=None)

    assert patch(key, offer, {"status": "published"}).json()["is_confirmed"] is True


def test_what_is_published_is_no_draft_again_and_what_is_archived_stays(key: ApiKey) -> None:
    offer = own(key)

    assert "withdraw" in errors(patch(key, offer, {"status": "draft"}))["status"][0]
    Offer.objects.update(status=PostingStatus.ARCHIVED)
    assert errors(patch(key, offer, {"title": "Dams"}), 409) == {}


def test_a_public_posting_stays_complete(key: ApiKey) -> None:
    offer = own(key, areas=["energy"], modalities=["training"])

    assert set(errors(patch(key, offer, {"areas": [], "modalities": []}))) == {"areas", "modalities"}


def test_a_contact_who_left_is_no_reason_to_refuse(key: ApiKey) -> None:
    offer = own(key, contact_person=UserFactory())

    assert patch(key, offer, {"title": "Dams"}).status_code == 200
    offer.refresh_from_db()
    assert offer.contact_person is None


# --- withdrawing


def test_it_is_withdrawn_for_a_reason_and_can_be_published_again(key: ApiKey) -> None:
    offer = own(key)
    path = f"/offers/{offer.pk}/withdraw/"

    assert set(errors(send(key, "post", path, {}, If_Match=tag(key, offer)))) == {"reason"}
    assert set(errors(send(key, "post", path, {"reason": "tired", "x": 1}, If_Match=tag(key, offer)))) == {
        "reason",
        "x",
    }
    done = send(key, "post", path, {"reason": "met", "note": "Done in May."}, If_Match=tag(key, offer))

    assert done.status_code == 200
    assert done.json()["status"] == "withdrawn"
    assert "Done in May" not in done.content.decode()
    offer.refresh_from_db()
    assert (offer.withdrawal_reason, offer.withdrawal_note) == (WithdrawalReason.MET, "Done in May.")
    errors(send(key, "post", path, {"reason": "met"}, If_Match=done["ETag"]), 409)
    assert patch(key, offer, {"status": "published"}).json()["status"] == "published"


def test_there_are_no_other_methods(key: ApiKey) -> None:
    offer = own(key)

    for method, path in (("delete", f"/offers/{offer.pk}/"), ("put", f"/offers/{offer.pk}/"), ("patch", "/offers/")):
        refused = send(key, method, path, {"title": "Dams"})
        assert refused.status_code == 405
        assert "GET" in refused["Allow"]
    assert send(key, "get", "/offers/batch/").status_code == 405
    assert "fields" not in send(key, "options", "/offers/").content.decode()


# --- the agency's own number


def test_a_reference_is_one_in_an_agency(key: ApiKey) -> None:
    other = writing_key(code="other", iso3="KHM")

    assert send(key, "post", "/offers/", sent(reference="A/1")).status_code == 201
    assert str(Offer.objects.get().pk) in errors(send(key, "post", "/offers/", sent(reference="A/1")))["reference"][0]
    assert send(key, "post", "/needs/", sent(reference="A/1")).status_code == 201
    assert send(other, "post", "/offers/", sent(reference="A/1")).status_code == 201
    assert send(key, "post", "/offers/", sent()).status_code == 201
    assert send(key, "post", "/offers/", sent()).status_code == 201
    second = Offer.objects.filter(agency=key.agency, reference="").first()
    assert set(errors(patch(key, second, {"reference": "A/1"}))) == {"reference"}


def test_a_reference_alone_is_no_change_of_what_it_says() -> None:
    key = writing_key(WindowKind.SINGLE)
    offer = own(key, confirmed_on=dt.date(2020, 1, 1))

    said = patch(key, offer, {"reference": "A/1"}).json()

    assert (said["status"], said["reference"], said["confirmed_on"]) == ("published", "A/1", "2020-01-01")


# --- reading


def test_a_key_reads_what_it_writes_and_of_others_what_everyone_does(key: ApiKey) -> None:
    mine = own(key, OfferFactory, text="Ours")
    own(key, PublishedOfferFactory, visibility=Visibility.MATCHED)
    theirs = PublishedOfferFactory()
    for hidden in (Visibility.MATCHED, Visibility.FOCAL_POINTS):
        PublishedOfferFactory(visibility=hidden)
    OfferFactory()
    rows = {row["id"]: row for row in send(key, "get", "/offers/").json()["results"]}

    assert len(rows) == 3
    assert rows[mine.pk]["status"] == "draft"
    public = send(None, "get", f"/offers/{theirs.pk}/").json()
    assert rows[theirs.pk] == public == send(key, "get", f"/offers/{theirs.pk}/").json()
    assert set(rows[mine.pk]) - set(public) == {
        "reference", "version", "status", "status_label", "visibility", "visibility_label", "facilitating_allowed",
        "english_text", "delivery_languages", "proposed",
    }  # fmt: skip
    assert send(key, "get", f"/offers/{theirs.pk}/")["ETag"].startswith("W/")
    reading = ApiKeyFactory(scopes=[KeyScope.READ_PUBLIC], agency=key.agency)
    assert send(reading, "get", f"/offers/{mine.pk}/").status_code == 404


def test_others_learn_neither_reference_nor_key(key: ApiKey) -> None:
    made = send(key, "post", "/offers/", sent(status="published", reference="SECRET-REF"))
    address = f"/offers/{made.json()['id']}/"

    for reader in (None, ApiKeyFactory(), writing_key(code="other", iso3="KHM")):
        read = send(reader, "get", address)
        assert read.status_code == 200
        assert "SECRET-REF" not in read.content.decode()
        assert key.name not in read.content.decode()
    assert "SECRET-REF" not in Client().get(address).content.decode()


# --- what is kept of it


def test_the_history_names_person_and_key(key: ApiKey) -> None:
    made = send(key, "post", "/offers/", sent(status="published"))
    offer = Offer.objects.get(pk=made.json()["id"])
    changed = patch(key, offer, {"title": "Dams"})
    send(key, "post", f"/offers/{offer.pk}/withdraw/", {"reason": "met"}, If_Match=changed["ETag"])

    versions = Offer.history.order_by("history_id")
    assert {version.history_user for version in versions} == {key.accountable}
    said = [version.history_change_reason for version in versions]
    with_key = f", through the API with key “{key.name}”"
    assert said == [f"{step}{with_key}" for step in ("drafted", "published", "edited", "withdrawn")]
    assert [version.title for version in versions] == ["Flood warning for small rivers"] * 2 + ["Dams"] * 2


def test_the_workspace_says_that_a_system_sent_it_until_a_person_edits_it(key: ApiKey) -> None:
    made = send(key, "post", "/offers/", sent())
    client = client_of(key.accountable)
    page = f"/workspace/offers/{made.json()['id']}/"

    assert f"with the key “{key.name}”" in client.get(page).content.decode()
    form = client.get(f"{page}edit/").context["form"]
    typed = {
        **form.as_typed().dict(),
        "title": "By hand",
        "areas": ["energy"],
        "modalities": ["training"],
        "do": "save",
    }
    assert client.post(f"{page}edit/", typed).status_code == 302
    assert "with the key" not in client.get(page).content.decode()
    assert Offer.objects.get().title == "By hand"
    errors(patch(key, Offer.objects.get(), {"title": "Dams"}, If_Match=made["ETag"]), 412)


def test_as_many_queries_whatever_there_is(key: ApiKey, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    sent()
    own(key)
    # The first use of a day is noted at the key.
    send(key, "get", "/offers/")
    # Most of them the writer's and its listeners': twice, for the draft and for its publication.
    with django_assert_num_queries(111):
        send(key, "post", "/offers/", sent(status="published"))
    for _number in range(20):
        own(key)
    with django_assert_num_queries(111):
        send(key, "post", "/offers/", sent(status="published"))
