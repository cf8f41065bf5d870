"""What a machine or an operator decides: addresses, folders, ports, secrets.

Read once from the environment, by `app.py` and the command line, and passed on. What a
marketer decides is in `workflows/`, never here.
"""

from __future__ import annotations

import enum
import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from nurture.errors import NurtureError


class Sending(enum.StrEnum):
    """Whether mails leave; decided again for each mail, right before its body is written."""

    #: to everybody who may get them
    LIVE = "live"
    #: only to addresses that SENDING_ALLOW matches; mails to others are dropped
    ALLOWLIST = "allowlist"
    #: to nobody; everything waits
    OFF = "off"


class LogFormat(enum.StrEnum):
    """How log lines are written."""

    #: for people
    CONSOLE = "console"
    #: one JSON object per line, for machines
    JSON = "json"


LogLevel = Literal["debug", "info", "warning", "error"]
Port = Annotated[int, Field(ge=1, le=65535)]
#: a list with commas; patterns as in `nurture.providers.patterns`
Patterns = Annotated[tuple[str, ...], NoDecode]

#: Environment variable by field, where it is not the field's name in capitals.
_VARIABLES = {
    "var": "NURTURE_VAR",
    "project": "NURTURE_PROJECT",
    "secret": "NURTURE_SECRET",
    "hash_secret": "NURTURE_HASH_SECRET",
}

#: What to write instead, by environment variable.
_EXAMPLES = {
    "REDIS_URL": "redis://host:6379/0; without it one is started",
    "SENDING_ALLOW": "*@our-company.example,me@home.example",
    "PUBLIC_URL": "https://mail.our-company.example",
    "MAIL_DOMAIN": "our-company.example",
    "MAILBOX_REFUSE": "*@gone.example",
}


