"""WSGI entry point: `gunicorn ssc_portal.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

from ssc_portal.running.content_types import with_readable_content_type
from ssc_portal.running.loaded import set_aside_what_is_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ssc_portal.settings")

application = with_readable_content_type(get_wsgi_application())
set_aside_what_is_loaded()
