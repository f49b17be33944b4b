"""People: invited once, designated, validated, gone at once, erased two years later; doors of the second factor."""

import datetime as dt

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from directory.access import Action, can
from directory.choices import DesignationKind, Role
from directory.mail import sending
from directory.models import Affiliation, Invitation, Mail, User
from directory.people import designations, invitations, leaving, revalidation
from directory.people.designations import DesignationRefused
from directory.people.invitations import InvitationRefused
from directory.people.leaving import LeavingRefused
from tests.factories import (
    PASSWORD,
    TOTP_SECRET,
    AgencyFactory,
    CountryFactory,
    OfferFactory,
    SecretariatFactory,
    UserFactory,
    totp_code,
)
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
NEW = {
    "full_name": "New Person",
    "language": "en",
    "time_zone": "Asia/Bangkok",
    "password": "eleven geese cross a river",
    "notice": "on",
}


def thai_agency():
    return AgencyFactory(code="thai-institute", country=CountryFactory(iso3="THA"))


def link_of_the_last_mail() -> str:
    sending.send_due()
    (line,) = [line for line in mail.outbox[-1].body.splitlines() if "/workspace/invitation/" in line]
    return line.strip().removeprefix("http://127.0.0.1:8000")


def test_a_person_is_invited_accepts_and_reads_but_does_not_act_yet(client, coordinator, manager):
    client.force_login(coordinator)
    given = {"email": "New@Example.org", "agency": thai_agency().pk, "role": "focal_point", "language": "en"}
    assert client.post(reverse("workspace:people"), given).status_code == 302
    link = link_of_the_last_mail()
    assert "token" not in Mail.objects.get(kind="invitation").about
    client.logout()
    assert "Privacy notice" in Page(client.get(link)).text
    assert not User.objects.filter(email="new@example.org").exists()
    assert client.post(link, {**NEW, "notice": ""}).status_code == 422
    assert client.post(link, {**NEW, "password": "123456789012"}).status_code == 422
    assert client.post(link, NEW).status_code == 302
    person = User.objects.get(email="new@example.org")
    assert (person.is_listed, person.notice_accepted_at is not None) == (False, True)
    assert can(person, Action.READ_OWN)
    assert not can(person, Action.POST)
    assert client.get(link).status_code == client.post(link, NEW).status_code == 404
    designations.record(
        affiliation=person.affiliations.get(),
        by=manager,
        kind=DesignationKind.NOTE_VERBALE,
        reference="1/2026",
        dated=timezone.now().date(),
        ministry="Ministry",
    )
    assert can(User.objects.get(pk=person.pk), Action.POST)


def test_a_new_link_kills_the_one_before_and_dead_links_look_the_same(client, manager):
    invitation = invitations.invite(by=manager, email="a@example.org", agency=thai_agency(), role=Role.FOCAL_POINT)
    first = link_of_the_last_mail()
    invitations.send_again(invitation=invitation, by=manager)
    second = link_of_the_last_mail()
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    Invitation.objects.update(expires_at=timezone.now())
    expired, unknown = client.get(second), client.get("/workspace/invitation/unknown/")
    assert expired.status_code == unknown.status_code == 404
    assert Page(expired).text == Page(unknown).text


def test_who_may_invite_whom(coordinator, focal_point, manager, reviewer):
    elsewhere = AgencyFactory(country=CountryFactory(iso3="KHM"))
    refused = [
        (coordinator, elsewhere, Role.FOCAL_POINT),
        (coordinator, thai_agency(), Role.COORDINATOR),
        (focal_point, thai_agency(), Role.FOCAL_POINT),
        (reviewer, thai_agency(), Role.FOCAL_POINT),
    ]
    for by, agency, role in refused:
        with pytest.raises(InvitationRefused):
            invitations.invite(by=by, email="b@example.org", agency=agency, role=role)
    invitations.invite(by=manager, email="b@example.org", agency=SecretariatFactory(), role=Role.REVIEWER)
    with pytest.raises(InvitationRefused, match="invited there already"):
        invitations.invite(by=manager, email="B@example.org", agency=SecretariatFactory(), role=Role.REVIEWER)
    assert Invitation.objects.count() == 1


def test_an_invitation_for_another_account_is_refused(client, manager, focal_point, other_focal_point):
    invitations.invite(by=manager, email=focal_point.email, agency=thai_agency(), role=Role.FOCAL_POINT)
    link = link_of_the_last_mail()
    client.force_login(other_focal_point)
    client.post(link)
    assert focal_point.affiliations.count() == 1
    client.force_login(focal_point)
    client.post(link)
    assert focal_point.affiliations.count() == 2


def end_by_leaving(inviter: User, manager: User) -> None:
    leaving.leave(affiliation=inviter.affiliations.get(), by=manager)


