"""Who was asked and who answered: the response rate, overall and by country group; compiled rows never count."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from directory.models import Agency, CountryGroup
from directory.people.membership import members
from surveys.models import Response, Survey, SurveyRequest
from web.calendar.days import today

GROUPS = ("LDC", "LLDC", "SIDS", "ESCAP_ENEA", "ESCAP_NCA", "ESCAP_PACIFIC", "ESCAP_SEA", "ESCAP_SSWA")
"""Groups in special situations, and the sub-regions of ESCAP."""


@dataclass(frozen=True)
class Rate:
    """How many of the asked have answered."""

    label: str
    asked: int
    answered: int

    @property
    def percent(self) -> int | None:
        """Whole percent, half up; None where nobody was asked."""
        return (200 * self.answered + self.asked) // (2 * self.asked) if self.asked else None


def day_of(survey: Survey) -> dt.date:
    """Return the day on which group memberships are looked at: the source's date, else the closing day, else today."""
    return survey.stated_on or min(survey.closes_on or today(), today())


def groups_on(on: dt.date, codes: Iterable[str] = GROUPS) -> dict[str, tuple[str, frozenset[str]]]:
    """Return what it is called and its members (ISO3) of each group on a day, by its code."""
    labels = CountryGroup.objects.in_bulk(list(codes))
    return {
        code: (
            labels[code].short_name,
            frozenset(str(membership.country_id) for membership in members(code, on)),
        )
        for code in codes
        if code in labels
    }


def response_rates(survey: Survey, groups: Mapping[str, tuple[str, frozenset[str]]], overall: str) -> list[Rate]:
    """Return the rate overall and for each group. An asked agency has answered once its country, or it, has.

    Where an edition takes one response an agency, the agency's own counts; else that of its country.
    """
    asked = list(
        Agency.objects.filter(pk__in=SurveyRequest.objects.filter(survey=survey).values("agency")).values_list(
            "pk", "country_id"
        )
    )
    given = list(Response.objects.filter(survey=survey).answered().values_list("country_id", "agency_id"))
    countries = {country for country, _agency in given}
    agencies = {agency for _country, agency in given if agency}

    def has_answered(agency: int, country: str | None) -> bool:
        return agency in agencies if survey.has_agency_key else country in countries

    def rate(label: str, own: frozenset[str] | None) -> Rate:
        within = [(agency, country) for agency, country in asked if own is None or country in own]
        return Rate(label, len(within), sum(has_answered(agency, country) for agency, country in within))

    return [rate(overall, None), *(rate(label, own) for label, own in groups.values())]
