"""Practices are found as offers and needs are: by the same words, names and codes, and the search over all has them."""

import pytest
from django.test import Client

from directory.searching.reading import read_query
from practices.models import Practice
from practices.offering.writing import write_practice
from practices.searching.finding import PracticeSearch, practices_found, why_practice_found
from tests.factories import (
    AgencyFactory,
    CountryFactory,
    CountryGroupFactory,
    GroupMembershipFactory,
    PracticeFactory,
    PublishedPracticeFactory,
    UserFactory,
)
from tests.pages import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def practice(reference: None) -> Practice:
    """A practice of a Thai agency, put to use in Lao PDR, in two areas."""
    return PublishedPracticeFactory(
        title="Warning the last house",
        text="Volunteers walk from door to door.",
        results="Everybody was reached.",
        conditions="A list of telephones.",
        agency=AgencyFactory(
            code="tha-test", name="Office of Rivers", acronym="OOR", country=CountryFactory(iso3="THA")
        ),
        areas=["disaster-risk-reduction"],
        modalities=["study-visits"],
        countries=[CountryFactory(iso3="LAO")],
    )


@pytest.mark.parametrize(
    "text",
    [
        "warning", "warn", "last houses", "volunteer", "volunt", "reached", "telephones", "DRR", "study tours", "OOR",
        "disaster risk reduction", "Office of Rivers", "Thailand", "Siam", "Laos", "LDC", "Laos warning volunteers",
        "who can help with warning in Laos",
    ],
)  # fmt: skip
def test_it_is_found_by(text: str, practice: Practice) -> None:
    PublishedPracticeFactory(title="Something else", areas=["energy"])
    assert practices_found(Practice.objects.public(), text).get() == practice


@pytest.mark.parametrize("text", ["Cambodia", "flood", "lephones", "warning Cambodia", "Pacific"])
def test_it_is_not_found_by(text: str, practice: Practice) -> None:
    assert not practices_found(Practice.objects.public(), text).exists()


def test_the_best_found_stands_first_and_says_why(practice: Practice) -> None:
    in_text = PublishedPracticeFactory(title="Another", text="A warning, somewhere in the text.", areas=["energy"])
    search = PracticeSearch(read_query("warning"))
    found = list(search.best_first(Practice.objects.public().for_lists()))
    assert found == [practice, in_text]
    assert [why_practice_found(one, search) for one in found] == [["in its title"], ["in its text"]]
    for text, why in (
        ("Laos", "country: Lao People’s Democratic Republic"),
        ("DRR", "area: Disaster risk reduction"),
        ("OOR", "agency: Office of Rivers (OOR)"),
        ("study visits", "modality: Study visits"),
    ):
        search = PracticeSearch(read_query(text))
        (one,) = search.best_first(Practice.objects.public().for_lists())
        (said,) = why_practice_found(one, search)
        assert said.replace("'", "’").startswith(why[:20]), (text, said)


def test_a_country_of_a_group_is_why(db: None) -> None:
    group = CountryGroupFactory(code="ISLANDS", label="Group of islands", is_heading=True)
    country = CountryFactory(iso3="FJI")
    GroupMembershipFactory(group=group, country=country)
    one = PublishedPracticeFactory(agency=AgencyFactory(country=country))
    search = PracticeSearch(read_query("islands"))
    assert list(search.best_first(Practice.objects.public())) == [one]
    assert why_practice_found(Practice.objects.for_lists().get(), search) == ["a country of: Group of islands"]


def test_the_search_over_all_has_them_and_suggests_spellings_that_find_one(practice: Practice, client: Client) -> None:
    PracticeFactory(title="Warning that is a draft")
    page = Page(client.get("/search/?q=warning"))
    assert "Practices: 1" in page.text
    assert practice.get_absolute_url() in page.links
    assert "a draft" not in page.text
    alone = Page(client.get("/search/?q=warning&kind=practices"))
    assert practice.get_absolute_url() in alone.links
    assert "/search/?q=disaster" in " ".join(Page(client.get("/search/?q=disastre")).links)


def test_a_change_is_found_at_once(practice: Practice, client: Client) -> None:
    practice.title = "Another name"
    write_practice(practice, by=UserFactory(), reason="edited")
    assert not practices_found(Practice.objects.public(), "warning").exists()
    assert practices_found(Practice.objects.public(), "another name").exists()
