"""The invented offers and needs: what they say, and how they come to stand where a person's would."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from directory.models import Agency, User
from ssc_portal.running.demo.agencies import FUND, OF_CAMBODIA, OF_THAILAND
from surveys.choices import PlaceKind
from surveys.models import Need, Offer
from surveys.postings.approval import approve, submit
from surveys.postings.deciding.windows import may_approve
from surveys.postings.named_places import NamedPlace
from surveys.postings.posting import create
from web.calendar.days import today

MARK = "Invented: "
"""How every title begins, and every note and reason."""
SAID = "Invented for the demonstration: no Government and no institution has said this."
_KEYS = uuid.UUID("5d6d4d0e-0c39-4a31-9b5e-7c1f5c2a8d10")
"""Random: from it and a code comes the key by which a posting is known again, as a form that is sent twice is."""


@dataclass(frozen=True)
class InventedPosting:
    """An offer or a need of an invented agency; areas, modalities and places are codes."""

    code: str
    model: type[Offer] | type[Need]
    agency: str
    title: str
    text: str
    areas: tuple[str, ...]
    modalities: tuple[str, ...]
    reaches: tuple[NamedPlace, ...] = ()
    places: int | None = None
    with_a_third: bool = False
    """Whether facilitating partners may see it."""
    waits: bool = False
    """Whether it is left for the coordinator to approve."""

    @property
    def key(self) -> uuid.UUID:
        """What it is known by in every trial, whatever its title has become."""
        return uuid.uuid5(_KEYS, self.code)


CAMBODIA = NamedPlace.by_code(PlaceKind.COUNTRY, "KHM")
THAILAND = NamedPlace.by_code(PlaceKind.COUNTRY, "THA")
ASEAN = NamedPlace.by_code(PlaceKind.GROUP, "ASEAN")
LDCS = NamedPlace.by_code(PlaceKind.GROUP, "LDC")

# A need that no single offer covers, a course that has half of what it asks, and a fund that has the other half: the
# option of the three is put to them.
RICE_NEED = InventedPosting(
    code="rice-need",
    model=Need,
    agency=OF_CAMBODIA.code,
    title="rice farmers seek training and small grants to save water",
    text="Farmers of two districts want to learn to grow rice with less water; for the first season they need grants.",
    areas=("agriculture-food-security",),
    modalities=("training", "financial"),
    with_a_third=True,
)
RICE_COURSE = InventedPosting(
    code="rice-course",
    model=Offer,
    agency=OF_THAILAND.code,
    title="course on growing rice with less water",
    text="Two weeks in the fields and in the classroom, for farmers and for those who advise them.",
    areas=("agriculture-food-security",),
    modalities=("training",),
    reaches=(CAMBODIA,),
    places=20,
    with_a_third=True,
)
GRANTS = InventedPosting(
    code="grants",
    model=Offer,
    agency=FUND.code,
    title="small grants for villages, to save water and to warn of floods",
    text="Grants of one season for groups of farmers and for villages, together with a partner who has the experience.",
    areas=("agriculture-food-security", "disaster-risk-reduction"),
    modalities=("financial",),
    reaches=(LDCS,),
    with_a_third=True,
)
# A strong fit, which everyone sees. With the fund it makes an option as well, left for a reviewer to decide on.
FLOOD_NEED = InventedPosting(
    code="flood-need",
    model=Need,
    agency=OF_CAMBODIA.code,
    title="villages along a river seek flood warnings that reach everybody",
    text="Warnings stop at the district. Experts who have solved that are sought, training, and grants for sirens.",
    areas=("disaster-risk-reduction",),
    modalities=("experts-knowledge", "training", "financial"),
    with_a_third=True,
)
FLOOD_OFFER = InventedPosting(
    code="flood-offer",
    model=Offer,
    agency=OF_THAILAND.code,
    title="experts and training on flood warnings for villages",
    text="Three experts for up to two months, and training for those who pass a flood warning on in their village.",
    areas=("disaster-risk-reduction", "environment-climate"),
    modalities=("experts-knowledge", "training", "advisory-services"),
    reaches=(ASEAN,),
    with_a_third=True,
)
# One side wants to, the other does not.
COUNTING_NEED = InventedPosting(
    code="counting-need",
    model=Need,
    agency=OF_THAILAND.code,
    title="statisticians seek study visits and training on counting small farms",
    text="A statistical office wants to see how others count farms that no register has.",
    areas=("statistics",),
    modalities=("study-visits", "training"),
)
COUNTING_OFFER = InventedPosting(
    code="counting-offer",
    model=Offer,
    agency=OF_CAMBODIA.code,
    title="study visits on counting small farms",
    text="A week with those who count small farms in the field, for up to six statisticians.",
    areas=("statistics",),
    modalities=("study-visits",),
    reaches=(THAILAND,),
    places=6,
)
# For the coordinator to approve: it then fits the course, and the two can be led to an outcome.
ADVISERS_NEED = InventedPosting(
    code="advisers-need",
    model=Need,
    agency=OF_CAMBODIA.code,
    title="training for those who advise rice farmers",
    text="Twelve advisers want to learn how rice is grown with less water, to teach it in their districts.",
    areas=("agriculture-food-security",),
    modalities=("training", "study-visits"),
    waits=True,
)
POSTINGS = (
    RICE_NEED, RICE_COURSE, GRANTS, FLOOD_NEED, FLOOD_OFFER, COUNTING_NEED, COUNTING_OFFER, ADVISERS_NEED
)  # fmt: skip


def find(invented: InventedPosting) -> Offer | Need | None:
    """Return the posting that was made of it, whatever has become of that; None before."""
    return invented.model.objects.filter(form_key=invented.key).first()


@transaction.atomic
def make_posting(invented: InventedPosting, *, author: User, approvers: Sequence[User]) -> Offer | Need | None:
    """Draft a posting, submit it, and have it approved, as its people would; None where it was made before.

    Raises PostingRefused where the author does not speak for the agency, or none of the approvers approves for it.
    """
    if find(invented) is not None:
        return None
    agency = Agency.objects.get(code=invented.agency)
    posting = create(
        model=invented.model,
        values={
            "form_key": invented.key,
            "agency": agency,
            "country": agency.country,
            "title": MARK + invented.title,
            "text": f"{SAID} {invented.text}",
            "language": "en",
            "places": invented.places,
            "facilitating_allowed": invented.with_a_third,
            "stated_on": today(),
        },
        areas=invented.areas,
        modalities=invented.modalities,
        targets=invented.reaches,
        by=author,
        reason="drafted",
    )
    submitted = submit(posting=posting, by=author)
    if invented.waits:
        return submitted
    approver = next((user for user in approvers if may_approve(user, submitted)), author)
    return approve(posting=submitted, by=approver)
