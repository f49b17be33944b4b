"""What a file that was written has left: what was made of it, and what waits for whom. A fixed number of queries."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from directory.choices import Role
from directory.models import Affiliation
from surveys.choices import PostingStatus, Side
from surveys.models import Import, Need, Offer, PendingChange, Reading, Response
from web.calendar.days import today

MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Made:
    """Offers or needs of a file, by state."""

    side: Side
    model: str
    total: int
    published: int
    drafts: int
    submitted: int
    unconfirmed: int


@dataclass(frozen=True, slots=True)
class WaitingForWhom:
    """Drafts of a file that wait for one agency: who speaks for it; without an agency, for the secretariat."""

    agency: str
    country: str
    drafts: int
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What a file has left; `more`: agencies beyond those that are named."""

    responses: int
    made: tuple[Made, ...]
    waiting: tuple[WaitingForWhom, ...]
    more: int
    readings: int
    changes: int

    @property
    def submitted(self) -> int:
        """How many postings wait for approval by now."""
        return sum(one.submitted for one in self.made)


def result_of(file_import: Import) -> ImportResult:
    """Return what stands by now of what a file brought: what people did with it since is counted as it is."""
    drafts: Counter[tuple[int | None, str, str]] = Counter()
    for model in (Offer, Need):
        rows = model.objects.filter(file_import=file_import, status=PostingStatus.DRAFT).order_by()
        for agency, name, country, count in rows.values_list("agency", "agency__name", "country__name").annotate(
            count=Count("pk")
        ):
            drafts[agency, name or "", country] += count
    named = sorted(drafts.items(), key=lambda one: (-one[1], one[0][1:]))[:MOST_NAMED]
    people = _people(agency for (agency, _name, _country), _count in named if agency)
    own = Q(response__file_import=file_import) | Q(content__import=file_import.pk)
    return ImportResult(
        responses=Response.objects.received().filter(file_import=file_import).count(),
        made=(_made(Side.OFFER, Offer, file_import), _made(Side.NEED, Need, file_import)),
        waiting=tuple(
            WaitingForWhom(name, country, count, tuple(people.get(agency or 0, ())))
            for (agency, name, country), count in named
        ),
        more=len(drafts) - len(named),
        readings=Reading.objects.filter(response__file_import=file_import).for_the_secretariat().count(),
        changes=PendingChange.objects.filter(own, decided_at=None).count(),
    )


def _made(side: Side, model: Any, file_import: Import) -> Made:
    counts = model.objects.filter(file_import=file_import).aggregate(
        total=Count("pk"),
        published=Count("pk", filter=Q(status=PostingStatus.PUBLISHED)),
        drafts=Count("pk", filter=Q(status=PostingStatus.DRAFT)),
        submitted=Count("pk", filter=Q(status=PostingStatus.SUBMITTED)),
        unconfirmed=Count("pk", filter=Q(confirmed_on=None)),
    )
    return Made(side, str(model._meta.model_name), **counts)  # noqa: SLF001 - Django's documented API


def _people(agencies: Iterable[int]) -> dict[int, list[str]]:
    serving = Affiliation.objects.in_force(today()).filter(agency__in=list(agencies), role=Role.FOCAL_POINT)
    people: dict[int, list[str]] = {}
    for agency, name, address in serving.order_by("pk").values_list("agency", "user__full_name", "user__email"):
        people.setdefault(agency, []).append(name or address)
    return people
