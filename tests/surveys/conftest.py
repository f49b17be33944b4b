"""The reference data again, but quickly: loaded from the files once a session, then put in as rows."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Model
from pytest_django import DjangoDbBlocker

from directory.models import (
    Agency,
    AgencyFact,
    Country,
    CountryAlias,
    CountryGroup,
    GroupMembership,
    Modality,
    PriorityArea,
)
from directory.name_index import load_name_index
from directory.names import NameIndex
from surveys.editions import load_surveys
from surveys.importing import planning
from surveys.models import Survey

MODELS: tuple[Any, ...] = (
    Country,
    CountryAlias,
    CountryGroup,
    CountryGroup.parts.through,
    GroupMembership,
    PriorityArea,
    Modality,
    Agency,
    AgencyFact,
)


@pytest.fixture(scope="session")
def reference_rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> list[list[Model]]:
    """The rows that load_reference makes, model by model; the database is left as it was."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_reference", verbosity=0)
        rows = [list(model.objects.order_by("pk")) for model in MODELS]
        transaction.set_rollback(True)
    return rows


@pytest.fixture(scope="session")
def name_index(django_db_blocker: DjangoDbBlocker, reference_rows: list[list[Model]]) -> NameIndex:
    """The index of names over the reference data, built once."""
    with django_db_blocker.unblock(), transaction.atomic():
        _put_in(reference_rows)
        index = load_name_index()
        transaction.set_rollback(True)
    return index


@pytest.fixture
def reference(db: None, reference_rows: list[list[Model]]) -> None:
    """The reference data that the project ships."""
    _put_in(reference_rows)


def _put_in(reference_rows: list[list[Model]]) -> None:
    for model, rows in zip(MODELS, reference_rows, strict=True):
        model.objects.bulk_create(rows)


@pytest.fixture
def survey(reference: None, name_index: NameIndex, monkeypatch: pytest.MonkeyPatch) -> Survey:
    """The 2018 edition, among the reference data that the project ships, whose names are indexed once a session."""
    monkeypatch.setattr(planning, "load_name_index", lambda: name_index)
    load_surveys()
    return Survey.objects.get(code="escap-unossc-2018")
