"""What the secretariat decides about a printed place, and the offer that follows."""

import datetime as dt
from typing import Any

import pytest

from directory.models import Country, CountryAlias, CountryGroup, User
from directory.name_index import load_name_index
from surveys.answering.edition import DATA
from surveys.answering.reading.readings import ReadingRefused, confirm, resolve
from surveys.choices import Direction, PlaceKind
from surveys.editions import load_surveys
from surveys.importing.applying import import_file
from surveys.models import Need, Offer, Reading, Survey, Target
from surveys.postings import posting, states
from tests.surveys.workbooks import workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def iran(reference: None) -> Offer:
    load_surveys()
    survey = Survey.objects.get(code="escap-unossc-2018")
    import_file(survey=survey, data=(DATA / "survey_2018_table1.csv").read_bytes(), file_name="table.csv")
    return Offer.objects.get(country="IRN")


@pytest.fixture
def neighbours(iran: Offer) -> Reading:
    return Reading.objects.get(as_printed="Other neighbouring regional countries")


def test_a_token_resolved_leaves_the_list_and_the_offer_reaches(neighbours: Reading, iran: Offer, manager: User):
    decision = resolve(reading=neighbours, country=Country.objects.get(pk="TKM"), by=manager)
    neighbours.refresh_from_db()
    assert (neighbours.kind, neighbours.country_id, neighbours.is_ambiguous) == (PlaceKind.COUNTRY, "TKM", False)
    assert neighbours not in Reading.objects.for_the_secretariat()
    assert neighbours.history.first().history_user == manager
    target = iran.targets.get(as_printed=neighbours.as_printed)
    assert (target.country_id, target.is_ambiguous) == ("TKM", False)
    assert decision.posting == iran
    assert not iran.targets.unresolved().exists()


@pytest.mark.any_database
def test_a_token_may_stand_for_a_group_and_go_back(neighbours: Reading, iran: Offer, manager: User):
    resolve(reading=neighbours, group=CountryGroup.objects.get(pk="ECO"), by=manager)
    assert iran.targets.filter(group="ECO").exists()
    resolve(reading=neighbours, by=manager)
    neighbours.refresh_from_db()
    assert (neighbours.kind, neighbours.is_ambiguous) == (PlaceKind.UNRESOLVED, True)
    assert iran.targets.unresolved().count() == 1


@pytest.mark.any_database
def test_an_offer_that_a_person_edited_is_left_alone(neighbours: Reading, iran: Offer, manager: User):
    posting.mark_edited(iran)
    iran.save()
    decision = resolve(reading=neighbours, country=Country.objects.get(pk="TKM"), by=manager)
    assert decision.is_kept
    assert not iran.targets.filter(country="TKM").exists()


@pytest.mark.any_database
def test_an_offer_that_the_agency_confirmed_is_left_alone(neighbours: Reading, iran: Offer, manager: User):
    states.confirm(posting=iran, by=manager, on=dt.date(2026, 1, 1))
    assert resolve(reading=neighbours, country=Country.objects.get(pk="TKM"), by=manager).is_kept


@pytest.mark.any_database
def test_an_existing_partner_is_decided_and_becomes_no_target(iran: Offer, manager: User):
    korea = Reading.objects.get(as_printed="Korea")
    assert resolve(reading=korea, country=Country.objects.get(pk="KOR"), by=manager).posting is None
    assert not Target.objects.filter(offer__country="LAO", country="KOR").exists()


def test_confirming_a_doubtful_reading_settles_it_in_the_offer_too(iran: Offer, manager: User):
    oic = Reading.objects.get(as_printed="Islamic countries")
    confirm(reading=oic, by=manager)
    assert not Reading.objects.get(pk=oic.pk).is_ambiguous
    assert not iran.targets.get(group="OIC").is_ambiguous
    records = oic.history.count()
    confirm(reading=oic, by=manager)
    assert oic.history.count() == records


@pytest.mark.any_database
def test_what_stands_for_nothing_cannot_be_confirmed(neighbours: Reading, manager: User):
    with pytest.raises(ReadingRefused, match="is not resolved"):
        confirm(reading=neighbours, by=manager)


@pytest.mark.any_database
def test_impossible_decisions_are_refused(neighbours: Reading, manager: User):
    turkmenistan, antarctica = Country.objects.get(pk="TKM"), Country.objects.get(pk="ATA")
    with pytest.raises(ReadingRefused, match="not both"):
        resolve(reading=neighbours, country=turkmenistan, group=CountryGroup.objects.get(pk="ECO"), by=manager)
    with pytest.raises(ReadingRefused, match="not among"):
        resolve(reading=neighbours, country=antarctica, by=manager)
    assert Reading.objects.get(pk=neighbours.pk).kind == PlaceKind.UNRESOLVED


def test_a_spelling_is_remembered_only_when_asked(neighbours: Reading, manager: User):
    turkmenistan = Country.objects.get(pk="TKM")
    resolve(reading=neighbours, country=turkmenistan, by=manager)
    assert not CountryAlias.objects.filter(text=neighbours.as_printed).exists()
    for _twice in range(2):
        resolve(reading=neighbours, country=turkmenistan, remember=True, by=manager)
    assert CountryAlias.objects.filter(text=neighbours.as_printed).count() == 1
    assert load_name_index().resolve(neighbours.as_printed).iso3 == "TKM"


@pytest.mark.any_database
def test_a_spelling_of_a_group_is_remembered(neighbours: Reading, manager: User):
    resolve(reading=neighbours, group=CountryGroup.objects.get(pk="ECO"), remember=True, by=manager)
    assert load_name_index().resolve(neighbours.as_printed).group_code == "ECO"


@pytest.mark.any_database
def test_a_name_of_several_groups_is_that_of_one_once_a_person_said_so(neighbours: Reading, manager: User):
    assert load_name_index().resolve("South Asia").kind == "ambiguous"
    Reading.objects.filter(pk=neighbours.pk).update(as_printed="South Asia")
    resolve(reading=neighbours, group=CountryGroup.objects.get(pk="SAARC"), remember=True, by=manager)
    assert load_name_index().resolve("South Asia").group_code == "SAARC"
    assert CountryGroup.objects.get(pk="ESCAP_SSWA").history.latest().history_type == "~"


def test_a_preferred_partner_follows_into_the_need_that_named_it(survey: Survey, manager: User):
    rows: list[list[Any]] = [
        ["country", "_uuid", "_submission_time", "_index"],
        ["npl", "u-1", "2026-01-01", 1],
    ]
    needs: list[list[Any]] = [
        ["need_area", "need_partners", "_index", "_parent_index"],
        ["energy", "Korea", 1, 1],
        ["trade", "Fiji", 2, 1],
    ]
    import_file(survey=survey, data=workbook(Form=rows, need=needs), file_name="kobo.xlsx")
    token = Reading.objects.get(as_printed="Korea", direction=Direction.PREFERRED)
    decision = resolve(reading=token, country=Country.objects.get(pk="KOR"), by=manager)
    first, second = Need.objects.order_by("response_part")
    assert decision.posting == first
    assert [row.country_id for row in first.preferred_partners.all()] == ["KOR"]
    assert [row.country_id for row in second.preferred_partners.all()] == ["FJI"]
