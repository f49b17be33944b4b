"""The invented practices: what they say, and how they are written, sent in and published as true ones are."""

import uuid
from dataclasses import dataclass

from django.db import transaction

from directory.models import Agency, Country, Modality, PriorityArea, User
from practices.choices import PracticeKind
from practices.models import Practice
from practices.offering import states, writing
from ssc_portal.running.demo.agencies import OF_CAMBODIA, OF_THAILAND
from ssc_portal.running.demo.postings import COUNTING_OFFER, FLOOD_OFFER, MARK, SAID, InventedPosting, find

_KEYS = uuid.UUID("0d0b7a52-6f5e-4c1c-9f3b-2f6f3c8f0c57")
"""Random, as that of the invented postings."""


@dataclass(frozen=True)
class InventedPractice:
    """A practice of an invented agency; areas, modalities and countries are codes."""

    code: str
    kind: PracticeKind
    agency: str
    title: str
    text: str
    results: str
    conditions: str
    areas: tuple[str, ...]
    modalities: tuple[str, ...]
    countries: tuple[str, ...]
    offer: InventedPosting

    @property
    def key(self) -> uuid.UUID:
        """What it is known by in every trial, whatever its title has become."""
        return uuid.uuid5(_KEYS, self.code)


FLOOD_PRACTICE = InventedPractice(
    code="flood-practice",
    kind=PracticeKind.GOOD_PRACTICE,
    agency=OF_THAILAND.code,
    title="a flood warning that reaches the last house",
    text=(
        "Each village along the river names three people who pass a warning on: by loudspeaker, by telephone and on "
        "foot. The district tests the chain twice a year, before the rains."
    ),
    results="In the last test every house of twelve villages had the warning within forty minutes.",
    conditions="Somebody at the district who keeps the list of names, and a test before each season.",
    areas=("disaster-risk-reduction",),
    modalities=("experts-knowledge", "training"),
    countries=("THA",),
    offer=FLOOD_OFFER,
)
COUNTING_PRACTICE = InventedPractice(
    code="counting-practice",
    kind=PracticeKind.INSTITUTIONAL_MODEL,
    agency=OF_CAMBODIA.code,
    title="one office that counts small farms for three ministries",
    text=(
        "Three ministries counted farms each for itself. Since one office does it for all, there is one list, one set "
        "of questions, and one visit to each village."
    ),
    results="The ministries use the same numbers, and a farm is visited once a year instead of three times.",
    conditions="An agreement on who may use the list for what, and staff of each ministry in the office.",
    areas=("statistics",),
    modalities=("study-visits",),
    countries=("KHM",),
    offer=COUNTING_OFFER,
)
PRACTICES = (FLOOD_PRACTICE, COUNTING_PRACTICE)


def find_practice(invented: InventedPractice) -> Practice | None:
    """Return the practice that was made of it, whatever has become of that; None before."""
    return Practice.objects.filter(form_key=invented.key).first()


@transaction.atomic
def make_practice(invented: InventedPractice, *, author: User, reviewer: User) -> Practice | None:
    """Write a practice, send it in, and have it published, as its people would; None where it was made before.

    Raises PracticeRefused where the author does not speak for the agency, or the reviewer does not review.
    """
    if find_practice(invented) is not None:
        return None
    offer = find(invented.offer)
    practice = writing.create(
        values={
            "agency": Agency.objects.get(code=invented.agency),
            "kind": invented.kind,
            "title": MARK + invented.title,
            "text": f"{SAID} {invented.text}",
            "results": invented.results,
            "conditions": invented.conditions,
            "language": "en",
        },
        relations={
            "areas": list(PriorityArea.objects.filter(pk__in=invented.areas)),
            "modalities": list(Modality.objects.filter(pk__in=invented.modalities)),
            "countries": list(Country.objects.filter(pk__in=invented.countries)),
            "offers": [offer] if offer else [],
        },
        by=author,
        key=invented.key,
    )
    states.submit(practice=practice, by=author)
    return states.publish(practice=practice, by=reviewer)
