"""Nothing of the schema stands without words and an example; each failure names what is missing, and where it goes."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from ssc_portal.api_docs.examples import ROOM
from tests.answers import answers, closed
from web.api.openapi.comparing.resolving import Whole
from web.api.openapi.whole import whole_schema

pytestmark = pytest.mark.any_database

Schema = dict[str, Any]
JSONS = {"application/json", "application/problem+json"}
"""What is read whole; files are taken line by line, or by other programs."""


def operations() -> Iterator[tuple[str, Schema]]:
    """Each operation of the schema, with its name for people."""
    for path, item in whole_schema()["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def in_full(problems: list[str]) -> str:
    """The problems, one a line."""
    return "\n".join(["", *problems])


def test_each_operation_has_a_name_words_and_a_tag_that_is_described() -> None:
    tags = {tag["name"] for tag in whole_schema()["tags"] if tag["description"]}
    missing = []
    for name, operation in operations():
        missing += [
            f"{name}: no {word}: extend_schema({word}=…) on its view"
            for word in ("operationId", "summary", "description", "tags")
            if not operation.get(word)
        ]
        missing += [
            f"{name}: tag {tag} is not described in ssc_portal/api_docs/description.py"
            for tag in operation.get("tags", [])
            if tag not in tags
        ]
    names = [operation.get("operationId") for _name, operation in operations()]

    assert not missing, in_full(missing)
    assert len(set(names)) == len(names)


def test_each_operation_has_an_example() -> None:
    missing = []
    for name, operation in operations():
        file = f"{ROOM.name}/{operation['operationId']}.json"
        contents = [
            (f"answer {status}", media_type, content)
            for status, response in operation["responses"].items()
            for media_type, content in response.get("content", {}).items()
        ] + [("body", *one) for one in operation.get("requestBody", {}).get("content", {}).items()]
        missing += [
            f"{name}: {place}: no example: ssc_portal/api_docs/{file}"
            for place, media_type, content in contents
            if media_type in JSONS and not (content.get("examples") or content.get("example"))
        ]

    assert not missing, in_full(missing)


def test_no_example_is_of_an_operation_that_is_not_there() -> None:
    names = {operation["operationId"] for _name, operation in operations()}

    assert {file.stem for file in ROOM.glob("*.json")} <= names


def test_examples_are_what_the_schema_says() -> None:
    wrong = []
    for name, operation in operations():
        bodies = [("body", operation["requestBody"])] if "requestBody" in operation else []
        for place, one in [*bodies, *operation["responses"].items()]:
            for media_type, content in one.get("content", {}).items():
                schema = {**closed(content.get("schema", {})), "components": answers().components}
                validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
                wrong += [
                    f"{name}: {place} {media_type}: {'/'.join(map(str, error.instance_path))}: {error.message}"
                    for example in content.get("examples", {}).values()
                    for error in validator.iter_errors(example["value"])
                ]

    assert not wrong, in_full(wrong)


def test_each_error_shows_its_own_status() -> None:
    for name, operation in operations():
        for status, response in operation["responses"].items():
            for media_type, content in response.get("content", {}).items():
                if media_type == "application/problem+json":
                    shown = [example["value"]["status"] for example in content["examples"].values()]
                    assert shown == [int(status)], name


def test_what_is_invented_says_so() -> None:
    facts = {"countries", "groups", "areas", "modalities", "surveys"}
    silent = [
        f"{name}: the summary of its example does not say that it is invented"
        for name, operation in operations()
        for status, response in operation["responses"].items()
        for content in response.get("content", {}).values()
        for example in content.get("examples", {}).values()
        if status.startswith("2") and operation["tags"][0] not in facts and "nvented" not in example["summary"]
    ]

    assert not silent, in_full(silent)


def test_each_parameter_has_words_and_an_example() -> None:
    missing = []
    for name, operation in operations():
        for parameter in operation.get("parameters", []):
            schema = parameter.get("schema", {})
            schema = schema.get("items", schema)
            at = f"{name}: {parameter['in']} {parameter['name']}"
            if len(parameter.get("description", "")) < 10:
                missing.append(f"{at}: no words: ssc_portal/api_docs/parameters.py")
            known = {"enum", "examples", "default", "const"} & schema.keys() or {
                "example",
                "examples",
            } & parameter.keys()
            # One of `fields` would have whoever follows examples ask for rows without what the schema says is there.
            needs_one = schema.get("type") != "boolean" and parameter["name"] != "fields"
            if not known and needs_one:
                missing.append(f"{at}: no example in its schema")

    assert not missing, in_full(missing)


def test_each_property_and_each_component_has_words() -> None:
    whole = Whole(whole_schema())
    missing = []
    for name, component in whole.document["components"]["schemas"].items():
        if not component.get("description") and "enum" not in component:
            missing.append(f"{name}: no words: the docstring of its serializer")
        missing += [
            f"{name}.{key}: no words: help_text of its field"
            for key, schema in component.get("properties", {}).items()
            if not schema.get("description") and not whole.flat(schema).get("description")
        ]

    assert not missing, in_full(missing)


def test_closed_lists_have_names_that_mean_something() -> None:
    schemas = whole_schema()["components"]["schemas"]
    nameless = [
        f"{name} ({', '.join(map(str, schema.get('enum', [])))}): a line in ssc_portal/api_docs/names.py"
        for name, schema in schemas.items()
        if name.endswith("Enum")
    ]

    assert not nameless, in_full(nameless)


def test_codes_of_rows_are_no_closed_list() -> None:
    for name, operation in operations():
        for parameter in operation.get("parameters", []):
            if parameter["name"] in {"country", "group", "area", "modality", "agency", "survey", "target", "reaches"}:
                schema = parameter["schema"].get("items", parameter["schema"])
                assert "enum" not in schema, (name, parameter["name"])
                assert schema["pattern"].startswith("^"), (name, parameter["name"])


def test_the_schema_says_who_answers_for_it() -> None:
    schema = whole_schema()

    assert schema["openapi"].startswith("3.1")
    assert schema["info"]["license"] == {"name": "BSD-3-Clause", "identifier": "BSD-3-Clause"}
    assert schema["info"]["contact"]["name"]
    assert schema["servers"][0]["url"] == "/"
    assert "Licence" in schema["info"]["description"]


@pytest.mark.parametrize("word", ["localhost", "127.0.0.1", "TODO"])
def test_nothing_of_the_machine_that_made_it_is_in_it(word: str) -> None:
    assert word not in str(whole_schema())
