"""How gunicorn serves the portal; it reads this file from the folder it is started in."""

import os
import shutil
import tempfile
from typing import Any

from ssc_portal.running.environment import Environment
from ssc_portal.watching.logs import logging_config
from ssc_portal.watching.places import count_in, free_place

env = Environment()
# A page that asks the database for longer answers 503; jobs, which are not served from here, have no such limit.
os.environ["STATEMENT_SECONDS"] = str(env.number("STATEMENT_SECONDS", default=30, least=1, most=3_600))
# The lines of the master and of a worker that begins, too.
logconfig_dict = logging_config(
    level=env.level("LOG_LEVEL", default="INFO"), as_json=not env.switch("DEBUG", default=False)
)
bind = env.bind("BIND", default="127.0.0.1:8000")
worker_class = "gthread"
workers = env.processes("WEB_CONCURRENCY", cache=env.cache("CACHE_URL", default="locmemcache://"))
threads = env.number("WEB_THREADS", default=4, least=1, most=256)
timeout = 60
graceful_timeout = 30
keepalive = 15
# Nobody manages it but by signals, and a root that is read-only has no place for a socket.
control_socket_disable = True
# A worker is replaced now and then, not all at once, so that no leak grows old.
max_requests = 2000
max_requests_jitter = 200
# The heartbeat file must not wait for a disk.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112
# A request line of 4 KB holds every filter the pages and the API know.
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190

if env.secret("METRICS_TOKEN", shortest=20):
    # Before a worker begins: what counts requests looks for it as it is imported. Its files are mapped into memory: on
    # a disk that is full a worker that counts something new would be ended by the system (SIGBUS).
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="metrics-", dir=worker_tmp_dir)


def pre_fork(server: Any, worker: Any) -> None:
    """Give a worker the place that another has left, see ssc_portal/watching/places.py."""
    worker.place = free_place(other.place for other in server.WORKERS.values())


def post_fork(server: Any, worker: Any) -> None:
    """Have it count there."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        count_in(worker.place)


def on_exit(server: Any) -> None:
    """Leave no folder behind."""
    if folder := os.getenv("PROMETHEUS_MULTIPROC_DIR"):
        shutil.rmtree(folder)
