"""What may happen to what the API lists, each in its own way of writing; drawn at random by whoever tries them."""

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import F, Model
from django.utils import timezone

from directory.models import Agency, AgencyFact, Country, CountryGroup, Modality, PriorityArea
from matching.models import Match, MatchSide, Outcome
from practices.choices import PracticeStatus
from practices.models import Practice
from surveys.choices import PostingStatus, ResponseKind, Visibility
from surveys.models import CountryWindow, Need, Offer, Response, Survey, Target
from tests.factories import (
    AgencyFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    MatchFactory,
    PreferredPartnerFactory,
    PublishedOfferFactory,
    PublishedPracticeFactory,
    ReleasedMatchFactory,
    ResponseFactory,
    SurveyFactory,
    TargetFactory,
    UserFactory,
    agreed_cooperation,
)
from web import bulk, rows

Happening = Callable[[random.Random], None]


def make_world() -> None:
    """A few rows of everything, some of them seen by nobody."""
    khm, tha, lao = (CountryFactory(iso3=iso3) for iso3 in ("KHM", "THA", "LAO"))
    agencies = [AgencyFactory(code=f"a{number}", country=country) for number, country in enumerate((khm, tha, lao))]
    survey = SurveyFactory(code="s1", is_public=True)
    response = ResponseFactory(survey=survey, country=lao)
    day = timezone.now().date()
    offers = [
        ConfirmedOfferFactory(country=tha, agency=agencies[1]),
        ConfirmedOfferFactory(country=None, agency=agencies[2], closes_on=day + dt.timedelta(days=2)),
        ConfirmedOfferFactory(country=lao, opens_on=day + dt.timedelta(days=3)),
        PublishedOfferFactory(country=lao, survey=survey, response=response),
    ]
    needs = [ConfirmedNeedFactory(country=khm, agency=agencies[0]) for _number in range(3)]
    TargetFactory(offer=offers[0], country=khm)
    PreferredPartnerFactory(need=needs[0], country=tha)
    for number, need in enumerate(needs):
        for offer in offers[number:]:
            (ReleasedMatchFactory if (number + offer.pk) % 2 else MatchFactory)(need=need, offer=offer)
    cooperation = agreed_cooperation(UserFactory())
    PublishedPracticeFactory(agency=agencies[1])
    PublishedPracticeFactory(agency=agencies[0], match=cooperation)
    AgencyFact.objects.create(agency=agencies[0], label="Staff", text="12")


def one(model: Any, draw: random.Random) -> Any:
    """Any row."""
    return model.objects.get(pk=draw.choice(list(model.objects.order_by("pk").values_list("pk", flat=True))))


def some(model: Any, draw: random.Random) -> Any:
    """Any rows, as a queryset that knows no order."""
    keys = list(model.objects.order_by("pk").values_list("pk", flat=True))
    return model.objects.filter(pk__in=draw.sample(keys, min(len(keys), draw.randint(1, 3))))


def _posting(draw: random.Random) -> Any:
    return draw.choice((Offer, Need))


def edit(draw: random.Random) -> None:
    posting = one(_posting(draw), draw)
    posting.title = f"Edited {draw.random()}"
    posting.save()


def edit_in_bulk(draw: random.Random) -> None:
    some(_posting(draw), draw).update(text=f"In bulk {draw.random()}")


def edit_many_at_once(draw: random.Random) -> None:
    postings = list(Offer.objects.order_by("pk")[:2])
    for posting in postings:
        posting.amount_note = f"Note {draw.random()}"
    rows.update_rows(Offer, postings, ["amount_note"])


def edit_by_hand(draw: random.Random) -> None:
    key = one(Need, draw).pk
    with connection.cursor() as cursor:
        cursor.execute("UPDATE surveys_need SET places = %s WHERE id = %s", [draw.randint(1, 90), key])


def hide_or_show(draw: random.Random) -> None:
    some(_posting(draw), draw).update(visibility=draw.choice(Visibility.values))


def withdraw_or_publish(draw: random.Random) -> None:
    some(_posting(draw), draw).update(status=draw.choice((PostingStatus.WITHDRAWN, PostingStatus.PUBLISHED)))


def confirm_or_not(draw: random.Random) -> None:
    some(_posting(draw), draw).update(confirmed_on=draw.choice((None, dt.date(2026, 5, draw.randint(1, 28)))))


def change_dates(draw: random.Random) -> None:
    day = timezone.now().date() + dt.timedelta(days=draw.randint(-1, 3))
    some(_posting(draw), draw).update(**{draw.choice(("opens_on", "closes_on")): draw.choice((None, day))})


def change_areas(draw: random.Random) -> None:
    posting = one(draw.choice((Offer, Need, Practice)), draw)
    getattr(posting, draw.choice(("areas", "modalities"))).clear()
    posting.areas.set(list(PriorityArea.objects.order_by("pk")[: draw.randint(0, 2)]))


def change_target(draw: random.Random) -> None:
    if draw.random() < 0.4:
        Target.objects.all().delete()
    else:
        TargetFactory(offer=one(Offer, draw), country=one(Country, draw))


def move_posting(draw: random.Random) -> None:
    some(_posting(draw), draw).update(agency=one(Agency, draw))


def new_posting(draw: random.Random) -> None:
    MatchFactory(need=one(Need, draw), offer=ConfirmedOfferFactory(country=one(Country, draw)))


