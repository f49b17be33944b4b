"""The page of a file that was written leads on: what was made, what waits for whom; and matching follows by itself."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from directory.choices import Role
from directory.models import Agency, User
from matching.models import PostingMark
from surveys.choices import ImportState, PostingStatus
from surveys.importing import jobs
from surveys.importing.result import result_of
from surveys.models import Import, Need, Offer, Survey
from surveys.signals import postings_changed
from tests.factories import AgencyFactory, CountryFactory, UserFactory
from tests.jobs import work_off
from tests.surveys.importing.conftest import TABLE, as_csv, changed, table_rows
from web.jobs.doing import do

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_desk(client: Client, survey: Survey, manager: User) -> Client:
    client.force_login(manager)
    return client


def write(survey: Survey, manager: User, data: bytes) -> Import:
    made = jobs.upload(survey=survey, file_name="table.csv", data=data, by=manager)
    work_off()
    made.refresh_from_db()
    jobs.begin_applying(file_import=made, partial=bool(made.counts.get("in_error")), by=manager)
    work_off()
    made.refresh_from_db()
    assert made.state == ImportState.APPLIED, made.error
    return made


def page(client: Client, made: Import) -> str:
    return " ".join(client.get(reverse("admin:surveys_import_change", args=[made.pk])).content.decode().split())


def test_what_was_made_leads_to_lists_of_just_that(at_desk: Client, survey: Survey, manager: User):
    made = write(survey, manager, TABLE.read_bytes())
    left = result_of(made)
    assert left.responses == 10
    offers, needs = left.made
    published = Offer.objects.filter(file_import=made, status=PostingStatus.PUBLISHED).count()
    assert (offers.total, offers.published, offers.unconfirmed) == (Offer.objects.count(), published, offers.total)
    assert needs.total == Need.objects.count()
    shown = page(at_desk, made)
    assert "10 responses" in shown
    links = [
        link.replace("&amp;", "&")
        for link in re.findall(r'href="(/admin/[^"]*(?:file_import|decided_at)[^"]*)"', shown)
    ]
    assert len(links) >= 8
    for link in links:
        answer = at_desk.get(link)
        assert (answer.status_code, "e=1" in getattr(answer, "url", "")) == (200, False), link
    drafts = at_desk.get(next(link for link in links if "need" in link and "draft" in link))
    assert drafts.context["cl"].result_count == needs.drafts


@pytest.mark.any_database
def test_what_waits_is_named_with_who_speaks_for_it(at_desk: Client, survey: Survey, manager: User):
    survey.publishes_on_import = False
    survey.save()
    for old in Agency.objects.filter(country__in=("THA", "VNM")):
        old.is_active = False
        old.save()
    agency = AgencyFactory(code="desk", name="The desk of Thailand", country=CountryFactory(iso3="THA"))
    UserFactory(role=Role.FOCAL_POINT, role__agency=agency, full_name="Somchai Speaks")
    made = write(survey, manager, TABLE.read_bytes())
    shown = page(at_desk, made)
    assert "The desk of Thailand" in shown
    assert "Somchai Speaks" in shown
    assert "of no agency: the secretariat says which it is" in shown
    assert "wait for the secretariat to say which country or group they name" in shown
    assert "Matching compares what was published by itself" in shown


@pytest.mark.any_database
def test_rows_in_error_are_given_back_from_there(at_desk: Client, survey: Survey, manager: User):
    made = write(survey, manager, as_csv(changed("CHN", modalities="Trainin")))
    shown = page(at_desk, made)
    assert shown.count(reverse("admin:surveys_import_errors", args=[made.pk])) == 1


@pytest.mark.any_database
def test_the_page_asks_as_much_of_ten_rows_as_of_a_thousand(
    survey: Survey, manager: User, django_assert_num_queries: Any
):
    made = write(survey, manager, as_csv(table_rows()))
    offer = Offer.objects.filter(file_import=made).earliest("pk")
    for number in (0, 1_000):
        agencies = AgencyFactory.create_batch(number // 20)
        copies = [Offer(**{
            name: value for name, value in Offer.objects.filter(pk=offer.pk).values().get().items()
            if name not in ("id", "form_key", "agency_id", "status", "response_id")
        }, agency=agencies[at % len(agencies)], status=PostingStatus.DRAFT) for at in range(number)]  # fmt: skip
        Offer.objects.bulk_create(copies)
        # Responses; offers and needs by state, and drafts of each by agency; people; readings; choices.
        with django_assert_num_queries(8):
            left = result_of(made)
    assert (len(left.waiting), left.more > 0) == (20, True)


def test_matching_is_woken_by_writing_and_by_undoing(survey: Survey, manager: User):
    told: dict[Any, set[int]] = {Offer: set(), Need: set()}

    def note(sender: Any, ids: Any, **kwargs: Any) -> None:
        told[sender] |= set(ids)

    made = jobs.upload(survey=survey, file_name="table.csv", data=TABLE.read_bytes(), by=manager)
    assert do("surveys.tasks.run_import", made.pk)
    made.refresh_from_db()
    jobs.begin_applying(file_import=made, partial=False, by=manager)
    assert do("surveys.tasks.run_import", made.pk)
    marked = set(PostingMark.objects.filter(offer__isnull=False).values_list("offer", flat=True))
    assert marked == set(Offer.objects.published().values_list("pk", flat=True))
    assert marked
    # What closes leaves the lists that it stands in through the same door.
    made.refresh_from_db()
    jobs.begin_undoing(file_import=made, by=manager)
    postings_changed.connect(note)
    try:
        assert do("surveys.tasks.run_import", made.pk)
    finally:
        postings_changed.disconnect(note)
    assert told == {model: set(model.objects.values_list("pk", flat=True)) for model in (Offer, Need)}
    assert not Offer.objects.published().exists()
