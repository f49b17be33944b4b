"""The second text of a posting, in English: written by every door that writes the text, shown wherever it is."""

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from directory.models import User
from matching.life.telling.briefs import brief_html
from matching.life.telling.letters import letter_of
from surveys.choices import PostingStatus, Visibility
from surveys.models import Need, Offer
from surveys.postings import posting
from surveys.postings.forms.form import LONGEST_TEXT, PostingForm
from surveys.postings.forms.sheet import read_workbook, workbook_of
from surveys.postings.shown.history import versions_of
from surveys.postings.shown.own_words import own_words
from surveys.signals import postings_changed
from tests.factories import MatchFactory, OfferFactory, PublishedNeedFactory, PublishedOfferFactory, TargetFactory
from tests.pages import Page
from tests.surveys.admin.test_editing import form_of, page_of
from tests.workspace.test_postings import typed

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

KHMER = "វគ្គបណ្តុះបណ្តាលស្តីពីការព្រមានជាមុនអំពីទឹកជំនន់"
ENGLISH = "A course on early warning of floods for forecasters."


@pytest.mark.parametrize("make", [PublishedOfferFactory, PublishedNeedFactory])
def test_the_page_shows_it_below_the_text_as_english(client: Client, make) -> None:
    one = make(text=KHMER, language="km", english_text=f"{ENGLISH} <script>alert(1)</script>")
    page = client.get(one.get_absolute_url()).content.decode()
    assert page.index(KHMER) < page.index("In English") < page.index(ENGLISH)
    assert '<div class="prose" lang="en" dir="ltr">' in page
    assert "<script>alert(1)</script>" not in page


def test_a_posting_without_one_has_no_heading_for_it(client: Client) -> None:
    offer = PublishedOfferFactory(text="A course.", english_text="")
    assert "In English" not in client.get(offer.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "withheld",
    [{"visibility": Visibility.MATCHED}, {"status": PostingStatus.DRAFT}, {"status": PostingStatus.WITHDRAWN}],
)
def test_it_is_withheld_with_the_text(client: Client, withheld: dict[str, str]) -> None:
    offer = PublishedOfferFactory(text=KHMER, language="km", english_text=ENGLISH, title="Zzyx", **withheld)
    for address in (offer.get_absolute_url(), "/offers/", "/offers/?q=forecasters", "/search/?q=forecasters", "/"):
        page = client.get(address).content.decode()
        assert ENGLISH not in page, address
        assert "Zzyx" not in page, address


def test_lists_and_the_search_find_it(client: Client) -> None:
    PublishedOfferFactory(title="Zzyx", text=KHMER, language="km", english_text=ENGLISH)
    for address in ("/offers/?q=forecasters", "/search/?q=forecasters"):
        assert "Zzyx" in Page(client.get(address)).text, address


def test_the_form_writes_it(client: Client, focal_point: User) -> None:
    client.force_login(focal_point)
    given = typed(focal_point, text=KHMER, language="km", language_asked="on", english_text=ENGLISH)
    client.post(reverse("workspace:offer-new"), given)
    offer = Offer.objects.get()
    assert offer.english_text == ENGLISH
    page = client.get(reverse("workspace:offer-edit", args=[offer.pk])).content.decode()
    assert ENGLISH in page
    assert "In English, if you can" in page
    for name in ("offer", "offer-preview"):
        assert ENGLISH in client.get(reverse(f"workspace:{name}", args=[offer.pk])).content.decode(), name


def test_where_all_is_in_english_a_second_text_is_refused_and_a_draft_keeps_it(
    client: Client, focal_point: User
) -> None:
    client.force_login(focal_point)
    given = typed(focal_point, english_text=ENGLISH)
    form = PostingForm(_query(given), user=focal_point, kind="offer", is_to_be_published=True)
    assert list(form.errors) == ["english_text"]
    client.post(reverse("workspace:offer-new"), {**given, "do": "save"})
    assert Offer.objects.get().english_text == ENGLISH


def test_it_has_the_limit_of_the_text(focal_point: User) -> None:
    given = typed(focal_point, language="km", language_asked="on", english_text="x" * (LONGEST_TEXT + 1))
    form = PostingForm(_query(given), user=focal_point, kind="offer")
    assert list(form.errors) == ["english_text"]


def test_the_workbook_carries_it_out_and_back(focal_point: User) -> None:
    agency = focal_point.current_affiliations[0].agency
    offer = OfferFactory(country=None, agency=agency, text=KHMER, language="km", english_text=ENGLISH)
    book = workbook_of(form=PostingForm(user=focal_point, kind="offer", posting=offer), posting=offer)
    read = read_workbook(book, kind="offer", form=PostingForm(user=focal_point, kind="offer"))
    assert read.data["english_text"] == ENGLISH
    assert read.problems == []


def test_the_admin_writes_it(client: Client, manager: User) -> None:
    offer = PublishedOfferFactory(text=KHMER, language="km", areas=["energy"])
    client.force_login(manager)
    assert client.post(page_of(offer), {**form_of(client, offer), "english_text": ENGLISH}).status_code == 302
    offer.refresh_from_db()
    assert offer.english_text == ENGLISH


def test_a_copy_has_it_and_the_history_tells_its_change(focal_point: User) -> None:
    agency = focal_point.current_affiliations[0].agency
    offer = OfferFactory(country=None, agency=agency, text=KHMER, language="km", english_text=ENGLISH)
    assert posting.copy(posting=offer, by=focal_point).english_text == ENGLISH
    changed = posting.edit(
        posting=offer, values={"english_text": "Another."}, areas=[], modalities=[], targets=[], by=focal_point
    )
    assert changed == ["english_text"]
    (change,) = versions_of(offer)[0].changes
    assert (change.field, change.before, change.after) == ("Text in English", ENGLISH, "Another.")


def test_a_change_of_it_is_told_to_those_who_match(focal_point: User) -> None:
    agency = focal_point.current_affiliations[0].agency
    offer = OfferFactory(country=None, agency=agency, text=KHMER, language="km")
    told: list[int] = []

    def listen(ids, **_said) -> None:
        told.extend(ids)

    postings_changed.connect(listen)
    try:
        posting.edit(
            posting=offer, values={"english_text": ENGLISH}, areas=[], modalities=[], targets=[], by=focal_point
        )
    finally:
        postings_changed.disconnect(listen)
    assert told == [offer.pk]


def test_what_is_compared_has_both_texts() -> None:
    need = PublishedNeedFactory(title="ទឹក", text=KHMER, language="km", english_text=ENGLISH)
    (words,) = own_words(Need.objects.all(), is_offer=False).values()
    assert (words.text, words.language, words.english) == (f"{need.title}\n{KHMER}", "km", ENGLISH)


def test_letters_and_briefs_carry_it() -> None:
    match = MatchFactory(
        need=PublishedNeedFactory(text="Text.", language="km", english_text="What we need."),
        offer=PublishedOfferFactory(text="Text.", language="lo", english_text="What we offer."),
    )
    TargetFactory(offer=match.offer, country=match.need.country)
    letter = letter_of(match)
    assert (letter.need.english_text, letter.offer.english_text) == ("What we need.", "What we offer.")
    page = brief_html(match)
    assert page.count("In English") == 2
    assert "What we offer." in page


def _query(given: dict[str, object]) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, value in given.items():
        query.setlist(name, [str(one) for one in (value if isinstance(value, list) else [value])])
    return query
