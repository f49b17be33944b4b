"""Figures for Prometheus at `/metrics`: off unless METRICS_TOKEN is set, and then for whoever has the token alone.

What waits is counted in the database as it is asked for, so any one web server tells all of it. Requests are counted by
the processes of one server: gunicorn.conf.py gives each of them a place of its own in a folder that they share.
"""

import os
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from directory.choices import MailState
from directory.models import Mail
from feed.ready import waits_since as feed_waits_since
from matching.choices import RunState
from matching.models import MatchRun
from ssc_portal.watching.health import HOLDING, OK, codes_of, names_asked
from web.jobs.kinds import KINDS
from web.jobs.watch import last_seen

REALM = 'Bearer realm="metrics"'
MAILS_NOT_SENT = (MailState.FAILED, MailState.UNCERTAIN)


class PortalFigures(Collector):
    """What the portal knows of itself; of a database that is away no more than that."""

    def collect(self) -> Iterator[Metric]:
        codes = codes_of(names_asked())
        yield _gauge(
            "check_ok", "1 where a check of /readyz holds.", "check", {n: code in HOLDING for n, code in codes.items()}
        )
        if codes["database"] == OK:
            yield from _jobs()
            yield from _mails()
            yield from _ages()
            failed = MatchRun.objects.filter(state=RunState.FAILED).count()
            yield _gauge("runs_failed", "Runs of the matching that have failed.", value=failed)


def _jobs() -> Iterator[Metric]:
    waiting, at_work, oldest = {}, {}, {}
    for kind in KINDS.values():
        free = kind.rows().free().aggregate(number=Count("pk"), since=Min("started_at"))
        waiting[kind.task], oldest[kind.task] = free["number"], _seconds_since(free["since"])
        at_work[kind.task] = kind.rows().count() - free["number"]
    yield _gauge("jobs_waiting", "Jobs that nobody has taken.", "kind", waiting)
    yield _gauge("jobs_at_work", "Jobs that somebody does.", "kind", at_work)
    yield _gauge("jobs_oldest_seconds", "Age of the oldest job that waits; 0: none does.", "kind", oldest)


def _mails() -> Iterator[Metric]:
    due = Mail.objects.filter(state=MailState.WAITING, due_at__lte=timezone.now())
    rows = {MailState.WAITING: due} | {state: Mail.objects.filter(state=state) for state in MAILS_NOT_SENT}
    numbers = {str(state.value): found.count() for state, found in rows.items()}
    yield _gauge("mails", "Mails that are due and wait, were given up, or were perhaps sent.", "state", numbers)
    age = _seconds_since(due.aggregate(since=Min("due_at"))["since"])
    yield _gauge("mails_oldest_seconds", "For how long the oldest mail is due; 0: none is.", value=age)


def _ages() -> Iterator[Metric]:
    seen = last_seen()
    if seen is not None:
        yield _gauge("worker_seen_seconds", "Since a worker gave a sign of life.", value=_seconds_since(seen))
    lag = _seconds_since(feed_waits_since())
    yield _gauge("feed_lag_seconds", "For how long a change waits for the change feed; 0: none does.", value=lag)


def _seconds_since(moment: Any) -> float:
    return 0.0 if moment is None else max(0.0, (timezone.now() - moment).total_seconds())


def _gauge(
    name: str, says: str, label: str = "", numbers: dict[str, Any] | None = None, *, value: float | None = None
) -> Metric:
    """Return a figure: one number, or one for each value of the label."""
    gauge = GaugeMetricFamily(f"ssc_portal_{name}", says, value=value, labels=[label] if label else None)
    for of, number in (numbers or {}).items():
        gauge.add_metric([of], float(number))
    return gauge


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Return all figures to whoever has the token; 404 where there is none."""
    if not settings.METRICS_TOKEN:
        return HttpResponseNotFound("Not found\n", "text/plain")
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": REALM})
    requests: CollectorRegistry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        requests = CollectorRegistry()
        MultiProcessCollector(requests)  # type: ignore[no-untyped-call]
    portal = CollectorRegistry()
    portal.register(PortalFigures())
    return HttpResponse(generate_latest(requests) + generate_latest(portal), content_type=CONTENT_TYPE_LATEST)
