"""What tests of the API share."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.test import Client

from directory.models import ApiKey, User

ROOT = "/api/v1"

Reader = User | AnonymousUser | ApiKey | None


def client_of(user: Reader = None) -> Client:
    """A client without a session, or with the person's; or one that sends a key made by `ApiKeyFactory`."""
    if isinstance(user, ApiKey):
        return Client(headers={"authorization": f"Bearer {user.secret}"})  # type: ignore[attr-defined]
    client = Client()
    if isinstance(user, User):
        client.force_login(user)
    return client


def read(path: str, user: Reader = None) -> Any:
    """The JSON at an address under /api/v1, which must be there."""
    response = client_of(user).get(f"{ROOT}{path}")
    assert response.status_code == 200, (path, response.content)
    return response.json()


def rows(path: str, user: Reader = None) -> list[Any]:
    """The rows of a list."""
    return read(path, user)["results"]


def refused(path: str, user: Reader = None) -> dict[str, list[str]]:
    """The messages by parameter of a query that must be refused."""
    response = client_of(user).get(f"{ROOT}{path}")
    assert response.status_code == 400, (path, response.content)
    assert response["Content-Type"] == "application/problem+json"
    return response.json()["errors"]


def walk(path: str, user: Reader = None, *, by: str = "next") -> list[Any]:
    """Ids of all rows, page after page."""
    client, address = client_of(user), f"{ROOT}{path}"
    found: list[Any] = []
    while address:
        page = client.get(address).json()
        ids = [row["id"] for row in page["results"]]
        found = found + ids if by == "next" else ids + found
        address = page[by]
    return found
