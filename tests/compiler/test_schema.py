"""JSON Schemas come from the tables that read, and agree with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from nurture.compiler import json_schemas
from nurture.compiler.nodes import ListNode, Node, Scalar
from nurture.compiler.reference import reference
from nurture.compiler.report import Report
from nurture.compiler.shapes import plain_value
from nurture.compiler.yaml_source import read_yaml
from tests.compiler.releases import CALENDAR, POLICY, SCORING, SEGMENTS

HERE = Path(__file__).parent
SHIPPED = sorted((HERE.parents[1] / "workflows").rglob("*.yaml"))
SCHEMAS = json_schemas()


def plain(node: Node) -> Any:
    """Return what an editor sees in a node."""
    if isinstance(node, Scalar):
        return plain_value(node)
    if isinstance(node, ListNode):
        return [plain(item) for item in node.items]
    return {key: plain(value) for key, (_, value) in node.pairs.items()}


def complaints(text: str) -> list[str]:
    """Return what the schema of a text's kind says of it."""
    root = read_yaml(text, Report("f"))
    assert root is not None
    content = plain(root)
    kind = next(kind for kind in SCHEMAS if kind in content or kind.removesuffix("s") in content)
    return [error.message for error in Draft202012Validator(SCHEMAS[kind]).iter_errors(content)]


@pytest.mark.parametrize("kind", sorted(SCHEMAS))
def test_a_schema_is_one(kind: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[kind])


@pytest.mark.parametrize(
    "path", [*SHIPPED, *sorted((HERE / "good").glob("*"))], ids=lambda p: p.stem
)
def test_editors_underline_nothing_in_files_that_are_right(path: Path) -> None:
    assert complaints(path.read_text("utf-8")) == []


@pytest.mark.parametrize("text", [POLICY, CALENDAR, SCORING, SEGMENTS])
def test_editors_underline_nothing_in_the_small_release(text: str) -> None:
    assert complaints(text) == []


@pytest.mark.parametrize(
    "name",
    ["unknown-keys", "durations", "triggers", "policy", "calendar", "scoring"],
)
def test_editors_underline_files_whose_shape_is_wrong(name: str) -> None:
    assert complaints((HERE / "bad" / f"{name}.yaml").read_text("utf-8"))


def described(schema: Any, path: str) -> list[str]:
    """Return the keys of a schema that have no description."""
    if isinstance(schema, list):
        return [
            one for number, part in enumerate(schema) for one in described(part, f"{path}/{number}")
        ]
    if not isinstance(schema, dict):
        return []
    bare = [
        f"{path}/{key}"
        for key, part in schema.get("properties", {}).items()
        if not part.get("description")
    ]
    return bare + [one for key, part in schema.items() for one in described(part, f"{path}/{key}")]


def test_every_key_says_what_it_means() -> None:
    assert described(SCHEMAS, "") == []


def test_editors_show_the_meaning_of_every_key_in_japanese_too() -> None:
    english, japanese = json_schemas(), json_schemas("ja")
    assert japanese["workflow"]["properties"]["goal"]["description"] == (
        "達すると「目標達成」として終わります。"
    )
    said = re.compile("[ぁ-んァ-ヶ一-龠]")

    def descriptions(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            for key, value in part.items():
                if key == "description" and isinstance(value, str):
                    yield value
                yield from descriptions(value)
        elif isinstance(part, list):
            for value in part:
                yield from descriptions(value)

    assert [text for text in descriptions(japanese) if not said.search(text)] == []
    # nothing but descriptions differs
    assert [*english] == [*japanese]
    assert english["workflow"]["properties"].keys() == japanese["workflow"]["properties"].keys()


def test_the_reference_says_everything_once_and_leaves_no_section_empty() -> None:
    page = reference()
    sections = re.split(r"^#{2,3} (.+)$", page, flags=re.MULTILINE)[1:]
    found = dict(zip(sections[::2], sections[1::2], strict=True))
    assert [name for name, text in found.items() if not text.strip() and name != "Parts"] == []
    tables = re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE)
    assert [one for one in tables if tables.count(one) > 1] == []
    linked = set(re.findall(r"\]\(#([\w-]+)\)", page))
    assert linked <= {name.lower() for name in found}
