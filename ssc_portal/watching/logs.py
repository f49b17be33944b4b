"""How web server, workers, clock and companion log: JSON lines in production, plain lines in development.

A line says which request, task and job it belongs to, and the id of the person; never a name, an e-mail address, or the
locals of a traceback.
"""

import logging
import re
from http import HTTPStatus
from typing import Any

import structlog

from web.maintenance import is_read_only

# Possessive, and from where such a word begins: linear, whatever a stranger has sent.
_MAIL_ADDRESS = re.compile(r"(?<![\w.+%-])[\w.+%-]++@[\w-]++(?:\.[\w-]++)+")


class RefusedRequests(logging.Filter):
    """Turns what Django logs of a request that it refused into one line at level warning, without a traceback.

    A body beyond the limit, a forged host, too many fields: anyone can send them at any time, and each wrote a
    traceback at level error, among which those of real faults were lost.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line pass."""
        if record.name.startswith("django.security."):
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.exc_info = record.exc_text = None
        return True


class RefusedInMaintenance(logging.Filter):
    """Turns what Django logs of a request that read-only maintenance refused into information: it is as announced.

    Of the logger, not of a handler: what reports errors elsewhere is not to be told of it either.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line pass."""
        if getattr(record, "status_code", None) == HTTPStatus.SERVICE_UNAVAILABLE and is_read_only():
            record.levelno, record.levelname = logging.INFO, "INFO"
        return True


def _without_addresses(value: Any) -> Any:
    if isinstance(value, str):
        return _MAIL_ADDRESS.sub("(address)", value)
    if isinstance(value, dict):
        return {name: _without_addresses(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_addresses(one) for one in value]
    return value


def leave_addresses_out(logger: Any, method: str, line: dict[str, Any]) -> dict[str, Any]:
    """Take e-mail addresses out of a line: the message of an exception may quote a row or what was typed."""
    return {name: _without_addresses(value) for name, value in line.items()}


def logging_config(*, level: str, as_json: bool) -> dict[str, Any]:
    """Return a `logging` configuration for `dictConfig`; `level` is a name such as "INFO"."""
    # A warning of Python is a line like any other.
    logging.captureWarnings(as_json)
    if as_json:
        # Locals hold passwords and keys, and are shown by default.
        tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        renderer: list[Any] = [
            structlog.processors.ExceptionRenderer(tracebacks),
            leave_addresses_out,
            structlog.processors.JSONRenderer(),
        ]
    else:
        plain = structlog.dev.plain_traceback
        renderer = [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain)]
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "portal": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
            }
        },
        "filters": {
            "refused": {"()": "ssc_portal.watching.logs.RefusedRequests"},
            "in_maintenance": {"()": "ssc_portal.watching.logs.RefusedInMaintenance"},
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "portal", "filters": ["refused"]}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.request": {"filters": ["in_maintenance"]},
            "django.server": {"handlers": ["console"], "level": level, "propagate": False},
            # gunicorn has given it a handler, and a format, of its own.
            "gunicorn.error": {"handlers": ["console"], "level": level, "propagate": False},
        },
    }
