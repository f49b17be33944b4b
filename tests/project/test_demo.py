"""`make demo` shows the whole portal, changes nothing the second time, and is no way into a portal in use."""

import re
import socket
from contextlib import nullcontext
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db.models import Q

from directory.choices import Role
from directory.models import Affiliation, Agency, Designation, Mail, User
from matching.models import Match, MatchEvent, MatchRun, MatchSide, TriangularEvent, TriangularOption
from ssc_portal.management.commands import demo
from ssc_portal.running.demo.people import PEOPLE
from ssc_portal.running.demo.survey import matching_is_due
from surveys.models import CountryWindow, Need, Offer
from tests.factories import PublishedOfferFactory

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
CHOSEN = "chosen for the demo"
COUNTED = (
    MatchRun, MatchEvent, MatchSide, TriangularOption, TriangularEvent, Agency, Affiliation, Designation, CountryWindow
)  # fmt: skip


@pytest.fixture
def debug(settings, monkeypatch):
    settings.DEBUG = True
    settings.STAFF_SECOND_FACTOR = False
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)


def run(name, **options):
    out = StringIO()
    call_command(name, stdout=out, stderr=out, **options)
    return out.getvalue()


def passwords_in(text):
    return dict(re.findall(r"(\S+@example\.org) .*password: (\S+)$", text, flags=re.MULTILINE))


def state():
    return (
        [(row.pk, row.updated_at) for model in (Offer, Need, Match) for row in model.objects.order_by("pk")],
        list(User.objects.values_list("pk", "password")),
        list(Mail.objects.order_by("pk").values_list("pk", "state")),
        [model.objects.count() for model in (Offer.history.model, Need.history.model)],
        [model.objects.count() for model in COUNTED],
    )


def test_it_prepares_everything_and_the_second_time_nothing_changes(debug):
    first = run("demo", prepare_only=True)
    assert Match.objects.exclude(need__response=None).exclude(offer__response=None).count() == 23
    # What was done with a posting of the survey, nobody of its country has done.
    acted_on = Match.objects.filter(Q(released_at__isnull=False) | ~Q(status="suggested"))
    assert acted_on.count() == 2
    for of_the_survey in (Offer.objects.exclude(response=None), Need.objects.exclude(response=None)):
        assert not of_the_survey.filter(Q(matches__in=acted_on) | Q(confirmed_on__isnull=False)).exists()
    assert TriangularOption.objects.count() == 2
    assert not mail.outbox, "what is done for show is told to nobody"
    assert not Mail.objects.due().exists()
    assert set(passwords_in(first)) == {person.email for person in PEOPLE}
    before = state()
    second = run("demo", prepare_only=True)
    assert state() == before
    assert "Nothing changed since the last run" in second
    assert passwords_in(second) == {}
    assert second.count("kept, password as it was") == len(PEOPLE)


class File(StringIO):
    """A file, of which one sees what has left the buffer."""

    seen = ""

    def flush(self):
        self.seen = self.getvalue()


def test_each_step_is_named_before_it_is_done_also_in_a_file(debug, monkeypatch):
    out, seen = File(), {}
    monkeypatch.setattr(demo, "call_command", lambda name, *args, **options: seen.setdefault(name, out.seen))
    monkeypatch.setattr(demo, "open_survey_to_answer", lambda: "a survey")
    monkeypatch.setattr(demo, "make_invented_postings", lambda: 0)
    monkeypatch.setattr(demo, "take_invented_steps", list)
    call_command("demo", stdout=out, port=0)
    steps = {"migrate": "Database", "load_reference": "Reference data", "import_survey": "2018 survey, Table 1"}
    steps |= {"load_surveys": "Survey editions", "run_matching": "Matching", "runserver": "Open:"}
    steps |= {"make_demo_accounts": "Accounts"}
    assert [name for name, title in steps.items() if title not in seen[name]] == []


@pytest.mark.parametrize(
    ("is_set", "links_lead_to"), [(None, "http://127.0.0.1:8999"), ("http://portal.local", "http://portal.local")]
)
def test_links_of_mails_lead_to_the_port_of_the_demo(debug, monkeypatch, is_set, links_lead_to):
    monkeypatch.delenv("PORTAL_URL", raising=False)
    if is_set:
        monkeypatch.setenv("PORTAL_URL", is_set)
    given = {}
    monkeypatch.setattr(demo, "_is_free", lambda port: True)
    monkeypatch.setattr(demo.Command, "_prepare", lambda self: None)
    monkeypatch.setattr(demo, "call_command", lambda name, *args, **options: None)
    monkeypatch.setattr(demo.subprocess, "Popen", lambda args, **options: nullcontext(given.update(options)))
    run("demo", port=8999)
    assert given["env"]["PORTAL_URL"] == links_lead_to


def test_one_account_of_each_role_each_marked_as_invented(debug, reference):
    printed = passwords_in(run("make_demo_accounts"))
    roles = {user.email: user.roles for user in User.objects.all()}
    assert {role for held in roles.values() for role in held} == set(Role)
    assert len(set(printed.values())) == len(PEOPLE)
    for user in User.objects.all():
        assert user.check_password(printed[user.email])
        assert user.full_name.startswith("Demo ")


def test_a_chosen_password_is_given_to_all_of_them(debug, reference, monkeypatch):
    run("make_demo_accounts")
    monkeypatch.setenv("DEMO_PASSWORD", CHOSEN)
    text = run("make_demo_accounts")
    assert CHOSEN not in text
    assert text.count("password: $DEMO_PASSWORD") == len(PEOPLE)
    assert all(user.check_password(CHOSEN) for user in User.objects.all())
    assert run("make_demo_accounts").count("kept, password as it was") == len(PEOPLE)


@pytest.mark.parametrize("command", ["make_demo_accounts", "demo"])
def test_a_portal_in_use_gets_no_demo(settings, command):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="only with DEBUG on"):
        run(command)
    assert not User.objects.exists()


def test_without_reference_data_no_account_is_made(debug):
    with pytest.raises(CommandError, match="load_reference"):
        run("make_demo_accounts")
    assert not User.objects.exists()


def test_a_port_that_is_taken_is_named(debug):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=rf"Port {port} .* is taken.*make demo PORT={port + 1}"):
            run("demo", port=port)


def test_the_matching_is_due_when_a_posting_is_newer_than_the_last_run(debug, reference):
    assert matching_is_due()
    run("run_matching")
    assert not matching_is_due()
    PublishedOfferFactory()
    assert matching_is_due()
