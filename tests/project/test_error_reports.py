"""Faults are reported only where an address is set, and take nothing along of what people typed or are called."""

import json

import pytest

from tests.project.subprocesses import PRODUCTION, run_python

pytestmark = pytest.mark.any_database

PROGRAM = """
import json, logging
import django
django.setup()
import sentry_sdk
from django.conf import settings
from django.test import Client, override_settings
from structlog.contextvars import bind_contextvars
from ssc_portal.guide.about import Privacy

def fail(view, request):
    bind_contextvars(user_id=7)
    typed = request.POST.get("typed") or request.GET["typed"]
    raise ValueError(f"{typed} is not understood")

Privacy.get = Privacy.post = fail
reports = []
if sentry_sdk.get_client().is_active():
    sentry_sdk.get_client().transport.capture_envelope = reports.append
plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}).enable()
client = Client(raise_request_exception=False, headers={"host": "portal.example.org", "referer": "/?Okonkwo"})
client.cookies["sessionid"] = "Okonkwo"
answers = [
    client.get("/privacy/?typed=Okonkwo", secure=True),
    client.post("/privacy/", {"typed": "Okonkwo"}, secure=True),
]
logging.getLogger("portal").error("No mail to %s", "okonkwo@example.org")
print(json.dumps({
    "ids": [answer.headers["X-Request-ID"] for answer in answers],
    "reports": [item.payload.json for envelope in reports for item in envelope.items],
}))
"""


def reported(**environment):
    done = run_python("-c", PROGRAM, DJANGO_SETTINGS_MODULE="ssc_portal.settings", **PRODUCTION, **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_nothing_is_reported_where_no_address_is_set():
    assert reported()["reports"] == []


def test_a_report_leads_to_the_log_and_tells_nothing_of_people():
    said = reported(ERROR_REPORTING_URL="http://key@127.0.0.1:9/1")
    text = json.dumps(said["reports"])
    assert "okonkwo" not in text.lower()
    faults = [report for report in said["reports"] if "exception" in report]
    assert [report["tags"]["request_id"] for report in faults] == said["ids"]
    for report in faults:
        (error,) = report["exception"]["values"]
        assert (error["type"], "value" in error) == ("ValueError", False)
        assert error["stacktrace"]["frames"][-1]["function"] == "fail"
        assert "vars" not in json.dumps(error)
        assert report["user"] == {"id": "7"}
        assert not {"request", "breadcrumbs", "extra", "contexts"} & set(report)
    (line,) = [report for report in said["reports"] if report not in faults]
    assert line["logentry"] == {"message": "No mail to %s"}
