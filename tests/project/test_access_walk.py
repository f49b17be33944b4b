"""Every role tries every action, by page, by API and by admin, on its own rows and on those of others.

What the table does not allow is answered 403 or 404 (or led to the log-in), changes nothing, and is answered just as
for a row that does not exist.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from desk.profiles.percent import as_given
from directory.access import Action
from directory.models import Affiliation, Agency, Country, Designation, Invitation, Mail, User
from matching.life import review
from matching.life.seen.shown import ShownEvents
from matching.models import Allocation, Enquiry, Match, MatchEvent, MatchRun, MatchSide, ScoringProfile
from practices.models import Practice, PracticeQuestion
from practices.shown.editing import ShownPractice
from surveys.choices import PostingStatus, WindowKind
from surveys.models import CountryWindow, Need, Offer, Survey
from tests.factories import (
    AgencyFactory,
    AreaFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    MatchFactory,
    OfferFactory,
    PracticeFactory,
    PublishedPracticeFactory,
    SubmittedPracticeFactory,
    SurveyFactory,
    TargetFactory,
    UserFactory,
    speaker_for,
)
from tests.pages import as_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

ROLES = ("visitor", "focal_point", "coordinator", "partner", "reviewer", "manager")
PLACES = ("own", "alone", "same_country", "elsewhere")
"""Whose a row is, seen from the focal point of a Thai agency; alone: it stands under Thailand without an agency."""
NOT_THERE = 999_999_999

ALLOWED = {
    "own": {"own", "alone"},
    "country": {"own", "alone", "same_country"},
    "all": set(PLACES),
    "elsewhere": {"elsewhere"},
    "of another agency": {"same_country", "elsewhere"},
}
WATCHED: tuple[type[Model], ...] = (
    Offer, Need, Match, MatchSide, MatchEvent, MatchRun, Survey, ScoringProfile, Invitation, Affiliation, Designation,
    Country, User, Mail, CountryWindow, Allocation, Practice, PracticeQuestion,
    Enquiry,
)  # fmt: skip
DOES_NOT_COUNT = {"last_login", "updated_at", "heartbeat_at"}


@dataclass
class World:
    """Rows of each place, by place."""

    drafts: dict[str, Offer] = field(default_factory=dict)
    submitted: dict[str, Offer] = field(default_factory=dict)
    proposed: dict[str, Match] = field(default_factory=dict)
    suggested: dict[str, Match] = field(default_factory=dict)
    practices: dict[str, Practice] = field(default_factory=dict)
    sent_in: dict[str, Practice] = field(default_factory=dict)
    shared: dict[str, Practice] = field(default_factory=dict)
    agencies: dict[str, Agency] = field(default_factory=dict)
    affiliations: dict[str, Affiliation] = field(default_factory=dict)
    single: Any = None


@pytest.fixture
def world(focal_point: User, coordinator: User, manager: User, reference: None) -> World:
    """Postings, matches and people of four places; Thailand has a single window, Cambodia the secretariat's."""
    CountryWindow.objects.create(country_id="THA", kind=WindowKind.SINGLE)
    world = World()
    thailand, cambodia = CountryFactory(iso3="THA"), CountryFactory(iso3="KHM")
    own = focal_point.affiliations.get().agency
    world.agencies = {
        "own": own,
        "alone": own,
        "same_country": AgencyFactory(code="walk-tha", country=thailand),
        "elsewhere": AgencyFactory(code="walk-khm", country=cambodia),
    }
    need = ConfirmedNeedFactory(country=CountryFactory(iso3="LAO"))
    speaker_for(need)
    for place in PLACES:
        agency = None if place == "alone" else world.agencies[place]
        country = cambodia if place == "elsewhere" else thailand
        of = {"agency": agency, "country": country}
        world.drafts[place] = OfferFactory(title=f"Draft {place}", areas=["energy"], modalities=["training"], **of)
        world.submitted[place] = OfferFactory(
            title=f"Submitted {place}",
            status=PostingStatus.SUBMITTED,
            submitted_at=timezone.now(),
            submitted_by=speaker_for(world.drafts[place]),
            areas=["energy"],
            modalities=["training"],
            **of,
        )
        offer = ConfirmedOfferFactory(title=f"Offer {place}", **of)
        TargetFactory(offer=offer, country=need.country)
        world.suggested[place] = MatchFactory(need=ConfirmedNeedFactory(country=need.country), offer=offer)
        world.proposed[place] = MatchFactory(need=need, offer=offer)
        review.propose(match=world.proposed[place], by=manager)
        of_an_agency = world.agencies[place]
        world.practices[place] = PracticeFactory(title=f"Drafted {place}", agency=of_an_agency)
        world.sent_in[place] = SubmittedPracticeFactory(title=f"Sent in {place}", agency=of_an_agency)
        world.shared[place] = PublishedPracticeFactory(title=f"Shared {place}", agency=of_an_agency)
        world.affiliations[place] = UserFactory(
            role="focal_point", role__agency=world.agencies[place]
        ).affiliations.get()
    SurveyFactory(code="walk-survey")
    return world


