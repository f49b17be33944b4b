"""The schema in the repository is the one that is served, on any database and in any language."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from ssc_portal.management.commands.write_api_schema import KEPT
from tests.factories import AgencyFactory, AreaFactory, CountryFactory, SurveyFactory
from web.api.openapi.comparing.documents import changes_between
from web.api.openapi.whole import as_text, whole_schema


def kept() -> str:
    """The text of the schema in the repository."""
    return (settings.BASE_DIR / KEPT).read_text()


def test_the_kept_schema_is_the_one_that_is_served() -> None:
    old, new = json.loads(kept()), whole_schema()
    if kept() == as_text(new):
        return
    changes = "\n".join(map(str, changes_between(old, new))) or "Only words, examples or their order."
    pytest.fail(
        f"The schema of the API is not the one in {KEPT}:\n{changes}\n"
        "If that is meant: `make schema`, and a line in docs/api/changelog.md. A change that BREAKS clients first "
        "needs a deprecation, as that page says."
    )


@pytest.mark.django_db
def test_the_same_bytes_with_rows_and_without_in_any_language(client: Client) -> None:
    empty = client.get("/api/v1/schema/").content
    whole_schema.cache_clear()
    AgencyFactory(code="new-agency", country=CountryFactory(iso3="KHM"))
    AreaFactory(code="new-area")
    SurveyFactory(code="new-survey")

    for language in ("fr", "ar"):
        with translation.override(language):
            assert client.get("/api/v1/schema/", headers={"accept-language": language}).content == empty
        whole_schema.cache_clear()
    assert b"new-a" not in empty


def test_no_row_is_read_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without the mark of a database, any query fails the test.
    whole_schema.cache_clear()

    assert whole_schema()["paths"]


def test_the_command_writes_it_and_names_what_changed(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "openapi.json"
    older = json.loads(as_text(whole_schema()))
    del older["paths"]["/api/v1/runs"]
    older["components"]["schemas"]["Offer"]["properties"]["gone"] = {"type": "string"}
    file.write_text(json.dumps(older))

    call_command("write_api_schema", file=file)

    said = capsys.readouterr().out
    assert "adds  GET /api/v1/runs: new operation" in said
    assert "BREAKS  GET /api/v1/offers/{id} answer 200.gone: the property is gone" in said
    assert json.loads(file.read_text()) == whole_schema()
