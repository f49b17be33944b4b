"""The OpenAPI schema and its documentation: complete, without warnings, offline under our CSP."""

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
        assert list(item) == ["get"], path
        responses = item["get"]["responses"]
        expected = {"200", "304", "400", "406", "429", "500"} | ({"404"} if "{" in path else set())
        assert set(responses) == expected, path
        for status in expected - {"200", "304"}:
            assert list(responses[status]["content"]) == ["application/problem+json"]
        assert "Retry-After" in responses["429"]["headers"]


def test_the_schema_opens_with_the_disclaimer(schema: Any) -> None:
    words = " ".join(schema["info"]["description"].split())

    assert "express no opinion on the legal status of any country" in words
    assert "informal, non-exhaustive working document" in words
    assert "no commitment of either side" in words


def test_the_schema_names_the_filters(schema: Any) -> None:
    names = {one["name"] for one in schema["paths"]["/api/v1/offers/"]["get"]["parameters"]}

    assert names == {
        "agency", "area", "country", "cursor", "group", "is_open", "modality", "ordering", "page_size", "q",
        "reaches", "survey", "target", "updated_since",
    }  # fmt: skip


def test_no_contact_or_note_has_a_name_in_the_schema(client: Client) -> None:
    names = set(re.findall(r'"(\w+)":', client.get("/api/v1/schema/").content.decode()))

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
