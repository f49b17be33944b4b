"""The count against a reference in plain loops, on postings at random, before and after people change them."""

import datetime as dt
import random
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from directory.choices import AreaUse
from directory.models import User
from directory.models.reference_data.group import OPEN_REACH
from matching.coverage.counts.reading import CoverageView
from matching.coverage.counts.tables import CoverageTable, coverage
from matching.coverage.shown.lists import lists_behind
from surveys.choices import PostingStatus, Visibility, WithdrawalReason
from surveys.models import Need, Offer
from surveys.postings import posting, states
from surveys.postings.deciding.held import PostingRefused
from tests.factories import (
    AgencyFactory,
    AreaFactory,
    CountryFactory,
    CountryGroupFactory,
    GroupMembershipFactory,
    ModalityFactory,
    NeedFactory,
    OfferFactory,
    TargetFactory,
)
from tests.marked import of_any_database
from tests.matching.coverage.reference import Places, numbers, stands
from web.calendar.days import today

pytestmark = pytest.mark.django_db

COUNTRIES = ("KHM", "LAO", "VNM", "THA", "BTN", "FJI", "JPN")
PLACES = Places(
    level_of={
        "LDC": "special_situation", "LLDC": "special_situation", "SIDS": "special_situation", "ASEAN": "organisation",
        "ESCAP_SEA": "sub_region", "ESCAP_PACIFIC": "sub_region", "ASIA_PACIFIC": "region",
    },
    members={
        "LDC": frozenset({"KHM", "LAO", "BTN"}),
        "LLDC": frozenset({"LAO", "BTN"}),
        "SIDS": frozenset({"FJI"}),
        "ASEAN": frozenset({"KHM", "LAO", "VNM", "THA"}),
        "ESCAP_SEA": frozenset({"KHM", "LAO", "VNM", "THA"}),
        "ESCAP_PACIFIC": frozenset({"FJI"}),
        "ASIA_PACIFIC": frozenset(COUNTRIES),
    },
    taking_part=frozenset(COUNTRIES) - {"JPN"},
    sub_regions=("ESCAP_SEA", "ESCAP_PACIFIC"),
)  # fmt: skip
AREAS = ("connectivity", "ict", "energy", "statistics")
FORMS = ("financial", "training")
EACH = 26
NOBODY = AnonymousUser()


@pytest.fixture
def places() -> Places:
    """The groups, as rows."""
    for iso3 in COUNTRIES:
        CountryFactory(iso3=iso3)
    for code, level in PLACES.level_of.items():
        group = CountryGroupFactory(code=code, level=level, is_heading=True)
        for iso3 in PLACES.members[code]:
            GroupMembershipFactory(group=group, country=CountryFactory(iso3=iso3))
    everyone = CountryGroupFactory(code=OPEN_REACH, level="")
    for iso3 in PLACES.taking_part:
        GroupMembershipFactory(group=everyone, country=CountryFactory(iso3=iso3))
    connectivity = AreaFactory(code="connectivity")
    AreaFactory(code="ict", parent=connectivity)
    AreaFactory(code="energy")
    AreaFactory(code="statistics")
    AreaFactory(code="sdgs", use=AreaUse.TAG)
    for code in FORMS:
        ModalityFactory(code=code)
    return PLACES


def said(draw: random.Random) -> dict[str, Any]:
    """Of when and by whom: confirmed or not, of late or of 2018, with dates or without."""
    day = today()
    return {
        "status": draw.choices([PostingStatus.PUBLISHED, PostingStatus.DRAFT], [6, 1])[0],
        "visibility": draw.choices([Visibility.PUBLIC, Visibility.FOCAL_POINTS], [6, 1])[0],
        "confirmed_on": draw.choice([None, day - dt.timedelta(days=10), dt.date(2019, 2, 3)]),
        "stated_on": draw.choice([None, dt.date(2018, 6, 27), day - dt.timedelta(days=400)]),
        "opens_on": draw.choices([None, day + dt.timedelta(days=9), dt.date(2020, 1, 1)], [5, 1, 1])[0],
        "closes_on": draw.choices([None, day - dt.timedelta(days=9), day + dt.timedelta(days=9)], [5, 1, 1])[0],
    }


def scatter(draw: random.Random) -> None:
    """Post needs and offers at random."""
    fund, bank = (AgencyFactory(code=code, country=None) for code in ("fund", "bank"))
    ministry = AgencyFactory(code="ministry", country=CountryFactory(iso3="THA"))
    for _number in range(EACH):
        chosen = {"areas": draw.sample(AREAS, draw.randint(1, 3)), "modalities": draw.sample(FORMS, draw.randint(0, 2))}
        iso3 = draw.choice(COUNTRIES)
        agency = ministry if iso3 == "THA" and draw.random() < 0.5 else None
        NeedFactory(country=CountryFactory(iso3=iso3), agency=agency, **chosen, **said(draw))
        chosen = {"areas": draw.sample(AREAS, draw.randint(1, 3)), "modalities": draw.sample(FORMS, draw.randint(0, 2))}
        owner = draw.choice([*COUNTRIES, fund, bank, ministry])
        whose = (
            {"country": CountryFactory(iso3=owner)} if isinstance(owner, str) else {"agency": owner, "country": None}
        )
        offer = OfferFactory(**whose, **chosen, **said(draw))
        for place in draw.sample([*COUNTRIES, *PLACES.level_of], draw.randint(0, 2)):
            is_group = place in PLACES.level_of
            named = {"group": CountryGroupFactory(code=place)} if is_group else {"country": CountryFactory(iso3=place)}
            TargetFactory(offer=offer, **named)


