"""A brief of a country for a meeting: two pages, as PDF, for its coordinator and the secretariat."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.text import Truncator

from directory.access import Action, scope_of
from directory.models import Agency, Country, User
from directory.people.membership import describe, groups_of
from matching.models import Match
from ssc_portal.country_pages.answers import CountryAnswers, answers_of
from surveys.filtersets import of_country
from surveys.models import Need, Offer
from surveys.models.postings.posting import Posting
from web.calendar.days import today
from web.files.exports import disclaimer, storable
from web.files.pdf import pdf_of

NAMED_IN_A_CELL = 2
LONGEST_NAME = 42
LONGEST_IN_A_CELL = 26
LONGEST_TEXT = 110
ROWS_SHOWN = 5


@dataclass(frozen=True)
class BriefRow:
    """One area: the numbers of the country's page, who can help, and who else seeks it."""

    area: str
    numbers: Sequence[int]
    helpers: str
    others: str


def may_read_brief(user: User | AnonymousUser, iso3: str) -> bool:
    """Return whether the person may have the brief of this country, whether there is such a country or not."""
    return scope_of(user, Action.READ_COUNTRY_BRIEFS).covers(agency_id=None, countries=frozenset({iso3}))


def brief_pdf(country: Country, *, by: User) -> bytes:
    """Return the brief; texts and lists are cut so that it takes two pages.

    Raises PermissionDenied for all but the country's coordinators and the secretariat, PdfUnavailable where Pango is
    missing.
    """
    if not may_read_brief(by, country.pk):
        raise PermissionDenied
    return pdf_of(brief_html(country, by=by))


def brief_html(country: Country, *, by: User) -> str:
    """Return the page that the PDF is made of: what everyone reads of the country, then what these readers may see."""
    answers = answers_of(country, reader=AnonymousUser())
    own = of_country([country.pk])
    return render_to_string(
        "letters/country_brief.html",
        {
            "country": country,
            "answers": answers,
            "rows": _rows(answers),
            "groups": [describe(membership, today()) for membership in groups_of(country, today())],
            "needs": _in_short(Need.objects.public().open_now().filter(own).for_lists()[:ROWS_SHOWN]),
            "offers": _in_short(Offer.objects.public().open_now().filter(own).for_lists()[:ROWS_SHOWN]),
            "agencies": [_cut(one) for one in Agency.objects.public().filter(country=country)[:ROWS_SHOWN]],
            "challenges": _challenges(answers),
            "kept": _in_short(
                posting
                for model in (Need, Offer)
                for posting in _kept_from_the_public(model, own, by)
            ),
            "fits": _fits(country, by),
            "disclaimer": disclaimer(),
            "owner": settings.PORTAL_OWNER or settings.PORTAL_NAME,
            "on": today(),
        },
    )  # fmt: skip


def _challenges(answers: CountryAnswers) -> list[str]:
    named = [text for edition in answers.editions for text in edition.challenges]
    return [_cut(text, LONGEST_TEXT) for text in named[:ROWS_SHOWN]]


def _rows(answers: CountryAnswers) -> list[BriefRow]:
    open_areas = {one.area.pk: one for one in answers.open_to.areas}
    also = {one.area.pk: one.others for one in answers.also_sought}
    found = []
    for row in answers.matrix:
        one = open_areas.get(row.area.pk)
        helpers = [helper.who for helper in (*one.confirmed, *one.stated)] if one else []
        found.append(
            BriefRow(
                area=_cut(row.area),
                numbers=[cell.number for cell in row.cells],
                helpers=_named(helpers),
                others=_named(also.get(row.area.pk, ())),
            )
        )
    return found


def _kept_from_the_public(model: Any, own: Q, by: User) -> list[Posting]:
    """Return the country's newest postings that these readers see and the public does not: drafts, those withheld."""
    public = model.objects.public().order_by().values("pk")
    return list(model.objects.visible_to(by).filter(own).exclude(pk__in=public).for_lists()[:ROWS_SHOWN])


def _fits(country: Country, by: User) -> list[str]:
    """Return the fits of the country that the person may see, as pages list them: nothing of how far they have come."""
    own = of_country([country.pk], side="need__") | of_country([country.pk], side="offer__")
    seen = Match.objects.visible_to(by).filter(own).for_lists()
    best_first = seen.order_by("-seen_word", "need_party", "offer_party", "need", "offer")[:ROWS_SHOWN]
    return [
        f"{_cut(match.need.party)} ↔ {_cut(match.offer.party)}: {match.seen.fit.label}" for match in best_first
    ]  # fmt: skip


def _in_short(postings: Iterable[Posting]) -> list[tuple[str, Posting]]:
    return [(_cut(posting.title, LONGEST_TEXT), posting) for posting in postings]


def _named(rows: Sequence[Any]) -> str:
    names = ", ".join(_cut(row, LONGEST_IN_A_CELL) for row in rows[:NAMED_IN_A_CELL])
    more = len(rows) - NAMED_IN_A_CELL
    return f"{names} +{more}" if more > 0 else names


def _cut(text: Any, limit: int = LONGEST_NAME) -> str:
    return Truncator(storable(" ".join(str(text).split()))).chars(limit)
