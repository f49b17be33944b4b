"""What holds an import from being undone, each alone; and what does not."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from directory.models import Country, User
from surveys.answering.reading.readings import confirm, resolve
from surveys.choices import ImportState, PlaceKind, PostingStatus, ResponseStatus
from surveys.importing import undoing
from surveys.importing.applying import import_file
from surveys.importing.undoing import MOST_SAID, undo, what_holds_it
from surveys.models import Import, Need, Offer, ProposedVersion, Reading, Response, Survey
from surveys.postings import posting, states
from surveys.postings.named_places import NamedPlace
from surveys.reading.cells import ImportRefused
from tests.surveys.importing.conftest import as_csv, table_rows

pytestmark = pytest.mark.django_db

COUNTRIES = ("KHM", "IRN", "THA")
DOUBTFUL = "Other neighbouring regional countries"


def bring_in(survey: Survey, *, changed: str = "", **cells: str) -> Import:
    """Bring three rows of Table 1 in, of which one has some cells changed."""
    rows = [row | (cells if row["iso3"] == changed else {}) for row in table_rows() if row["iso3"] in COUNTRIES]
    made = import_file(survey=survey, data=as_csv(rows), file_name="table.csv").file_import
    assert made is not None
    return made


@pytest.fixture
def made(survey: Survey) -> Import:
    return bring_in(survey)


def a_posting_confirmed(manager: User) -> str:
    offer = Offer.objects.get(country="THA")
    states.confirm(posting=offer, by=manager, on=timezone.localdate())
    return f"“{offer}” was confirmed by the country."


def a_need_confirmed(manager: User) -> str:
    need = Need.objects.get(country="KHM")
    states.confirm(posting=need, by=manager, on=timezone.localdate())
    return f"“{need}” was confirmed by the country."


def a_posting_edited(manager: User) -> str:
    offer = Offer.objects.get(country="THA")
    areas, modalities = ([row.pk for row in rows.all()] for rows in (offer.areas, offer.modalities))
    targets = [NamedPlace.of(row) for row in offer.targets.all()]
    posting.edit(
        posting=offer, values={"title": "Ours"}, areas=areas, modalities=modalities, targets=targets, by=manager
    )
    return "“Ours” was edited by a person."


def a_posting_sent_for_approval(manager: User) -> str:
    offer = Offer.objects.get(country="THA")
    Offer.objects.filter(pk=offer.pk).update(status=PostingStatus.SUBMITTED)
    return f"“{offer}” waits for approval."


def a_change_sent_for_approval(manager: User) -> str:
    offer = Offer.objects.get(country="THA")
    Offer.objects.filter(pk=offer.pk).update(submitted_at=timezone.now())
    return f"“{offer}” waits for approval."


def a_version_proposed(manager: User) -> str:
    offer = Offer.objects.get(country="THA")
    ProposedVersion.objects.create(offer=offer, content={"values": {"title": "Ours"}}, written_by=manager)
    return f"“{offer}” waits for approval."


def a_reading_resolved(manager: User) -> str:
    resolve(reading=Reading.objects.get(as_printed=DOUBTFUL), country=Country.objects.get(pk="TKM"), by=manager)
    return f"The place “{DOUBTFUL}” was read by a person."


def a_reading_confirmed(manager: User) -> str:
    reading = Reading.objects.exclude(kind=PlaceKind.UNRESOLVED).order_by("pk")[0]
    Reading.objects.filter(pk=reading.pk).update(is_ambiguous=True)
    confirm(reading=reading, by=manager)
    return f"The place “{reading.as_printed}” was read by a person."


def an_answer_given_here(manager: User) -> str:
    response = Response.objects.get(country="THA")
    Response.objects.filter(pk=response.pk).update(file_import=None)
    return f"{response.country}: changed since, by an answer given here."


@pytest.mark.parametrize(
    "act",
    [
        a_posting_confirmed, a_need_confirmed, a_posting_edited, a_posting_sent_for_approval,
        a_change_sent_for_approval, a_version_proposed,
        a_reading_resolved, a_reading_confirmed, an_answer_given_here,
    ],
    ids=lambda act: act.__name__,
)  # fmt: skip
def test_what_somebody_built_holds_it_and_nothing_is_put_away(
    act: Callable[[User], str], made: Import, manager: User
) -> None:
    assert what_holds_it(made) == []
    reason = act(manager)
    before = list(Offer.objects.order_by("pk").values_list("pk", "status", "updated_at"))
    assert what_holds_it(made) == [reason]
    with pytest.raises(ImportRefused) as refused:
        undo(file_import=made, by=manager)
    assert str(refused.value) == f"It cannot be undone.\n{reason}"
    made.refresh_from_db()
    assert (made.state, made.undone_at) == (ImportState.APPLIED, None)
    assert list(Offer.objects.order_by("pk").values_list("pk", "status", "updated_at")) == before
    assert not Response.objects.filter(status=ResponseStatus.UNDONE).exists()


def test_what_was_read_before_the_import_does_not_hold_it(made: Import, survey: Survey, manager: User) -> None:
    a_reading_resolved(manager)
    again = bring_in(survey, changed="IRN", footnote="Read again")
    assert what_holds_it(again) == []
    undo(file_import=again, by=manager)
    assert Reading.objects.get(as_printed=DOUBTFUL).country_id == "TKM"
    # The decision goes with the first import still.
    assert what_holds_it(made) == [f"The place “{DOUBTFUL}” was read by a person."]


def test_what_was_built_on_a_row_that_did_not_change_does_not_hold_it(
    made: Import, survey: Survey, manager: User
) -> None:
    again = bring_in(survey, changed="KHM", modalities="Training")
    a_posting_confirmed(manager)
    assert what_holds_it(again) == []


def test_it_is_undone_once_and_by_managers_alone(made: Import, reviewer: User, manager: User) -> None:
    for by in (reviewer, None):
        with pytest.raises(ImportRefused, match=r"^Only managers undo imports\.$"):
            undo(file_import=made, by=by)
    began = timezone.now()
    undo(file_import=made, by=manager)
    made.refresh_from_db()
    assert (made.state, made.undone_by) == (ImportState.UNDONE, manager)
    assert made.undone_at is not None
    assert began <= made.undone_at <= timezone.now()
    # Said of the row as it is stored, not as somebody read it earlier.
    made.state = ImportState.APPLIED
    with pytest.raises(ImportRefused, match=r"Only an import that was applied can be undone\."):
        undo(file_import=made, by=manager)


def test_it_says_no_more_than_can_be_read(made: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    Offer.objects.update(confirmed_on=timezone.localdate())
    Need.objects.update(confirmed_on=timezone.localdate())
    both = Offer.objects.count() + Need.objects.count()
    assert 2 < len(what_holds_it(made)) == both < MOST_SAID
    monkeypatch.setattr(undoing, "MOST_SAID", 2)
    assert len(what_holds_it(made)) == 2


def test_nothing_of_an_undone_file_comes_back_with_the_next_one(survey: Survey, manager: User) -> None:
    """A shorter file keeps what an earlier one answered, but not what one answered that was undone."""
    first = "Country,Remarks,Priority areas,_uuid\nPalau,a wrong upload,Energy,zz1\n"
    second = "Country,Priority areas,_uuid\nPalau,ICT,zz1\n"
    made = import_file(survey=survey, data=first.encode(), file_name="first.csv", by=manager).file_import
    assert made is not None
    undo(file_import=made, by=manager)

    import_file(survey=survey, data=second.encode(), file_name="second.csv", by=manager)

    response = Response.objects.get(survey=survey)
    assert response.status == ResponseStatus.RECEIVED
    assert "a wrong upload" not in f"{response.as_printed}{list(response.answers.values())}{response.note}"
    assert "Energy" not in str(list(response.answers.values()))
    postings = [
        *response.offers.exclude(status=PostingStatus.ARCHIVED),
        *response.needs.exclude(status=PostingStatus.ARCHIVED),
    ]
    assert {area.code for one in postings for area in one.areas.all()} == {"ict"}
