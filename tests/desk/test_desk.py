"""Around the queue: saved views, exports, figures, the brief, what is to do, and the life of a match on its page."""

import csv
import io
import re

import pytest
import weasyprint
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from directory.choices import Role
from directory.models import User
from matching.choices import MatchStatus, ReadAs, SideAnswer, Word
from matching.life import review
from matching.life.answers import answering
from matching.life.seen import statistics
from matching.life.seen.shown import ShownEvents
from matching.life.telling import briefs
from matching.models import Match, ReviewCheck, SavedView
from surveys.choices import Side
from surveys.models import Need
from tests.desk.conftest import page_of
from tests.factories import MatchFactory, PublishedNeedFactory, ScoringProfileFactory, UserFactory, speaker_for

pytestmark = pytest.mark.django_db
QUEUE = "/admin/matching/match/"


def take(client, match, name, **given):
    fields = {f"{name}-{field}": value for field, value in given.items()}
    return client.post(page_of(match), {"life": name, "as_of": ShownEvents(match).mark(), **fields})


def interested(match) -> None:
    for side in Side:
        posting = match.need if side == Side.NEED else match.offer
        answering.answer(match=match, side=side, by=speaker_for(posting), answer=SideAnswer.INTERESTED)


@pytest.mark.any_database
def test_a_view_is_kept_under_its_name_and_is_one_s_own(desk, reviewer, manager, as_):
    desk.post(f"{QUEUE}views/", {"name": "Weak ones", "query": "max_score=0.5&page=3"})
    view = SavedView.objects.get()
    assert (view.user, view.query) == (reviewer, "max_score=0.5")
    assert "Weak ones" in desk.get(QUEUE).content.decode()
    other = as_(manager)
    assert "Weak ones" not in other.get(QUEUE).content.decode()
    other.post(f"{QUEUE}views/", {"delete": view.pk})
    assert SavedView.objects.exists()
    as_(reviewer).post(f"{QUEUE}views/", {"delete": view.pk})
    assert not SavedView.objects.exists()


def test_the_export_is_what_is_on_the_screen_and_no_formula(desk, match):
    Need.objects.filter(pk=match.need_id).update(title="=cmd|' /C calc'!A0", contact="+66 secret")
    MatchFactory(status=MatchStatus.SET_ASIDE)
    answer = desk.get(f"{QUEUE}export.csv?status=suggested")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["Match"] for row in rows] == [match.public_id]
    assert rows[0]["Need"].startswith("'=cmd")
    assert "secret" not in text
    assert (rows[0]["Status code"], rows[0]["Fit code"]) == ("suggested", match.fit.value)
    assert (rows[0]["Country code of the need"], rows[0]["Need number"]) == ("KHM", str(match.need_id))
    assert "Modalities: Training" in rows[0]["Why"]
    book = load_workbook(io.BytesIO(b"".join(desk.get(f"{QUEUE}export.xlsx?status=all").streaming_content)))
    cells, notes = (list(sheet.iter_rows(values_only=True)) for sheet in book)
    assert book.worksheets[0].freeze_panes == "A2"
    assert cells[0][0] == "Match"
    assert len(cells) == 1 + Match.objects.count()
    assert "express no opinion" in notes[1][0]
    assert desk.get(f"{QUEUE}export.exe").status_code == 404


def test_an_export_takes_as_many_queries_with_many_rows_as_with_one(desk, match) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            b"".join(desk.get(f"{QUEUE}export.csv").streaming_content)
        return len(queries)

    alone = asked()
    for _number in range(5):
        MatchFactory()
    assert asked() == alone


@pytest.mark.any_database
def test_exports_and_figures_are_for_the_secretariat(client, focal_point, match):
    client.force_login(focal_point)
    for path in ("export.csv", "figures/", f"{match.pk}/brief.pdf", f"{match.pk}/letter.docx"):
        assert client.get(f"{QUEUE}{path}").status_code == 302


@pytest.mark.any_database
@pytest.mark.parametrize("number", [0, 60])
def test_figures_take_as_many_queries_for_many_as_for_none(desk, number, django_assert_num_queries):
    MatchFactory.create_batch(number)
    with django_assert_num_queries(
        19
    ):  # states, ages, steps, decisions, why declined; groups, their members 8; needs, offers, matches 3; …
        tables = statistics.figures()
    assert dict(tables[0].rows)["Suggested"] == number
    assert desk.get(f"{QUEUE}figures/").status_code == 200


