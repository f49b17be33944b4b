"""Every open offer as a CSV file: `python offers.py > offers.csv`. Python alone, nothing to install.

PORTAL is the address of the portal; SSC_KEY a key, where you have one.
"""

import csv
import json
import os
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

PORTAL = os.environ.get("PORTAL", "http://127.0.0.1:8000")
COLUMNS = ["id", "title", "country", "agency", "areas", "modalities", "closes_on", "is_confirmed", "provenance"]


def read(address: str) -> dict[str, Any]:
    """Return the JSON at an address; wait where the portal says that it was asked too often."""
    headers = {"Accept": "application/json"}
    if "SSC_KEY" in os.environ:
        headers["Authorization"] = f"Bearer {os.environ['SSC_KEY']}"
    while True:
        try:
            with urlopen(Request(address, headers=headers), timeout=60) as answer:
                return json.load(answer)
        except HTTPError as error:
            if error.code != 429:
                raise SystemExit(f"{address}: {json.load(error)['detail']}") from None
            time.sleep(int(error.headers["Retry-After"]))


def rows(name: str, **filters: str) -> Iterator[dict[str, Any]]:
    """Give every row of a list, page after page."""
    page: str | None = f"{PORTAL}/api/v1/{name}?{urlencode({**filters, 'page_size': 100})}"
    while page:
        answer = read(page)
        yield from answer["results"]
        page = answer["next"]


def main() -> None:
    """Write the file."""
    out = csv.writer(sys.stdout)
    out.writerow(COLUMNS)
    for row in rows("offers", is_open="true"):
        values = [row[column] for column in COLUMNS]
        out.writerow([";".join(value) if isinstance(value, list) else value for value in values])


if __name__ == "__main__":
    main()