def delete_posting(draw: random.Random) -> None:
    for offer in Offer.objects.filter(matches=None).order_by("pk")[:1]:
        offer.delete()


def delete_match(draw: random.Random) -> None:
    found = Match.objects.filter(sides=None, practices=None).order_by("pk").values_list("pk", flat=True)
    Match.objects.filter(pk__in=[draw.choice(list(found))] if found else []).delete()


def release_or_withhold(draw: random.Random) -> None:
    match = one(Match, draw)
    is_out = match.released_at is not None
    values: dict[str, Any] = dict.fromkeys(("released_at", "released_score", "released_word", "released_as"))
    if not is_out:
        explanation = ReleasedMatchFactory.build(
            need=match.need, offer=match.offer, profile=match.profile, run=match.run
        ).released_as
        values = {"released_at": timezone.now(), "released_score": match.score, "released_word": match.word}
        values["released_as"] = explanation
    Match.objects.filter(pk=match.pk).update(**values)


def hold_or_not(draw: random.Random) -> None:
    some(Match, draw).update(on_hold_at=draw.choice((None, timezone.now())))


def lapse_or_show(draw: random.Random) -> None:
    some(Match, draw).update(is_shown=draw.random() < 0.6)


def score_anew(draw: random.Random) -> None:
    more = draw.randint(1, 50)
    some(Match, draw).filter(is_shown=True).update(
        shown_score=F("shown_score") + more, shown_part_region=F("shown_part_region") + more
    )


def written_by_a_run(draw: random.Random) -> None:
    ids = np.array(sorted(some(Match, draw).values_list("pk", flat=True)), dtype=np.int64)
    with transaction.atomic():
        bulk.update(Match, ids, {"shown_changed_at": bulk.moment(timezone.now()), "is_shown": "true" if _pg() else 1})


def _pg() -> bool:
    return connection.vendor == "postgresql"


def consent_or_not(draw: random.Random) -> None:
    some(MatchSide, draw).update(consent_at=draw.choice((None, timezone.now())))


def change_outcome(draw: random.Random) -> None:
    some(Outcome, draw).update(places=draw.randint(1, 40))


def pause_or_not(draw: random.Random) -> None:
    country = one(Country, draw)
    CountryWindow.objects.get_or_create(country=country)
    paused = draw.choice((None, timezone.now()))
    CountryWindow.objects.filter(country=country).update(paused_at=paused, paused_by=None)


def edit_agency(draw: random.Random) -> None:
    agency = one(Agency, draw)
    agency.name = f"Agency {draw.random()}"
    agency.code = f"a-{draw.randint(1, 10**9)}"
    agency.is_active = draw.random() < 0.7
    agency.save()


def move_agency(draw: random.Random) -> None:
    some(Agency, draw).update(country=one(Country, draw))


def edit_fact(draw: random.Random) -> None:
    AgencyFact.objects.update(is_active=draw.random() < 0.5, agency=one(Agency, draw))


def hide_or_show_survey(draw: random.Random) -> None:
    Survey.objects.update(is_public=draw.random() < 0.5, stated_on=dt.date(draw.randint(2015, 2025), 1, 1))


def change_response(draw: random.Random) -> None:
    Response.objects.update(kind=draw.choice(ResponseKind.values))


def use_or_disable(draw: random.Random) -> None:
    model: type[Model] = draw.choice((PriorityArea, Modality, CountryGroup))
    model._default_manager.update(is_active=draw.random() < 0.6)


def rename_country(draw: random.Random) -> None:
    some(Country, draw).update(name=f"Country {draw.random()}", is_listed=draw.random() < 0.8)


def share_or_not(draw: random.Random) -> None:
    some(Practice, draw).update(status=draw.choice((PracticeStatus.PUBLISHED, PracticeStatus.WITHDRAWN)))


def change_partners(draw: random.Random) -> None:
    practice = one(Practice, draw)
    practice.partners.set([one(Agency, draw)])
    practice.countries.set([one(Country, draw)])


def swap_codes(draw: random.Random) -> None:
    """What was the code of one agency becomes that of another."""
    first, second = Agency.objects.order_by("pk")[:2]
    codes = first.code, second.code
    Agency.objects.filter(pk=first.pk).update(code="between")
    Agency.objects.filter(pk=second.pk).update(code=codes[0])
    Agency.objects.filter(pk=first.pk).update(code=codes[1])


def rolled_back(draw: random.Random) -> None:
    """What never happened."""
    with transaction.atomic():
        Offer.objects.update(title="Never", status=PostingStatus.WITHDRAWN)
        transaction.set_rollback(True)


HAPPENINGS: tuple[Happening, ...] = (
    edit, edit_in_bulk, edit_many_at_once, edit_by_hand, hide_or_show, withdraw_or_publish, confirm_or_not,
    change_dates, change_areas, change_target, move_posting, new_posting, delete_posting, delete_match,
    release_or_withhold, hold_or_not, lapse_or_show, score_anew, written_by_a_run, consent_or_not, change_outcome,
    pause_or_not, edit_agency, move_agency, edit_fact, hide_or_show_survey, change_response, use_or_disable,
    rename_country, share_or_not, change_partners, swap_codes, rolled_back,
)  # fmt: skip
