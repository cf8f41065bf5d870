"""What commands share: settings from the options, the wired house, friendly moments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nurture.cli.speaking import told
from nurture.language import say
from nurture.settings import Settings, load

if TYPE_CHECKING:
    from nurture.app import House


def settings_of(ctx: click.Context) -> Settings:
    """Return the settings: environment, with `--project` and `--var` on top."""
    return load(**(ctx.obj or {}))


def house_of(ctx: click.Context) -> House:
    """Return the wired house for a one-shot command."""
    # Wiring loads the database and web servers; most of a second that a check does not need.
    from nurture.app import build

    return build(settings_of(ctx))


def parse_pairs(pairs: tuple[str, ...]) -> dict[str, Any]:
    """Return `name=value` pairs; values that read as numbers or true/false become them.

    Raises click.BadParameter where a pair has no `=`.
    """
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise click.BadParameter(told(say("'{pair}' is not NAME=VALUE", pair=pair)))
        found[name] = _value(value)
    return found


def _value(text: str) -> str | int | float | bool:
    if text in ("true", "false"):
        return text == "true"
    # A leading zero is a postcode or a phone number, not a number.
    digits = text.removeprefix("-")
    if digits.isascii() and digits.isdigit() and (digits == "0" or digits[0] != "0"):
        return int(text)
    whole, dot, part = digits.partition(".")
    if dot and whole.isdigit() and part.isdigit() and digits.isascii():
        return float(text)
    return text
