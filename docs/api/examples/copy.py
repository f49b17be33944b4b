"""Keeps an exact copy of what the portal's API lists, in a file of SQLite: run it every night, or every minute.

    python copy.py https://portal.example.org copy.sqlite3 [key]

Needs Python 3.8 and nothing else. What the copy holds is table `rows`: kind, id, and the row as JSON.
"""

import json
import sqlite3
import sys
import time
import urllib.error
import urllib.request

GONE_FOR_GOOD, NOT_READY, TOO_MANY = 410, 503, 429


def ask(address, key):
    """Return the page at an address, waiting where the portal says so."""
    headers = {"Accept": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code not in (NOT_READY, TOO_MANY):
                raise
            time.sleep(int(error.headers.get("Retry-After", "60")))


def bring_up_to_date(portal, file, key=""):
    """Take over what has changed; return how many rows have changed and how many are gone."""
    copy = sqlite3.connect(file)
    copy.execute("CREATE TABLE IF NOT EXISTS rows (kind TEXT, id TEXT, row TEXT, PRIMARY KEY (kind, id))")
    copy.execute("CREATE TABLE IF NOT EXISTS place (position TEXT)")
    found = copy.execute("SELECT position FROM place").fetchone()
    start = f"{portal}/api/v1/changes/?page_size=100"
    address = f"{start}&after={found[0]}" if found else start
    changed = gone = 0
    try:
        while address:
            page = ask(address, key)
            for change in page["results"]:
                where = (change["kind"], change["id"])
                if change["change"] == "gone":
                    gone += copy.execute("DELETE FROM rows WHERE kind = ? AND id = ?", where).rowcount
                else:
                    changed += 1
                    copy.execute("REPLACE INTO rows VALUES (?, ?, ?)", (*where, json.dumps(change["row"])))
            # The position is kept with the rows that it stands for: a copy that is broken off goes on from there.
            copy.execute("DELETE FROM place")
            copy.execute("INSERT INTO place VALUES (?)", (page["position"],))
            copy.commit()
            address = page["next"]
    except urllib.error.HTTPError as error:
        copy.rollback()
        if error.code != GONE_FOR_GOOD:
            raise
        # The portal cannot tell what has changed since: begin anew, so that nothing stays that is not there any more.
        copy.execute("DELETE FROM rows")
        copy.execute("DELETE FROM place")
        copy.commit()
        copy.close()
        return bring_up_to_date(portal, file, key)
    copy.close()
    return changed, gone


if __name__ == "__main__":
    number_changed, number_gone = bring_up_to_date(*sys.argv[1:4])
    print(f"{number_changed} changed, {number_gone} gone")
