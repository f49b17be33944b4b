"""How gunicorn serves the portal; it reads this file from the folder it is started in."""

import os

from ssc_portal.running.environment import Environment

env = Environment()
# A page that asks the database for longer answers 503; jobs, which are not served from here, have no such limit.
os.environ["STATEMENT_SECONDS"] = str(env.number("STATEMENT_SECONDS", default=30, least=1, most=3_600))
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