class Settings(BaseSettings):
    """One process's settings; frozen. Addresses that may hold a password are secret strings."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    #: folder for all state that is not in a database elsewhere (NURTURE_VAR)
    var: Path = Field(Path("var"), validation_alias="NURTURE_VAR")
    #: folder that holds workflows/ and templates/ (NURTURE_PROJECT)
    project: Path = Field(Path(), validation_alias="NURTURE_PROJECT")
    #: where facts are kept: SQLite or PostgreSQL, as `nurture.db.engine.make_engine` reads it
    database_url: SecretStr = Field(
        default_factory=lambda known: SecretStr(
            f"sqlite:///{known.get('var', 'var')}/nurture.sqlite"
        )
    )
    #: where doorbells ring; None: an embedded server is started
    redis_url: SecretStr | None = None
    #: how mails leave, as `nurture.providers.urls` reads it; None: to the local mailbox
    smtp_url: SecretStr | None = None
    #: whether mails leave
    sending: Sending = Sending.LIVE
    #: who gets mails under SENDING=allowlist
    sending_allow: Patterns = ()
    #: our own domain: Message-IDs and return paths
    mail_domain: str = "nurture.example"
    #: address and port the public pages listen on
    public_host: str = "127.0.0.1"
    public_port: Port = 8080
    #: how the world reaches the public pages: the start of every link in a mail
    public_url: str = Field(
        default_factory=lambda known: f"http://127.0.0.1:{known.get('public_port', 8080)}"
    )
    #: port of the team's pages, always at 127.0.0.1: they have no login yet
    team_port: Port = 8081
    #: port of the local mailbox's SMTP, always at 127.0.0.1
    mailbox_port: Port = 8025
    #: recipients that the local mailbox refuses with 550, as a bouncing host would
    mailbox_refuse: Patterns = ()
    #: what links are signed with; see `nurture.keys`. None: a key made once in `var`
    secret: SecretStr | None = Field(None, validation_alias="NURTURE_SECRET")
    #: what address hashes of the suppression list are keyed with; never change it. None: a
    #: key made once in `var`
    hash_secret: SecretStr | None = Field(None, validation_alias="NURTURE_HASH_SECRET")
    #: proxies of ours in front of the public pages that add X-Forwarded-For
    proxies: Annotated[int, Field(ge=0, le=5)] = 0
    #: how long a sender may be silent before others take its mails over (seconds)
    lease_seconds: Annotated[float, Field(ge=1, le=600)] = 60
    #: chat rooms by their names in policy.yaml: CHAT_SALES=slack://…, CHAT_MARKETING=…
    chats: Mapping[str, SecretStr] = Field(default_factory=lambda: _named(os.environ, "CHAT_"))
    #: secrets of webhook endpoints by their names in policy.yaml: WEBHOOK_CRM=whsec_…,whsec_OLD
    webhooks: Mapping[str, SecretStr] = Field(
        default_factory=lambda: _named(os.environ, "WEBHOOK_")
    )
    #: how log lines are written
    log: LogFormat = LogFormat.CONSOLE
    #: from which level on
    log_level: LogLevel = "info"

    @field_validator("var", "project", mode="after")
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        return path.expanduser().resolve()

    @field_validator("sending", "log", "log_level", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @field_validator("sending_allow", "mailbox_refuse", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        patterns = tuple(part.strip() for part in value.split(",") if part.strip())
        for pattern in patterns:
            if pattern.split() != [pattern] or pattern.count("@") > 1:
                raise ValueError(f"{pattern!r} is not one address or pattern")
        return patterns

    @field_validator("redis_url", mode="after")
    @classmethod
    def _redis(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("the address does not start with redis://, rediss:// or unix://")
        return value

    @field_validator("public_url", mode="after")
    @classmethod
    def _public(cls, value: str) -> str:
        url = urlsplit(value)
        if url.scheme not in {"http", "https"} or not url.hostname or url.query or url.fragment:
            raise ValueError(f"{value!r} is not the start of a web address")
        if url.username or url.password:
            raise ValueError("it stands in every mail, so it may hold no user or password")
        if url.scheme == "http" and not is_loopback(url.hostname):
            raise ValueError("links in mails need https; http is for this machine only")
        return value.rstrip("/")

    @field_validator("mail_domain", mode="after")
    @classmethod
    def _domain(cls, value: str) -> str:
        try:
            ascii_name = value.lower().encode("idna").decode("ascii")
        except UnicodeError as error:
            raise ValueError(f"{value!r} is not a domain") from error
        if not all(part.strip("-") for part in ascii_name.split(".")) or "." not in ascii_name:
            raise ValueError(f"{value!r} is not a domain")
        return ascii_name

    @model_validator(mode="after")
    def _together(self) -> Self:
        ports = [self.public_port, self.team_port, self.mailbox_port]
        if len(set(ports)) < len(ports):
            raise ValueError("PUBLIC_PORT, TEAM_PORT and MAILBOX_PORT must differ")
        if self.sending is Sending.ALLOWLIST and not self.sending_allow:
            raise ValueError("SENDING=allowlist needs SENDING_ALLOW, else nobody gets a mail")
        return self


def load(**given: Any) -> Settings:
    """Read the environment; `given` (by field name) wins over it.

    Raises NurtureError with all mistakes at once, each with its variable and what to write.
    """
    try:
        return Settings(**{_VARIABLES.get(name, name): value for name, value in given.items()})
    except ValidationError as error:
        # what would have followed from a bad value is not a second mistake
        mistakes = [e for e in error.errors() if e["type"] != "default_factory_not_called"]
        raise NurtureError("\n".join(_sentence(dict(e)) for e in mistakes)) from None


def is_loopback(host: str) -> bool:
    """Say whether `host` can only be this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _named(environment: Mapping[str, str], prefix: str) -> dict[str, SecretStr]:
    """Return what variables of a prefix hold: CHAT_BACK_OFFICE is the room `back-office`."""
    return {
        name.removeprefix(prefix).lower().replace("_", "-"): SecretStr(value)
        for name, value in environment.items()
        if name.startswith(prefix) and value
    }


def _sentence(error: dict[str, Any]) -> str:
    message = error["msg"].removeprefix("Value error, ")
    if not error["loc"]:
        return str(message)
    field = str(error["loc"][0])
    variable = _VARIABLES.get(field, field).upper()
    example = f" (for example {_EXAMPLES[variable]})" if variable in _EXAMPLES else ""
    return f"{variable}: {message}{example}"
