"""People come and go: a dated acting cover by the alternate of a letter, and letters that name an office."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction

from directory.access import Action, can
from directory.choices import DesignationKind, Role
from directory.mail import sending
from directory.mail.receivers import people_of
from directory.models import Affiliation, Designation, Mail, User
from directory.people import designations, leaving
from directory.people.designations import DesignationRefused
from tests.factories import AgencyFactory, UserFactory
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

TODAY = dt.date(2026, 12, 1)
FIRST, LAST = dt.date(2026, 12, 7), dt.date(2026, 12, 18)


@pytest.fixture(autouse=True)
def _on_a_tuesday():
    with time_machine.travel(dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def agency(focal_point):
    return focal_point.current_affiliations[0].agency


@pytest.fixture
def alternate(agency):
    """Serves in the agency, without a letter of the own."""
    user = UserFactory(email="alternate@example.org", full_name="Alternate", role=Role.FOCAL_POINT, role__agency=agency)
    Designation.objects.filter(affiliation__user=user).delete()
    return user


@pytest.fixture
def letter(focal_point, alternate):
    """By which the focal point speaks; it names the alternate."""
    own = Designation.objects.get(affiliation__user=focal_point)
    own.alternate = alternate
    own.save()
    return own


def acts(user, on):
    with time_machine.travel(dt.datetime(on.year, on.month, on.day, 12, tzinfo=dt.UTC), tick=False):
        return can(User.objects.get(pk=user.pk), Action.POST)


def test_the_alternate_acts_from_day_to_day_and_is_told(letter, focal_point, alternate, agency):
    assert not acts(alternate, FIRST)
    designations.cover(designation=letter, by=focal_point, first=FIRST, last=LAST)
    days = (TODAY, FIRST, LAST, LAST + dt.timedelta(1))
    assert [acts(alternate, day) for day in days] == [False, True, True, False]
    assert all(acts(focal_point, day) for day in days)
    sending.send_due()
    (told,) = [one for one in mail.outbox if one.to == ["alternate@example.org"]]
    assert "7 December 2026" in told.subject
    assert "18 December 2026" in told.body
    with time_machine.travel(dt.datetime(2026, 12, 8, tzinfo=dt.UTC), tick=False):
        assert alternate in people_of(agency.pk, None)


@pytest.mark.locks
def test_the_cover_ends_with_what_it_covers(letter, focal_point, alternate, manager):
    designations.cover(designation=letter, by=focal_point, first=TODAY, last=LAST)
    assert acts(alternate, TODAY)
    designations.revoke(designation=letter, by=manager)
    assert not acts(alternate, TODAY)


def test_the_cover_ends_where_the_person_leaves(letter, focal_point, alternate):
    designations.cover(designation=letter, by=focal_point, first=TODAY, last=LAST)
    leaving.leave(affiliation=letter.affiliation, by=focal_point)
    assert not acts(alternate, TODAY)


@pytest.mark.locks
@pytest.mark.parametrize("who", ["focal_point", "alternate", "manager"])
def test_either_of_the_two_and_a_manager_end_it(letter, focal_point, alternate, manager, who):
    acting = designations.cover(designation=letter, by=focal_point, first=TODAY, last=LAST)
    designations.end_cover(
        designation=acting, by={"focal_point": focal_point, "alternate": alternate, "manager": manager}[who]
    )
    assert not acts(alternate, TODAY)


def test_others_neither_begin_nor_end_it(letter, focal_point, other_focal_point, alternate, coordinator):
    for by in (other_focal_point, alternate, coordinator):
        with pytest.raises(DesignationRefused, match="in your own place only"):
            designations.cover(designation=letter, by=by, first=TODAY, last=LAST)
    acting = designations.cover(designation=letter, by=focal_point, first=TODAY, last=LAST)
    with pytest.raises(DesignationRefused, match="in your own place only"):
        designations.end_cover(designation=acting, by=other_focal_point)
    with pytest.raises(DesignationRefused, match="Nobody acts for another"):
        designations.end_cover(designation=letter, by=focal_point)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (LAST, FIRST),
        (dt.date(2026, 11, 1), dt.date(2026, 11, 30)),
        (FIRST, FIRST + dt.timedelta(designations.MOST_DAYS_AWAY)),
    ],
)
def test_days_that_cannot_be_are_refused(letter, focal_point, first, last):
    with pytest.raises(DesignationRefused, match="at most 184 days"):
        designations.cover(designation=letter, by=focal_point, first=first, last=last)
    assert Designation.objects.filter(covers__isnull=False).count() == 0


def test_who_does_not_serve_there_does_not_act_there(letter, focal_point, alternate):
    Affiliation.objects.filter(user=alternate).update(agency=AgencyFactory())
    with pytest.raises(DesignationRefused, match="does not serve in"):
        designations.cover(designation=letter, by=focal_point, first=TODAY, last=LAST)
    letter.alternate = None
    letter.save()
    with pytest.raises(DesignationRefused, match="names no alternate"):
        designations.cover(designation=letter, by=focal_point, first=TODAY, last=LAST)


def test_not_twice_on_one_day_nor_by_who_covers(letter, focal_point, alternate):
    acting = designations.cover(designation=letter, by=focal_point, first=TODAY, last=LAST)
    with pytest.raises(DesignationRefused, match="end that first"):
        designations.cover(designation=letter, by=focal_point, first=LAST, last=LAST)
    with pytest.raises(DesignationRefused, match="not in force"):
        designations.cover(designation=acting, by=alternate, first=TODAY, last=LAST)


def test_the_database_refuses_a_cover_without_an_end(letter, focal_point):
    acting = designations.cover(designation=letter, by=focal_point, first=TODAY, last=LAST)
    with pytest.raises(IntegrityError, match="designation_cover_is_dated"), transaction.atomic():
        Designation.objects.filter(pk=acting.pk).update(valid_until=None)


def test_from_the_profile(client, letter, focal_point, alternate):
    client.force_login(focal_point)
    page = client.get("/workspace/profile/").content.decode()
    address = f"/workspace/profile/cover/{letter.pk}/"
    assert f'href="{address}"' in page
    refused = client.post(address, {"first": "2026-12-18", "last": "2026-12-07"})
    assert refused.status_code == 422
    assert "The last day lies before the first." in refused.content.decode()
    assert 'value="2026-12-18"' in refused.content.decode()
    assert client.post(address, {"first": "2026-12-07", "last": "2026-12-18"}).url == "/workspace/profile/"
    assert (
        "acts in your place from 7 December 2026 to 18 December 2026"
        in client.get("/workspace/profile/").content.decode()
    )
    acting = Designation.objects.get(covers=letter)
    client.force_login(alternate)
    assert "You act for" in client.get("/workspace/profile/").content.decode()
    assert client.post(f"/workspace/profile/cover/{acting.pk}/end/").status_code == 302
    assert not Designation.objects.in_force(FIRST).filter(pk=acting.pk).exists()


def test_another_s_cover_is_not_there(client, letter, focal_point, other_focal_point):
    acting = designations.cover(designation=letter, by=focal_point, first=TODAY, last=LAST)
    client.force_login(other_focal_point)
    assert client.get(f"/workspace/profile/cover/{letter.pk}/").status_code == 404
    assert client.post(f"/workspace/profile/cover/{acting.pk}/end/").status_code == 404
    assert client.get("/workspace/profile/").status_code == 200


OFFICE = {
    "kind": DesignationKind.NOTE_VERBALE, "reference": "MFA/7", "dated": dt.date(2026, 5, 4), "ministry": "Ministry",
    "office": "Director, International Cooperation",
}  # fmt: skip


@pytest.mark.locks
def test_a_letter_that_names_an_office_goes_on_to_who_holds_it_next(agency, focal_point, alternate, manager):
    Designation.objects.all().delete()
    holds, held_next = (Affiliation.objects.get(user=user) for user in (focal_point, alternate))
    designations.record(affiliation=holds, by=manager, **OFFICE)
    assert (acts(focal_point, TODAY), acts(alternate, TODAY)) == (True, False)
    designations.record(affiliation=held_next, by=manager, **OFFICE | {"office": "director, international COOPERATION"})
    assert (acts(focal_point, TODAY), acts(alternate, TODAY)) == (False, True)


def test_a_manager_records_the_next_holder_from_the_letter(client, agency, focal_point, alternate, manager):
    Designation.objects.all().delete()
    first = designations.record(affiliation=Affiliation.objects.get(user=focal_point), by=manager, **OFFICE)
    client.force_login(manager)
    page = client.get(f"/admin/directory/designation/{first.pk}/change/").content.decode()
    assert "Record who holds it now" in page
    given = {**OFFICE, "dated": "2026-05-04", "affiliation": Affiliation.objects.get(user=alternate).pk}
    response = client.post("/admin/directory/designation/add/", given, follow=True)
    assert "1 person who held the office by this letter acts no more." in response.content.decode()
    assert (acts(focal_point, TODAY), acts(alternate, TODAY)) == (False, True)


def test_a_letter_counts_from_the_day_that_it_says(agency, focal_point, manager):
    Designation.objects.all().delete()
    row = Affiliation.objects.get(user=focal_point)
    designations.record(affiliation=row, by=manager, **OFFICE, valid_from=FIRST)
    assert [acts(focal_point, day) for day in (TODAY, FIRST)] == [False, True]


def cover_page(designation):
    return f"/admin/directory/designation/{designation.pk}/cover/"


def test_a_manager_begins_and_ends_it_for_somebody_and_both_are_told(client, letter, manager, alternate, focal_point):
    client.force_login(manager)
    assert cover_page(letter) in Page(client.get(f"/admin/directory/designation/{letter.pk}/change/")).links
    days = {"first": FIRST.isoformat(), "last": LAST.isoformat()}
    assert client.get(cover_page(letter)).status_code == 200
    wrong = client.post(cover_page(letter), {**days, "last": "2026-12-01"})
    assert wrong.status_code == 422
    assert "The last day lies before the first." in Page(wrong).text
    assert client.post(cover_page(letter), days).status_code == 302
    acting = letter.covered_by.get()
    assert (acting.recorded_by, acting.valid_from, acting.valid_until) == (manager, FIRST, LAST)
    assert acts(alternate, FIRST)
    again = client.post(cover_page(letter), days)
    assert again.status_code == 422
    assert client.post(cover_page(letter), {"end": acting.pk}).status_code == 302
    assert not acts(alternate, FIRST)
    assert acting.history.first().history_user == manager
    sending.send_due()
    told = {(one.to[0], one.subject) for one in mail.outbox}
    # The mails on its beginning are left out, for it was ended before they went.
    assert {address for address, _subject in told} == {alternate.email, focal_point.email}
    assert all("acts for" in subject and "no more" in subject for _address, subject in told)


def test_who_is_away_is_told_that_a_manager_let_somebody_act(letter, manager, alternate, focal_point):
    designations.cover(designation=letter, by=manager, first=FIRST, last=LAST)
    sending.send_due()
    (told,) = [one for one in mail.outbox if one.to == [focal_point.email]]
    assert "Alternate acts for you from 7 December 2026" in told.subject
    assert "/workspace/profile/" in told.body


def test_the_two_themselves_need_no_mail_that_it_ended(letter, focal_point, alternate):
    acting = designations.cover(designation=letter, by=focal_point, first=FIRST, last=LAST)
    designations.end_cover(designation=acting, by=alternate)
    assert not Mail.objects.filter(kind__in=("cover_begun_for_you", "cover_ended")).exists()


def test_the_page_is_the_managers_and_ends_only_what_is_of_it(client, letter, manager, reviewer, focal_point):
    acting = designations.cover(designation=letter, by=focal_point, first=FIRST, last=LAST)
    for who in (reviewer, focal_point):
        client.force_login(who)
        assert client.post(cover_page(letter), {"end": acting.pk}).status_code in (302, 403)
    client.force_login(manager)
    assert client.get(cover_page(acting)).status_code == 404
    for number in (letter.pk, 0, "x", 2**70):
        assert client.post(cover_page(letter), {"end": number}).status_code == 404
    assert letter.covered_by.get().ended_at is None
