"""Values in a template: what is missing, and how long a loop may be."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from jinja2 import Undefined
from markupsafe import Markup

from nurture.language import say

#: most rounds of one loop; loops nest twice at most
MAX_ROUNDS = 200
#: how deep loops may nest
MAX_LOOPS = 2
#: levels of blocks within blocks; Python has a limit for what they become
MAX_BLOCKS = 50
#: longest HTML or text that a mail may become, characters
MAX_OUTPUT = 1_000_000

_SPECIAL = re.compile("[&<>\"']")
_LOOP_FIELDS = frozenset({"index", "index0", "first", "last", "length", "revindex", "revindex0"})


class ValueProblemError(Exception):
    """A value that cannot be used; `render` adds the template's name."""

    def __init__(self, message: str, hint: str = "", holder: Any = None, name: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        #: the mapping that lacks `name`, where something is missing
        self.holder = holder
        self.name = name


class Missing(Undefined):
    """A value that is not there: false in conditions, an error where it would be printed.

    Null and the empty text count as missing, since a CRM stores both. A comparison with a
    missing value is false, `!=` too, as in workflow conditions.
    """

    __slots__ = ()

    def _fail(self, *_: Any, **__: Any) -> NoReturn:
        raise ValueProblemError(
            say("{name} is missing", name=self._undefined_name),
            say("fill it, write `| default(…)`, or put `{% if … %}` around it"),
            self._undefined_obj,
            str(self._undefined_name),
        )

    def _false(self, _other: object) -> bool:
        return False

    def __bool__(self) -> bool:
        return False

    __eq__ = __ne__ = __contains__ = _false
    __lt__ = __le__ = __gt__ = __ge__ = _false  # type: ignore[assignment]
    __hash__ = Undefined.__hash__
    __str__ = __iter__ = __len__ = __getitem__ = __call__ = __int__ = __float__ = _fail
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __neg__ = __pos__ = _fail
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _fail


def field_of(holder: object, name: object) -> Any:
    """Return a field of a value, `Missing` where there is none.

    Mappings have fields, lists have positions, a loop has its counters; nothing else has
    anything, so no attribute of a Python object can be reached.
    """
    if isinstance(holder, Mapping):
        value = holder.get(name)
        if value is None or value == "":
            return Missing(obj=holder, name=str(name))
        return value
    if isinstance(holder, list | tuple) and isinstance(name, int):
        return holder[name] if -len(holder) <= name < len(holder) else Missing(name=str(name))
    if isinstance(holder, Undefined):
        return Missing(name=f"{holder._undefined_name}.{name}")
    if type(holder).__name__ == "LoopContext" and name in _LOOP_FIELDS:
        return getattr(holder, str(name))
    return Missing(name=str(name))


def rounds(value: object) -> Iterable[Any]:
    """Return what a loop goes over: a list of at most MAX_ROUNDS values."""
    if isinstance(value, Missing):
        value._fail()
    if not isinstance(value, list | tuple):
        raise ValueProblemError(say("a loop goes over a list"), say("this value is none"))
    if len(value) > MAX_ROUNDS:
        raise ValueProblemError(
            say(
                "a loop over {length} values; {most} is the most",
                length=len(value),
                most=MAX_ROUNDS,
            )
        )
    return value


def printable_html(value: object) -> object:
    """Return a value escaped for HTML; addresses that we made ourselves come as Markup."""
    if value.__class__ is Markup:
        return value
    text = value if value.__class__ is str else str(printable(value))
    return text if _SPECIAL.search(text) is None else html.escape(text)


def printable(value: object) -> object:
    """Return a value that may be printed; a list, mapping or moment as such may not."""
    if value.__class__ is str or isinstance(value, str | int | float | Undefined):
        return value
    kind = (
        say("a list")
        if isinstance(value, list | tuple)
        else say("a value of type {type}", type=type(value).__name__)
    )
    raise ValueProblemError(
        say("{kind} cannot be printed as it is", kind=kind),
        say("name a field of it, or use `| date` or `| join`"),
    )
