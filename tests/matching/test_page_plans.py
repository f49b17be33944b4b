"""What PostgreSQL reads for a page of matches does not grow with everybody's rows."""

import pytest
from django.http import QueryDict

from benchmarks.listed_matches import make_matches
from benchmarks.plans import most_rows_read
from directory.access import KeyReader
from directory.choices import KeyScope
from matching.filtersets import MatchFilter
from matching.listing.branches import MatchParts, branches_for
from matching.models import Match
from web.lists.branches import Branches

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

MOST_ROWS = 5_000


@pytest.mark.parametrize("scope", [KeyScope.READ_PUBLIC, KeyScope.READ_MATCHES])
def test_no_node_of_a_plan_reads_more_than_a_few_rows(scope, reference):
    make_matches(20_000)
    reader = KeyReader(scopes=[scope])
    for ordering in MatchFilter.orderings:
        asked = MatchFilter(QueryDict(f"ordering={ordering}"), queryset=Match.objects.visible_to(reader))
        branches = Branches(MatchParts(asked.of_each(branches_for(reader))), asked.ordering)

        def page(**more):
            return branches.page(lambda rows: rows.for_lists(), most=100, **more)  # noqa: B023 - called at once

        last = [key.value_from(key.value_of(page()[-1])) for key in asked.ordering.keys]
        for one in ({}, {"after": last}):
            rows, sql = most_rows_read(lambda: page(**one))  # noqa: B023 - called at once
            assert rows <= MOST_ROWS, sql
