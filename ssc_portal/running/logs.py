"""How the portal logs: JSON lines in production, plain lines in development; never the locals of a traceback."""

import logging
from typing import Any

import structlog


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


def logging_config(*, level: str, as_json: bool) -> dict[str, Any]:
    """Return a `logging` configuration for `dictConfig`; `level` is a name such as "INFO"."""
    if as_json:
        # Locals hold passwords and keys, and are shown by default.
        tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        renderer: list[Any] = [structlog.processors.ExceptionRenderer(tracebacks), structlog.processors.JSONRenderer()]
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
        "filters": {"refused": {"()": "ssc_portal.running.logs.RefusedRequests"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "portal", "filters": ["refused"]}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["console"], "level": level, "propagate": False},
        },
    }
