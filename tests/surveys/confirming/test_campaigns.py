"""A campaign from its beginning to its close: who is asked, reminded and by what, and what becomes of each row."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from directory.mail.sending import send_due
from directory.models import Mail, User
from matching.choices import MatchStatus
from surveys.choices import AskedBy, PostingStatus, RowOutcome, WithdrawalReason
from surveys.confirming import asking, campaigns, closing, replies
from surveys.confirming.campaigns import ConfirmingRefused
from surveys.confirming.replacing import post_in_place
from surveys.confirming.replies import Reply
from surveys.models import (
    ClockStop,
    ConfirmationCampaign,
    ConfirmationRequest,
    ConfirmationRow,
    CountryWindow,
    Need,
    Offer,
    Survey,
)
from surveys.postings import approval, states
from surveys.postings import posting as posting_module
from surveys.postings.deciding.held import PostingRefused
from tests.factories import MatchFactory, SurveyFactory, UserFactory, speaker_for
from tests.marked import of_any_database
from tests.surveys.confirming.conftest import BEGUN, CLOSES, at
from web.calendar.working_days import last_day_of_term

pytestmark = pytest.mark.django_db

AFTER = CLOSES + dt.timedelta(days=2)


def send(request: ConfirmationRequest, by: User, *, way: AskedBy = AskedBy.NOTE, on: dt.date = BEGUN) -> None:
    asking.record_sent(
        request=request, way=way, by=by, on=on, addressee="Permanent Mission", reference="SSC/2026/1"
    )  # fmt: skip


def outcomes(request: ConfirmationRequest) -> dict[str, str]:
    return {row.posting.title: row.outcome for row in request.rows.with_postings()}


def own(title: str) -> Offer:
    return Offer.objects.get(title=title)


def one_day(on: dt.date) -> None:
    with at(on):
        asking.move_with_clocks(on)
        asking.ask_newly_designated(on)
        asking.remind(on)
        closing.close(on)


def until(last: dt.date, *, begin: dt.date = BEGUN) -> None:
    for number in range((last - begin).days + 1):
        one_day(begin + dt.timedelta(days=number))


def test_it_asks_of_what_is_published_and_not_confirmed(campaign: ConfirmationCampaign):
    assert {one.country_id for one in campaign.requests.all()} == {"THA", "FJI"}
    rows = ConfirmationRow.objects.with_postings()
    assert sorted(row.posting.title for row in rows) == [
        "Fiji: reefs", "Thailand: compiled", "Thailand: flood maps", "Thailand: solar courses",
    ]  # fmt: skip
    assert Mail.objects.count() == 0


def test_one_at_a_time_and_by_managers_alone(edition: Survey, manager: User, reviewer: User, focal_point: User):
    for somebody in (reviewer, focal_point):
        with pytest.raises(ConfirmingRefused, match="Only managers"):
            campaigns.begin(survey=edition, closes_on=CLOSES, by=somebody)
    with pytest.raises(ConfirmingRefused, match="day to come"):
        campaigns.begin(survey=edition, closes_on=BEGUN, by=manager)
    with pytest.raises(ConfirmingRefused, match="Nothing is published"):
        campaigns.begin(survey=SurveyFactory(), closes_on=CLOSES, by=manager)
    campaigns.begin(survey=edition, closes_on=CLOSES, by=manager)
    with pytest.raises(ConfirmingRefused, match="under way"):
        campaigns.begin(survey=edition, closes_on=CLOSES, by=manager)


def test_what_the_database_holds(edition: Survey, thailand: ConfirmationRequest):
    for wrong in (
        lambda: ConfirmationCampaign.objects.create(survey=edition, begun_on=BEGUN, closes_on=CLOSES),
        lambda: ConfirmationCampaign.objects.create(survey=SurveyFactory(), begun_on=CLOSES, closes_on=BEGUN),
        lambda: ConfirmationRequest.objects.create(campaign=thailand.campaign, country_id="THA"),
        lambda: ConfirmationRequest.objects.filter(pk=thailand.pk).update(sent_on=BEGUN),
        lambda: ConfirmationRow.objects.create(request=thailand),
        lambda: ConfirmationRow.objects.create(request=thailand, offer=own("Thailand: compiled")),
        lambda: ConfirmationRow.objects.create(offer=own("Fiji: reefs"), need=Need.objects.get()),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()


def test_designated_people_get_a_mail_and_nobody_else(thailand, fiji, manager, focal_point, coordinator, mailoutbox):
    undesignated = UserFactory(
        role="focal_point", role__agency=focal_point.affiliations.get().agency, role__designated=False
    )
    send(thailand, manager)
    send(fiji, manager, way=AskedBy.LETTER)
    send_due()
    assert {mail.to[0] for mail in mailoutbox} == {focal_point.email, coordinator.email}
    assert undesignated.email not in {mail.to[0] for mail in mailoutbox}
    assert "by 1 March 2027" in mailoutbox[0].body
    assert "/workspace/confirming/" in mailoutbox[0].body
    thailand.refresh_from_db()
    fiji.refresh_from_db()
    assert (thailand.designated_on, thailand.due_on) == (BEGUN, CLOSES)
    assert (fiji.designated_on, fiji.due_on, fiji.way) == (None, CLOSES, "letter")
    assert all(row.designated_asked for row in thailand.rows.all())
    assert not fiji.rows.get().designated_asked


@pytest.mark.any_database
def test_what_cannot_be_sent(thailand, fiji, manager, reviewer):
    with pytest.raises(ConfirmingRefused, match="Only managers"):
        send(thailand, reviewer)
    with pytest.raises(ConfirmingRefused, match="Nobody of Fiji is designated"):
        send(fiji, manager, way=AskedBy.MAIL)
    with pytest.raises(ConfirmingRefused, match="mission or ministry"):
        asking.record_sent(request=fiji, way=AskedBy.NOTE, by=manager, on=BEGUN, addressee=" ")
    for day in (BEGUN - dt.timedelta(days=1), BEGUN + dt.timedelta(days=1)):
        with pytest.raises(ConfirmingRefused, match="between"):
            send(fiji, manager, on=day)
    send(fiji, manager)
    with pytest.raises(ConfirmingRefused, match="asked already"):
        send(fiji, manager)
    assert Mail.objects.count() == 0


def test_confirming_correcting_and_withdrawing_are_noted(thailand, manager, focal_point, coordinator):
    CountryWindow.objects.create(country_id="THA", kind="several")
    send(thailand, manager)
    with at(BEGUN + dt.timedelta(days=9)):
        states.confirm(posting=own("Thailand: solar courses"), by=focal_point, on=BEGUN + dt.timedelta(days=9))
        need = Need.objects.get()
        posting_module.edit(
            posting=need, values={"title": "Thailand: maps"}, areas=["energy"], modalities=["training"], targets=[],
            by=focal_point,
        )  # fmt: skip
        states.withdraw(posting=own("Thailand: compiled"), by=coordinator, reason=WithdrawalReason.NO_LONGER_HOLDS)
    assert outcomes(thailand) == {
        "Thailand: solar courses": RowOutcome.CONFIRMED,
        "Thailand: maps": RowOutcome.CORRECTED,
        "Thailand: compiled": RowOutcome.WITHDRAWN,
    }
    thailand.refresh_from_db()
    assert thailand.answered_on == BEGUN + dt.timedelta(days=9)


@pytest.mark.any_database
@pytest.mark.parametrize("who", ["focal_point", "coordinator", "manager"])
def test_nobody_confirms_what_was_compiled(who, request, thailand, manager):
    CountryWindow.objects.create(country_id="THA", kind="several")
    compiled, by = own("Thailand: compiled"), request.getfixturevalue(who)
    steps = [lambda: states.confirm(posting=compiled, by=by, on=BEGUN)]
    if who != "manager":
        steps.append(lambda: approval.submit(posting=compiled, by=by))
        steps.append(
            lambda: posting_module.edit(
                posting=compiled, values={"title": "Ours"}, areas=["energy"], modalities=[], targets=[], by=by
            )
        )
    for step in steps:
        with pytest.raises(PostingRefused):
            step()
    states.withdraw(posting=compiled, by=by, reason=WithdrawalReason.OTHER)
    if who == "coordinator":
        with pytest.raises(PostingRefused, match="post in its place"):
            states.publish(posting=compiled, by=by)
    compiled.refresh_from_db()
    assert (compiled.confirmed_on, compiled.title) == (None, "Thailand: compiled")


def test_the_compiled_row_goes_once_the_country_has_posted(thailand, manager, coordinator, other_focal_point):
    CountryWindow.objects.create(country_id="THA", kind="single")
    send(thailand, manager)
    compiled = own("Thailand: compiled")
    with pytest.raises(PostingRefused, match="do not speak"):
        post_in_place(posting=compiled, by=other_focal_point)
    with pytest.raises(PostingRefused, match="your own"):
        post_in_place(posting=own("Thailand: solar courses"), by=coordinator)
    draft = post_in_place(posting=compiled, by=coordinator)
    assert post_in_place(posting=compiled, by=coordinator) == draft
    assert (draft.status, draft.text, draft.is_compiled) == ("draft", "", False)
    assert [area.pk for area in draft.areas.all()] == ["energy"]
    compiled.refresh_from_db()
    assert compiled.status == PostingStatus.PUBLISHED
    posting_module.edit(
        posting=draft, values={"title": "Thailand trains"}, areas=["energy"], modalities=["training"], targets=[],
        by=coordinator,
    )  # fmt: skip
    states.publish(posting=draft, by=coordinator)
    compiled.refresh_from_db()
    draft.refresh_from_db()
    assert (compiled.status, compiled.withdrawal_reason) == (PostingStatus.WITHDRAWN, WithdrawalReason.REPLACED)
    assert (draft.status, draft.confirmed_on) == (PostingStatus.PUBLISHED, BEGUN)
    assert outcomes(thailand)["Thailand: compiled"] == RowOutcome.REPLACED


@pytest.mark.any_database
def test_what_the_secretariat_wrote_is_taken_over_without_the_words_on_who_compiled_it(edition, coordinator, manager):
    compiled = own("Thailand: compiled")
    text = f"{compiled.text}\n\nIn spring."
    posting_module.correct(posting=compiled, values={"text": text}, areas=["energy"], modalities=[], by=manager)
    draft = post_in_place(posting=compiled, by=coordinator)
    assert draft.text == "Modalities: Training\n\nIn spring."


@pytest.mark.usefixtures("secretariat_decides")
def test_a_row_is_replaced_without_a_campaign_too(edition, coordinator, manager):
    compiled = own("Thailand: compiled")
    draft = post_in_place(posting=compiled, by=coordinator)
    approval.submit(posting=draft, by=coordinator)
    compiled.refresh_from_db()
    assert compiled.status == PostingStatus.PUBLISHED
    approval.approve(posting=draft, by=manager)
    compiled.refresh_from_db()
    assert compiled.withdrawal_reason == WithdrawalReason.REPLACED


@pytest.mark.parametrize("asked", [dt.date(2026, 12, 1), *of_any_database(dt.date(2026, 12, 20))])
def test_day_by_day_the_reminder_comes_once_and_silence_retires(asked, thailand, fiji, manager, focal_point):
    with at(asked):
        send(thailand, manager, on=asked)
        send(fiji, manager, on=asked)
    until(AFTER, begin=asked)
    thailand.refresh_from_db()
    fiji.refresh_from_db()
    assert thailand.reminded_on == last_day_of_term(asked, 20, "THA") + dt.timedelta(days=1)
    assert fiji.reminded_on is None
    reminders = Mail.objects.filter(kind="confirmation_reminder").values_list("to_user__email", flat=True)
    assert sorted(reminders) == ["coordinator@example.org", "focal-point@example.org"]
    assert set(outcomes(thailand).values()) == {RowOutcome.RETIRED}
    assert set(outcomes(fiji).values()) == {RowOutcome.KEPT}
    assert set(Offer.objects.exclude(title="Of no edition").values_list("title", "status", "withdrawal_reason")) == {
        ("Thailand: solar courses", "withdrawn", "not_confirmed"),
        ("Thailand: compiled", "withdrawn", "not_confirmed"),
        ("Fiji: reefs", "published", ""),
    }
    assert thailand.closed_on == fiji.closed_on == AFTER
    assert ConfirmationCampaign.objects.get().closed_on == AFTER
    assert Offer.objects.get(title="Of no edition").status == PostingStatus.PUBLISHED


@pytest.mark.any_database
def test_the_day_itself_is_still_theirs(thailand, manager):
    send(thailand, manager)
    until(CLOSES + dt.timedelta(days=1))
    assert set(outcomes(thailand).values()) == {RowOutcome.OPEN}


@pytest.mark.usefixtures("secretariat_decides")
def test_what_waits_for_approval_is_not_retired_and_is_looked_at_again(thailand, manager, focal_point):
    send(thailand, manager)
    offer = own("Thailand: solar courses")
    with at(BEGUN + dt.timedelta(days=40)):
        approval.submit(posting=offer, by=focal_point)
    until(AFTER)
    assert outcomes(thailand)["Thailand: solar courses"] == RowOutcome.OPEN
    thailand.refresh_from_db()
    assert (thailand.closed_on, ConfirmationCampaign.objects.get().closed_on) == (None, None)
    with at(AFTER):
        approval.approve(posting=offer, by=manager)
    one_day(AFTER + dt.timedelta(days=1))
    thailand.refresh_from_db()
    assert outcomes(thailand)["Thailand: solar courses"] == RowOutcome.CONFIRMED
    assert thailand.closed_on == AFTER + dt.timedelta(days=1)


def test_who_is_designated_after_the_letter_is_asked_and_has_time(fiji, manager):
    send(fiji, manager)
    late = CLOSES - dt.timedelta(days=3)
    until(late - dt.timedelta(days=1))
    with at(late):
        person = speaker_for(own("Fiji: reefs"))
    one_day(late)
    fiji.refresh_from_db()
    assert fiji.designated_on == late
    assert fiji.due_on == last_day_of_term(late, asking.LEAST_NOTICE_DAYS, "FJI")
    assert list(Mail.objects.filter(kind="confirmation_asked").values_list("to_user", flat=True)) == [person.pk]
    until(fiji.due_on + dt.timedelta(days=2), begin=late)
    assert set(outcomes(fiji).values()) == {RowOutcome.OPEN}  # not before the reminder, and what is left after it
    until(fiji.due_on + dt.timedelta(days=60), begin=late)
    assert set(outcomes(fiji).values()) == {RowOutcome.RETIRED}


def test_while_the_clock_of_a_country_stands_still_the_day_moves(thailand, manager):
    send(thailand, manager)
    window = CountryWindow.objects.create(country_id="THA")
    ClockStop.objects.create(window=window, first_day=dt.date(2027, 2, 1), last_day=dt.date(2027, 2, 10))
    until(CLOSES + dt.timedelta(days=11))
    thailand.refresh_from_db()
    assert thailand.due_on == CLOSES + dt.timedelta(days=10)
    assert set(outcomes(thailand).values()) == {RowOutcome.OPEN}
    one_day(CLOSES + dt.timedelta(days=12))
    assert set(outcomes(thailand).values()) == {RowOutcome.RETIRED}


def test_the_day_moves_later_only(campaign, thailand, manager, reviewer):
    send(thailand, manager)
    later = CLOSES + dt.timedelta(days=30)
    with pytest.raises(ConfirmingRefused, match="Only managers"):
        campaigns.move_closing(campaign=campaign, closes_on=later, by=reviewer)
    with pytest.raises(ConfirmingRefused, match="later only"):
        campaigns.move_closing(campaign=campaign, closes_on=CLOSES - dt.timedelta(days=1), by=manager)
    campaigns.move_closing(campaign=campaign, closes_on=later, by=manager)
    thailand.refresh_from_db()
    assert thailand.due_on == later


def test_an_answer_by_letter_is_recorded_row_by_row(thailand, manager, reviewer):
    send(thailand, manager)
    dated = BEGUN + dt.timedelta(days=20)
    rows = {row.posting.title: row.pk for row in thailand.rows.with_postings()}
    said = {
        rows["Thailand: solar courses"]: Reply.CONFIRMS,
        rows["Thailand: flood maps"]: Reply.WITHDRAWS,
        rows["Thailand: compiled"]: Reply.CORRECTS,
    }
    with at(dated + dt.timedelta(days=3)):
        with pytest.raises(ConfirmingRefused, match="Only managers"):
            replies.record_answer(request=thailand, reference="MFA/1", dated=dated, replies=said, by=reviewer)
        replies.record_answer(request=thailand, reference="MFA/1", dated=dated, replies=said, by=manager)
    thailand.refresh_from_db()
    assert (thailand.answered_on, thailand.answer_reference) == (dated, "MFA/1")
    assert own("Thailand: solar courses").confirmed_on == dated
    assert outcomes(thailand) == {
        "Thailand: solar courses": RowOutcome.CONFIRMED,
        "Thailand: flood maps": RowOutcome.WITHDRAWN,
        "Thailand: compiled": RowOutcome.IN_HAND,
    }
    until(AFTER)
    assert own("Thailand: compiled").status == PostingStatus.PUBLISHED
    assert not Mail.objects.filter(kind="confirmation_reminder").exists()


@pytest.mark.any_database
def test_what_of_an_answer_is_refused_leaves_nothing(thailand, manager):
    send(thailand, manager)
    rows = {row.posting.title: row.pk for row in thailand.rows.with_postings()}
    good = {rows["Thailand: solar courses"]: Reply.CONFIRMS}
    for wrong in (
        {"reference": " "},
        {"dated": BEGUN - dt.timedelta(days=1)},
        {"dated": BEGUN + dt.timedelta(days=1)},
        {"replies": {0: Reply.CONFIRMS}},
    ):
        with pytest.raises(ConfirmingRefused):
            replies.record_answer(
                request=thailand, by=manager, **{"reference": "MFA/1", "dated": BEGUN, "replies": good} | wrong
            )
    with pytest.raises(PostingRefused, match="compiled from public sources"):
        replies.record_answer(
            request=thailand, by=manager, reference="MFA/1", dated=BEGUN,
            replies=good | {rows["Thailand: compiled"]: Reply.CONFIRMS},
        )  # fmt: skip
    thailand.refresh_from_db()
    assert thailand.answered_on is None
    assert set(outcomes(thailand).values()) == {RowOutcome.OPEN}


@pytest.mark.any_database
def test_a_mail_is_left_out_once_it_was_answered(thailand, manager, focal_point, coordinator, mailoutbox):
    send(thailand, manager)
    for posting in (*Offer.objects.filter(country="THA"), *Need.objects.all()):
        states.withdraw(posting=posting, by=manager)
    send_due()
    assert mailoutbox == []


@pytest.mark.any_database
def test_a_country_that_was_never_asked_stays_as_it_is(fiji, manager):
    until(AFTER)
    fiji.refresh_from_db()
    assert (fiji.closed_on, fiji.rows.get().outcome) == (AFTER, RowOutcome.KEPT)
    assert own("Fiji: reefs").status == PostingStatus.PUBLISHED


def test_what_was_retired_is_matched_no_more_and_an_import_does_not_bring_it_back(thailand, manager):
    send(thailand, manager)
    offer = own("Thailand: solar courses")
    match = MatchFactory(offer=offer)
    until(AFTER)
    match.refresh_from_db()
    assert match.status == MatchStatus.LAPSED
    posting_module.update_many(
        model=Offer,
        updates=[posting_module.PostingUpdate(own("Thailand: solar courses"), {"text": "Anew"}, ["energy"], [])],
        by=None,
        reason="import 2",
    )
    assert own("Thailand: solar courses").status == PostingStatus.WITHDRAWN


def test_what_its_source_no_longer_states_is_gone_and_asked_no_more(thailand, manager):
    send(thailand, manager)
    states.return_to_draft(postings=[own("Thailand: solar courses")], by=None, reason="import 2")
    assert outcomes(thailand)["Thailand: solar courses"] == RowOutcome.GONE
    until(AFTER)
    thailand.refresh_from_db()
    assert (thailand.closed_on, thailand.answered_on) == (AFTER, None)


@pytest.mark.usefixtures("secretariat_decides")
def test_what_was_sent_back_is_in_hand(thailand, manager, focal_point):
    send(thailand, manager)
    offer = own("Thailand: solar courses")
    approval.submit(posting=offer, by=focal_point)
    approval.send_back(posting=offer, by=manager, note="Say more.")
    until(AFTER)
    assert outcomes(thailand)["Thailand: solar courses"] == RowOutcome.OPEN
    assert own("Thailand: solar courses").status == PostingStatus.PUBLISHED


@pytest.mark.usefixtures("secretariat_decides")
def test_a_replacement_that_waits_holds_the_compiled_row(thailand, manager, coordinator):
    send(thailand, manager)
    compiled = own("Thailand: compiled")
    draft = post_in_place(posting=compiled, by=coordinator)
    approval.submit(posting=draft, by=coordinator)
    until(AFTER)
    compiled.refresh_from_db()
    assert compiled.status == PostingStatus.PUBLISHED
    with at(AFTER):
        approval.approve(posting=draft, by=manager)
    compiled.refresh_from_db()
    assert compiled.withdrawal_reason == WithdrawalReason.REPLACED
    one_day(AFTER + dt.timedelta(days=1))
    thailand.refresh_from_db()
    assert thailand.closed_on == AFTER + dt.timedelta(days=1)
