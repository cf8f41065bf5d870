"""In which language a command speaks: `--locale`, else that of the terminal."""

from __future__ import annotations

import os

import click

from nurture.language import LANGUAGES, in_language, language_of_terminal

_KEPT = "nurture.language"


def _keep(ctx: click.Context, _: click.Parameter, given: str | None) -> str:
    """Return the language of this run, and keep it for what is said outside of the command."""
    if given is not None:
        ctx.meta[_KEPT] = given
    return language()


#: hands the command its language as `locale`
speaks = click.option(
    "--locale",
    type=click.Choice(LANGUAGES),
    callback=_keep,
    is_eager=True,
    help="Language of what is said (default: that of the terminal, by LC_ALL or LANG).",
)


def language() -> str:
    """Return the language in which this run of a command speaks."""
    ctx = click.get_current_context(silent=True)
    kept = ctx.meta.get(_KEPT) if ctx is not None else None
    return str(kept or language_of_terminal(os.environ))


def told(text: str) -> str:
    """Return a sentence in the language of this run."""
    return in_language(text, language())
