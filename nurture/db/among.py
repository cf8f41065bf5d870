"""`column IN (many values)` as one bound value, so that a statement is made and planned once.

SQLAlchemy's own `in_` writes a mark for every value: the text of the statement changes with
their number, so it is put together, parsed and planned anew each time. Here the text stays:
SQLite reads the values from a JSON list, PostgreSQL from an array. And there is no limit to
how many there are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, ColumnElement, Dialect, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class _Many(TypeDecorator[Iterable[Any]]):
    """Many integers or texts as one value."""

    impl = Text
    cache_ok = True

    def __init__(self, texts: bool) -> None:
        super().__init__()
        self.texts = texts

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return an array where there are arrays."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(ARRAY(Text() if self.texts else BigInteger()))

    def process_bind_param(self, value: Iterable[Any] | None, dialect: Dialect) -> Any:
        """Return a JSON list, or the values as they are."""
        values = list(value or ())
        return json.dumps(values) if dialect.name == "sqlite" else values


class _Among(FunctionElement[bool]):
    """A column and the values it may have."""

    inherit_cache = True
    type = Boolean()


@compiles(_Among, "sqlite")
def _json(element: _Among, compiler: SQLCompiler, **keywords: Any) -> str:
    column, values = (compiler.process(one, **keywords) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"


@compiles(_Among, "postgresql")
def _array(element: _Among, compiler: SQLCompiler, **keywords: Any) -> str:
    column, values = (compiler.process(one, **keywords) for one in element.clauses)
    return f"{column} = ANY ({values})"


def among(column: Column[Any], name: str) -> ColumnElement[bool]:
    """Return the condition that a column of integers or texts is one of those bound as `name`.

    Execute the statement with `{name: values}`; an empty list matches nothing.
    """
    texts = column.type.python_type is str
    return _Among(column, bindparam(name, type_=_Many(texts)))
