"""SQL expressions that SQLite and PostgreSQL spell differently.

Each is a construct with one compiler per database, so that statements are built without
knowing which of the two will run them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Float, Text, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from nurture.db.types import UtcDateTime
from nurture.domain.evaluate import LARGEST
from nurture.domain.scoring import STEPS_PER_POINT, Engagement, score_at

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

#: a power of two beyond which a score has faded to nothing; PostgreSQL refuses to compute
#: what is too small for its numbers
_MOST_HALVINGS = 200


class json_text(FunctionElement[str]):  # noqa: N801
    """Return a key's value where it is a JSON string, else null: json_text(document, key)."""

    type = Text()
    name = "json_text"
    inherit_cache = True


class json_number(FunctionElement[float]):  # noqa: N801
    """Return a key's value where it is a JSON number within ±1e300, else null."""

    type = Float()
    name = "json_number"
    inherit_cache = True


class json_boolean(FunctionElement[bool]):  # noqa: N801
    """Return a key's value where it is a JSON boolean, else null."""

    type = Boolean()
    name = "json_boolean"
    inherit_cache = True


class microseconds_between(FunctionElement[float]):  # noqa: N801
    """Return how much later the second moment is than the first, in microseconds."""

    type = Float()
    name = "microseconds_between"
    inherit_cache = True


class by_code_point(FunctionElement[str]):  # noqa: N801
    """Return a text that sorts by code point, as Python's do, whatever the collation."""

    type = Text()
    name = "by_code_point"
    inherit_cache = True


class contains_text(FunctionElement[bool]):  # noqa: N801
    """Say whether the first text contains the second, letter case included."""

    type = Boolean()
    name = "contains_text"
    inherit_cache = True


class _score(FunctionElement[float]):  # noqa: N801
    type = Float()
    name = "nurture_score"
    inherit_cache = True


