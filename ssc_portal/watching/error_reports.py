"""Faults told to a server of Sentry's protocol, where the settings name one; to nobody else.

A report is made anew of what may leave the portal: the kind of the error, where in the code it was raised, and the ids
that the log has too. The message of an error may quote a row, and a request what somebody typed: the log has them.
"""

from typing import Any

import sentry_sdk
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.types import Event, Hint
from structlog.contextvars import get_contextvars

KEPT = ("event_id", "timestamp", "level", "platform", "logger", "release", "environment", "sdk")
KEPT_OF_AN_ERROR = ("type", "module", "mechanism", "stacktrace", "thread_id")


def report_errors(address: str, *, release: str) -> None:
    """Report faults to this address from now on; empty: to nobody."""
    if not address:
        return
    sentry_sdk.init(
        dsn=address,
        release=release,
        environment="production",
        before_send=only_what_may_leave,
        include_local_variables=False,
        max_request_body_size="never",
        send_default_pii=False,
        max_breadcrumbs=0,
        send_client_reports=False,
        auto_session_tracking=False,
        traces_sample_rate=None,
        auto_enabling_integrations=False,
        integrations=[DjangoIntegration(middleware_spans=False), CeleryIntegration()],
    )


def only_what_may_leave(event: Event, hint: Hint) -> Event:
    """Return the report with nothing in it of what people have typed, sent or are called."""
    given: dict[str, Any] = dict(event)
    ids = {name: str(value) for name, value in get_contextvars().items()}
    report: dict[str, Any] = {name: given[name] for name in KEPT if name in given} | {"tags": ids, "server_name": ""}
    if "user_id" in ids:
        report["user"] = {"id": ids["user_id"]}
    if given.get("transaction_info", {}).get("source") == "route":
        report["transaction"] = given["transaction"]
    # As the code has it: without what was put into it.
    if message := given.get("logentry", {}).get("message"):
        report["logentry"] = {"message": message}
    if errors := given.get("exception", {}).get("values"):
        kept = [{name: error[name] for name in KEPT_OF_AN_ERROR if name in error} for error in errors]
        report["exception"] = {"values": kept}
    return report  # type: ignore[return-value]