Try = Callable[[Client, World, str, int | None], Any]
"""Try the action on the row of a place, or on the row of this id, where there is none."""


@dataclass(frozen=True)
class Way:
    """One way to take an action: how it is tried, and what the roles may, written out by hand."""

    name: str
    action: Action
    attempt: Try
    may: dict[str, str]
    """Role → own | country | elsewhere | all; those left out may not at all."""
    of_a_row: bool = True
    refused_with: tuple[int, ...] = (403, 404)


def offer_page(page: str, rows: str = "drafts") -> Try:
    return lambda client, world, place, pk: client.get(
        f"/workspace/offers/{pk or getattr(world, rows)[place].pk}/{page}"
    )


def offer_step(step: str, rows: str, **given: str) -> Try:
    return lambda client, world, place, pk: client.post(
        f"/workspace/offers/{pk or getattr(world, rows)[place].pk}/{step}/", as_of(getattr(world, rows)[place], **given)
    )


def edit(client: Client, world: World, place: str, pk: int | None) -> Any:
    offer = world.drafts[place]
    owner = f"country:{offer.country_id}" if place == "alone" else f"agency:{world.agencies[place].pk}"
    typed = {
        "owner": owner, "title": "Changed", "language": "en", "areas": [AreaFactory(code="energy").pk],
        "any_modality": "on", "visibility": "public", "do": "go_on",
    }  # fmt: skip
    return client.post(f"/workspace/offers/{pk or offer.pk}/edit/", typed)


def answer(client: Client, world: World, place: str, pk: int | None) -> Any:
    match = world.proposed[place]
    address = f"/workspace/matches/{pk or match.need_id}-{match.offer_id}/"
    page = client.get(address)
    mark = page.context["page"].as_of if page.status_code == 200 else "anything"
    return client.post(address, {"step": "answer", "side": "offer", "answer": "interested", "as_of": mark})


def invite(client: Client, world: World, place: str, pk: int | None) -> Any:
    typed = {
        "email": "a@example.org",
        "agency": pk or world.agencies[place].pk,
        "role": "focal_point",
        "language": "en",
    }
    return client.post("/workspace/people/", typed)


def end(client: Client, world: World, place: str, pk: int | None) -> Any:
    return client.post(f"/workspace/people/end/{pk or world.affiliations[place].pk}/")


def api(path: str, of: Callable[[World, str], object]) -> Try:
    return lambda client, world, place, pk: client.get(
        f"/api/v1/{path}/{of(world, place) if pk is None else (f'{pk}-{pk}' if path == 'matches' else pk)}/"
    )


def admin_get(path: str, of: Callable[[World, str], object]) -> Try:
    return lambda client, world, place, pk: client.get(
        f"/admin/{path}/{of(world, place) if pk is None else pk}/change/"
    )


def admin_match(client: Client, world: World, place: str, pk: int | None) -> Any:
    match = world.suggested[place]
    typed = {"step": "set_aside", "note": "", "as_of": ShownEvents(match).mark()}
    return client.post(f"/admin/matching/match/{pk or match.pk}/change/", typed)


