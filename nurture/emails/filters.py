"""Filters that letters and newsletters may use, bound to one locale."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, tzinfo
from functools import lru_cache, partial
from math import isfinite
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_time
from babel.numbers import format_decimal, format_percent
from jinja2 import pass_context
from jinja2.runtime import Context

from nurture.domain.addressee import addressee, person_of, short_name
from nurture.emails.values import Missing, ValueProblemError, rounds
from nurture.language import say

#: most decimal places that a filter prints
_MAX_DIGITS = 6
_WEB = re.compile(r"https?://[^\s<>\"'\\]{1,2000}")

#: day with weekday, as a letter says it; Babel has no standard form for it
_DAY = {"ja": "M月d日（E）", "en": "EEEE, MMMM d"}
_SHORT_DAY = {"ja": "M月d日", "en": "MMMM d"}


def filters_for(locale: str) -> dict[str, Callable[..., Any]]:
    """Return every filter of the template language for one locale."""
    babel = locale.replace("-", "_")
    return {
        "default": default,
        "d": default,
        "date": pass_context(partial(_with_zone, _date, babel)),
        "time": pass_context(partial(_with_zone, _time, babel)),
        "number": partial(number, babel),
        "percent": partial(percent, babel),
        "percent_change": partial(percent_change, babel),
        "addressee": partial(_addressee, locale),
        "short_name": partial(_short_name, locale),
        "upper": lambda value: str(value).upper(),
        "lower": lambda value: str(value).lower(),
        "capitalize": lambda value: str(value).capitalize(),
        "title": lambda value: str(value).title(),
        "trim": lambda value: str(value).strip(),
        "truncate": truncate,
        "length": lambda value: len(_there(value)),
        "first": lambda value: next(iter(rounds(value)), Missing(name="first")),
        "last": lambda value: next(reversed(list(rounds(value))), Missing(name="last")),
        "join": join,
        "round": lambda value, digits=0: round(_figure(value), min(int(digits), _MAX_DIGITS)),
        "int": lambda value: int(_figure(value)),
        "abs": lambda value: abs(_figure(value)),
        "urlencode": lambda value: quote(str(value), safe=""),
    }


def default(value: Any, other: Any = "") -> Any:
    """Return `other` where the value is missing."""
    return other if isinstance(value, Missing) else value


def number(babel: str, value: Any, digits: int | None = None) -> str:
    """Return a number as the locale writes it; `digits` fixes the decimal places."""
    if digits is None:
        return str(format_decimal(_figure(value), locale=babel))
    zeros = "0" * _digits(digits)
    return str(format_decimal(_figure(value), f"#,##0{'.' if zeros else ''}{zeros}", babel))


def percent(babel: str, value: Any, digits: int = 0) -> str:
    """Return a share (0.125) as a percentage (12.5 %)."""
    places = "#" * _digits(digits)
    return str(format_percent(_figure(value), f"#,##0{'.' if places else ''}{places}%", babel))


def percent_change(babel: str, new: Any, old: Any, digits: int = 1) -> str:
    """Return how far `new` lies above or below `old`, with a sign: +12.5%."""
    base = _figure(old)
    if base == 0:
        raise ValueProblemError(
            say("a change from zero has no percentage"), say("leave the line out")
        )
    share = (_figure(new) - base) / abs(base)
    text = percent(babel, abs(share), digits)
    sign = "±" if share == 0 else "+" if share > 0 else "-"
    return sign + text


def truncate(value: Any, length: int = 80) -> str:
    """Return at most `length` characters, the last one `…` where something was cut."""
    text = str(value)
    return text if len(text) <= length else text[: max(int(length) - 1, 0)] + "…"


def join(value: Any, by: str = ", ") -> str:
    """Return the values of a list with `by` between them."""
    return str(by)[:20].join(str(part) for part in rounds(value))


def web_address(value: str, markup: bool) -> str:
    """Return a personal link target as it is, refusing all that is no web address.

    In HTML the text comes escaped, as it stands in an attribute.
    """
    target = html.unescape(value) if markup else value
    if _WEB.fullmatch(target) is None:
        raise ValueProblemError(
            say("{target} is no web address", target=repr(target[:80])),
            say("links begin with https://"),
        )
    return target


def _addressee(locale: str, person: Any) -> Any:
    line = addressee(person_of(_mapping(person)), locale)
    if line is None:
        raise ValueProblemError(
            say("neither a name nor a company to address"),
            say("fill the contact's name or company"),
            person,
            "family_name",
        )
    return line


def _short_name(locale: str, person: Any) -> Any:
    line = short_name(person_of(_mapping(person)), locale)
    return Missing(name="short_name") if line is None else line


def _mapping(value: Any) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    raise ValueProblemError(
        say("only a person can be addressed"), say("write `contact | addressee`")
    )


def _with_zone(
    form: Callable[[date | datetime, tzinfo | None, str, str], str],
    babel: str,
    context: Context,
    value: Any,
    style: str = "long",
) -> str:
    try:
        return form(_moment(value), _zone(context), babel, str(style)[:40])
    except (LookupError, ValueError, AttributeError):
        raise ValueProblemError(
            say("no form {style} for a date or time", style=repr(str(style)[:40])),
            say("known: short, medium, long, full, day, short_day"),
        ) from None


def _zone(context: Context) -> tzinfo | None:
    """Return the reader's zone: `zone` of the values, else the contact's."""
    zone = context.get("zone")
    contact = context.get("contact")
    if not zone and isinstance(contact, Mapping):
        zone = contact.get("zone")
    return _zone_info(zone) if isinstance(zone, str) and zone else None


@lru_cache(maxsize=64)
def _zone_info(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _moment(value: Any) -> date | datetime:
    _there(value)
    if isinstance(value, date):
        return value
    try:
        text = str(value)
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        raise ValueProblemError(
            say("{value} is no date", value=repr(str(value)[:40])),
            say("dates look like 2026-04-03 or 2026-04-03T10:00+09:00"),
        ) from None


@lru_cache(maxsize=1024)
def _date(moment: date | datetime, zone: tzinfo | None, babel: str, style: str) -> str:
    if isinstance(moment, datetime):
        moment = (moment.astimezone(zone) if moment.tzinfo and zone else moment).date()
    language = babel.split("_")[0]
    forms = {"day": _DAY, "short_day": _SHORT_DAY}.get(style)
    pattern = style if forms is None else forms.get(language, forms["en"])
    return str(format_date(moment, pattern, babel))


@lru_cache(maxsize=1024)
def _time(moment: date | datetime, zone: tzinfo | None, babel: str, style: str) -> str:
    if isinstance(moment, datetime):
        clock = (moment.astimezone(zone) if moment.tzinfo and zone else moment).time()
    else:
        clock = time()
    return str(format_time(clock, "short" if style == "long" else style, locale=babel))


def _there(value: Any) -> Any:
    if isinstance(value, Missing):
        value._fail()
    return value


def _figure(value: Any) -> int | float:
    _there(value)
    if isinstance(value, str):
        try:
            value = float(value) if len(value) < 40 else None
        except ValueError:
            value = None
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueProblemError(say("not a number"))
    return value


def _digits(digits: Any) -> int:
    return max(0, min(int(_figure(digits)), _MAX_DIGITS))


def markup_or_text(url: str, markup: bool) -> str:
    """Return a finished address as it stands in HTML (escaped once) or in text."""
    return html.escape(url) if markup else url


#: names a template may use
NAMES = frozenset(filters_for("ja"))
