"""What people type into forms and addresses, without the one character no database holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict


class _Typed(ImmutableMultiDict[str, Any]):
    """Values without NUL: PostgreSQL refuses it, and nobody means it."""

    def __init__(
        self, mapping: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None
    ) -> None:
        pairs = MultiDict(mapping).items(multi=True)
        super().__init__([(name, _without_nul(value)) for name, value in pairs])


class TypedRequest(Request):
    """A request whose `args` and `form` hold no NUL."""

    parameter_storage_class = _Typed


def _without_nul(value: Any) -> Any:
    return value.replace("\0", "") if isinstance(value, str) else value
