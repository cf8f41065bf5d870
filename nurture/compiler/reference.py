"""The reference of all files as Markdown, from the tables that read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from nurture.compiler.schema import json_schemas
from nurture.compiler.shapes import Schema

#: key, value and meaning
_Row: TypeAlias = tuple[str, str, str]

_HEAD = """\
# Reference

Every key of every file, written by `nurture schema --reference` from the tables that read
the files. Keys in **bold** are required. A dot goes into a map, `[]` into each entry of a
list, `NAME` stands for names of your own. The same tables make the [JSON Schemas](../schema),
so an editor that follows the first line of a shipped file shows all of this as you type.
"""

#: what the parts are that several files share; in the order of the page
_PARTS: Mapping[str, str] = {
    "trigger": "Starts a journey: an event, a state that becomes true, or the calendar.",
    "way_out": "Ends a journey at once: an event, or a condition that becomes true. Takes every "
    "key of a [condition](#condition), and:",
    "condition": "A map; all keys must hold.",
    "event_match": "An event that a wait, a goal or an exit accepts; one of the first seven keys.",
    "event": "The type of an event, `noun.verbed` in the past tense. Names of your own are fine.",
    "moment": "A moment in the contact's zone.",
    "change": "What `set` changes.",
    "given": "What is given when a [scenario](#scenarios) begins.",
    "contact": "A person as given in a scenario: fields of contact and account by name "
    "(`email`, `family_name`, `industry`, custom ones …), and:",
    "entry": "What happens in a scenario. One of the first fifteen keys; without any, `after` or "
    "`at` lets time pass.",
    "becomes": "What changes from outside in a scenario: fields by name, and:",
    "fields": "A map of fields by name, custom fields of the policy included, each with its value.",
    "expectation": "What must have come of a scenario. One of the first sixteen keys, and what "
    "goes with it.",
    "duration": "`30m`, `24h`, `14d`, `2w`, `3 business days` or `3営業日`.",
}

_STEPS = "steps"


def reference() -> str:
    """Return the page, one section per kind of file, then the parts that they share."""
    schemas = json_schemas()
    parts: dict[str, Schema] = {}
    for schema in schemas.values():
        parts.update(schema["$defs"])
    lines = [_HEAD]
    for kind, schema in schemas.items():
        lines += [f"## {kind}", "", f"{schema['description']}", "", *_kind(schema), ""]
    lines += ["## Steps", "", "Each step may have an `id`, unique in its workflow.", ""]
    for step in parts[_STEPS]["items"]["anyOf"]:
        if "properties" in step:
            rows = [row for row in _all_rows(step) if row[0] != "`id`"]
            lines += [f"### {next(iter(step['properties']))}", "", *_table(rows), ""]
    lines += ["## Parts", ""]
    for name in (*_PARTS, *sorted(set(parts) - {*_PARTS, _STEPS})):
        # What a whole file may be is described with the file.
        if name in parts and name not in schemas and f"{name}s" not in schemas:
            lines += [*_part(name, parts[name], parts["condition"]), ""]
    return "\n".join(lines).rstrip() + "\n"


def _kind(schema: Schema) -> list[str]:
    """Return the table of a kind of file; one for each form where it has several."""
    forms = schema.get("anyOf", ())
    if "properties" in schema or len(forms) < 2:
        return _table(_all_rows(schema))
    lines: list[str] = []
    for form in forms:
        names = [name for name in form.get("required", ()) if name in form["properties"]]
        lines += [f"With {' and '.join(f'`{name}`' for name in names[:1])}:", ""]
        lines += [*_table(_rows(form, "")), ""]
    return lines[:-1]


def _part(name: str, schema: Schema, condition: Schema) -> list[str]:
    lines = [f"### {name}", "", _PARTS.get(name, schema.get("description", "")), ""]
    if "examples" in schema:
        known = ", ".join(f"`{word}`" for word in schema["examples"])
        return [*lines, f"The engine or the shipped files know {known}."]
    if not _is_map(schema):
        return lines[:-1]
    shared = set(_all_rows(condition)) if name == "way_out" else set()
    return [*lines, *_table(row for row in _all_rows(schema) if row not in shared)]


def _table(rows: Iterable[_Row]) -> list[str]:
    return [
        "| key | value | meaning |",
        "| --- | --- | --- |",
        *(f"| {key} | {_cell(value)} | {_cell(about)} |" for key, value, about in rows),
    ]


def _all_rows(schema: Schema) -> list[_Row]:
    """Return the rows of a map, or of each map that it may be, without repetition."""
    wholes = [schema] if "properties" in schema else schema.get("anyOf", [schema])
    return list(dict.fromkeys(row for whole in wholes for row in _rows(whole, "")))


def _rows(schema: Schema, before: str) -> Iterator[_Row]:
    """Yield key, value and meaning of a map's keys, maps inside it included."""
    required = schema.get("required", ())
    for name, value in schema.get("properties", {}).items():
        key = f"`{before}{name}`"
        shown = f"**{key}**" if name in required else key
        yield shown, _value(value), value.get("description", "")
        for step, inner in _inner(value):
            yield from _rows(inner, f"{before}{name}{step}.")
    other = schema.get("additionalProperties")
    if isinstance(other, dict) and "description" in other:
        yield f"`{before}…`", _value(other), other["description"]


def _inner(value: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield the maps with known keys inside a value, and how a key's path goes on to them."""
    if "properties" in value:
        yield "", value
    for choice in value.get("anyOf", ()):
        yield from _inner(choice)
    if "items" in value:
        yield from ((f"[]{step}", inner) for step, inner in _inner(value["items"]))
    if isinstance(value.get("additionalProperties"), dict):
        inside = _inner(value["additionalProperties"])
        yield from ((f".NAME{step}", inner) for step, inner in inside)


def _is_map(schema: Schema) -> bool:
    wholes = schema.get("anyOf", [schema])
    return any("properties" in whole for whole in (schema, *wholes))


def _value(schema: Schema) -> str:
    """Return what a value looks like, in a few words."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        if name == "scenario":
            return f"[{name}](#scenarios)"
        return f"[{name}](#{name})"
    if "enum" in schema:
        return ", ".join(f"`{word}`" for word in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if "anyOf" in schema and "properties" not in schema:
        return " or ".join(dict.fromkeys(_value(choice) for choice in schema["anyOf"]))
    return _typed(schema)


def _typed(schema: Schema) -> str:
    types: Any = schema.get("type", "object")
    if types == "array":
        return f"list of {_value(schema['items'])}"
    if types == "object":
        inside = schema.get("additionalProperties")
        if isinstance(inside, dict) and "properties" not in schema:
            return f"map of names to {_value(inside)}"
        return "map"
    if types in ("integer", "number"):
        what = "whole number" if types == "integer" else "number"
        return f"{what}, {schema['minimum']:,} to {schema['maximum']:,}"
    words = {"string": "text", "boolean": "true or false", "null": "nothing", "number": "number"}
    if isinstance(types, str):
        return words[types]
    if {"string", "number", "boolean"} <= set(types):
        return "value" if "null" not in types else "value or nothing"
    # Texts that hold only digits are numbers for an editor, and texts for us.
    told = [one for one in types if one != "number"]
    return " or ".join(words[one] for one in told)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
