"""In which language a command speaks: `--locale`, else that of the terminal."""

from __future__ import annotations

import os
from typing import Any

import click

from nurture.language import LANGUAGES, in_language, language_of_terminal

_KEPT = "nurture.language"


def _keep(ctx: click.Context, _: click.Parameter, given: str | None) -> str:
    """Return the language of this run, and keep it for what is said outside of the command."""
    if given is not None:
        ctx.meta[_KEPT] = given
    return language()


_OPTION: dict[str, Any] = {
    "type": click.Choice(LANGUAGES),
    "callback": _keep,
    "is_eager": True,
    "help": "Language of what is said (default: that of the terminal, by LC_ALL or LANG).",
}

#: `nurture --locale ja COMMAND`; what the command's own `--locale` says goes before it
speaks_everywhere = click.option("--locale", expose_value=False, **_OPTION)

#: hands the command its language as `locale`
speaks = click.option("--locale", **_OPTION)


def give_language(command: click.Command) -> None:
    """Give a command, and all below it, the option `--locale`, which what it tells obeys.

    Commands that lay out pages of their own take their language by `speaks` instead.
    """
    if isinstance(command, click.Group):
        for one in command.commands.values():
            give_language(one)
    elif all(one.name != "locale" for one in command.params):
        command.params.append(click.Option(["--locale"], expose_value=False, **_OPTION))


def spoken_in(ctx: click.Context, given: str | None) -> None:
    """Speak a language in the rest of this run, for commands whose `--locale` says more."""
    if given is not None:
        ctx.meta[_KEPT] = given


def language() -> str:
    """Return the language in which this run of a command speaks."""
    ctx = click.get_current_context(silent=True)
    kept = ctx.meta.get(_KEPT) if ctx is not None else None
    return str(kept or language_of_terminal(os.environ))


def told(text: str) -> str:
    """Return a sentence in the language of this run."""
    return in_language(text, language())


def tell(text: str) -> None:
    """Print a sentence in the language of this run."""
    click.echo(told(text))
