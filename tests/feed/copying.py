"""A copy that is kept by the feed, as a partner would keep it, and what the lists say at the same moment."""

import json
from typing import Any

from django.apps import apps
from django.test import Client
from rest_framework.renderers import JSONRenderer

from feed.audiences import FeedAudience
from feed.kinds import KINDS
from feed.listed import rows_of
from feed.sequencing.sequencer import bring_up_to_date

CHANGES = "/api/v1/changes/"

MODELS = {
    "agency": "directory.Agency",
    "area": "directory.PriorityArea",
    "country": "directory.Country",
    "group": "directory.CountryGroup",
    "match": "matching.Match",
    "modality": "directory.Modality",
    "need": "surveys.Need",
    "offer": "surveys.Offer",
    "practice": "practices.Practice",
    "survey": "surveys.Survey",
}

Rows = dict[tuple[str, str], Any]


def id_of(row: dict[str, Any]) -> str:
    return str(row.get("id", row.get("iso3", row.get("code"))))


class Copy:
    """Rows by kind and id, brought up to date by the feed alone."""

    def __init__(self, client: Client, *, kinds: str = "", size: int = 100) -> None:
        self.client = client
        self.query: dict[str, str] = {"page_size": str(size), **({"kind": kinds} if kinds else {})}
        self.rows: Rows = {}
        self.position = ""
        self.told: list[dict[str, Any]] = []

    def update(self) -> list[dict[str, Any]]:
        """Ask for what has changed, page by page, and take it over; return the changes."""
        query = {**self.query, **({"after": self.position} if self.position else {})}
        told: list[dict[str, Any]] = []
        address: str | None = CHANGES
        while address:
            response = self.client.get(address, query if address == CHANGES else None)
            assert response.status_code == 200, response.content
            page = response.json()
            for change in page["results"]:
                if change["change"] == "gone":
                    self.rows.pop((change["kind"], change["id"]), None)
                else:
                    self.rows[change["kind"], change["id"]] = change["row"]
            told += page["results"]
            self.position, address = page["position"], page["next"]
        self.told += told
        return told


def listed(client: Client, *, kinds: tuple[str, ...] = tuple(KINDS)) -> Rows:
    """All rows of the lists, as the same reader gets them."""
    rows: Rows = {}
    for kind in kinds:
        address: str | None = f"/api/v1/{kind}/?page_size=100"
        while address:
            page = client.get(address).json()
            rows |= {(kind, id_of(row)): row for row in page["results"]}
            address = page["next"]
    return rows


def seen(audience: FeedAudience) -> Rows:
    """All rows that an audience sees now, asked of rule and serializer themselves, which is quicker."""
    every: Rows = {}
    for kind in KINDS.values():
        model: Any = apps.get_model(MODELS[kind.what])
        keys = [str(key) for key in model.objects.values_list("pk", flat=True)]
        rows = rows_of(kind, audience, keys)
        every |= {(kind.name, public_id): json.loads(JSONRenderer().render(one.row)) for public_id, one in rows.items()}
    return every


def sequence() -> None:
    """Bring the feeds up to date, as the clock has it done: on a busy machine in more than one turn."""
    assert any(bring_up_to_date() for _turn in range(1_000))
