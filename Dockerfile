# SSC Portal: one image for the web server, the workers and the management commands.
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements-fast.txt /tmp/requirements-fast.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --require-hashes --no-deps -r /tmp/requirements-fast.txt

FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    STATIC_ROOT=/app/staticfiles \
    NUMBA_CACHE_DIR=/tmp/compiled \
    MAINTENANCE_FOLDER=/maintenance \
    BIND=0.0.0.0:8000
# PDFs: Pango, and fonts for the languages of the United Nations.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
        fonts-noto-core fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home --home-dir /app --shell /usr/sbin/nologin portal
# A volume that is mounted here for the first time takes its owner from it.
RUN install --directory --owner=portal /maintenance
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY manage.py gunicorn.conf.py LICENSE ./
COPY web web
COPY directory directory
COPY surveys surveys
COPY matching matching
COPY practices practices
COPY feed feed
COPY desk desk
COPY workspace workspace
COPY ssc_portal ssc_portal
COPY templates templates
COPY locale locale
# The key serves this one command; settings refuse to load without any.
RUN SECRET_KEY=only-while-the-image-is-built DATABASE_URL=sqlite:///:memory: \
    python manage.py collectstatic --noinput --verbosity 0
USER portal
EXPOSE 8000
# The process answers; what it stands on is asked at /readyz, which no restart mends: see docs/watching.md.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "ssc_portal.wsgi"]
