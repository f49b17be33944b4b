"""The client of the documentation, as somebody who has taken it runs it."""

import importlib.util
import json
import sqlite3
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings

from feed.audiences import FeedAudience
from feed.sequencing.beginning import renew
from surveys.models import Offer
from tests.factories import ConfirmedOfferFactory, ReleasedMatchFactory
from tests.feed.copying import seen, sequence

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]


@pytest.fixture
def example() -> ModuleType:
    path = settings.BASE_DIR / "docs" / "api" / "examples" / "copy.py"
    spec = importlib.util.spec_from_file_location("copy_of_the_portal", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows_in(file: Path, portal: str) -> dict[tuple[str, str], Any]:
    """The rows of the copy, with the addresses that the test client would have got."""
    with sqlite3.connect(file) as copy:
        found = {
            (kind, row_id): json.loads(row.replace(portal, "http://testserver"))
            for kind, row_id, row in copy.execute("SELECT * FROM rows")
        }
    copy.close()
    return found


def test_it_keeps_an_exact_copy(example: ModuleType, live_server: Any, tmp_path: Path) -> None:
    file = tmp_path / "copy.sqlite3"
    ReleasedMatchFactory()
    offers = ConfirmedOfferFactory.create_batch(130)  # more than one page
    sequence()

    changed, gone = example.bring_up_to_date(live_server.url, file)
    assert (changed, gone) == (len(seen(FeedAudience.ANONYMOUS)), 0)
    assert rows_in(file, live_server.url) == seen(FeedAudience.ANONYMOUS)

    Offer.objects.filter(pk=offers[0].pk).update(title="Another")
    Offer.objects.filter(pk=offers[1].pk).update(visibility="matched")
    sequence()
    assert example.bring_up_to_date(live_server.url, file) == (1, 1)
    assert example.bring_up_to_date(live_server.url, file) == (0, 0)
    assert rows_in(file, live_server.url) == seen(FeedAudience.ANONYMOUS)

    Offer.objects.filter(pk=offers[2].pk).delete()
    renew()  # as after a restore
    sequence()
    changed, gone = example.bring_up_to_date(live_server.url, file)
    assert changed == len(seen(FeedAudience.ANONYMOUS))
    assert rows_in(file, live_server.url) == seen(FeedAudience.ANONYMOUS)
