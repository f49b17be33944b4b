"""Countries that no mail can remind, and what is read of a country while a campaign runs."""

import datetime as dt
import io
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from directory.models import Country, Mail, User
from surveys.choices import AskedBy, RowOutcome
from surveys.confirming import asking, closing, joining, letter_reminders, letters
from surveys.confirming.campaigns import ConfirmingRefused
from surveys.models import ConfirmationCampaign, ConfirmationRequest, Offer, Survey
from surveys.postings import states
from tests.factories import CountryFactory, PublishedOfferFactory, ResponseFactory
from tests.pages import Page
from tests.surveys.confirming.conftest import BEGUN, CLOSES, at
from tests.surveys.confirming.test_pages import country_page, page_of, words_of

pytestmark = pytest.mark.django_db

AFTER_THE_TERM = BEGUN + dt.timedelta(days=60)


def send(request: ConfirmationRequest, by: User) -> None:
    asking.record_sent(
        request=request, way=AskedBy.NOTE, by=by, on=BEGUN, addressee="Mission of it", reference="SSC/2026/1"
    )
    request.refresh_from_db()


def remind(request: ConfirmationRequest, by: User, *, on: dt.date = AFTER_THE_TERM) -> ConfirmationRequest:
    return letter_reminders.record_reminder(request=request, by=by, on=on, reference=" SSC/2027/9 ")


def read_more(survey: Survey, country: Country, title: str) -> Offer:
    """What an import adds: a posting of the edition that nobody has confirmed."""
    response = ResponseFactory(survey=survey, country=country, key=title)
    offer: Offer = PublishedOfferFactory(survey=survey, response=response, title=title, country=country)
    return offer


# --- reminded by letter


def test_only_silent_countries_where_nobody_is_designated_are_reminded_by_letter(campaign, thailand, fiji, manager):
    with pytest.raises(ConfirmingRefused, match="was not asked yet"):
        remind(fiji, manager, on=BEGUN)
    send(thailand, manager)
    send(fiji, manager)
    assert letter_reminders.to_remind_by_letter(campaign, BEGUN + dt.timedelta(days=10)) == []
    assert letter_reminders.to_remind_by_letter(campaign, AFTER_THE_TERM) == [fiji]
    with at(AFTER_THE_TERM):
        with pytest.raises(ConfirmingRefused, match="is reminded by mail"):
            remind(thailand, manager)
        for day in (AFTER_THE_TERM + dt.timedelta(days=1), BEGUN - dt.timedelta(days=1)):
            with pytest.raises(ConfirmingRefused, match="between"):
                remind(fiji, manager, on=day)
        held = remind(fiji, manager)
        assert (held.letter_reminded_on, held.letter_reminder_reference) == (AFTER_THE_TERM, "SSC/2027/9")
        with pytest.raises(ConfirmingRefused, match="was reminded by letter"):
            remind(fiji, manager)
    assert letter_reminders.to_remind_by_letter(campaign, AFTER_THE_TERM) == []


@pytest.mark.any_database
def test_nobody_else_records_a_reminder(fiji, manager, reviewer, focal_point):
    send(fiji, manager)
    for by in (reviewer, focal_point):
        with pytest.raises(ConfirmingRefused, match="Only managers"):
            remind(fiji, by)


def test_a_late_reminder_leaves_working_days_and_retires_nothing(fiji, manager):
    send(fiji, manager)
    late = CLOSES - dt.timedelta(days=1)
    with at(late):
        named = words_of(letters.letter_docx(fiji, AskedBy.LETTER, reminds=True))
        due = remind(fiji, manager, on=late).due_on
        assert due is not None
        assert due == asking.least_due(fiji, late)
        assert due > CLOSES + dt.timedelta(days=9)
        # The draft had named the day that then stood.
        assert f"by {due.day} {due:%B %Y}" in named
    closing.close(CLOSES + dt.timedelta(days=2))
    assert Offer.objects.get(title="Fiji: reefs").status == "published"
    closing.close(due + dt.timedelta(days=2))
    assert [row.outcome for row in fiji.rows.all()] == [RowOutcome.KEPT]


def test_who_is_designated_after_a_reminder_by_letter_is_still_reminded_by_mail(thailand, manager):
    """The letter went to an office: it is no reminder of who was asked since, and retires nothing."""
    send(thailand, manager)
    ConfirmationRequest.objects.filter(pk=thailand.pk).update(letter_reminded_on=BEGUN)
    asking.remind(AFTER_THE_TERM)
    assert Mail.objects.filter(kind="confirmation_reminder").count() == 2


@pytest.mark.any_database
def test_the_reminder_refers_to_what_was_sent_and_quotes_what_is_open(thailand, fiji, manager):
    send(thailand, manager)
    states.withdraw(posting=Offer.objects.get(title="Thailand: compiled"), by=manager)
    for way in letters.WRITTEN:
        said = words_of(letters.letter_docx(thailand, way, reminds=True))
        assert "communication SSC/2026/1 of 1 December 2026" in said
        assert "Thailand: solar courses" in said
        assert "Thailand: compiled" not in said


