"""Reading settings from the environment: what is not understood stops the start, and says what would be right.

A value is never taken for something else: "enabled" is neither on nor off. An empty variable counts as one that is not
set, since containers pass on those that nobody has filled in. No Django settings are needed to read this module.
"""

import os
import re
from collections.abc import Callable, Sequence
from email.utils import parseaddr
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import EmailValidator

Value = TypeVar("Value")

SWITCH = {"on": True, "true": True, "yes": True, "1": True, "off": False, "false": False, "no": False, "0": False}
LONGEST_TEXT = 200
LONGEST_STATEMENT = 2_000
LONGEST_SECRET = 1_000
DATABASES = ("postgres", "postgresql", "sqlite")
CACHES = ("redis", "rediss", "locmemcache")
BROKERS = ("redis", "rediss", "amqp", "amqps")
MAIL_SERVERS = ("smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail", "filemail", "memorymail", "dummymail")
WITHOUT_HOST = frozenset({"sqlite", "locmemcache", "consolemail", "filemail", "memorymail", "dummymail"})
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LARGEST_PORT = 65_535

_HOST = re.compile(
    r"\.?[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]*[a-z0-9])?)*|\[[0-9a-f:.]+\]", re.IGNORECASE
)
_RATE = re.compile(r"[1-9][0-9]{0,8}/(s|sec|second|m|min|minute|h|hour|d|day)")
_NUMBER = re.compile(r"[0-9]{1,12}")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,19}://", re.IGNORECASE)


class Environment:
    """The environment, read once a name; `names` are those that were asked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def _read(
        self,
        name: str,
        understand: Callable[[str], Value],
        *,
        default: Value | Callable[[], Value],
        right: str,
        is_secret: bool = False,
    ) -> Value:
        """Return what `understand` makes of the value; it raises ValueError for what it does not understand."""
        self.names.add(name)
        given = os.environ.get(name, "").strip()
        if not given:
            return default() if callable(default) else default
        try:
            return understand(given)
        except ValueError:
            shown = _without_secrets(given) if is_secret else f'"{given[:LONGEST_TEXT]}"'
        # Outside the handler: a traceback of what failed could show the secret.
        raise ImproperlyConfigured(f"{name}={shown} is not understood: {right}")

    def switch(self, name: str, *, default: bool) -> bool:
        """Return whether it is on."""
        return self._read(
            name,
            lambda given: _one_of(SWITCH, given.lower()),
            default=default,
            right="write on or off (also true or false, yes or no, 1 or 0).",
        )

    def number(self, name: str, *, default: int, least: int = 0, most: int) -> int:
        """Return a whole number between the two limits, both allowed."""
        right = f"write a whole number from {least} to {most}, in digits alone."
        return self._read(name, lambda given: _number(given, least, most), default=default, right=right)

    def processes(self, name: str, *, cache: dict[str, Any]) -> int:
        """Return how many processes serve: with a cache of each process, one, for there log-ins are counted."""
        if not cache["BACKEND"].endswith("LocMemCache"):
            return self.number(name, default=2, least=1, most=256)
        right = "write 1, or set CACHE_URL to a Redis: without one each process counts tries to log in for itself."
        return self._read(name, lambda given: _number(given, 1, 1), default=1, right=right)

    def text(self, name: str, *, default: str = "", longest: int = LONGEST_TEXT) -> str:
        """Return one line of text."""
        right = f"write one line of at most {longest} characters, without control characters."
        return self._read(name, lambda given: _line(given, longest), default=default, right=right)

    def secret(self, name: str, *, shortest: int = 1) -> str:
        """Return one line that is shown nowhere; empty where it is not set."""
        right = f"write one line of {shortest} to {LONGEST_SECRET} characters, without control characters."
        return self._read(name, lambda given: _secret(given, shortest), default="", right=right, is_secret=True)

    def mailbox(self, name: str) -> str:
        """Return an e-mail address; empty where it is not set."""
        return self._read(name, _mailbox, default="", right="write an e-mail address, e.g. portal@example.org.")

    def hosts(self, name: str, *, default: list[str]) -> list[str]:
        """Return names of hosts, e.g. "portal.example.org", or ".example.org" for all below it."""
        right = "write names of hosts with commas, e.g. portal.example.org, without https:// and without a port."
        return self._read(name, lambda given: [_host(one) for one in _parts(given)], default=default, right=right)

    def origins(self, name: str) -> list[str]:
        """Return origins, e.g. "https://portal.example.org"."""
        right = "write origins with commas, e.g. https://portal.example.org, without a path."
        return self._read(name, lambda given: [_origin(one) for one in _parts(given)], default=[], right=right)

    def address(self, name: str, *, default: str = "") -> str:
        """Return the address of a web server, without a slash at its end."""
        right = "write an address that begins with https:// or http://, e.g. https://portal.example.org."
        return self._read(name, lambda given: _web_address(given).rstrip("/"), default=default, right=right)

    def rate(self, name: str, *, default: str) -> str:
        """Return how many in which time, e.g. "300/min"."""
        right = "write a number above 0 and a time, e.g. 300/min; the times are sec, min, hour and day."
        return self._read(name, lambda given: _matching(_RATE, given), default=default, right=right)

    def sender(self, name: str, *, default: str) -> str:
        """Return the sender of mails."""
        right = "write an e-mail address, e.g. portal@example.org or SSC Portal <portal@example.org>."
        return self._read(name, _sender, default=default, right=right)

    def level(self, name: str, *, default: str) -> str:
        """Return a level of log lines."""
        right = f"write one of {', '.join(LEVELS)}."
        return self._read(name, lambda given: _among(LEVELS, given.upper()), default=default, right=right)

    def folder(self, name: str, *, default: Path) -> Path:
        """Return a folder, which need not be there yet."""
        return self._read(name, _folder, default=default, right="write the path of a folder; there is a file.")

    def bind(self, name: str, *, default: str) -> str:
        """Return where a server listens."""
        right = "write host:port, e.g. 127.0.0.1:8000, or unix: and the path of a socket."
        return self._read(name, _bind, default=default, right=right)

    def database(self, name: str, *, default: str) -> dict[str, Any]:
        """Return a database as Django has it."""
        right = "write e.g. postgres://user:password@host:5432/name or sqlite:////folder/db.sqlite3."
        made = environ.Env.db_url_config
        return self._read(name, _database, default=lambda: dict(made(default)), right=right, is_secret=True)

    def cache(self, name: str, *, default: str) -> dict[str, Any]:
        """Return a cache as Django has it."""
        right = "write e.g. redis://host:6379/1, or locmemcache:// for a single process."
        return self._url(name, CACHES, environ.Env.cache_url_config, default=default, right=right)

    def mail_server(self, name: str, *, default: str) -> dict[str, Any]:
        """Return the settings of Django's for a mail server."""
        right = "write e.g. smtp+tls://user:password@host:587, or consolemail:// to have mails in the log."
        return self._url(name, MAIL_SERVERS, environ.Env.email_url_config, default=default, right=right)

    def broker(self, name: str) -> str:
        """Return the address of a broker; empty: none."""
        right = "write e.g. redis://host:6379/0, or leave it empty: then `manage.py work` does the jobs."
        return self._read(name, lambda given: _url(given, BROKERS), default="", right=right, is_secret=True)

    def reporting(self, name: str) -> str:
        """Return where faults are reported to; empty: nowhere."""
        right = (
            "write the address that the server gives for a project (its DSN), e.g. https://key@errors.example.org/1."
        )
        return self._read(name, _reporting, default="", right=right, is_secret=True)

    def _url(
        self,
        name: str,
        schemes: Sequence[str],
        read: Callable[[str], Any],
        *,
        default: str,
        right: str,
    ) -> dict[str, Any]:
        return self._read(
            name,
            lambda given: dict(read(_url(given, schemes))),
            default=lambda: dict(read(default)),
            right=right,
            is_secret=True,
        )


