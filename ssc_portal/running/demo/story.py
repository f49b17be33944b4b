"""The invented postings of a trial from draft to what became of them: who does what, and only on a trial."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import transaction

from directory.access import Action, can
from directory.choices import SECRETARIAT_ROLES
from directory.mail.sending import send_one
from directory.models import Country, Mail, User
from matching.life.steps import ReviewRefused
from practices.offering.refusing import PracticeRefused
from ssc_portal.running.demo import steps
from ssc_portal.running.demo.agencies import WINDOW_OF_CAMBODIA
from ssc_portal.running.demo.people import (
    COORDINATOR,
    FOCAL_POINT,
    MANAGER,
    OTHER_FOCAL_POINT,
    PEOPLE,
    REVIEWER,
    DemoRefused,
    user_of,
)
from ssc_portal.running.demo.postings import POSTINGS, make_posting
from ssc_portal.running.demo.practices import PRACTICES, make_practice
from surveys.choices import WindowKind
from surveys.models import CountryWindow
from surveys.postings.deciding.held import PostingRefused

WINDOW_NOTE = "Invented for the demonstration of this portal: the Government has told us nothing."


def make_invented_postings() -> int:
    """Make the invented offers and needs that are not there yet; return how many were made.

    Raises DemoRefused where this is no trial, its people are missing, or one of them may not do it any more.
    """
    _check_is_a_trial()
    with transaction.atomic():
        _open_single_window()
        approvers = [user_of(COORDINATOR), user_of(MANAGER)]
        made = 0
        for invented in POSTINGS:
            author = next(person for person in PEOPLE if person.agency == invented.agency)
            try:
                posting = make_posting(invented, author=user_of(author), approvers=approvers)
            except PostingRefused as refusal:
                raise DemoRefused(str(refusal)) from refusal
            made += posting is not None
        return made


def make_invented_practices() -> int:
    """Make the invented practices that are not there yet, reviewed and published; return how many were made.

    Raises DemoRefused as `make_invented_postings` does.
    """
    _check_is_a_trial()
    with transaction.atomic():
        made = 0
        for invented in PRACTICES:
            author = next(person for person in PEOPLE if person.agency == invented.agency)
            try:
                practice = make_practice(invented, author=user_of(author), reviewer=user_of(REVIEWER))
            except PracticeRefused as refusal:
                raise DemoRefused(str(refusal)) from refusal
            made += practice is not None
        return made


def take_invented_steps() -> list[str]:
    """Let the reviewer and the sides do with the invented postings what shows most; return in words what was done now.

    To be called once the matching has run. What was done before, or cannot be done because a tester has changed
    something, is left out. Raises DemoRefused where this is no trial.
    """
    _check_is_a_trial()
    reviewer, seeking, offering = (user_of(person) for person in (REVIEWER, FOCAL_POINT, OTHER_FOCAL_POINT))
    acts: dict[str, Callable[[], object]] = {
        "a strong fit was released to everyone": lambda: steps.release_a_fit(reviewer=reviewer),
        "a triangular option was put to its three sides": lambda: steps.propose_an_option(reviewer=reviewer),
        "a proposal was refused by one side": lambda: steps.refuse_a_proposal(
            reviewer=reviewer, seeking=seeking, offering=offering
        ),
    }
    done = []
    for words, act in acts.items():
        try:
            if act() is not None:
                done.append(words)
        except ReviewRefused as refusal:
            done.append(f"not done: {words} ({refusal})")
    return done


@contextmanager
def mails_to_nobody() -> Iterator[None]:
    """Let the mails that are written meanwhile count as sent, and go to nobody.

    They stand in the outbox, for who wants to see which there are. A trial prints its mails, and two dozen at once
    would push the passwords and the addresses to open off the screen.
    """
    known = set(Mail.objects.values_list("pk", flat=True))
    yield
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "django.core.mail.backends.dummy.EmailBackend"
    try:
        for pk in Mail.objects.due().exclude(pk__in=known).order_by("pk").values_list("pk", flat=True):
            send_one(pk)
    finally:
        settings.EMAIL_BACKEND = backend


def _check_is_a_trial() -> None:
    """Raise DemoRefused unless DEBUG is on, and nobody but the demo's own people works for the secretariat."""
    if not settings.DEBUG:
        raise DemoRefused("Postings are invented only with DEBUG on, never on a portal in use.")
    at_work = User.objects.filter(is_active=True, affiliations__role__in=SECRETARIAT_ROLES)
    if at_work.exclude(email__in=[person.email for person in PEOPLE]).exists():
        raise DemoRefused("Others than the demo's people work for the secretariat here: nothing is invented for them.")
    if not can(user_of(REVIEWER), Action.REVIEW_MATCHES) or not can(user_of(MANAGER), Action.APPROVE_POSTINGS):
        raise DemoRefused("The demo's reviewer and manager may not act: with STAFF_SECOND_FACTOR=off they may.")


def _open_single_window() -> None:
    """Let Cambodia's invented coordinator approve what its invented agency posts; a window that is there stays."""
    country = Country.objects.get(iso3=WINDOW_OF_CAMBODIA.country)
    if not CountryWindow.objects.filter(country=country).exists():
        window = CountryWindow(country=country, kind=WindowKind.SINGLE, note=WINDOW_NOTE)
        window.full_clean()
        window.save()