def end_by_its_last_day(inviter: User, manager: User) -> None:
    inviter.affiliations.update(valid_until=timezone.now().date() - dt.timedelta(days=1))


def end_by_revoking(inviter: User, manager: User) -> None:
    designations.revoke(designation=inviter.affiliations.get().designations.get(), by=manager)


def end_by_deactivating(inviter: User, manager: User) -> None:
    User.objects.filter(pk=inviter.pk).update(is_active=False)


@pytest.mark.parametrize("end", [end_by_leaving, end_by_its_last_day, end_by_revoking, end_by_deactivating])
@pytest.mark.parametrize("is_member", [False, True])
def test_an_invitation_falls_with_the_right_of_who_made_it(client, coordinator, manager, end, is_member):
    email = UserFactory().email if is_member else "new@example.org"
    invitation = invitations.invite(by=coordinator, email=email, agency=thai_agency(), role=Role.FOCAL_POINT)
    link = link_of_the_last_mail()
    assert client.get(link).status_code == 200
    end(coordinator, manager)
    invitation.refresh_from_db()
    assert (invitation.withdrawn_at is not None) is (end is end_by_leaving)
    if is_member:
        client.force_login(User.objects.get(email=email))
    assert client.get(link).status_code == client.post(link, NEW).status_code == 404
    assert not Affiliation.objects.filter(user__email=email).exists()
    with pytest.raises(InvitationRefused):
        invitations.accept_as(token=link.split("/")[-2], user=UserFactory(email=email))


def test_an_invitation_that_fell_before_it_was_sent_is_not_sent(coordinator, manager):
    invitations.invite(by=coordinator, email="new@example.org", agency=thai_agency(), role=Role.FOCAL_POINT)
    end_by_its_last_day(coordinator, manager)
    sending.send_due()
    assert mail.outbox == []


def test_who_sends_an_invitation_again_vouches_for_it(client, coordinator, manager):
    invitation = invitations.invite(
        by=coordinator, email="new@example.org", agency=thai_agency(), role=Role.FOCAL_POINT
    )
    invitations.send_again(invitation=invitation, by=manager)
    link = link_of_the_last_mail()
    end_by_leaving(coordinator, manager)
    assert client.post(link, NEW).status_code == 302


def test_who_leaves_one_of_two_agencies_takes_along_only_what_falls(manager):
    person = UserFactory(role=Role.MANAGER)
    agencies = {code: AgencyFactory(country=CountryFactory(iso3=code)) for code in ("THA", "KHM")}
    second = Affiliation.objects.create(user=person, agency=agencies["THA"], role=Role.FOCAL_POINT)
    for agency in agencies.values():
        invitations.invite(by=person, email="new@example.org", agency=agency, role=Role.FOCAL_POINT)
    leaving.leave(affiliation=second, by=manager)
    assert Invitation.objects.open().count() == 2, "a manager still may"


def test_only_managers_record_and_revoke_designations(coordinator, reviewer, manager, focal_point):
    affiliation = focal_point.affiliations.get()
    values = {"kind": DesignationKind.NOTE_VERBALE, "reference": "2", "dated": dt.date(2026, 1, 1), "ministry": "M"}
    for by in (coordinator, reviewer, focal_point):
        with pytest.raises(DesignationRefused):
            designations.record(affiliation=affiliation, by=by, **values)
    designations.revoke(designation=affiliation.designations.get(), by=manager)
    assert not can(User.objects.get(pk=focal_point.pk), Action.POST)


def test_leaving_ends_access_at_once_and_the_successor_inherits(client, focal_point, coordinator, other_focal_point):
    agency = focal_point.current_affiliations[0].agency
    offer = OfferFactory(agency=agency, country=None)
    client.force_login(focal_point)
    assert client.get(reverse("workspace:offer", args=[offer.pk])).status_code == 200
    with pytest.raises(LeavingRefused):
        leaving.leave(affiliation=focal_point.affiliations.get(), by=other_focal_point)
    leaving.leave(affiliation=focal_point.affiliations.get(), by=coordinator)
    assert client.get(reverse("workspace:offer", args=[offer.pk])).status_code == 403
    successor = UserFactory(role=Role.FOCAL_POINT, role__agency=agency)
    client.force_login(successor)
    assert client.get(reverse("workspace:offer", args=[offer.pk])).status_code == 200