@pytest.mark.any_database
def test_a_reviewer_takes_a_match_from_proposal_to_introduction_on_its_page(desk, match, reviewer):
    take(desk, match, "assign", to=reviewer.pk)
    take(desk, match, "check", kind="mandate", result="cleared", note="Yes.")
    assert ReviewCheck.objects.get().by == reviewer
    review.propose(match=Match.objects.get(), by=reviewer)
    assert "introduce-message" not in desk.get(page_of(match)).content.decode()
    interested(match)
    assert desk.get(f"{QUEUE}?todo=introduce").context["page_obj"].paginator.count == 1
    assert take(desk, match, "introduce", message="Please meet.").status_code == 302
    match.refresh_from_db()
    assert (match.status, match.assigned_to) == (MatchStatus.INTRODUCED, reviewer)
    wrong = take(desk, match, "outcome", agreed_on="2026-02-30", links="http://a.example")
    assert wrong.status_code == 200
    assert "Nothing was done" in wrong.content.decode()
    take(desk, match, "outcome", agreed_on="2026-11-01", links="https://a.example", places="2")
    match.refresh_from_db()
    assert match.status == MatchStatus.AGREED


@pytest.mark.any_database
def test_on_hold_is_told_to_nobody_and_hides_a_match_from_those_who_were_told_of_it(desk, match, reviewer):
    side = speaker_for(match.offer)
    seen = Match.objects.visible_to(side).get()
    take(desk, match, "check", kind="security_council", result="on_hold")
    match.refresh_from_db()
    assert match.on_hold_at is not None
    assert Match.objects.visible_to(side).get().seen == seen.seen
    Match.objects.update(on_hold_at=None)
    match.refresh_from_db()
    review.propose(match=match, by=reviewer)
    assert Match.objects.visible_to(side).get().read_as == ReadAs.DESK
    take(desk, match, "check", kind="security_council", result="on_hold")
    assert not Match.objects.visible_to(side).exists()
    take(desk, match, "check", kind="security_council", result="cleared")
    match.refresh_from_db()
    assert match.on_hold_at is None


@pytest.mark.any_database
def test_the_second_of_two_is_told_and_keeps_what_was_typed(desk, match, manager):
    page, shown = page_of(match), ShownEvents(match).mark()
    review.add_note(match=match, by=manager, note="First.")
    answer = desk.post(
        page,
        {"life": "check", "as_of": shown, "check-kind": "mandate", "check-result": "referred", "check-note": "Mine"},
    )
    assert "Note added" in answer.content.decode()
    assert re.search(r'<textarea name="check-note"[^>]*>\s*Mine</textarea>', answer.content.decode())
    assert not ReviewCheck.objects.exists()


@pytest.mark.any_database
def test_the_brief_takes_two_pages_however_long_the_texts_are(match, reviewer):
    Need.objects.filter(pk=match.need_id).update(text="Long words. " * 3_000, title="T" * 200, contact="+66 secret")
    for step in range(30):
        review.add_note(match=match, by=reviewer, note=f"Note {step} " * 200)
    found = Match.objects.for_lists().get()
    assert "+66 secret" not in briefs.brief_html(found)
    data = briefs.brief_pdf(match=found, by=reviewer)
    assert data.startswith(b"%PDF")
    assert len(weasyprint.HTML(string=briefs.brief_html(found)).render().pages) <= 2


@pytest.mark.any_database
def test_nobody_else_makes_a_brief(match, focal_point):
    with pytest.raises(review.ReviewRefused):
        briefs.brief_pdf(match=match, by=focal_point)


@pytest.mark.any_database
def test_the_queue_over_ten_thousand_asks_as_often_as_over_ten(desk, django_assert_num_queries):
    needs = [PublishedNeedFactory() for _one in range(10)]
    profile = ScoringProfileFactory()
    offers = [MatchFactory(need=need, profile=profile).offer for need in needs]
    desk.get(QUEUE)
    with django_assert_num_queries(32):
        desk.get(QUEUE)
    twins = [type(offers[0])(title=f"Offer {n}", country=offers[0].country, status="published") for n in range(1_000)]
    made = type(offers[0]).objects.bulk_create(twins)
    figures = {"score": 500_000, "word": Word.GOOD, "part_areas": 500_000, "part_modalities": 0, "part_region": 0}
    pairs = ((need, offer) for need in needs for offer in made)
    Match.objects.bulk_create(Match(need=need, offer=offer, profile=profile, **figures) for need, offer in pairs)
    assert Match.objects.count() == 10_010
    with django_assert_num_queries(32):
        desk.get(QUEUE)


@pytest.mark.any_database
def test_people_who_left_are_not_offered_to_look_after_a_match(desk, match):
    gone = UserFactory(role=Role.REVIEWER, full_name="Gone Reviewer")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    assert "Gone Reviewer" not in desk.get(page_of(match)).content.decode()
    assert reverse("admin:matching_match_brief", args=[match.pk]) in desk.get(page_of(match)).content.decode()