def score(
    engagement: ColumnElement[Any],
    scored_at: ColumnElement[Any],
    fit: ColumnElement[Any],
    now: datetime,
    half_life: timedelta,
) -> ColumnElement[float]:
    """Return the faded and rounded score of `nurture.domain.scoring.score_at` in SQL."""
    return _score(
        engagement,
        scored_at,
        fit,
        literal(now, UtcDateTime()),
        literal(half_life // _MICROSECOND, BigInteger()),
    )


def score_on_sqlite(engagement: float, at: int, fit: float, now: int, half_life: int) -> float:
    """Compute a score for SQLite, whose mathematics are optional; times in microseconds."""
    return score_at(
        Engagement(engagement, _EPOCH + at * _MICROSECOND),
        fit,
        half_life * _MICROSECOND,
        _EPOCH + now * _MICROSECOND,
    )


def _parts(element: FunctionElement[Any], compiler: SQLCompiler, **kw: Any) -> list[str]:
    return [compiler.process(clause, **kw) for clause in element.clauses]


# json_each unescapes keys; a JSON path would miss those that are stored with \u escapes.
_EACH = "(SELECT {value} FROM json_each({document}) AS entry WHERE entry.key = {key} LIMIT 1)"


@compiles(json_text, "sqlite")
def _json_text_sqlite(element: json_text, compiler: SQLCompiler, **kw: Any) -> str:
    document, key = _parts(element, compiler, **kw)
    value = "CASE entry.type WHEN 'text' THEN entry.value END"
    return _EACH.format(value=value, document=document, key=key)


@compiles(json_number, "sqlite")
def _json_number_sqlite(element: json_number, compiler: SQLCompiler, **kw: Any) -> str:
    document, key = _parts(element, compiler, **kw)
    value = (
        "CASE WHEN entry.type IN ('integer', 'real')"
        f" AND entry.value BETWEEN -{LARGEST} AND {LARGEST} THEN entry.value END"
    )
    return _EACH.format(value=value, document=document, key=key)


@compiles(json_boolean, "sqlite")
def _json_boolean_sqlite(element: json_boolean, compiler: SQLCompiler, **kw: Any) -> str:
    document, key = _parts(element, compiler, **kw)
    value = "CASE entry.type WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"
    return _EACH.format(value=value, document=document, key=key)


@compiles(json_text, "postgresql")
def _json_text_postgresql(element: json_text, compiler: SQLCompiler, **kw: Any) -> str:
    document, key = _parts(element, compiler, **kw)
    return f"CASE json_typeof({document} -> {key}) WHEN 'string' THEN {document} ->> {key} END"


@compiles(json_number, "postgresql")
def _json_number_postgresql(element: json_number, compiler: SQLCompiler, **kw: Any) -> str:
    document, key = _parts(element, compiler, **kw)
    number = f"CAST({document} ->> {key} AS NUMERIC)"
    # Nested, because AND does not promise to look at the kind before it converts.
    return (
        f"CASE json_typeof({document} -> {key}) WHEN 'number' THEN"
        f" CASE WHEN {number} BETWEEN -{LARGEST} AND {LARGEST}"
        f" THEN CAST({number} AS DOUBLE PRECISION) END END"
    )


@compiles(json_boolean, "postgresql")
def _json_boolean_postgresql(element: json_boolean, compiler: SQLCompiler, **kw: Any) -> str:
    document, key = _parts(element, compiler, **kw)
    return (
        f"CASE json_typeof({document} -> {key})"
        f" WHEN 'boolean' THEN CAST({document} ->> {key} AS BOOLEAN) END"
    )


@compiles(microseconds_between, "sqlite")
def _between_sqlite(element: microseconds_between, compiler: SQLCompiler, **kw: Any) -> str:
    earlier, later = _parts(element, compiler, **kw)
    return f"CAST({later} - {earlier} AS REAL)"


@compiles(microseconds_between, "postgresql")
def _between_postgresql(element: microseconds_between, compiler: SQLCompiler, **kw: Any) -> str:
    earlier, later = _parts(element, compiler, **kw)
    return _between(earlier, later)


def _between(earlier: str, later: str) -> str:
    return f"CAST(EXTRACT(EPOCH FROM ({later} - {earlier})) * 1000000 AS DOUBLE PRECISION)"


@compiles(by_code_point, "sqlite")
def _by_code_point_sqlite(element: by_code_point, compiler: SQLCompiler, **kw: Any) -> str:
    return _parts(element, compiler, **kw)[0]


@compiles(by_code_point, "postgresql")
def _by_code_point_postgresql(element: by_code_point, compiler: SQLCompiler, **kw: Any) -> str:
    return f'({_parts(element, compiler, **kw)[0]}) COLLATE "C"'


@compiles(contains_text, "sqlite")
def _contains_sqlite(element: contains_text, compiler: SQLCompiler, **kw: Any) -> str:
    return "(instr({}, {}) > 0)".format(*_parts(element, compiler, **kw))


@compiles(contains_text, "postgresql")
def _contains_postgresql(element: contains_text, compiler: SQLCompiler, **kw: Any) -> str:
    return "(strpos({}, {}) > 0)".format(*_parts(element, compiler, **kw))


@compiles(_score, "sqlite")
def _score_sqlite(element: _score, compiler: SQLCompiler, **kw: Any) -> str:
    # make_engine gives every connection this function: see `score_on_sqlite`.
    return f"nurture_score({', '.join(_parts(element, compiler, **kw))})"


@compiles(_score, "postgresql")
def _score_postgresql(element: _score, compiler: SQLCompiler, **kw: Any) -> str:
    engagement, scored_at, fit, now, half_life = _parts(element, compiler, **kw)
    halvings = (
        f"LEAST({_MOST_HALVINGS}, GREATEST(0, {_between(scored_at, now)}"
        f" / CAST({half_life} AS DOUBLE PRECISION)))"
    )
    raw = f"{engagement} * power(CAST(2 AS DOUBLE PRECISION), -{halvings}) + {fit}"
    steps = f"CAST({STEPS_PER_POINT} AS DOUBLE PRECISION)"
    return f"(floor(({raw}) * {steps} + 0.5) / {steps})"
