"""An edit of what is public, by somebody whose edits are approved: it waits, and what is public stays as it is."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from directory.choices import KeyScope, Role, ScanKind
from directory.models import ApiKey, Mail, User
from directory.papers.recording import GivenPaper
from directory.papers.scans import Scan
from directory.people.leaving import erase
from feed.sequencing.sequencer import bring_up_to_date
from matching.models import Match
from matching.runs.rematch import rematch
from surveys.choices import PostingStatus, VersionState, Visibility, WindowKind, WithdrawalReason
from surveys.models import CountryWindow, Need, Offer, PostingPaper, ProposedVersion
from surveys.postings import approval, from_paper, posting, states
from surveys.postings.deciding.held import PostingLacks, PostingRefused
from surveys.postings.deciding.proposing import take_back
from surveys.postings.deciding.versions import version_at_hand
from surveys.postings.named_places import NamedPlace
from surveys.postings.shown.differences import compared
from surveys.postings.shown.history import versions_of
from surveys.postings.shown.proposed import told_version
from surveys.signals import postings_changed
from tests.api import ROOT, client_of
from tests.factories import (
    AgencyFactory,
    ApiKeyFactory,
    AreaFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    CountryGroupFactory,
    GroupMembershipFactory,
    ModalityFactory,
    PublishedNeedFactory,
    UserFactory,
)
from tests.project.test_secrecy import CHANGES_ALWAYS, TELLING_HEADERS
from tests.surveys.api.writing import writing_key
from web.calendar.days import today

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

SECRET = "A wording that nobody has approved"


@pytest.fixture
def offer(focal_point: User, coordinator: User) -> Offer:
    """An approved offer of Thailand's agency, whose coordinator approves what the focal point writes."""
    agency = focal_point.current_affiliations[0].agency
    CountryWindow.objects.create(country=agency.country, kind=WindowKind.SINGLE)
    made = ConfirmedOfferFactory(
        country=agency.country, agency=agency, title="As approved", areas=["energy"], modalities=["training"]
    )
    Offer.objects.filter(pk=made.pk).update(confirmed_on=dt.date(2026, 1, 5))
    return again(made)


