"""WSGI entry point: `gunicorn ssc_portal.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

from ssc_portal.running.content_types import with_readable_content_type

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ssc_portal.settings")

application = with_readable_content_type(get_wsgi_application())
