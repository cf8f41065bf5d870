"""Log lines: for people or as JSON, without secrets and without anyone's address.

Our own lines and those of libraries take the same way, so both are cleaned. A line names
people by id (`contact=42`), which means something in the database and nothing elsewhere.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from nurture.clock import machine_now

#: What stands where something was taken out.
ADDRESS, SECRET = "<address>", "<secret>"

#: Takes rather too much than too little (`to=tanaka@…` as a whole): a local part may hold
#: nearly anything, up to 64 characters (RFC 5321 section 4.5.3.1.1).
_ADDRESS = re.compile(r"[^\s@<>\"(),:;\[\]]{1,64}(?:@|%40)[^\s@<>\"'(),:;=\[\]/?&]+")
_URL_PASSWORD = re.compile(r"(?<=://)[^\s/@:]*:[^\s/@]*@")
#: Public links end in a signed token; it is as good as a login to someone's preferences.
_TOKEN = re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{40,}(?![\w-])", re.ASCII)
_SECRET_KEYS = re.compile(
    r"passw|secret|token|authorization|cookie|api_?key|private|signature|credential|dsn", re.I
)


def configure(form: str, level: str = "info", stream: TextIO | None = None) -> None:
    """Send all log lines of this process to `stream` (default: standard error).

    `form` is `console` or `json`; `level` one of debug, info, warning, error. Called once
    per process, by what starts it. Calling it again replaces what was set before.
    """
    stream = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _stamp,
        # before the cleaning, so that it sees the text of exceptions too
        structlog.processors.format_exc_info,
        clean,
    ]
    renderer: Processor
    if form == "json":
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    else:
        renderer = structlog.dev.ConsoleRenderer(colors=stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            foreign_pre_chain=shared,
        )
    )
    # Libraries that tell of every step they take.
    for chatty in ("alembic", "mail.log", "rq.worker", "httpx"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


@contextmanager
def quiet() -> Iterator[None]:
    """Let nothing below an error be logged meanwhile: what happens in a simulation is no news."""
    root = logging.getLogger()
    before = root.level
    root.setLevel(max(before, logging.ERROR))
    try:
        yield
    finally:
        root.setLevel(before)


def clean(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Take addresses, passwords in URLs, signed tokens and values of secret keys out."""
    for key, value in list(event.items()):
        # structlog's own: the record of a library's line, read by the formatter
        if not key.startswith("_"):
            event[key] = _cleaned(key, value)
    return event


def _cleaned(key: str, value: Any) -> Any:
    if _SECRET_KEYS.search(key):
        return SECRET
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {_text(str(k)): _cleaned(str(k), v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_cleaned("", item) for item in value]
    return _text(value if isinstance(value, str) else str(value))


def _text(value: str) -> str:
    if "@" in value or "%40" in value:
        value = _ADDRESS.sub(ADDRESS, _URL_PASSWORD.sub(f"{SECRET}@", value))
    return _TOKEN.sub(SECRET, value)


def _stamp(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> EventDict:
    event["at"] = machine_now().isoformat(timespec="milliseconds")
    return event