def again(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def write(one: Any, by: User, *, areas: Any = ("energy",), targets: Any = (), **values: Any) -> ProposedVersion | None:
    """Edit a posting as its form does; return the version that waits then."""
    posting.edit(posting=one, values=values, areas=list(areas), modalities=["training"], targets=list(targets), by=by)
    return version_at_hand(again(one))


def row_of(one: Any) -> dict[str, Any]:
    """All that the database holds of the posting and says of its past."""
    kept = type(one).objects.filter(pk=one.pk).values().get()
    lists = {name: sorted(getattr(one, name).values_list("pk", flat=True)) for name in ("areas", "modalities")}
    return kept | lists | {"versions": type(one).history.filter(id=one.pk).count()}


def test_what_is_public_stays_until_it_is_approved_and_the_history_names_both(offer, focal_point, coordinator):
    AreaFactory(code="health")
    before, told = row_of(offer), []
    postings_changed.connect(listener := lambda **said: told.append(said["ids"]), weak=False)
    try:
        place = NamedPlace.by_code("country", CountryFactory(iso3="KHM").pk)
        version = write(
            offer,
            focal_point,
            title="Anew",
            areas=["health"],
            targets=[place],
            closes_on=dt.date(2031, 5, 6),
            amount=None,
        )
        assert version is not None
        assert (version.state, version.written_by, version.posting) == (VersionState.WAITING, focal_point, offer)
        assert row_of(offer) == before
        assert told == []

        approval.approve(posting=offer, by=coordinator)
    finally:
        postings_changed.disconnect(listener)
    public = again(offer)
    assert (public.title, public.closes_on, public.status) == ("Anew", dt.date(2031, 5, 6), PostingStatus.PUBLISHED)
    assert [area.pk for area in public.areas.all()] == ["health"]
    assert [row.country_id for row in public.targets.all()] == ["KHM"]
    assert (public.confirmed_on, public.submitted_at) == (today(), None)
    assert told
    # The places have a history of their own.
    by_whom = {(one.reason, one.who) for one in versions_of(public)[:3]}
    assert by_whom == {("approved", str(coordinator)), ("edited", str(focal_point))}
    version.refresh_from_db()
    assert (version.state, version.decided_by) == (VersionState.APPROVED, coordinator)


def test_who_approves_is_told_once_and_who_wrote_it_of_the_decision(
    offer, focal_point, coordinator, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        write(offer, focal_point, title="Anew")
        write(offer, focal_point, title="Anew, and better")
    assert list(Mail.objects.values_list("kind", "to_user")) == [("posting_submitted", coordinator.pk)]
    Mail.objects.all().delete()
    for note in ("Say for how many.", "Say for whom."):
        with django_capture_on_commit_callbacks(execute=True):
            approval.send_back(posting=offer, by=coordinator, note=note)
            write(offer, focal_point, title=f"Anew: {note}")
    kinds = list(Mail.objects.order_by("pk").values_list("kind", "to_user"))
    assert kinds.count(("posting_sent_back", focal_point.pk)) == 2
    assert kinds.count(("posting_submitted", coordinator.pk)) == 2


def test_sent_back_it_leaves_what_is_public_and_can_be_written_anew(offer, focal_point, coordinator, other_focal_point):
    before = row_of(offer)
    write(offer, focal_point, title="Anew", places=20)
    with pytest.raises(PostingRefused, match="not yours"):
        approval.approve(posting=offer, by=other_focal_point)
    approval.send_back(posting=offer, by=coordinator, note="Say for how many.")
    assert row_of(offer) == before
    version = version_at_hand(offer)
    assert version is not None
    assert (version.state, version.note) == (VersionState.RETURNED, "Say for how many.")
    assert not Offer.objects.awaiting_approval_by(coordinator).exists()
    with pytest.raises(PostingRefused, match="does not wait"):
        approval.approve(posting=offer, by=coordinator)

    # What was written before stays in it, and the same again is asked again.
    second = write(offer, focal_point, text="For twenty.")
    assert second is not None
    assert second.content["values"] == {"title": "Anew", "places": 20, "text": "For twenty."}
    assert Offer.objects.awaiting_approval_by(coordinator).get() == offer
    version.refresh_from_db()
    assert version.state == VersionState.REPLACED
    approval.approve(posting=offer, by=coordinator)
    assert (again(offer).title, again(offer).places, again(offer).text) == ("Anew", 20, "For twenty.")


def test_a_second_edit_takes_the_place_of_the_first_and_the_same_twice_is_one(offer, focal_point):
    first = write(offer, focal_point, title="First")
    assert write(offer, focal_point, title="First") == first
    second = write(offer, focal_point, title="Second")
    assert second != first
    assert ProposedVersion.objects.count() == 2
    # Back to what is public: nothing waits any more.
    assert write(offer, focal_point, title="As approved") is None
    assert set(ProposedVersion.objects.values_list("state", flat=True)) == {"replaced", "dropped"}


def test_the_oldest_waits_first_however_often_it_was_written_before(offer, focal_point, coordinator):
    other = ConfirmedOfferFactory(country=offer.country, agency=offer.agency, areas=["energy"], modalities=["training"])
    write(offer, focal_point, title="First")
    write(other, focal_point, title="Of the other")
    write(offer, focal_point, title="Written later")
    waiting = Offer.objects.awaiting_approval_by(coordinator).order_by("waits_since")
    assert list(waiting) == [other, offer]
    assert waiting.count() == 2
    assert waiting[1].waits_since == version_at_hand(offer).written_at


def test_who_publishes_alone_does_not_wait_and_leaves_what_others_propose(offer, focal_point, coordinator):
    version = write(offer, focal_point, title="Proposed")
    posting.edit(
        posting=offer,
        values={"text": "Corrected."},
        areas=["energy"],
        modalities=["training"],
        targets=[],
        by=coordinator,
    )
    assert (again(offer).title, again(offer).text) == ("As approved", "Corrected.")
    assert version_at_hand(again(offer)) == version
    approval.approve(posting=offer, by=coordinator)
    # What the version does not speak of is as it was corrected.
    assert (again(offer).title, again(offer).text) == ("Proposed", "Corrected.")


@pytest.mark.parametrize("status", [PostingStatus.DRAFT, PostingStatus.SUBMITTED, PostingStatus.WITHDRAWN])
def test_what_is_not_public_is_edited_in_place(offer, focal_point, status: PostingStatus):
    waits = {"submitted_at": timezone.now()} if status == PostingStatus.SUBMITTED else {}
    Offer.objects.filter(pk=offer.pk).update(status=status, **waits)
    assert write(again(offer), focal_point, title="In place") is None
    assert again(offer).title == "In place"


def test_it_is_complete_or_it_is_not_kept(offer, focal_point, coordinator):
    with pytest.raises(PostingLacks):
        write(offer, focal_point, title="Untitled draft")
    assert not ProposedVersion.objects.exists()
    write(offer, focal_point, title="Anew", closes_on=today())
    ProposedVersion.objects.update(content={"values": {"title": "Anew", "closes_on": "2020-01-01"}})
    with pytest.raises(PostingLacks):
        approval.approve(posting=offer, by=coordinator)
    assert again(offer).title == "As approved"


def test_a_posting_that_is_public_stays_with_its_country(offer, focal_point):
    elsewhere = AgencyFactory(country=CountryFactory(iso3="LAO"))
    UserFactory(role="focal_point", role__agency=elsewhere)
    with pytest.raises(PostingRefused):
        write(offer, focal_point, agency=elsewhere, country=elsewhere.country)
    assert not ProposedVersion.objects.exists()


def test_renewing_waits_with_what_was_proposed_before(offer, focal_point, coordinator):
    write(offer, focal_point, title="Anew")
    states.renew(posting=offer, by=focal_point, closes_on=dt.date(2032, 1, 1))
    assert again(offer).closes_on != dt.date(2032, 1, 1)
    assert version_at_hand(offer).content["values"] == {"title": "Anew", "closes_on": "2032-01-01"}
    approval.approve(posting=offer, by=coordinator)
    assert (again(offer).title, again(offer).closes_on) == ("Anew", dt.date(2032, 1, 1))


def test_confirming_what_is_public_waits_for_the_version(offer, focal_point):
    write(offer, focal_point, title="Anew")
    with pytest.raises(PostingRefused, match="already"):
        approval.submit(posting=offer, by=focal_point)


def withdrawn(offer: Offer, by: User, _manager: User) -> None:
    states.withdraw(posting=offer, by=by, reason=WithdrawalReason.MET)


def archived(offer: Offer, _by: User, manager: User) -> None:
    states.archive(postings=[again(offer)], by=manager, reason="import 1 undone")


def a_draft_again(offer: Offer, _by: User, manager: User) -> None:
    states.return_to_draft(postings=[again(offer)], by=manager, reason="import 2")


def a_draft_by_an_import(offer: Offer, _by: User, manager: User) -> None:
    update = posting.PostingUpdate(again(offer), {"status": PostingStatus.DRAFT}, ["energy"], ["training"])
    posting.update_many(model=Offer, updates=[update], by=manager, reason="import 3")


def taken_back(offer: Offer, by: User, _manager: User) -> None:
    take_back(posting=offer, by=by)


@pytest.mark.parametrize("end", [withdrawn, archived, a_draft_again, a_draft_by_an_import, taken_back])
def test_what_is_public_no_more_has_no_version_waiting_and_its_contacts_go(offer, focal_point, manager, end):
    write(offer, focal_point, title="Anew", contact="Ms Example, +66 2 123 4567", contact_person=focal_point)
    end(offer, focal_point, manager)
    version = ProposedVersion.objects.get()
    assert (version.state, version.contact, version.contact_person) == (VersionState.DROPPED, "", None)
    # Its words stay in the records.
    assert version.content["values"]["title"] == "Anew"
    with pytest.raises(PostingRefused):
        take_back(posting=offer, by=focal_point)


def test_what_nobody_confirmed_is_not_retired_while_a_version_waits(focal_point, coordinator):
    need = PublishedNeedFactory(country=CountryFactory(iso3="THA"), areas=["energy"], modalities=["training"])
    write(need, focal_point, title="Corrected by its agency")
    with pytest.raises(PostingRefused):
        states.retire(posting=need)
    take_back(posting=need, by=focal_point)
    states.retire(posting=need)
    assert again(need).status == PostingStatus.WITHDRAWN


def test_what_has_closed_can_wait_to_be_opened_again(offer, focal_point, coordinator):
    Offer.objects.filter(pk=offer.pk).update(closes_on=dt.date(2020, 1, 1))
    write(again(offer), focal_point, title="Anew", closes_on=dt.date(2032, 1, 1))
    assert again(offer).is_closed
    approval.approve(posting=offer, by=coordinator)
    assert not again(offer).is_closed


def test_a_letter_says_of_which_version_it_speaks(offer, focal_point, manager):
    given = GivenPaper("NV/2026/7", dt.date(2026, 2, 3), Scan(ScanKind.PDF, b"%PDF-1.7\n%%EOF\n"))
    write(offer, focal_point, title="Anew")
    from_paper.vouch(posting=offer, by=manager, given=given)
    assert (again(offer).title, again(offer).confirmed_on) == ("As approved", dt.date(2026, 2, 3))
    assert version_at_hand(again(offer)).is_waiting
    from_paper.vouch(posting=offer, by=manager, given=given, takes_version=True)
    assert (again(offer).title, again(offer).confirmed_on) == ("Anew", dt.date(2026, 2, 3))
    assert list(PostingPaper.objects.order_by("pk").values_list("use", flat=True)) == ["confirmed", "approved"]
    with pytest.raises(PostingRefused):
        from_paper.vouch(posting=offer, by=manager, given=given, takes_version=True)


def test_the_letter_s_page_asks_it_and_shows_what_would_change(client, offer, focal_point, manager):
    write(offer, focal_point, title="Anew")
    client.force_login(manager)
    address = f"/admin/surveys/offer/{offer.pk}/paper/"
    page = client.get(address)
    assert "speaks_of" in page.context["form"].fields
    assert "put in:" in page.content.decode()
    assert "beside what is public" in client.get(f"/admin/surveys/offer/{offer.pk}/change/").content.decode().lower()


def test_who_is_erased_is_in_no_version(offer, focal_point):
    write(offer, focal_point, title="Anew", contact=f"Write to {focal_point.email}", contact_person=focal_point)
    erase(focal_point)
    version = ProposedVersion.objects.get()
    assert (version.contact, version.contact_person) == ("", None)
    assert version.is_waiting
    assert focal_point.email not in str(ProposedVersion.objects.values().get())


def test_the_database_keeps_one_at_hand_a_posting_and_each_decided_on_a_day(offer, focal_point):
    version = write(offer, focal_point, title="Anew")
    for wrong in (
        {"offer": offer, "content": {}},
        {"content": {}, "state": VersionState.DROPPED, "decided_at": timezone.now()},
        {"offer": offer, "content": {}, "state": VersionState.DROPPED},
        {"offer": offer, "content": {}, "state": VersionState.DROPPED, "decided_at": timezone.now(), "contact": "x"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ProposedVersion.objects.create(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProposedVersion.objects.filter(pk=version.pk).update(state=VersionState.RETURNED, decided_at=timezone.now())


PUBLIC = (
    "/", "/offers/", "/offers/{pk}/", "/offers.csv", "/offers.json", "/offers.atom", "/countries/THA/",
    "/search/?q=approved", "/coverage/", "/agencies/",
    f"{ROOT}/offers/", f"{ROOT}/offers/{{pk}}/", f"{ROOT}/offers/?format=csv", f"{ROOT}/offers/?format=ndjson",
    f"{ROOT}/offers/?ordering=-updated_at", f"{ROOT}/changes/", f"{ROOT}/coverage/",
)  # fmt: skip


def seen(reader: User | ApiKey | None, offer: Offer) -> dict[str, tuple[int, str, list[str]]]:
    """What the reader gets at each address, with all that an answer says of its version."""
    bring_up_to_date()
    client, found = client_of(reader), {}
    for path in PUBLIC:
        answer = client.get(path.format(pk=offer.pk))
        said = CHANGES_ALWAYS.sub("", answer.getvalue().decode())
        found[path] = (answer.status_code, said, [answer.get(name, "") for name in TELLING_HEADERS])
    return found


READERS: dict[str, Any] = {
    "a visitor": lambda: None,
    "another agency": lambda: UserFactory(role=Role.FOCAL_POINT),
    "a partner": lambda: UserFactory(role=Role.PARTNER),
    "a key that writes for another agency": lambda: writing_key(code="khmer", iso3="KHM"),
    "a key that reads": lambda: ApiKeyFactory(scopes=[KeyScope.READ_MATCHES]),
}


@pytest.mark.parametrize("who", READERS)
def test_nobody_else_can_tell_that_a_version_waits(offer, focal_point, coordinator, who: str):
    reader = READERS[who]()
    with time_machine.travel(dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC), tick=False):
        before = seen(reader, offer)
        assert "As approved" in before[f"{ROOT}/offers/"][1]
        assert {status for status, _said, _headers in before.values()} == {200}
        write(offer, focal_point, title=SECRET, visibility=Visibility.MATCHED)
        assert seen(reader, offer) == before
        approval.send_back(posting=offer, by=coordinator, note="No.")
        assert seen(reader, offer) == before


def test_a_run_in_between_sees_what_is_public(offer, focal_point, coordinator):
    for iso3 in ("KHM", "THA"):
        GroupMembershipFactory(group=CountryGroupFactory(code="OPEN_REACH"), country=CountryFactory(iso3=iso3))
    AreaFactory(code="health")
    need = ConfirmedNeedFactory(country=CountryFactory(iso3="KHM"), areas=["energy"], modalities=["training"])
    rematch(posting=need, by=coordinator)
    assert Match.objects.get().offer == offer
    score = Match.objects.get().score
    write(offer, focal_point, title="Something else altogether", areas=["health"])
    rematch(posting=need, by=coordinator)
    assert (Match.objects.get().status, Match.objects.get().score) == ("suggested", score)
    approval.approve(posting=offer, by=coordinator)
    rematch(posting=again(offer), by=coordinator)
    assert Match.objects.get().status == "lapsed"


def test_what_would_change_is_said_in_words_field_by_field(offer, focal_point):
    AreaFactory(code="health", label="Health")
    write(
        offer, focal_point, areas=["energy", "health"], title="As approved anew", places=1200, any_modality=True,
        closes_on=dt.date(2031, 5, 6), delivery_languages=["fr"], language="fr",
    )  # fmt: skip
    changes = {one.field: one for one in told_version(again(offer)).changes}
    assert list(changes)[:3] == ["Title", "Language", "Priority areas"]
    assert [piece.text.strip() for piece in changes["Title"].after if piece.is_changed] == ["approved anew"]
    assert [piece.text for piece in changes["Priority areas"].after if piece.is_changed] == ["Health"]
    said = {name: "".join(piece.text for piece in one.after) for name, one in changes.items()}
    assert said["Places"] == "1,200"
    assert said["Closes on, inclusive"] == "6 May 2031"
    assert said["Any form, to be discussed"] == "yes"
    assert said["Language"] == "French"


def test_texts_of_any_length_are_compared_within_reason():
    before, after = "word " * 5000, "word " * 4999 + "other "
    was, will_be = compared(before, after)
    assert "".join(piece.text for piece in was) == before
    assert "".join(piece.text for piece in will_be) == after
    was, will_be = compared("one two three", "one 2 three")
    assert [piece.text.strip() for piece in was if piece.is_changed] == ["two"]
    assert [piece.text.strip() for piece in will_be if piece.is_changed] == ["2"]
    assert compared("", "") == ([], [])


def test_needs_have_versions_too(focal_point, coordinator):
    agency = focal_point.current_affiliations[0].agency
    need = ConfirmedNeedFactory(country=agency.country, agency=agency, areas=["energy"], modalities=["training"])
    ModalityFactory(code="training")
    version = write(need, focal_point, title="Anew")
    assert version is not None
    assert version.need == need
    assert Need.objects.awaiting_approval_by(coordinator).get() == need
    approval.approve(posting=need, by=coordinator)
    assert again(need).title == "Anew"