def test_personal_details_go_two_years_after_leaving(focal_point, manager):
    focal_point.phone = "+66 2 123"
    focal_point.save()
    offer = OfferFactory(contact="Call +66 2 123", contact_person=focal_point)
    leaving.leave(affiliation=focal_point.affiliations.get(), by=manager)
    today = timezone.now().date()
    assert leaving.erase_due(today) == 0
    ended_at = timezone.now() - dt.timedelta(days=2 * 366)
    Affiliation.objects.filter(user=focal_point).update(ended_at=ended_at)
    email = focal_point.email
    assert leaving.erase_due(today) == 1
    assert leaving.erase_due(today) == 0
    focal_point.refresh_from_db()
    offer.refresh_from_db()
    assert (focal_point.phone, focal_point.is_active, offer.contact, offer.contact_person) == ("", False, "", None)
    assert not User.objects.filter(email=email).exists()


def test_once_a_year_someone_says_that_a_person_still_serves(focal_point, coordinator, other_focal_point):
    today = timezone.now().date()
    affiliation = focal_point.affiliations.get()
    Affiliation.objects.update(validated_on=today - dt.timedelta(days=400))
    assert affiliation in revalidation.due_for(coordinator, today)
    revalidation.validate(affiliation=affiliation, by=coordinator)
    assert affiliation not in revalidation.due(today)
    assert other_focal_point.affiliations.get() not in revalidation.due_for(coordinator, today)


def test_the_directory_shows_who_consented_and_never_an_address(client, focal_point, other_focal_point):
    other_focal_point.is_listed = True
    other_focal_point.phone, other_focal_point.full_name = "+855 23", "Sok Listed"
    other_focal_point.save()
    client.force_login(focal_point)
    page = client.get(reverse("workspace:directory")).content.decode()
    assert other_focal_point.full_name in page
    assert page.count("<bdi>Focal Point</bdi>") == 0
    assert other_focal_point.email not in page
    assert "+855 23" not in page


@pytest.mark.parametrize("number", [1, 20])
def test_the_directory_asks_as_often_for_many_as_for_one(client, focal_point, number, django_assert_num_queries):
    for _one in range(number):
        UserFactory(role=Role.FOCAL_POINT, is_listed=True)
    client.force_login(focal_point)
    with django_assert_num_queries(7):  # session, user, affiliations, count, agencies, their people, countries
        client.get(reverse("workspace:directory"))


def test_there_is_no_door_for_the_secretariat_without_a_second_factor(client):
    person = UserFactory(role=Role.MANAGER, role__second_factor=False)
    answer = client.post("/accounts/login/", {"login": person.email.upper(), "password": PASSWORD})
    assert answer["Location"] == "/accounts/2fa/"
    draft = OfferFactory()
    doors = {
        "/admin/": 302, "/admin/directory/user/": 302, "/admin/matching/match/": 302, "/workspace/people/": 403,
        draft.get_absolute_url(): 404, f"/api/v1/offers/{draft.pk}/": 404,
    }  # fmt: skip
    assert {path: client.get(path).status_code for path in doors} == doors
    assert not can(person, Action.READ_EVERYTHING)
    TOTP.activate(person, TOTP_SECRET)
    assert not can(client.get("/workspace/").wsgi_request.user, Action.READ_EVERYTHING)
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    client.post("/accounts/2fa/authenticate/", {"code": totp_code()})
    assert {client.get(path).status_code for path in doors} == {200}


def test_with_one_the_code_is_asked_for_before_anything(client, manager):
    client.post("/accounts/login/", {"login": manager.email, "password": PASSWORD})
    assert client.get("/admin/").status_code == 302
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert client.get("/admin/").status_code == 302
    client.post("/accounts/2fa/authenticate/", {"code": totp_code()})
    assert client.get("/admin/").status_code == 200


def test_a_reset_tells_nothing_of_which_addresses_exist(client, focal_point):
    known, unknown = (
        client.post("/accounts/password/reset/", {"email": email}) for email in (focal_point.email, "no@example.org")
    )
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    written = dict(Mail.objects.values_list("to_address", "kind"))
    assert written == {focal_point.email: "password_reset", "no@example.org": "no_account"}, "both take as long"


def test_a_session_ends_after_a_time_without_use(client, focal_point, settings):
    client.force_login(focal_point)
    assert client.get("/workspace/").status_code == 200
    session = client.session
    session["used"] -= settings.SESSION_IDLE_SECONDS + 1
    session.save()
    assert client.get("/workspace/").status_code == 302


def test_one_may_serve_several_agencies_and_switch(client, focal_point, other_focal_point):
    second = Affiliation.objects.create(user=focal_point, agency=thai_agency(), role=Role.FOCAL_POINT)
    client.force_login(focal_point)
    client.post(reverse("workspace:switch"), {"affiliation": second.pk})
    assert client.session["affiliation"] == second.pk
    client.post(reverse("workspace:switch"), {"affiliation": other_focal_point.affiliations.get().pk})
    assert client.session["affiliation"] == second.pk
