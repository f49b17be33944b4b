"""Migrations of the directory on tables with rows in them: forward, back, and forward again."""

from typing import Any

import pytest
from django.utils import timezone

from tests.migrating import migrate, stand_at

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE, AFTER = ("directory", "0005_account_events"), ("directory", "0007_open_reach")


@pytest.mark.any_database
def test_the_rule_of_the_reach_keeps_what_was_edited_and_loaded(throwaway: str, settings: Any) -> None:
    settings.MIGRATION_MODULES = {}
    rows_of = stand_at(throwaway, BEFORE)
    groups, memberships = rows_of("directory", "CountryGroup"), rows_of("directory", "GroupMembership")
    g77 = groups.create(code="G77", label="Group of 77")
    old = groups.create(
        code="SOUTH", label="Edited here", aliases="The South", loaded_values={"code": "SOUTH", "label": "As loaded"}
    )
    old.parts.set([g77])
    country = rows_of("directory", "Country").create(iso3="QQQ", iso2="QQ", m49="999", name="Test")
    entered = memberships.create(group=old, country=country, source="Note verbale")
    member = memberships.create(group=g77, country=country, source="List", loaded_values={"group": "G77"})

    def holds(code: str) -> bool:
        """Whether the rule, under this name alone, is as it was."""
        found = rows_of("directory", "CountryGroup")
        rule = found.get(pk=code, is_active=True)
        assert not found.filter(pk__in={"SOUTH", "OPEN_REACH"} - {code}, is_active=True).exists()
        now = rows_of("directory", "GroupMembership")
        return (
            (rule.label, rule.aliases) == ("Edited here", "The South")
            and rule.loaded_values == {"code": code, "label": "As loaded"}
            and [part.pk for part in rule.parts.all()] == ["G77"]
            and [now.get(pk=one.pk).group_id for one in (entered, member)] == [code, "G77"]
        )

    rows_of = migrate(throwaway, AFTER)
    assert holds("OPEN_REACH")
    # What a load remembers of the new column goes with it, or it would look like an edit when it is there again.
    rule = rows_of("directory", "CountryGroup").get(pk="G77")
    rule.loaded_values = {"code": "G77", "is_made_anew": False}
    rule.save()
    rows_of = migrate(throwaway, BEFORE)
    assert holds("SOUTH")
    assert rows_of("directory", "CountryGroup").get(pk="G77").loaded_values == {"code": "G77"}
    rows_of = migrate(throwaway, AFTER)
    assert holds("OPEN_REACH")


@pytest.mark.any_database
def test_without_reference_data_there_is_nothing_to_rename(throwaway: str, settings: Any) -> None:
    settings.MIGRATION_MODULES = {}
    stand_at(throwaway, BEFORE)
    rows_of = migrate(throwaway, AFTER)
    assert not rows_of("directory", "CountryGroup").exists()
    migrate(throwaway, BEFORE)


def test_the_weekly_summary_begins_next_week_and_spares_who_wanted_no_mails(throwaway: str, settings: Any) -> None:
    settings.MIGRATION_MODULES = {}
    before, after = ("directory", "0013_refused_addresses"), ("directory", "0014_weekly_summary")
    users = stand_at(throwaway, before)("directory", "User")
    given: dict[str, dict[str, Any]] = {
        "any": {}, "never": {"digest": "never"}, "none": {"wants_reminders": False}
    }  # fmt: skip
    for name, values in given.items():
        users.create(email=f"{name}@example.org", password="x", **values)

    def wants() -> dict[str, bool]:
        rows = migrate(throwaway, after)("directory", "User")
        assert {row.weekly_on for row in rows.all()} == {timezone.now().date()}
        return {row.email.partition("@")[0]: row.wants_weekly for row in rows.all()}

    assert wants() == {"any": True, "never": False, "none": False}
    assert migrate(throwaway, before)("directory", "User").count() == 3
    assert wants() == {"any": True, "never": False, "none": False}
