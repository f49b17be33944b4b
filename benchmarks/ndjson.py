"""NDJSON of all offers, as a partner takes it, beside what a script of one's own would do with the same rows.

    python -m benchmarks.ndjson [--offers 10000]

The script: `values_list` of the columns, of the areas, modalities and targets, and `json.dumps` of each row. Both are
run in turns in this process, several times, and the fastest counts; what is read is their ratio. The content is
compared, so that neither leaves anything out. The database is SQLite in memory unless DATABASE_URL names another one,
beside which a test database is made.
"""

import argparse
import json
import os
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DATABASE_URL", "sqlite:///:memory:")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ssc_portal.settings")
os.environ.setdefault("SECRET_KEY", "only-for-benchmarks-0123456789-abcdefghijklmnopqrstuvwxyz")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_databases, setup_test_environment, teardown_databases  # noqa: E402

from benchmarks.postings import make_postings  # noqa: E402
from directory.models import Country, CountryGroup, Modality, PriorityArea  # noqa: E402
from ssc_portal.running.loaded import set_aside_what_is_loaded  # noqa: E402
from surveys.models import Offer, Target  # noqa: E402
from web.calendar.days import first_day_not_ended, last_day_begun  # noqa: E402

ADDRESS = "/api/v1/offers/"
HOST = "https://testserver"
REPEAT = 5
TEXT = "Generated for a benchmark: training of officials in the field named above, on site or at a distance. " * 6
COLUMNS = (
    "pk", "title", "text", "language", "country", "agency__code", "any_modality", "places", "opens_on", "closes_on",
    "stated_on", "confirmed_on", "source_row", "created_at", "updated_at",
)  # fmt: skip


def streamed() -> list[str]:
    """Return the lines that the API streams."""
    response: Any = Client().get(f"{ADDRESS}?format=ndjson&ordering=id", secure=True)
    return b"".join(response.streaming_content).decode().splitlines()


def columns_alone() -> list[str]:
    """Return the columns of the table of offers as lines of JSON: less than the rows of the API hold."""
    rows = Offer.objects.public().order_by("pk").values_list(*COLUMNS)
    return [json.dumps(dict(zip(COLUMNS, row, strict=True)), default=str) for row in rows]


def by_hand() -> list[str]:
    """Return the same rows as the API gives, put together by a script."""
    names = {one.pk: str(one) for one in Country.objects.all()}
    groups = {one.pk: str(one) for one in CountryGroup.objects.all()}
    areas = _stated(Offer.areas.through, "priorityarea_id", PriorityArea)
    modalities = _stated(Offer.modalities.through, "modality_id", Modality)
    targets: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for offer, kind, country, group, as_printed in Target.objects.values_list(
        "offer", "kind", "country", "group", "as_printed"
    ):
        targets[offer].append({
            "kind": kind, "country": country, "country_label": names.get(country), "group": group,
            "group_label": groups.get(group), "as_printed": as_printed,
        })  # fmt: skip
    begun, not_ended = last_day_begun(), first_day_not_ended()
    found = []
    for (
        pk, title, text, language, country, agency, any_modality, places, opens_on, closes_on, stated_on, confirmed_on,
        source_row, created_at, updated_at,
    ) in Offer.objects.public().order_by("pk").values_list(*COLUMNS):  # fmt: skip
        is_closed = closes_on is not None and closes_on < not_ended
        row = {
            "id": pk, "title": title, "text": text, "language": language, "country": country,
            "country_label": names.get(country), "agency": agency, "agency_label": None,
            "areas": [code for code, _label in areas[pk]], "area_labels": [label for _code, label in areas[pk]],
            "modalities": [code for code, _label in modalities[pk]],
            "modality_labels": [label for _code, label in modalities[pk]],
            "any_modality": any_modality, "places": places, "amount": None, "opens_on": opens_on,
            "closes_on": closes_on, "is_open": not is_closed and (opens_on is None or opens_on <= begun),
            "is_closed": is_closed, "stated_on": stated_on, "confirmed_on": confirmed_on,
            "is_confirmed": confirmed_on is not None, "provenance": "not confirmed", "survey": None,
            "survey_label": None, "source_row": source_row, "created_at": f"{created_at.isoformat()[:-6]}Z",
            "updated_at": f"{updated_at.isoformat()[:-6]}Z", "url": f"{HOST}{ADDRESS}{pk}/",
            "page_url": f"{HOST}/offers/{pk}/", "targets": targets[pk],
        }  # fmt: skip
        found.append(json.dumps(row, default=str))
    return found


def _stated(through: Any, column: str, model: Any) -> dict[int, list[tuple[str, str]]]:
    """Return by offer the codes and the names of what it states, in the order of their table."""
    rows = {one.pk: (place, one.pk, str(one)) for place, one in enumerate(model.objects.all())}
    found: dict[int, list[Any]] = defaultdict(list)
    for offer, code in through.objects.values_list("offer_id", column):
        found[offer].append(rows[code])
    in_order = {offer: [(code, name) for _place, code, name in sorted(some)] for offer, some in found.items()}
    return defaultdict(list, in_order)


def fastest(ways: dict[str, Callable[[], list[str]]]) -> dict[str, float]:
    """Return the least seconds of each way, taken in turns."""
    least = dict.fromkeys(ways, float("inf"))
    for _turn in range(REPEAT):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            least[name] = min(least[name], time.perf_counter() - began)
    return least


def main() -> None:
    """Make the offers, compare the content, measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--offers", type=int, default=10_000)
    offers: int = parser.parse_args().offers
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        call_command("load_reference", verbosity=0)
        make_postings(needs=0, offers=offers)
        Offer.objects.update(text=TEXT)
        # As a server does before it serves: else most of what is measured is the collector, which walks the portal.
        set_aside_what_is_loaded()
        given, expected = [list(map(json.loads, way())) for way in (streamed, by_hand)]
        by_target = [sorted(map(str, row.pop("targets"))) for row in given]
        if by_target != [sorted(map(str, row.pop("targets"))) for row in expected] or given != expected:
            raise SystemExit("The stream and the script do not give the same rows.")
        seconds = fastest({"stream": streamed, "by hand": by_hand, "columns alone": columns_alone})
        print(f"NDJSON of {offers} offers, {connection.vendor}: {seconds['stream']:.2f} s")
        print(
            f"  against values_list and json.dumps of the same rows: {seconds['stream'] / seconds['by hand']:.1f} times"
        )
        print(f"  against those of its own columns alone: {seconds['stream'] / seconds['columns alone']:.1f} times")
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
