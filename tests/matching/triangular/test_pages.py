"""The pages: an option on its need's page, the list and the page of one in the admin."""

import pytest

from directory.choices import AgencyKind, Role
from matching.life.seen.shown import ShownEvents
from matching.models import TriangularEvent, TriangularOption
from matching.triangular import review
from surveys.models import Need, Offer
from tests.factories import AgencyFactory, AreaFactory, ConfirmedOfferFactory, CountryFactory, UserFactory
from tests.matching.triangular.conftest import of_the_south

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

LIST = "/admin/matching/triangularoption/"
REASONS = (
    "The pivotal partner brings: Agriculture, Training.",
    "The facilitating partner brings what is then missing: Finance.",
    "Together they have to do with all that is asked for.",
    "The pivotal partner&#x27;s offer names the country of the need.",
    "The facilitating partner&#x27;s offer is open to all countries and territories taking part",
)


@pytest.fixture
def option(scene) -> TriangularOption:
    return scene.option()


@pytest.fixture
def desk(client, reviewer):
    client.force_login(reviewer)
    return client


@pytest.fixture
def speaker(scene):
    agency = AgencyFactory(code="test-ministry", kind=AgencyKind.MINISTRY, country=scene.cambodia)
    return UserFactory(role=Role.FOCAL_POINT, role__agency=agency)


def page_of(option) -> str:
    return f"{LIST}{option.pk}/change/"


def more_options(number: int) -> None:
    for _number in range(number):
        fund = AgencyFactory(kind=AgencyKind.FUND, country=None)
        ConfirmedOfferFactory(country=None, agency=fund, areas=[], modalities=["finance"], facilitating_allowed=True)


def test_the_needs_page_says_why_these_three(option, client, speaker):
    for address in (f"/needs/{option.need_id}/", f"/workspace/needs/{option.need_id}/"):
        client.force_login(speaker)
        page = client.get(address).content.decode()
        for words in ("Triangular options", "Courses", "Grants", "Strong fit", *REASONS):
            assert words in page, words
        assert "Triple-South" not in page


def test_the_public_and_others_find_nothing_of_it(option, client, partner, speaker):
    other = UserFactory(role=Role.FOCAL_POINT, role__agency=AgencyFactory(country=CountryFactory(iso3="TUR")))
    for user in (None, partner, other):
        client.logout()
        if user:
            client.force_login(user)
        assert "riangular" not in client.get(f"/needs/{option.need_id}/").content.decode()
    client.force_login(speaker)
    assert "riangular" not in client.get(f"/offers/{option.pivotal_offer_id}/").content.decode()


def test_what_people_typed_is_escaped(option, client, desk):
    Offer.objects.update(title="<b>bold</b>")
    for address in (f"/needs/{option.need_id}/", page_of(option), LIST):
        page = client.get(address).content.decode()
        assert "<b>bold</b>" not in page
        assert "&lt;b&gt;bold" in page


@pytest.mark.parametrize("page", ["need", "list", "option"])
def test_pages_run_as_many_queries_for_five_options_as_for_one(
    scene, option, desk, page, django_assert_max_num_queries
):
    address = {"need": f"/needs/{option.need_id}/", "list": LIST, "option": page_of(option)}[page]

    def queries() -> int:
        with django_assert_max_num_queries(60) as counted:
            desk.get(address)
        return len(counted)

    with_one = queries()
    more_options(4)
    assert len(scene.run()) == 5
    assert queries() == with_one


def test_the_public_page_asks_no_more_than_before(option, client, django_assert_num_queries):
    with django_assert_num_queries(6):  # need, areas, modalities, partners, fits, practices
        client.get(f"/needs/{option.need_id}/")


def test_the_page_of_one_says_all(option, desk):
    page = " ".join(desk.get(page_of(option)).content.decode().split())
    for words in (
        *REASONS, "Who covers what", "0.820000", "0.88.", "10/10", "20/20", "4000/10000",
        "reaches the country less closely", "Beneficiary: Need",
        "Pivotal partner: Offer", "Facilitating partner: Offer", "Propose to the three sides",
    ):  # fmt: skip
        assert words in page, words
    assert "stays missing" not in page


def test_what_stays_missing_is_marked(scene, desk):
    scene.need.areas.add(AreaFactory(code="health"))
    page = desk.get(page_of(scene.option())).content.decode()
    assert "stays missing" in page
    assert "Neither has: Health." in page


def take(desk, option, step, **more):
    return desk.post(page_of(option), {"step": step, "note": "", "as_of": ShownEvents(option).mark(), **more})


def test_a_step_is_taken_by_its_button(option, desk, reviewer):
    response = take(desk, option, "proposed", note="Line one\r\nline two")
    assert (response.status_code, response.url) == (302, page_of(option))
    event = TriangularEvent.objects.get()
    assert (event.kind, event.by, event.note) == ("proposed", reviewer, "Line one\nline two")
    page = desk.get(page_of(option)).content.decode()
    assert "Line one<br>line two" in page
    assert "Decided on" in page
    assert "Take back" in page


def test_a_refusal_is_said_and_keeps_the_note(option, desk):
    Need.objects.update(confirmed_on=None)
    response = take(desk, option, "proposed", note="Typed long.")
    assert response.status_code == 200
    assert "Nothing was done. Only confirmed postings can be proposed" in response.content.decode()
    assert "Typed long." in response.content.decode()
    assert not TriangularEvent.objects.exists()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Please correct what is marked below"),
        ({"step": "nonsense"}, "Please correct what is marked below"),
        ({"step": "lapsed"}, "Please correct what is marked below"),
        ({"step": "proposed"}, "Since this page was shown, this has changed"),
        ({"step": "proposed", "as_of": "x"}, "Since this page was shown, this has changed"),
    ],
)
def test_a_bad_form_is_told_and_does_nothing(option, desk, data, words):
    response = desk.post(page_of(option), data)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert not TriangularEvent.objects.exists()


def test_a_get_decides_nothing(option, desk):
    desk.get(page_of(option), {"step": "proposed"})
    assert TriangularOption.objects.get().status == "suggested"


@pytest.mark.parametrize("who", ["focal_point", "coordinator", "partner"])
def test_others_are_turned_away(option, client, request, who):
    client.force_login(request.getfixturevalue(who))
    assert client.get(LIST).status_code == 302
    assert take(client, option, "proposed").status_code == 302
    assert not TriangularEvent.objects.exists()


def listed(desk, **query) -> int:
    return desk.get(LIST, query).context["page_obj"].paginator.count


def test_the_list_is_narrowed(scene, option, desk, reviewer):
    turkiye = CountryFactory(iso3="TUR")
    of_the_south(turkiye)
    ConfirmedOfferFactory(country=turkiye, areas=[], modalities=["finance"], facilitating_allowed=True)
    scene.run()
    assert listed(desk) == 2
    assert listed(desk, triple_south="yes") == listed(desk, triple_south="no") == 1
    assert listed(desk, country="TUR") == 1
    assert listed(desk, country="THA") == listed(desk, need=scene.need.pk) == 2
    review.set_aside(option=option, by=reviewer)
    assert (listed(desk), listed(desk, status="set_aside"), listed(desk, status="all")) == (1, 1, 2)
    for query in ({"status": "x"}, {"country": "<b>"}, {"triple_south": "1"}, {"need": "0"}, {"need": "9" * 30}):
        response = desk.get(LIST, query)
        assert response.status_code == (200 if query == {"need": "0"} else 400)
        assert not response.context["rows"]


def test_an_option_that_is_not_there_leads_back(desk):
    assert desk.get(f"{LIST}999999/change/").status_code == 302
