"""JSON Schemas of the files, from the same tables that read them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from nurture.compiler.broadcasts import BROADCAST
from nurture.compiler.calendar import CALENDAR
from nurture.compiler.library import LIBRARY
from nurture.compiler.policy import POLICY
from nurture.compiler.records import Record
from nurture.compiler.referral_keys import PROGRAM
from nurture.compiler.scenario_keys import SCENARIO, SCENARIOS
from nurture.compiler.scoring import SCORING
from nurture.compiler.segments import SEGMENT, SEGMENTS
from nurture.compiler.seminar_keys import SEMINAR
from nurture.compiler.shapes import Schema, SharedParts
from nurture.compiler.surveys import SURVEY
from nurture.compiler.workflow import WORKFLOW
from nurture.language import Said, in_language, say

_DIALECT = "https://json-schema.org/draft/2020-12/schema"

#: kind of file → the records that may be its whole, and what it is for
_FILES: Mapping[str, tuple[tuple[Record, ...], Said]] = MappingProxyType(
    {
        "workflow": ((WORKFLOW,), say("A journey: who starts it, who leaves it, what happens.")),
        "scoring": (
            (SCORING,),
            say("Points, fading, caps, fit, temperature, lifecycle, hand-off."),
        ),
        "calendar": ((CALENDAR,), say("Zone, holidays, closed days and windows.")),
        "policy": ((POLICY,), say("Senders, legal identity, caps, evidence, custom fields.")),
        "segments": ((SEGMENTS, SEGMENT), say("Named conditions.")),
        "broadcast": ((BROADCAST,), say("One mail to everybody who matches, at a moment.")),
        "seminar": ((SEMINAR,), say("A seminar: the event, and the mailings that come of it.")),
        "library": (
            (LIBRARY,),
            say("Cases, papers and tools, of which steps pick the best match."),
        ),
        "referral_program": (
            (PROGRAM,),
            say("A referral programme: whom we want to meet, offers, rules, kit, limits."),
        ),
        "survey": (
            (SURVEY,),
            say("A survey: what people tick beside their answer, and how often they are asked."),
        ),
        "scenarios": (
            (SCENARIO, SCENARIOS),
            say(
                "What must happen, run on virtual time by `nurture test`: one scenario, or a "
                "list of them that may share what is given. Its files live in workflows/tests/."
            ),
        ),
    }
)


def json_schemas(language: str = "en") -> dict[str, dict[str, Any]]:
    """Return a JSON Schema (2020-12) per kind of file; every key has its description.

    Descriptions, which editors show, are in the language.
    """
    schemas: dict[str, dict[str, Any]] = {}
    for kind, (records, about) in _FILES.items():
        shared: SharedParts = {}
        whole = [record.schema(shared) for record in records]
        body: Schema = whole[0] if len(whole) == 1 else {"anyOf": whole}
        schemas[kind] = {
            "$schema": _DIALECT,
            "title": kind,
            "description": about,
            **body,
            "$defs": dict(sorted(shared.items())),
        }
    return {kind: _spoken(schema, language) for kind, schema in schemas.items()}


def _spoken(part: Any, language: str) -> Any:
    """Return a part of a schema with its sentences in a language."""
    if isinstance(part, dict):
        return {key: _spoken(value, language) for key, value in part.items()}
    if isinstance(part, list):
        return [_spoken(value, language) for value in part]
    return in_language(part, language) if isinstance(part, str) else part
