"""What the sequencer looks at before the marks: a restore, a day that has come, a pass that is due."""

import datetime as dt

from django.db import connection, transaction
from django.db.models import Q

from feed.audiences import FeedAudience
from feed.kinds import KINDS
from feed.listed import form
from feed.marking.watched import watched
from feed.models import Feed, FeedMark, FeedState, Sequencer
from feed.models.feed import new_feed_id
from feed.place import place
from surveys.models import Need, Offer
from web.calendar.days import first_day_not_ended, last_day_begun, today


def begin(sequencer: Sequencer) -> None:
    """Bring the sequencer, which is held, to this moment, and mark what it calls for."""
    if Feed.objects.count() < len(FeedAudience):
        Feed.objects.bulk_create([Feed(audience=audience) for audience in FeedAudience], ignore_conflicts=True)
    before = _values(sequencer)
    _notice_a_restore(sequencer)
    _notice_another_version(sequencer)
    _notice_days(sequencer)
    if sequencer.passed_on is None:
        mark_everything()
        sequencer.passed_on = today()
    if _values(sequencer) != before:
        sequencer.save()


@transaction.atomic
def renew() -> None:
    """Give each feed another id: positions that anybody holds are good for nothing from then on."""
    for feed in Feed.objects.select_for_update():
        feed.feed_id = new_feed_id()
        feed.save(update_fields=["feed_id"])


def mark_everything() -> None:
    """Mark every row of every kind, and all that an audience still has of rows that are not there any more.

    What is left of an earlier pass goes: this one looks at it too.
    """
    marks = FeedMark._meta.db_table
    FeedMark.objects.filter(of_a_pass=True).delete()
    tables = {source.what: source for source in watched() if source.is_key}
    with connection.cursor() as cursor:
        for what in dict.fromkeys(kind.what for kind in KINDS.values()):
            source, kinds = tables[what], [kind.name for kind in KINDS.values() if kind.what == what]
            key, table = f'CAST("{source.column}" AS varchar(64))', f'"{source.table}"'
            insert = f'INSERT INTO "{marks}" (what, key, of_a_pass)'
            cursor.execute(f'{insert} SELECT %s, {key}, %s FROM {table} ORDER BY "{source.column}"', [what, True])
            cursor.execute(
                f'{insert} SELECT DISTINCT %s, row_key, %s FROM "{FeedState._meta.db_table}"'
                f" WHERE is_present AND kind IN ({', '.join(['%s'] * len(kinds))})"
                f" AND row_key NOT IN (SELECT {key} FROM {table})",
                [what, True, *kinds],
            )


def _values(sequencer: Sequencer) -> tuple[object, ...]:
    return (
        sequencer.form,
        sequencer.passed_on,
        sequencer.opened_to,
        sequencer.closed_before,
        sequencer.stands_in,
    )


def _notice_a_restore(sequencer: Sequencer) -> None:
    here = place()
    if sequencer.stands_in not in ("", here):
        renew()
    sequencer.stands_in = here


def _notice_another_version(sequencer: Sequencer) -> None:
    """Have everything compared anew where lists have other fields than before: until then no feed can be read."""
    if sequencer.form != form():
        Feed.objects.update(is_filled=False)
        sequencer.form, sequencer.passed_on = form(), None


def _notice_days(sequencer: Sequencer) -> None:
    """Mark the postings that have opened or closed since it was last looked: nobody wrote anything then."""
    opened_to, closed_before = last_day_begun(), first_day_not_ended()
    changed = Q(pk__in=[])
    if sequencer.opened_to and sequencer.closed_before:
        first, last = sorted((sequencer.opened_to, opened_to))
        changed |= Q(opens_on__gt=first, opens_on__lte=last)
        first, last = sorted((sequencer.closed_before, closed_before))
        changed |= Q(closes_on__gte=first, closes_on__lt=last)
    sequencer.opened_to, sequencer.closed_before = opened_to, closed_before
    for what, model in (("offer", Offer), ("need", Need)):
        keys = model.objects.filter(changed).order_by().values_list("pk", flat=True)
        FeedMark.objects.bulk_create([FeedMark(what=what, key=str(key)) for key in keys])


def ask_for_a_pass(on: dt.date) -> int:
    """Have everything looked at again, if that has not been done on the day `on`: the nightly part; return 1 if so."""
    return Sequencer.objects.filter(passed_on__lt=on).update(passed_on=None)
