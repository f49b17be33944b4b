"""The OpenAPI schema and its documentation: complete, without warnings, offline under our CSP."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def schema(client: Client) -> Any:
    return client.get("/api/v1/schema/").json()


def test_the_schema_has_no_warning_and_is_valid(tmp_path: Path) -> None:
    target = tmp_path / "schema.yaml"

    call_command("spectacular", validate=True, fail_on_warn=True, file=str(target))

    assert "openapi: 3" in target.read_text()


def test_the_schema_can_be_had_as_json_and_as_yaml(client: Client) -> None:
    assert client.get("/api/v1/schema/")["Content-Type"] == "application/vnd.oai.openapi+json"
    assert client.get("/api/v1/schema/", headers={"accept": "application/json"}).json()["openapi"]
    yaml = client.get("/api/v1/schema/", headers={"accept": "application/vnd.oai.openapi"})
    assert yaml.content.startswith(b"openapi: 3")


def test_the_schema_documents_every_error_as_a_problem(schema: Any) -> None:
    for path, item in schema["paths"].items():
        if "get" not in item:
            continue
        responses = item["get"]["responses"]
        expected = {"200", "304", "400", "401", "406", "429", "500", "503"} | ({"404"} if "{" in path else set())
        if path == "/api/v1/changes":
            expected |= {"410"}
        assert set(responses) == expected, path
        for status in expected - {"200", "304"}:
            assert list(responses[status]["content"]) == ["application/problem+json"]
        assert "Retry-After" in responses["429"]["headers"]
        assert "Retry-After" in responses["503"]["headers"]


def test_the_schema_opens_with_the_disclaimer(schema: Any) -> None:
    words = " ".join(schema["info"]["description"].split())

    assert "express no opinion on the legal status of any country" in words
    assert "informal, non-exhaustive working document" in words
    assert "no commitment of either side" in words


def test_the_schema_names_the_filters(schema: Any) -> None:
    names = {one["name"] for one in schema["paths"]["/api/v1/offers"]["get"]["parameters"]}

    several = {"agency", "area", "country", "group", "id", "modality", "reaches", "survey", "target"}
    days = {
        f"{name}_{end}" for name in ("opens_on", "closes_on", "stated_on", "confirmed_on") for end in ("from", "to")
    }
    moments = {f"{name}_{end}" for name in ("updated", "created") for end in ("since", "before")}
    others = {"is_confirmed", "is_open", "ordering", "q", "cursor", "page_size", "fields", "count", "facets", "format"}
    assert names == several | {f"not_{name}" for name in several} | days | moments | others


def test_the_schema_says_in_which_files_lists_can_be_had(schema: Any) -> None:
    for path, item in schema["paths"].items():
        if "get" not in item:
            continue
        content = set(item["get"]["responses"]["200"]["content"])
        is_list = "{" not in path and path not in ("/api/v1/changes", "/api/v1/coverage")
        assert ("application/x-ndjson" in content) == is_list, path
        assert ("text/csv" in content) == (is_list or path == "/api/v1/coverage"), path


def test_no_contact_or_note_has_a_name_in_what_is_answered(schema: Any) -> None:
    """A contact can be sent in, by the agency's own key; no answer holds one."""
    operations = [operation for item in schema["paths"].values() for operation in item.values()]
    waiting = [json.dumps([operation["responses"] for operation in operations])]
    seen: set[str] = set()
    names: set[str] = set()
    while waiting:
        text = waiting.pop()
        names |= set(re.findall(r'"(\w+)":', text))
        for component in set(re.findall(r"#/components/schemas/(\w+)", text)) - seen:
            seen.add(component)
            waiting.append(json.dumps(schema["components"]["schemas"][component]))

    assert {"Offer", "Match"} <= seen
    assert not names & {"contact", "email", "phone", "password", "decided_on", "released_as", "events"}


def test_the_documentation_works_offline_under_our_policy(client: Client) -> None:
    response = client.get("/api/v1/docs/")
    html = response.content.decode()

    assert response.status_code == 200
    assert not re.search(r"<style|style=|\son\w+=", html)
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", html, re.DOTALL)
    assert len(scripts) == 3
    for attributes, content in scripts:
        assert 'src="/' in attributes
        assert content == ""
    assert "//" not in re.sub(r"<!--.*?-->", "", html.replace("<!DOCTYPE html>", ""))
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy


def test_the_documentation_s_script_comes_from_us_and_reads_our_schema(client: Client) -> None:
    response = client.get("/api/v1/docs/?script=")

    assert response["Content-Type"].startswith("application/javascript")
    assert "/api/v1/schema/" in response.content.decode()
    assert "://" not in response.content.decode()


def test_the_documentation_takes_no_other_parameter(client: Client) -> None:
    assert client.get("/api/v1/docs/?version=';alert(1)//").status_code == 400
