"""Who publishes alone, who approves, who hears that something waits: for each window, person and posting."""

import pytest
from django.utils import timezone

from directory.choices import AgencyKind, Role
from directory.models import Mail, User
from surveys.choices import ClearanceRule, PostingStatus, WindowKind
from surveys.models import CountryWindow, Offer
from surveys.postings import approval, still_valid
from surveys.postings.deciding import windows
from surveys.postings.deciding.held import PostingRefused
from surveys.postings.deciding.windows import WindowRefused
from surveys.postings.shown.window import changes_of
from tests.factories import AgencyFactory, CountryFactory, OfferFactory, UserFactory
from web.calendar.days import today

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

OF_AN_AGENCY, OF_THE_COUNTRY, OF_A_FUND = "an agency's", "the country's", "a fund's"


@pytest.fixture
def cast(
    focal_point: User, coordinator: User, other_focal_point: User, reviewer: User, manager: User
) -> dict[str, User]:
    """Those of Thailand, those of elsewhere, and the secretariat's."""
    cambodia = AgencyFactory(country=CountryFactory(iso3="KHM"), kind=AgencyKind.MINISTRY)
    fund = AgencyFactory(code="fund", country=None, kind=AgencyKind.FUND)
    return {
        "focal point": focal_point,
        "coordinator": coordinator,
        "other focal point": other_focal_point,
        "other coordinator": UserFactory(role=Role.COORDINATOR, role__agency=cambodia),
        "of the fund": UserFactory(role=Role.FOCAL_POINT, role__agency=fund),
        "reviewer": reviewer,
        "manager": manager,
    }


@pytest.fixture
def offers(cast: dict[str, User]) -> dict[str, Offer]:
    own = cast["focal point"].affiliations.get().agency
    fund = cast["of the fund"].affiliations.get().agency
    return {
        OF_AN_AGENCY: OfferFactory(country=None, agency=own, areas=["energy"], modalities=["training"]),
        OF_THE_COUNTRY: OfferFactory(country=own.country, agency=None, areas=["energy"], modalities=["training"]),
        OF_A_FUND: OfferFactory(country=None, agency=fund, areas=["energy"], modalities=["training"]),
    }


APPROVE = {
    (WindowKind.SINGLE, OF_AN_AGENCY): {"coordinator"},
    (WindowKind.SINGLE, OF_THE_COUNTRY): {"coordinator"},
}
PUBLISH_ALONE = {
    (WindowKind.SINGLE, OF_AN_AGENCY): {"coordinator", "manager"},
    (WindowKind.SINGLE, OF_THE_COUNTRY): {"coordinator", "manager"},
    (WindowKind.SEVERAL, OF_AN_AGENCY): {"focal point", "coordinator", "manager"},
    # A focal point of the government speaks for what stands under the country alone.
    (WindowKind.SEVERAL, OF_THE_COUNTRY): {"focal point", "coordinator", "manager"},
}
"""Where nothing is said: the secretariat's manager, and nobody else."""


@pytest.mark.parametrize("of", [OF_AN_AGENCY, OF_THE_COUNTRY, OF_A_FUND])
@pytest.mark.parametrize("kind", list(WindowKind))
def test_each_window_has_its_own_who(
    kind: WindowKind, of: str, cast: dict[str, User], offers: dict[str, Offer]
) -> None:
    CountryWindow.objects.create(country_id="THA", kind=kind)
    offer = offers[of]
    approve, alone = APPROVE.get((kind, of), {"manager"}), PUBLISH_ALONE.get((kind, of), {"manager"})
    assert {name for name, user in cast.items() if windows.may_approve(user, offer)} == approve
    assert {name for name, user in cast.items() if windows.publishes_alone(user, offer)} == alone
    # What waits is listed for whom may approve it, and they alone are written to.
    by = cast["of the fund" if of == OF_A_FUND else "focal point"]
    approval.submit(posting=offer, by=by)
    listed = {name for name, user in cast.items() if Offer.objects.awaiting_approval_by(user).filter(pk=offer.pk)}
    assert listed == approve
    told = set(Mail.objects.filter(kind="posting_submitted").values_list("to_user", flat=True))
    assert told == {cast[name].pk for name in approve}
    # Whoever sends it in is told who decides: the coordinators by name.
    words = approval.who_approves(offer)
    expected = f"{cast['coordinator']}, who coordinates for Thailand" if "coordinator" in approve else "the secretariat"
    assert words == expected
    for name in cast.keys() - approve:
        with pytest.raises(PostingRefused, match=r"^This posting is not yours to approve\.$"):
            approval.approve(posting=offer, by=cast[name])
        with pytest.raises(PostingRefused, match=r"^This posting is not yours to approve\.$"):
            approval.send_back(posting=offer, by=cast[name], note="Say more.")
    (approver,) = approve
    approval.approve(posting=offer, by=cast[approver])
    offer.refresh_from_db()
    assert (offer.status, offer.confirmed_on, offer.submitted_at) == (PostingStatus.PUBLISHED, today(), None)
    assert list(Mail.objects.filter(kind="posting_approved").values_list("to_user", flat=True)) == [by.pk]