def admin_bulk(client: Client, world: World, place: str, pk: int | None) -> Any:
    ids = str(pk or world.suggested[place].pk)
    return client.post("/admin/matching/match/bulk/", {"step": "set_aside", "ids": ids, "note": ""})


def of_a_need(method: str, page: str) -> Try:
    return lambda client, world, place, pk: getattr(client, method)(
        f"/admin/matching/match/need/{pk or world.suggested[place].need_id}/"
        + page.format(offer=world.suggested[place].offer_id)
    )


def edit_practice(client: Client, world: World, place: str, pk: int | None) -> Any:
    practice = world.practices[place]
    typed = {
        "agency": practice.agency_id, "kind": "good_practice", "title": "Changed", "text": "How.", "areas": ["energy"],
        "as_of": ShownPractice(practice).mark(), "do": "save",
    }  # fmt: skip
    return client.post(f"/workspace/practices/{pk or practice.pk}/edit/", typed)


def send_in(client: Client, world: World, place: str, pk: int | None) -> Any:
    practice = world.practices[place]
    return client.post(f"/workspace/practices/{pk or practice.pk}/submit/", {"as_of": ShownPractice(practice).mark()})


def ask(client: Client, world: World, place: str, pk: int | None) -> Any:
    typed = {"text": "How many?", "form_key": str(uuid.uuid4())}
    return client.post(f"/workspace/practices/{pk or world.shared[place].pk}/ask/", typed)


def ask_about_posting(client: Client, world: World, place: str, pk: int | None) -> Any:
    typed = {"text": "Could this work?"}
    return client.post(f"/workspace/offers/{pk or world.suggested[place].offer_id}/ask/", typed)


def review_practice(client: Client, world: World, place: str, pk: int | None) -> Any:
    practice = world.sent_in[place]
    typed = {"step": "publish", "note": "", "as_of": ShownPractice(practice).mark()}
    return client.post(f"/admin/practices/practice/{pk or practice.pk}/change/", typed)


def make_a_plan(client: Client, world: World, place: str, pk: int | None) -> Any:
    asked = {"weight_ldc": "2", "weight_lldc": "1", "weight_sids": "1", "most_per_need": "3", "most_in_all": ""}
    return client.post("/admin/matching/allocation/make/", asked)


def admin_action(path: str, action: str, of: Callable[[World, str], object]) -> Try:
    return lambda client, world, place, pk: client.post(
        f"/admin/{path}/", {"action": action, "_selected_action": [pk or of(world, place)]}
    )


def just(method: str, path: str) -> Try:
    return lambda client, world, place, pk: getattr(client, method)(path)


def pause_own_country(client: Client, world: World, place: str, pk: int | None) -> Any:
    page = client.get("/workspace/window/")
    mark = page.context["as_of"] if page.status_code == 200 else "anything"
    return client.post("/workspace/window/", {"do": "pause", "as_of": mark})


def profile_of(world: World, place: str) -> int:
    return world.suggested[place].profile_id


def affiliation_of(world: World, place: str) -> int:
    return world.affiliations[place].pk


def draft_of(world: World, place: str) -> int:
    return world.drafts[place].pk


WRITERS = {"focal_point": "own", "coordinator": "country"}
SECRETARIAT = {"reviewer": "all", "manager": "all"}
MANAGER = {"manager": "all"}
INVITERS = {"coordinator": "country", "manager": "all"}
APPROVERS = {"coordinator": "country", "manager": "elsewhere"}
"""Thailand has a single window: what its agencies post is the coordinator's to approve, not the secretariat's."""

