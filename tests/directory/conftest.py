"""What the tests of the directory share."""

import pytest
from django.core.management import call_command
from django.db import transaction
from pytest_django import DjangoDbBlocker

from directory.name_index import load_name_index
from directory.names import NameIndex


@pytest.fixture(scope="session")
def name_index(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> NameIndex:
    """The index of names over the reference data that the project ships, built once: it never changes."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_reference", verbosity=0)
        index = load_name_index()
        transaction.set_rollback(True)
    return index
