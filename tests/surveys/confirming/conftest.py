"""An edition of which postings are read: of Thailand, for which two people speak, and of Fiji, where nobody does."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine

from directory.models import User
from surveys.choices import ResponseKind, WindowKind
from surveys.confirming import campaigns
from surveys.models import ConfirmationCampaign, ConfirmationRequest, CountryWindow, Survey
from tests.factories import PublishedNeedFactory, PublishedOfferFactory, ResponseFactory, SurveyFactory

BEGUN = dt.date(2026, 12, 1)
CLOSES = dt.date(2027, 3, 1)


def at(day: dt.date) -> time_machine.travel:
    return time_machine.travel(dt.datetime.combine(day, dt.time(12, tzinfo=dt.UTC)), tick=False)


@pytest.fixture
def begun() -> Iterator[None]:
    """The day on which the campaign begins."""
    with at(BEGUN):
        yield


@pytest.fixture
def edition(focal_point: User, coordinator: User, begun: None) -> Survey:
    survey = SurveyFactory(code="edition-2018", results_released_on=dt.date(2018, 7, 1))
    agency = focal_point.affiliations.get().agency
    answered = ResponseFactory(survey=survey, country=agency.country)
    compiled = ResponseFactory(survey=survey, country=agency.country, key="compiled", kind=ResponseKind.COMPILED)
    of_fiji = ResponseFactory(survey=survey, country__iso3="FJI")
    PublishedOfferFactory(
        survey=survey, response=answered, title="Thailand: solar courses", country=agency.country, agency=agency
    )
    PublishedNeedFactory(
        survey=survey, response=answered, title="Thailand: flood maps", country=agency.country, agency=agency
    )
    PublishedOfferFactory(
        survey=survey,
        response=compiled,
        title="Thailand: compiled",
        text="As printed for Thailand in: It. Compiled from public sources.\n\nModalities: Training",
        country=agency.country,
    )
    PublishedOfferFactory(survey=survey, response=of_fiji, title="Fiji: reefs", country=of_fiji.country)
    PublishedOfferFactory(title="Of no edition", country=agency.country)
    return survey


@pytest.fixture
def secretariat_decides(edition: Survey) -> None:
    """Thailand has told the secretariat to approve what its agencies post."""
    CountryWindow.objects.create(country_id="THA", kind=WindowKind.SECRETARIAT)


@pytest.fixture
def campaign(edition: Survey, manager: User) -> ConfirmationCampaign:
    return campaigns.begin(survey=edition, closes_on=CLOSES, by=manager)


@pytest.fixture
def thailand(campaign: ConfirmationCampaign) -> ConfirmationRequest:
    return campaign.requests.get(country="THA")


@pytest.fixture
def fiji(campaign: ConfirmationCampaign) -> ConfirmationRequest:
    return campaign.requests.get(country="FJI")
