"""What `nurture publish` says of each broadcast and seminar mailing."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

import click

from nurture.cli.speaking import language, told
from nurture.domain.condition_words import span_text
from nurture.domain.mailing_plan import SENTENCES, Note
from nurture.language import say
from nurture.services import sentences
from nurture.services.mailing_plans import Remark

#: what a publisher must not overlook
_LOUD = frozenset({Note.MISSED, Note.SENT_ALREADY, Note.STAYS_CANCELLED})
_WARNED = frozenset({Note.EDITED_AFTER_START, Note.REMOVED_AFTER_START, Note.WAITS_PAUSED})


def mailing_lines(remarks: Iterable[Remark], zone: ZoneInfo) -> list[str]:
    """Return a line per mailing: its name, what becomes of it, about how many get it."""
    return [_line(one, zone) for one in remarks]


def _line(one: Remark, zone: ZoneInfo) -> str:
    at = sentences.moment(one.at, language(), zone, year=True)
    said = SENTENCES[one.note].but(name=one.name, at=at, queued=f"{one.queued:,}")
    if one.spread is not None:
        span = span_text(one.spread, language())
        said = say("{said}, spread over {span}", said=said, span=span)
    if one.at_best_hour:
        said = say("{said}, to each at the hour at which they read", said=said)
    if one.about is not None:
        said = say(
            "{said}, to about {people:,} {people:person|people}", said=said, people=one.about
        )
    line = told(say("{name} {said}", name=one.name, said=said))
    if one.note in _LOUD:
        return click.style(line, fg="red", bold=True)
    return click.style(line, fg="yellow" if one.note in _WARNED else None)
