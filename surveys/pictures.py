"""Pictures of a list of postings: how many state each area and each modality, confirmed and not.

They follow the filters of the list. A bar counts what the list would hold with its choice in place of any other of the
same filter: what stands beside that choice in the form, and what the number in the table leads to.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise

from surveys.choices import Side
from surveys.filtersets import PostingFilter
from web.facets import Counts
from web.pictures.bars import Bar, BarPicture

BARS_DRAWN = 12


@dataclass(frozen=True)
class Stated:
    """What postings state several of, and what a picture of it is called."""

    heading: str | StrPromise
    offers_title: str | StrPromise
    needs_title: str | StrPromise


STATED = {
    "area": Stated(
        gettext_lazy("Priority area"),
        gettext_lazy("Offers by priority area"),
        gettext_lazy("Needs by priority area"),
    ),
    "modality": Stated(
        gettext_lazy("Modality"),
        gettext_lazy("Offers by modality"),
        gettext_lazy("Needs by modality"),
    ),
}
"""By the filter that chooses among them."""


@dataclass(frozen=True)
class ListPictures:
    """The pictures of one list as it is filtered."""

    filterset: PostingFilter[Any]
    counts: Mapping[str, Counts]
    """How many postings each choice of the list's filters has."""
    confirmed: Mapping[str, Counts]
    """How many of them are confirmed."""
    address: Callable[[str, str], str]
    """Of the list with one value of one filter."""
    file: Callable[[str], str]
    """The address of a picture as a file, by its filter."""

    def all(self) -> list[BarPicture]:
        """Return the pictures in which there is something to draw."""
        return [picture for name in STATED if (picture := self.of(name)).bars]

    def of(self, name: str) -> BarPicture:
        """Return the picture by a filter of STATED; what most postings state first."""
        stated = STATED[name]
        choices: Any = self.filterset.form.fields[name]
        counts, confirmed = self.counts[name], self.confirmed[name]
        bars = [
            Bar(label, (confirmed.get(code, 0), every - confirmed.get(code, 0)), address=self.address(name, code))
            for code, label in choices.labels.items()
            if (every := counts.get(code, 0))
        ]
        bars.sort(key=lambda bar: -bar.total)
        is_all_confirmed = counts == confirmed
        if is_all_confirmed:
            bars = [replace(bar, parts=bar.parts[:1]) for bar in bars]
        is_offer = self.filterset.side == Side.OFFER
        return BarPicture(
            name=f"by-{name}",
            title=str(stated.offers_title if is_offer else stated.needs_title),
            heading=str(stated.heading),
            counted=_("Offers") if is_offer else _("Needs"),
            bars=bars[:BARS_DRAWN],
            further=bars[BARS_DRAWN:],
            series=() if is_all_confirmed else (_("confirmed"), _("not confirmed")),
            file=self.file(name),
        )
