"""A choice of the admin that is no row's number is refused, and the form shown again."""

import pytest
from django.test import Client

from directory.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("value", ["a", "a\0b", "9" * 5_000, str(2**63), "-1", "1.5", "[]", "٣"])
@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("affiliation", ("user", "agency")), ("designation", ("affiliation", "alternate")), ("agency", ("country",)),
        ("groupmembership", ("group", "country")), ("priorityarea", ("parent",)),
    ],
)  # fmt: skip
def test_a_choice_that_is_none_is_refused(path: str, fields: tuple[str, ...], value: str, manager: User) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(manager)
    answer = client.post(f"/admin/directory/{path}/add/", dict.fromkeys(fields, value))
    assert answer.status_code == 200