@pytest.mark.any_database
def test_all_reminders_are_one_archive_and_the_pages_offer_them(client: Client, campaign, thailand, fiji, manager):
    send(thailand, manager)
    send(fiji, manager)
    client.force_login(manager)
    archive = reverse("admin:surveys_survey_confirming_reminders", args=[campaign.survey_id, campaign.pk, "note"])
    one = reverse("admin:surveys_survey_confirming_reminder", args=[campaign.survey_id, fiji.pk, "note"])
    assert archive not in Page(client.get(page_of(campaign.survey))).links
    assert one in Page(client.get(country_page(fiji))).links
    assert one not in Page(client.get(country_page(thailand))).links
    assert client.get(one.replace(f"/{fiji.pk}/", f"/{thailand.pk}/")).status_code == 404
    with at(AFTER_THE_TERM):
        client.force_login(manager)
        assert archive in Page(client.get(page_of(campaign.survey))).links
        names = zipfile.ZipFile(io.BytesIO(client.get(archive).content)).namelist()
        assert names == ["note-FJI-reminder.docx"]
        assert "note-FJI-reminder.docx" in client.get(one)["Content-Disposition"]
        given = {"do": "remind", "reminder_reference": "SSC/2027/9"}
        wrong = client.post(country_page(fiji), {**given, "reminded_on": "yesterday"})
        assert wrong.status_code == 422
        assert "SSC/2027/9" in wrong.content.decode()
        assert client.post(country_page(fiji), {**given, "reminded_on": str(AFTER_THE_TERM)}).status_code == 302
        assert "By letter, 30 January 2027 SSC/2027/9" in Page(client.get(page_of(campaign.survey))).text
        assert "Record the reminder" not in Page(client.get(country_page(fiji))).text


# --- read while a campaign runs


def test_what_is_read_since_joins_and_the_designated_hear_of_it_once_more(campaign, thailand, manager, client):
    send(thailand, manager)
    written = Mail.objects.filter(kind="confirmation_asked").count()
    offer = read_more(campaign.survey, thailand.country, "Thailand: imported later")
    new = read_more(campaign.survey, CountryFactory(iso3="NPL"), "Nepal: new")
    client.force_login(manager)
    assert "2 postings were read since. They join" in Page(client.get(page_of(campaign.survey))).text
    later = BEGUN + dt.timedelta(days=5)
    with at(later):
        assert joining.join_new_rows(later) == 2
        assert joining.join_new_rows(later) == 0
        assert asking.ask_newly_designated(later) == 1
        assert "read since" not in Page(client.get(page_of(campaign.survey))).text
    row = thailand.rows.get(offer=offer)
    assert (row.joined_on, row.designated_asked, row.outcome) == (later, True, RowOutcome.OPEN)
    assert Mail.objects.filter(kind="confirmation_asked").count() == 2 * written
    nepal = campaign.requests.get(country="NPL")
    assert (nepal.sent_on, [one.offer for one in nepal.rows.all()]) == (None, [new])
    assert nepal.history.get().history_change_reason == "joined"
    # What was sent before it came did not quote it; a reminder does.
    assert "imported later" not in words_of(letters.letter_docx(thailand, AskedBy.NOTE))
    assert "imported later" in words_of(letters.letter_docx(thailand, AskedBy.NOTE, reminds=True))


@pytest.mark.parametrize("step", ["answered_on", "reminded_on", "letter_reminded_on", "closed_on"])
def test_a_country_that_answered_or_was_reminded_is_asked_about_more_in_the_next_one(
    step, campaign, thailand, manager, client
):
    send(thailand, manager)
    ConfirmationRequest.objects.filter(pk=thailand.pk).update(**{step: BEGUN})
    read_more(campaign.survey, thailand.country, "Thailand: imported later")
    assert joining.join_new_rows(BEGUN) == 0
    client.force_login(manager)
    assert "1 posting was read since and waits for the next campaign" in Page(client.get(page_of(campaign.survey))).text


@pytest.mark.parametrize(("days", "joined"), [(14, 1), (13, 0)])
def test_it_joins_while_two_weeks_are_left(days, joined, campaign: ConfirmationCampaign):
    read_more(campaign.survey, CountryFactory(iso3="NPL"), "Nepal: new")
    assert joining.join_new_rows(CLOSES - dt.timedelta(days=days)) == joined


def test_another_edition_s_rows_do_not_join_nor_anything_once_it_is_closed(campaign: ConfirmationCampaign, edition):
    PublishedOfferFactory(title="Of no edition", country=CountryFactory(iso3="NPL"))
    assert joining.join_new_rows(BEGUN) == 0
    ConfirmationCampaign.objects.update(closed_on=BEGUN)
    read_more(edition, CountryFactory(iso3="NPL"), "Nepal: new")
    assert joining.join_new_rows(BEGUN) == 0
