"""What governments answer by note verbale: recorded from its reference and date, and as good as the side's own."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from directory.choices import Role, ScanKind
from directory.models import Mail, Paper, User
from directory.papers.recording import GivenPaper
from directory.papers.scans import Scan
from matching.choices import Clearance, EventKind, MatchStatus, SideAnswer
from matching.life import introducing, outcomes, review
from matching.life.answers import answering, clearing, refusing
from matching.life.answers.from_paper import SidePaper
from matching.life.seen.shown import ShownEvents
from matching.life.steps import ReviewRefused
from matching.models import Match, MatchEvent, MatchSide, Outcome
from surveys.choices import ClearanceRule, Side
from surveys.models import CountryWindow
from tests.factories import UserFactory, agreed_cooperation, speaker_for, suggested_match
from tests.pages import Page
from web.calendar.days import last_day_begun, today

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
REFERENCE, DATED = "NV/2026/114", dt.date(2026, 11, 20)


@pytest.fixture
def proposed(reviewer: User) -> Match:
    match = suggested_match()
    review.propose(match=match, by=reviewer)
    return match


def recorded(
    match: Match,
    by: User,
    *,
    answer: SideAnswer = SideAnswer.INTERESTED,
    reference: str = REFERENCE,
    dated_on: dt.date = DATED,
    reason: str = "",
) -> MatchSide:
    return answering.record_answer(
        match=match,
        side=Side.NEED,
        by=by,
        answer=answer,
        given=GivenPaper(reference=reference, dated_on=dated_on),
        reason=reason,
    )


def test_it_counts_as_the_side_s_own_answer(proposed, manager):
    row = recorded(proposed, manager)
    assert (row.answer, row.answered_by) == (SideAnswer.INTERESTED, manager)
    event = MatchEvent.objects.get(match=proposed, kind=EventKind.ANSWERED)
    assert event.details == {"answer": "interested"}
    assert (event.paper.reference, event.paper.dated_on, event.paper.recorded_by) == (REFERENCE, DATED, manager)
    assert (event.paper.country, event.paper.agency) == (proposed.need.country, proposed.need.agency)
    with pytest.raises(ReviewRefused, match="answered already"):
        answering.answer(match=proposed, side=Side.NEED, by=speaker_for(proposed.need), answer=SideAnswer.NOT_NOW)


def test_a_refusal_on_paper_ends_it_as_any_other(proposed, manager):
    recorded(proposed, manager, answer=SideAnswer.NOT_NOW, reason="Budget closed.")
    match = refusing.pass_on(match=proposed, by=manager)
    assert match.status == MatchStatus.NOT_TAKEN_FORWARD
    assert match.refused_until > today()


def test_only_managers_record_it_and_only_from_a_letter_that_is_there(proposed, manager, reviewer):
    for by in (reviewer, speaker_for(proposed.offer)):
        with pytest.raises(ReviewRefused, match="Only managers"):
            recorded(proposed, by)
    with pytest.raises(ReviewRefused, match="its reference"):
        recorded(proposed, manager, reference="  ")
    with pytest.raises(ReviewRefused, match="in the future"):
        recorded(proposed, manager, dated_on=last_day_begun() + dt.timedelta(days=1))
    assert not MatchSide.objects.filter(match=proposed).exclude(answer="").exists()


def test_the_side_reads_from_what_it_was_taken_and_the_other_side_nothing(proposed, manager, client):
    recorded(proposed, manager)
    address = f"/workspace/matches/{proposed.need_id}-{proposed.offer_id}/"
    told = {}
    for side, posting in ((Side.NEED, proposed.need), (Side.OFFER, proposed.offer)):
        client.force_login(speaker_for(posting))
        told[side] = Page(client.get(address)).text
    assert "NV/2026/114 , dated 20 November 2026" in told[Side.NEED]
    assert "by the secretariat" in told[Side.NEED]
    assert "NV/2026/114" not in told[Side.OFFER]


def test_the_desk_offers_it_to_managers_for_the_sides_that_have_not_answered(proposed, manager, reviewer, client):
    page = f"/admin/matching/match/{proposed.pk}/change/"
    client.force_login(reviewer)
    assert "note verbale or letter" not in Page(client.get(page)).text
    client.force_login(manager)
    assert "Answer by note verbale or letter" in Page(client.get(page)).text
    answer = {
        "paper_answer-side": "need",
        "paper_answer-answer": "interested",
        "paper_answer-reference": "NV/2026/114",
        "paper_answer-dated_on": "2026-11-20",
        "paper_answer-reason": "",
    }
    given = {"life": "paper_answer", "as_of": ShownEvents(proposed).mark(), **answer}
    # What is wrong is said at its field, and what was typed stays.
    wrong = client.post(page, {**given, "paper_answer-dated_on": "31 February"})
    assert "NV/2026/114" in wrong.content.decode()
    assert not MatchEvent.objects.filter(match=proposed, kind=EventKind.ANSWERED).exists()
    told = Page(client.post(page, given, follow=True)).text
    assert "NV/2026/114 , dated 20 November 2026" in told
    assert MatchSide.objects.get(match=proposed, side="need").answer == SideAnswer.INTERESTED


def completed(user: User) -> Match:
    match = agreed_cooperation(user, consents=False, confirmed=False)
    for posting in (match.need, match.offer):
        speaker_for(posting)
    return match


def confirmed_on_paper(match: Match, by: User, *, scan: Scan | None = None) -> MatchSide:
    return outcomes.record_confirmation(match=match, side=Side.NEED, by=by, given=GivenPaper(REFERENCE, DATED, scan))


def test_a_confirmation_on_paper_counts_as_the_side_s_own_and_once(manager, reviewer):
    match = completed(reviewer)
    for by in (reviewer, speaker_for(match.need)):
        with pytest.raises(ReviewRefused, match="Only managers"):
            confirmed_on_paper(match, by)
    confirmed_on_paper(match, manager)
    assert MatchSide.objects.get(match=match, side="need").outcome_confirmed_by == manager
    with pytest.raises(ReviewRefused, match="confirmed the outcome already"):
        confirmed_on_paper(match, manager)
    assert Paper.objects.get().reference == REFERENCE
    outcomes.confirm_outcome(match=match, side=Side.OFFER, by=speaker_for(match.offer))
    assert all(row.outcome_confirmed_at for row in match.sides.all())


def test_the_other_side_reads_a_confirmation_and_not_that_it_came_on_paper(manager, reviewer, client):
    match = completed(reviewer)
    confirmed_on_paper(match, manager, scan=Scan(ScanKind.PDF, PDF))
    scan = Paper.objects.get().scan_address
    address = f"/workspace/matches/{match.need_id}-{match.offer_id}/"
    client.force_login(speaker_for(match.need))
    own = Page(client.get(address))
    assert "NV/2026/114 , dated 20 November 2026" in own.text
    assert scan in own.links
    assert client.get(scan).status_code == 200
    client.force_login(speaker_for(match.offer))
    other = client.get(address)
    # A digital confirmation reads the same, word by word.
    told = " ".join(Page(other).text.split())
    assert "Outcome confirmed by a side" in told
    assert "by the other side" in told.partition("Outcome confirmed by a side")[2][:60]
    for trace in ("NV/2026/114", "20 November 2026", "from-paper", "/papers/", "by the secretariat"):
        assert trace not in other.content.decode().partition('id="steps"')[2]
    assert client.get(scan).status_code == 404


def put_before_its_country(reviewer: User) -> Match:
    match = suggested_match()
    country = match.need.country
    assert country is not None
    CountryWindow.objects.create(country=country, clearance=ClearanceRule.EXPLICIT)
    review.propose(match=match, by=reviewer)
    return match


def coordinator_of(match: Match) -> User:
    agency = speaker_for(match.need).affiliations.get().agency
    return UserFactory(role=Role.COORDINATOR, role__agency=agency)


def cleared_on_paper(match: Match, by: User, *, clears: bool = True) -> MatchSide:
    return clearing.record_clearance(
        match=match, side=Side.NEED, by=by, clears=clears, given=GivenPaper(REFERENCE, DATED, Scan(ScanKind.PDF, PDF))
    )


def test_a_clearance_on_paper_lets_the_side_be_asked_and_the_side_reads_of_it(reviewer, manager, client):
    match = put_before_its_country(reviewer)
    for by in (reviewer, speaker_for(match.offer)):
        with pytest.raises(ReviewRefused):
            cleared_on_paper(match, by)
    # Its own coordinator clears it, and records no letter for that.
    with pytest.raises(ReviewRefused, match="Only managers"):
        cleared_on_paper(match, coordinator_of(match))
    row = cleared_on_paper(match, manager)
    assert (row.clearance, row.cleared_by) == (Clearance.CLEARED, manager)
    assert row.asked_at is not None
    address = f"/workspace/matches/{match.need_id}-{match.offer_id}/"
    client.force_login(speaker_for(match.need))
    own = Page(client.get(address))
    assert "NV/2026/114 , dated 20 November 2026" in own.text
    assert client.get(Paper.objects.get().scan_address).status_code == 200
    client.force_login(speaker_for(match.offer))
    assert "NV/2026/114" not in Page(client.get(address)).text
    assert client.get(Paper.objects.get().scan_address).status_code == 404


def test_an_objection_on_paper_is_held_and_read_by_who_approves_for_the_country_alone(reviewer, manager, client):
    match = put_before_its_country(reviewer)
    cleared_on_paper(match, manager, clears=False)
    assert Match.objects.get(pk=match.pk).status == MatchStatus.PROPOSED
    event = MatchEvent.objects.get(match=match, kind=EventKind.OBJECTED)
    assert event.paper is not None
    address = event.paper.scan_address
    for who, status in (
        (coordinator_of(match), 200),
        (manager, 200),
        (reviewer, 200),
        (speaker_for(match.need), 404),  # never asked, it never hears of the proposal
        (speaker_for(match.offer), 404),
    ):
        client.force_login(who)
        assert client.get(address).status_code == status


def test_the_desk_records_a_clearance_with_its_scan_and_says_what_is_wrong_at_its_field(reviewer, manager, client):
    match = put_before_its_country(reviewer)
    page = f"/admin/matching/match/{match.pk}/change/"
    client.force_login(manager)
    shown = Page(client.get(page))
    assert ("form", "multipart/form-data") in [(tag, given.get("enctype")) for tag, given in shown.tags]
    given = {
        "life": "clearance",
        "as_of": ShownEvents(match).mark(),
        "clearance-side": "need",
        "clearance-answer": "clear",
        "clearance-reference": "NV/2026/114",
        "clearance-dated_on": "",
        "clearance-note": "By its mission.",
    }
    wrong = client.post(page, {**given, "clearance-scan": SimpleUploadedFile("scan.pdf", b"MZ\x90 a program")})
    assert "by its reference and its date" in Page(wrong).text
    assert "no whole PDF, PNG or JPEG" in Page(wrong).text
    assert "By its mission." in wrong.content.decode()
    assert not Paper.objects.exists()
    sent = {**given, "clearance-dated_on": "2026-11-20", "clearance-scan": SimpleUploadedFile("x.exe", PDF)}
    done = Page(client.post(page, sent, follow=True))
    assert "NV/2026/114 , dated 20 November 2026" in done.text
    paper = Paper.objects.get()
    assert paper.scan_address in done.links
    assert bytes(paper.scan.data) == PDF
    assert MatchSide.objects.get(match=match, side="need").clearance == Clearance.CLEARED


def test_the_desk_records_a_clearance_by_word_of_mouth_as_before(reviewer, manager, client):
    match = put_before_its_country(reviewer)
    client.force_login(manager)
    said = {"side": "need", "answer": "clear", "reference": "", "dated_on": "", "note": "By telephone."}
    given = {"life": "clearance", "as_of": ShownEvents(match).mark()}
    client.post(
        f"/admin/matching/match/{match.pk}/change/",
        {**given, **{f"clearance-{name}": value for name, value in said.items()}},
    )
    assert MatchSide.objects.get(match=match, side="need").clearance == Clearance.CLEARED
    assert not Paper.objects.exists()


def test_the_desk_offers_a_confirmation_to_managers_for_the_sides_that_have_not_confirmed(manager, reviewer, client):
    match = completed(reviewer)
    page = f"/admin/matching/match/{match.pk}/change/"
    client.force_login(reviewer)
    assert "Confirmation by note verbale or letter" not in Page(client.get(page)).text
    client.force_login(manager)
    assert "Confirmation by note verbale or letter" in Page(client.get(page)).text
    said = {"side": "need", "reference": "NV/2026/114", "dated_on": "2026-11-20"}
    given = {"life": "paper_confirmation", "as_of": ShownEvents(match).mark()}
    client.post(page, {**given, **{f"paper_confirmation-{name}": value for name, value in said.items()}})
    assert MatchSide.objects.get(match=match, side="need").outcome_confirmed_at is not None
    # What has confirmed is not offered any more.
    options = [given.get("value") for tag, given in Page(client.get(page)).tags if tag == "option"]
    assert "offer" in options
    again = client.post(
        page,
        {
            **given,
            "as_of": ShownEvents(match).mark(),
            **{f"paper_confirmation-{name}": value for name, value in said.items()},
        },
    )
    assert "Select a valid choice" in Page(again).text


def introduced(proposed: Match, by: User) -> Match:
    for side, posting in ((Side.NEED, proposed.need), (Side.OFFER, proposed.offer)):
        answering.answer(match=proposed, side=side, by=speaker_for(posting), answer=SideAnswer.INTERESTED)
    introducing.introduce(match=proposed, by=by)
    return Match.objects.get(pk=proposed.pk)


def stated(reference: str = REFERENCE) -> SidePaper:
    return SidePaper(Side.NEED, GivenPaper(reference, DATED))


def test_an_agreement_and_its_completion_are_recorded_from_the_letters_that_state_them(proposed, manager, reviewer):
    match = introduced(proposed, reviewer)
    values = {"agreed_on": dt.date(2026, 11, 2), "places": 3}
    for by in (reviewer, speaker_for(match.need)):
        with pytest.raises(ReviewRefused, match="Only managers"):
            outcomes.agree(match=match, by=by, values=values, on_paper=stated())
    assert not Outcome.objects.exists()
    outcomes.agree(match=match, by=manager, values=values, on_paper=stated())
    with pytest.raises(ReviewRefused, match="changes nothing"):
        outcomes.record(match=match, by=manager, values=values, on_paper=stated("NV/2026/115"))
    outcomes.record(match=match, by=manager, values={**values, "places": 4}, on_paper=stated("NV/2026/116"))
    outcomes.complete(match=match, by=manager, values={"women_trained": 12}, on_paper=stated("NV/2026/117"))
    match = Match.objects.get(pk=match.pk)
    assert (match.status, match.outcome.places, match.outcome.women_trained) == (MatchStatus.COMPLETED, 4, 12)
    told = match.events.filter(paper__isnull=False).values_list("kind", "side", "paper__reference")
    assert list(told) == [
        (EventKind.AGREED, Side.NEED, REFERENCE),
        (EventKind.OUTCOME_RECORDED, Side.NEED, "NV/2026/116"),
        (EventKind.COMPLETED, Side.NEED, "NV/2026/117"),
    ]
    # As where a side records it here, both are then asked to confirm it: the letter's own side too.
    assert not match.sides.filter(outcome_confirmed_at__isnull=False).exists()
    assert Mail.objects.filter(kind="outcome_to_confirm").count() == 2


def consent_on_paper(match: Match, by: User, *, consents: bool = True) -> MatchSide:
    return answering.record_consent(
        match=match, side=Side.NEED, by=by, consents=consents, given=GivenPaper(REFERENCE, DATED)
    )


def test_a_consent_on_paper_counts_as_the_side_s_own_and_so_does_its_withdrawal(manager, reviewer, client):
    match = agreed_cooperation(reviewer, consents=False)
    for by in (reviewer, speaker_for(match.need)):
        with pytest.raises(ReviewRefused, match="Only managers"):
            consent_on_paper(match, by)
    with pytest.raises(ReviewRefused, match="nothing to withdraw"):
        consent_on_paper(match, manager, consents=False)
    assert consent_on_paper(match, manager).consent_by == manager
    with pytest.raises(ReviewRefused, match="consents already"):
        consent_on_paper(match, manager)
    answering.consent(match=match, side=Side.OFFER, by=speaker_for(match.offer))
    assert match in Match.objects.cooperation()
    address = f"/workspace/matches/{match.need_id}-{match.offer_id}/"
    client.force_login(speaker_for(match.need))
    assert "NV/2026/114 , dated 20 November 2026" in Page(client.get(address)).text
    client.force_login(speaker_for(match.offer))
    assert "NV/2026/114" not in Page(client.get(address)).text
    consent_on_paper(match, manager, consents=False)
    assert match not in Match.objects.cooperation()
    assert Paper.objects.count() == 2


def test_nothing_is_consented_on_paper_before_there_is_an_agreement(proposed, manager):
    with pytest.raises(ReviewRefused, match="Only agreed or completed"):
        consent_on_paper(proposed, manager)
    assert not Paper.objects.exists()


def test_the_desk_offers_outcomes_and_consents_on_paper_to_managers_alone(proposed, manager, reviewer, client):
    match = introduced(proposed, reviewer)
    page = f"/admin/matching/match/{match.pk}/change/"
    client.force_login(reviewer)
    assert 'value="paper_outcome"' not in client.get(page).content.decode()
    client.force_login(manager)
    assert 'value="paper_outcome"' in client.get(page).content.decode()

    def send(step: str, **given: str) -> Page:
        as_of = ShownEvents(Match.objects.get(pk=match.pk)).mark()
        fields = {f"{step}-{name}": value for name, value in given.items()}
        return Page(client.post(page, {"life": step, "as_of": as_of, **fields}, follow=True))

    letter = {"side": "offer", "reference": "NV/2026/118", "dated_on": "2026-11-20"}
    wrong = send("paper_outcome", **letter, agreed_on="2026-11-02", links="http://a.example")
    assert "https" in wrong.text
    assert not Paper.objects.exists()
    send("paper_outcome", **letter, agreed_on="2026-11-02")
    send("paper_complete", **letter, agreed_on="2026-11-02", women_trained="7")
    send("paper_consent", **letter, consents="yes")
    match.refresh_from_db()
    assert (match.status, match.outcome.women_trained) == (MatchStatus.COMPLETED, 7)
    assert [row.side for row in match.sides.filter(consent_at__isnull=False)] == [Side.OFFER]
    assert match.events.filter(paper__reference="NV/2026/118", side="offer").count() == 3
