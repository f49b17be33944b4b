"""The migration that takes out addresses which a borrowed session has given an account."""

import pytest

from tests.migrating import migrate, stand_at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.any_database
def test_addresses_that_were_added_to_an_account_are_gone(throwaway, settings):
    settings.MIGRATION_MODULES = {}
    rows = stand_at(
        throwaway, ("directory", "0003_session_epoch"), ("account", "0009_emailaddress_unique_primary_email")
    )
    person = rows("directory", "User").create(email="person@example.org")
    rows("account", "EmailAddress").create(user_id=person.pk, email="stranger@elsewhere.example", verified=True)
    after = migrate(throwaway, ("directory", "0004_empty_email_addresses"))
    assert not after("account", "EmailAddress").exists()
    assert after("directory", "User").get().email == "person@example.org"
    assert migrate(throwaway, ("directory", "0003_session_epoch"))("directory", "User").count() == 1