def test_what_waits_is_not_submitted_again_and_what_does_not_is_not_approved(
    cast: dict[str, User], offers: dict[str, Offer]
) -> None:
    offer, by, approver = offers[OF_AN_AGENCY], cast["focal point"], cast["coordinator"]
    for step in (approval.approve, lambda **given: approval.send_back(**given, note="Say more.")):
        with pytest.raises(PostingRefused, match="does not wait for approval any more"):
            step(posting=offer, by=approver)
    approval.submit(posting=offer, by=by)
    with pytest.raises(PostingRefused, match="waits for approval already"):
        approval.submit(posting=offer, by=by)
    with pytest.raises(PostingRefused, match="Say in a note what to change"):
        approval.send_back(posting=offer, by=approver, note=" \n")
    with pytest.raises(PostingRefused, match="do not speak for"):
        approval.submit(posting=offers[OF_A_FUND], by=by)
    assert Mail.objects.filter(kind="posting_submitted").count() == 1


@pytest.mark.parametrize("of", [OF_AN_AGENCY, OF_THE_COUNTRY])
def test_where_a_country_has_said_nothing_its_coordinator_is_asked(
    of: str, cast: dict[str, User], offers: dict[str, Offer]
) -> None:
    assert not CountryWindow.objects.exists()
    approval.submit(posting=offers[of], by=cast["focal point"])
    assert [name for name, user in cast.items() if windows.may_approve(user, offers[of])] == ["coordinator"]
    assert Offer.objects.awaiting_approval_by(cast["coordinator"]).get() == offers[of]
    assert not Offer.objects.awaiting_approval_by(cast["manager"]).exists()
    assert Mail.objects.get(kind="posting_submitted").to_user == cast["coordinator"]


@pytest.mark.parametrize("has_row", [True, False])
@pytest.mark.parametrize("lost", ["designation", "account", "affiliation"])
def test_while_nobody_coordinates_the_secretariat_decides_and_nothing_waits_for_nobody(
    lost: str, has_row: bool, cast: dict[str, User], offers: dict[str, Offer]
) -> None:
    if has_row:
        CountryWindow.objects.create(country_id="THA", kind=WindowKind.SINGLE)
    offer, coordinator, manager = offers[OF_AN_AGENCY], cast["coordinator"], cast["manager"]
    approval.submit(posting=offer, by=cast["focal point"])
    serving = coordinator.affiliations.get()
    match lost:
        case "designation":
            serving.designations.update(ended_at=timezone.now())
        case "account":
            User.objects.filter(pk=coordinator.pk).update(is_active=False)
        case "affiliation":
            serving.ended_at = timezone.now()
            serving.save()
    # What waited already is listed for the secretariat, which may decide, and is named.
    assert Offer.objects.awaiting_approval_by(manager).get() == offer
    assert windows.may_approve(manager, offer)
    assert approval.who_approves(offer) == "the secretariat"
    approval.send_back(posting=offer, by=manager, note="Say more.")
    offer.refresh_from_db()
    approval.submit(posting=offer, by=cast["focal point"])
    assert set(Mail.objects.filter(kind="posting_submitted").values_list("to_user", flat=True)) == {
        coordinator.pk,
        manager.pk,
    }
    approval.approve(posting=offer, by=manager)


def test_the_coordinator_of_the_country_and_managers_decide_on_its_window(cast: dict[str, User]) -> None:
    thailand = CountryFactory(iso3="THA")
    values = {"kind": WindowKind.SEVERAL, "clearance": ClearanceRule.EXPLICIT}
    for name in cast.keys() - {"manager", "coordinator"}:
        with pytest.raises(WindowRefused, match="Only the country's coordinator"):
            windows.change(country=thailand, by=cast[name], values=values)
    assert not CountryWindow.objects.exists()
    window = windows.change(country=thailand, by=cast["coordinator"], values=values, note="Cabinet, 12 May.")
    assert (window.kind, window.clearance, window.told_on) == (WindowKind.SEVERAL, ClearanceRule.EXPLICIT, today())
    assert window.note.endswith("Cabinet, 12 May.")
    windows.change(country=thailand, by=cast["manager"], values={"kind": WindowKind.SECRETARIAT})
    told = [(change.who, change.what) for change in changes_of(thailand)]
    assert [who for who, _what in told] == ["the secretariat", str(cast["coordinator"])]
    assert told[0][1] == ["Who approves postings: Secretariat: it approves, and checks with the mission or ministry"]


def test_the_coordinator_and_managers_pause_and_resume_a_country(cast: dict[str, User]) -> None:
    thailand = CountryFactory(iso3="THA")
    for step, name_of in ((windows.pause, "coordinator"), (windows.resume, "manager")):
        for name in cast.keys() - {"manager", "coordinator"}:
            with pytest.raises(WindowRefused, match="Only the country's coordinator"):
                step(country=thailand, by=cast[name])
        step(country=thailand, by=cast[name_of])
        window = CountryWindow.objects.get(country=thailand)
        assert (window.paused_at is not None, window.paused_by is not None) == ((step is windows.pause),) * 2


@pytest.mark.parametrize(("kind", "is_enough"), [(WindowKind.SEVERAL, True), (WindowKind.SINGLE, False)])
def test_yes_in_a_mail_confirms_what_one_publishes_alone_and_submits_the_rest(
    kind: WindowKind, is_enough: bool, cast: dict[str, User], offers: dict[str, Offer]
) -> None:
    CountryWindow.objects.create(country_id="THA", kind=kind)
    offer = offers[OF_AN_AGENCY]
    Offer.objects.filter(pk=offer.pk).update(status=PostingStatus.PUBLISHED)
    offer.refresh_from_db()
    asked = still_valid.StillValidLink(user=cast["focal point"], posting=offer, kind="offer")
    assert still_valid.say_yes(asked) is is_enough
    offer.refresh_from_db()
    assert (offer.confirmed_on is not None, offer.submitted_at is not None) == (is_enough, not is_enough)
