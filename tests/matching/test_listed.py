"""What a match keeps of its postings: always what they say, whoever wrote them, as the rule of readers says it."""

import datetime as dt
import random
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from matching.listing import keeping
from matching.listing.keeping import bring_into_line
from matching.models import Match
from matching.models.fits.listed import FIRST_DAY, LAST_DAY, LISTED, PostingReach
from surveys.choices import PostingStatus, Visibility
from surveys.models import CountryWindow, Need, Offer
from surveys.models.postings.posting import published_q
from tests.factories import AgencyFactory, CountryFactory, MatchFactory, PublishedNeedFactory, PublishedOfferFactory

pytestmark = pytest.mark.django_db

DAYS = (None, dt.date(2026, 3, 1), dt.date(2027, 3, 1))


def as_readers_say() -> dict[int, Any]:
    """What the rule of readers, asked of the two postings, comes to for each match."""

    def reach(match: int, side: str) -> PostingReach:
        rows = Match.objects.filter(pk=match)
        if rows.filter(published_q(Visibility.PUBLIC, prefix=f"{side}__")).exists():
            return PostingReach.PUBLIC
        if rows.filter(published_q(Visibility.FOCAL_POINTS, prefix=f"{side}__")).exists():
            allowed = rows.filter(**{f"{side}__facilitating_allowed": True}).exists()
            return PostingReach.FACILITATING if allowed else PostingReach.FOCAL_POINTS
        if rows.filter(published_q(prefix=f"{side}__")).exists():
            return PostingReach.MATCHED
        published = rows.filter(**{f"{side}__status": PostingStatus.PUBLISHED}).exists()
        return PostingReach.OWN if published else PostingReach.NOBODY

    public = published_q(Visibility.PUBLIC, prefix="need__") & published_q(Visibility.PUBLIC, prefix="offer__")
    parties = {
        f"{side}_name": Coalesce(f"{side}__country__name", f"{side}__agency__country__name", f"{side}__agency__name")
        for side in ("need", "offer")
    }
    return {
        row.pk: (
            reach(row.pk, "need"),
            reach(row.pk, "offer"),
            Match.objects.filter(public, pk=row.pk).exists(),
            row.need_name,  # type: ignore[attr-defined]
            row.offer_name,  # type: ignore[attr-defined]
            max(row.need.opens_on or FIRST_DAY, row.offer.opens_on or FIRST_DAY),
            min(row.need.closes_on or LAST_DAY, row.offer.closes_on or LAST_DAY),
        )
        for row in Match.objects.annotate(**parties).select_related("need", "offer")
    }


def kept() -> dict[int, Any]:
    return {row["pk"]: tuple(row[name] for name in LISTED) for row in Match.objects.values("pk", *LISTED)}


@pytest.fixture
def world():
    countries = [CountryFactory(iso3=iso3) for iso3 in ("THA", "KHM", "FJI", "VUT")]
    agencies = [AgencyFactory(country=country) for country in (*countries, None)]
    needs = [PublishedNeedFactory(country=country) for country in countries]
    offers = [PublishedOfferFactory(country=None, agency=agency) for agency in agencies]
    offers += [PublishedOfferFactory(country=countries[0])]
    for need in needs:
        for offer in offers:
            MatchFactory(need=need, offer=offer)
    return countries, agencies


@pytest.mark.parametrize("seed", range(4))
def test_it_is_what_the_postings_say_after_any_write(world, seed):
    countries, agencies = world
    draw = random.Random(seed)

    def change_posting(rows):
        field = draw.choice(["status", "visibility", "facilitating_allowed", "opens_on", "closes_on", "agency"])
        values = {
            "status": list(PostingStatus), "visibility": list(Visibility), "facilitating_allowed": [True, False],
            "opens_on": DAYS, "closes_on": DAYS, "agency": agencies,
        }  # fmt: skip
        value = draw.choice(values[field])
        if draw.random() < 0.5:
            row = rows[draw.randrange(len(rows))]
            setattr(row, field, value)
            row.save()
        else:
            type(rows[0]).objects.filter(pk__in=[row.pk for row in draw.sample(rows, 2)]).update(**{field: value})

    def pause():
        window, _is_new = CountryWindow.objects.get_or_create(country=draw.choice(countries))
        window.paused_at = draw.choice([None, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)])
        window.save()

    def forget_window():
        CountryWindow.objects.filter(country=draw.choice(countries)).delete()

    def rename():
        row = draw.choice([*countries, *agencies])
        type(row).objects.filter(pk=row.pk).update(name=f"Name {draw.random()}")

    def move_agency():
        type(agencies[0]).objects.filter(pk=draw.choice(agencies[:-1]).pk).update(country=draw.choice(countries))

    def write_over():
        Match.objects.filter(pk__gte=0).update(need_reach=0, is_public=True, offer_party="", closes_on=DAYS[1])

    def save_what_is_stale():
        match = Match.objects.order_by("?").first()
        Offer.objects.filter(pk=match.offer_id).update(visibility=draw.choice(list(Visibility)))
        match.save()

    for _turn in range(30):
        work = draw.choice(
            [
                *[lambda: change_posting(list(Need.objects.all()))] * 2,
                *[lambda: change_posting(list(Offer.objects.filter(agency__isnull=False)))] * 2,
                pause, forget_window, rename, move_agency, write_over, save_what_is_stale,
            ]
        )  # fmt: skip
        work()
    assert kept() == as_readers_say()


def test_it_goes_with_the_transaction_of_the_change():
    match = MatchFactory()
    with transaction.atomic():
        Offer.objects.update(visibility=Visibility.FOCAL_POINTS)
        assert not Match.objects.get(pk=match.pk).is_public
        transaction.set_rollback(True)
    assert Match.objects.get(pk=match.pk).is_public


def test_a_change_that_says_nothing_else_writes_no_match():
    MatchFactory()
    before = Match.objects.annotate(held=F("updated_at")).values_list("held", flat=True).get()
    Offer.objects.update(title="Another")
    assert Match.objects.get().updated_at == before


def test_what_was_written_without_the_triggers_is_brought_into_line():
    match, other = MatchFactory(), MatchFactory()
    with connection.cursor() as cursor:
        on = " ON matching_match" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER matching_match_update_listed{on}")
        cursor.execute("UPDATE matching_match SET is_public = NOT is_public, need_party = 'Nobody'")
    keeping.keep_listed(using="default")
    assert kept() == as_readers_say()
    assert bring_into_line() == 0
    assert bring_into_line(needs=[match.need_id], offers=[other.offer_id]) == 0
    assert Match.objects.filter(Q(is_public=True)).count() == 2