def columns_of(places: Places) -> dict[str, frozenset[str] | None]:
    """The countries of each column."""
    situations = ("LDC", "LLDC", "SIDS")
    others = frozenset(COUNTRIES).difference(*(places.members[code] for code in situations))
    own = {code: places.members[code] for code in (*situations, "ESCAP_SEA", "ESCAP_PACIFIC")}
    return {"all": None, "others": others, **own}


def check_against_reference(table: CoverageTable, places: Places) -> None:
    """Every cell has the numbers and the words of the reference."""
    day = today()
    needs = [one for one in Need.objects.prefetch_related("areas", "modalities") if stands(one, day)]
    offers = [one for one in Offer.objects.prefetch_related("areas", "modalities") if stands(one, day)]
    columns = columns_of(places)
    for row in table.rows:
        for cell in (*row.cells, *row.modalities):
            code = cell.column.code
            if cell.column.is_modality:
                wanted: dict[str, Any] = {"members": None, "form": "" if code == "not-stated" else code}
            else:
                wanted = {"members": columns.get(code, frozenset())}
            for figures, is_taken in ((cell.confirmed, lambda one: one.confirmed_on), (cell.stated, lambda one: True)):
                expected = numbers(
                    filter(is_taken, needs), filter(is_taken, offers), area=row.line.code, places=places, **wanted
                )
                found = (
                    figures.seeking, figures.partners, figures.general, figures.without, figures.at_most_one,
                    figures.many,
                )  # fmt: skip
                assert found == expected.as_figures, (row.line.code, code)
                assert figures.word == expected.word, (row.line.code, code)


def check_lists(table: CoverageTable) -> None:
    """Every number is the length of the list that it leads to."""
    for row in table.rows:
        cells = [cell for cell in (*row.cells, *row.modalities) if cell.stated.seeking]
        for cell in cells:
            lists = lists_behind(
                reader=NOBODY,
                view=table.view,
                area=row.line.code,
                column=cell.column.code,
                is_modality=cell.column.is_modality,
            )
            assert lists is not None
            assert len(lists.seeking) == cell.stated.seeking
            assert sum(any(need.is_confirmed for need in one.needs) for one in lists.seeking) == cell.confirmed.seeking
            assert len({partner.party for one in lists.seeking for partner in one.direct}) == cell.stated.partners
            assert sum(one.reached > 0 for one in lists.offered_by) == cell.stated.partners
            assert len({partner.party for one in lists.seeking for partner in one.general}) == cell.stated.general
            assert sum(not one.direct for one in lists.seeking) == cell.stated.without
            assert len(lists.offered_by) == row.offering.stated
            assert sum(one.partner.is_confirmed for one in lists.offered_by) == row.offering.confirmed
            assert (cell.confirmed, cell.stated) == (lists.cell.confirmed, lists.cell.stated)


def change(draw: random.Random, manager: User) -> None:
    """Publish, withdraw, confirm or close some posting."""
    one: Any = draw.choice([*Need.objects.all(), *Offer.objects.all()])
    step = draw.choice(("publish", "withdraw", "confirm", "close"))
    if step == "publish" and one.status in states.PUBLISHABLE:
        states.publish(posting=one, by=manager)
    elif step == "withdraw" and one.status in states.WITHDRAWABLE:
        states.withdraw(posting=one, by=manager, reason=WithdrawalReason.NO_LONGER_HOLDS)
    elif step == "confirm" and one.confirmed_on is None and one.status != PostingStatus.WITHDRAWN:
        states.confirm(posting=one, by=manager, on=today())
    elif step == "close" and one.status == PostingStatus.DRAFT:
        values = {"closes_on": today() - dt.timedelta(days=40)}
        kept: dict[str, Any] = {name: [row.pk for row in getattr(one, name).all()] for name in ("areas", "modalities")}
        posting.update(posting=one, values=values, by=manager, **kept)


@pytest.mark.parametrize("seed", [0, *of_any_database(1, 2, 3)])
def test_every_number_is_that_of_plain_loops(places: Places, seed: int) -> None:
    scatter(random.Random(seed))
    table = coverage(reader=NOBODY, view=CoverageView(today()))
    assert any(cell.word for row in table.rows for cell in row.cells)
    check_against_reference(table, places)


def test_every_number_is_its_list_and_changes_at_once(places: Places, manager: User) -> None:
    draw = random.Random(5)
    scatter(draw)
    told = []
    for _time in range(3):
        for _edit in range(5):
            try:
                change(draw, manager)
            except PostingRefused:
                continue  # what is not complete, or over, is not published
        table = coverage(reader=NOBODY, view=CoverageView(today()))
        check_against_reference(table, places)
        check_lists(table)
        told.append([cell.stated for row in table.rows for cell in row.cells])
    assert told[0] != told[1] or told[1] != told[2]