def _without_secrets(given: str) -> str:
    """Return no more of the value than how it begins: the rest may hold a password, wherever it was put."""
    scheme = _SCHEME.match(given)
    return f"{scheme[0]}…" if scheme else "…"


def _one_of(known: dict[str, Value], given: str) -> Value:
    if given not in known:
        raise ValueError
    return known[given]


def _among(known: Sequence[str], given: str) -> str:
    if given not in known:
        raise ValueError
    return given


def _matching(pattern: re.Pattern[str], given: str) -> str:
    if pattern.fullmatch(given) is None:
        raise ValueError
    return given


def _number(given: str, least: int, most: int) -> int:
    number = int(_matching(_NUMBER, given))
    if not least <= number <= most:
        raise ValueError
    return number


def _line(given: str, longest: int = LONGEST_TEXT) -> str:
    if len(given) > longest or not given.isprintable():
        raise ValueError
    return given


def _secret(given: str, shortest: int) -> str:
    if len(given) < shortest:
        raise ValueError
    return _line(given, LONGEST_SECRET)


def _parts(given: str) -> list[str]:
    return [part.strip() for part in given.strip(",").split(",")]


def _host(given: str) -> str:
    return _matching(_HOST, given)


def _url(given: str, schemes: Sequence[str]) -> str:
    """Return an address of one of the schemes, with a host where one is needed and a port that can be."""
    parts = urlsplit(_line(given, LONGEST_SECRET))
    _among(schemes, parts.scheme)
    if parts.scheme in WITHOUT_HOST:
        return given
    host = parts.hostname or ""
    _host(f"[{host}]" if ":" in host else host)
    # A port that is no number, or beyond the largest, raises ValueError by being read.
    if parts.port == 0:
        raise ValueError
    return given


def _database(given: str) -> dict[str, Any]:
    parts = urlsplit(_url(given, DATABASES))
    if parts.scheme != "sqlite" and not parts.path.strip("/"):
        raise ValueError
    return dict(environ.Env.db_url_config(given))


def _web_address(given: str) -> str:
    parts = urlsplit(_url(given, ("http", "https")))
    if parts.query or parts.fragment or parts.username is not None:
        raise ValueError
    return given


def _reporting(given: str) -> str:
    """Return an address with a key before its host, and a project at its end."""
    parts = urlsplit(_url(given, ("http", "https")))
    if not parts.username or parts.query or parts.fragment:
        raise ValueError
    _matching(_NUMBER, parts.path.rpartition("/")[2])
    return given


def _origin(given: str) -> str:
    parts = urlsplit(_web_address(given.replace("://*.", "://")))
    if parts.path:
        raise ValueError
    return given


def _mailbox(given: str) -> str:
    try:
        EmailValidator(allowlist=["localhost"])(_line(given))
    except ValidationError as wrong:
        raise ValueError from wrong
    return given


def _sender(given: str) -> str:
    name, address = parseaddr(_line(given))
    _mailbox(address)
    if not name and address != given:
        raise ValueError
    return given


def _folder(given: str) -> Path:
    path = Path(_line(given))
    if path.exists() and not path.is_dir():
        raise ValueError
    return path


def _bind(given: str) -> str:
    if given.startswith("unix:/") and given.isprintable():
        return given
    host, colon, port = given.rpartition(":")
    if not colon:
        raise ValueError
    _number(port, 1, LARGEST_PORT)
    if host:
        _host(host)
    return given