WAYS = (
    Way("read a draft on its page", Action.READ_OWN, offer_page(""), WRITERS),
    Way("read its history", Action.READ_OWN, offer_page("history/"), WRITERS),
    Way("preview it", Action.READ_OWN, offer_page("preview/"), WRITERS),
    Way("download it", Action.READ_OWN, offer_page("form.xlsx"), WRITERS),
    Way("read it by the API", Action.READ_OWN, api("offers", draft_of), {**WRITERS, **SECRETARIAT}),
    Way("open the form", Action.POST, offer_page("edit/"), WRITERS),
    Way("change a draft", Action.POST, edit, WRITERS),
    Way("withdraw", Action.POST, offer_step("withdraw", "submitted", reason="no_longer_holds"), WRITERS),
    Way("copy", Action.POST, offer_step("copy", "drafts"), WRITERS),
    Way("send for approval", Action.POST, offer_step("publish", "drafts", another="1"), WRITERS),
    Way("approve", Action.APPROVE_POSTINGS, offer_step("approve", "submitted"), APPROVERS),
    Way(
        "send back",
        Action.APPROVE_POSTINGS,
        offer_step("send_back", "submitted", note="No."),
        APPROVERS,
    ),
    Way(
        "read a draft of a practice",
        Action.READ_OWN,
        lambda client, world, place, pk: client.get(f"/workspace/practices/{pk or world.practices[place].pk}/"),
        WRITERS,
    ),
    Way("change a practice", Action.POST, edit_practice, WRITERS),
    Way("send a practice in", Action.POST, send_in, WRITERS),
    Way("review a practice", Action.REVIEW_PRACTICES, review_practice, SECRETARIAT),
    Way(
        "ask the secretariat",
        Action.ASK_SECRETARIAT,
        ask,
        {"focal_point": "all", "coordinator": "all", "partner": "all"},
    ),
    # About one's own there is nothing to ask.
    Way(
        "ask about a posting",
        Action.ASK_ABOUT_POSTINGS,
        ask_about_posting,
        {"focal_point": "of another agency", "coordinator": "elsewhere"},
    ),
    Way("answer a proposal", Action.ANSWER_PROPOSALS, answer, WRITERS),
    # An agency that is not one of theirs is no choice of the form.
    Way("pause one's country", Action.APPROVE_POSTINGS, pause_own_country, {"coordinator": "country"}, of_a_row=False),
    Way("invite", Action.INVITE, invite, INVITERS, refused_with=(403, 422)),
    Way("end an affiliation", Action.INVITE, end, INVITERS),
    Way(
        "the directory",
        Action.USE_DIRECTORY,
        just("get", "/workspace/directory/"),
        {"focal_point": "all", "coordinator": "all", **SECRETARIAT},
        of_a_row=False,
    ),
    Way(
        "the keys to the API",
        Action.MANAGE_KEYS,
        just("get", "/workspace/keys/"),
        {"focal_point": "all", "coordinator": "all", "manager": "all"},
        of_a_row=False,
    ),
    Way(
        "read a country's brief",
        Action.READ_COUNTRY_BRIEFS,
        lambda client, world, place, pk: client.get(
            f"/countries/{pk or ('KHM' if place == 'elsewhere' else 'THA')}/brief.pdf"
        ),
        {"coordinator": "country", **SECRETARIAT},
    ),
    Way(
        "read a suggestion by the API",
        Action.READ_COMPUTED_FITS,
        api("matches", lambda world, place: world.suggested[place].public_id),
        {**WRITERS, **SECRETARIAT, "partner": "all"},
    ),
    Way("read a draft in the admin", Action.READ_EVERYTHING, admin_get("surveys/offer", draft_of), SECRETARIAT),
    Way("decide on a match", Action.REVIEW_MATCHES, admin_match, SECRETARIAT),
    Way("decide in bulk", Action.REVIEW_MATCHES, admin_bulk, SECRETARIAT),
    Way("see whom to ask", Action.REVIEW_MATCHES, of_a_need("get", "whom/"), SECRETARIAT),
    Way("propose a pair", Action.REVIEW_MATCHES, of_a_need("post", "propose/{offer}/"), SECRETARIAT),
    Way("make a plan", Action.REVIEW_MATCHES, make_a_plan, SECRETARIAT, of_a_row=False),
    Way("run the matching", Action.RUN_MATCHING, just("post", "/admin/matching/matchrun/start/"), SECRETARIAT, False),
    Way("add a survey", Action.MANAGE_SURVEYS, just("get", "/admin/surveys/survey/add/"), MANAGER, False),
    # Django shows the list again, without the action that the person may not take.
    Way(
        "publish in the admin",
        Action.MANAGE_POSTINGS,
        admin_action("surveys/offer", "publish", draft_of),
        MANAGER,
        refused_with=(200,),
    ),
    Way("add a group", Action.MANAGE_REFERENCE, just("get", "/admin/directory/countrygroup/add/"), MANAGER, False),
    Way(
        "a new version of a profile",
        Action.MANAGE_PROFILES,
        lambda client, world, place, pk: client.post(
            reverse("admin:matching_scoringprofile_new_version", args=[pk or profile_of(world, place)])
        ),
        MANAGER,
    ),
    Way(
        "try other figures",
        Action.MANAGE_PROFILES,
        lambda client, world, place, pk: client.get(
            reverse("admin:matching_scoringprofile_preview", args=[pk or profile_of(world, place)]),
            as_given(ScoringProfile(top_k=3).figures),
        ),
        MANAGER,
    ),
    Way(
        "activate them",
        Action.MANAGE_PROFILES,
        lambda client, world, place, pk: client.post(
            reverse("admin:matching_scoringprofile_preview", args=[pk or profile_of(world, place)]),
            as_given(ScoringProfile(top_k=3).figures),
        ),
        MANAGER,
    ),
    Way("read an affiliation", Action.MANAGE_ACCOUNTS, admin_get("directory/affiliation", affiliation_of), MANAGER),
    Way(
        "end it in the admin",
        Action.MANAGE_ACCOUNTS,
        admin_action("directory/affiliation", "end_now", affiliation_of),
        MANAGER,
    ),
    Way("designate", Action.MANAGE_DESIGNATIONS, just("get", "/admin/directory/designation/add/"), MANAGER, False),
)

