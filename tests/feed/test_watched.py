"""Nothing that the lists show is forgotten: every list is a kind of the feed, and every table it reads is watched."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from feed.audiences import FeedAudience
from feed.kinds import KINDS
from feed.marking.hanging import HANGING
from feed.marking.watched import watched
from ssc_portal.api import router
from tests.feed.copying import seen
from tests.feed.happening import make_world

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NO_KINDS = {
    "changes": "the feed itself",
    "coverage": "counts, no rows",
    "runs": "they say when the portal scored, not what",
}


def test_every_list_of_the_api_is_in_the_feed() -> None:
    lists = {prefix: view for prefix, view, _basename in router.registry if prefix not in NO_KINDS}

    assert {name: kind.view for name, kind in KINDS.items()} == lists


def test_every_table_that_a_list_reads_is_watched() -> None:
    make_world()
    with CaptureQueriesContext(connection) as queries:
        for audience in FeedAudience:
            seen(audience)
    read = {table for one in queries for table in re.findall(r'(?:FROM|JOIN) "(\w+)"', one["sql"])}

    assert read - {source.table for source in watched()} == set()
    assert len(read) > 20


def test_every_kind_is_marked_by_its_own_rows_and_what_hangs_on_it_is_known() -> None:
    marked = {source.what for source in watched()}

    assert {kind.what for kind in KINDS.values()} <= {source.what for source in watched() if source.is_key}
    assert set(HANGING) <= marked
    assert {what for hanging in HANGING.values() for what, _found in hanging} <= marked