DONE = (200, 302)


def snapshot() -> list[Any]:
    """All that people could have changed."""
    return [
        [
            {name: value for name, value in row.items() if name not in DOES_NOT_COUNT}
            for row in model._default_manager.order_by("pk").values()
        ]
        for model in WATCHED
    ]


def is_led_to_the_log_in(response: Any) -> bool:
    return response.status_code == 302 and response["Location"].startswith(("/accounts/login/", "/admin/login/"))


def same_answer(one: Any, other: Any) -> bool:
    """Whether two refusals cannot be told from each other, but for the address that was asked for itself."""
    if is_led_to_the_log_in(one):
        return is_led_to_the_log_in(other)
    return bool(one.status_code == other.status_code and told_by(one) == told_by(other))


def told_by(response: Any) -> int:
    """How long an answer is without its own address, to which the form for another language leads back."""
    return len(response.content.replace(escape(response.wsgi_request.get_full_path()).encode(), b""))


def test_every_action_is_tried():
    assert {way.action for way in WAYS} == set(Action)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_what_the_table_says_and_nothing_else(role, world, request):
    client = Client()
    if role != "visitor":
        client.force_login(request.getfixturevalue(role))
    before, wrong = snapshot(), []
    for way in WAYS:
        allowed = ALLOWED.get(way.may.get(role, ""), set())
        for place in PLACES if way.of_a_row else PLACES[:1]:
            client.cookies.pop("messages", None)
            with transaction.atomic():
                response = way.attempt(client, world, place, None)
                is_done = response.status_code in DONE and not is_led_to_the_log_in(response)
                has_changed = snapshot() != before
                transaction.set_rollback(True)
            if place in allowed:
                must_change = response.wsgi_request.method == "POST"
                if not is_done or has_changed != must_change:
                    wrong.append(f"{way.name}, {place}: {response.status_code} though allowed")
                continue
            if response.status_code not in way.refused_with and not is_led_to_the_log_in(response):
                wrong.append(f"{way.name}, {place}: {response.status_code} though refused")
            if has_changed:
                wrong.append(f"{way.name}, {place}: refused, and something changed")
            if way.of_a_row:
                client.cookies.pop("messages", None)
                with transaction.atomic():
                    nothing_there = way.attempt(client, world, place, NOT_THERE)
                    transaction.set_rollback(True)
                if not same_answer(response, nothing_there):
                    wrong.append(f"{way.name}, {place}: tells from a row that does not exist")
    assert "\n".join(wrong) == ""
