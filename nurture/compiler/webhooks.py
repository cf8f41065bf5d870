"""`webhooks` of `policy.yaml`, and the `webhook` steps that call them."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from nurture.compiler.fields import Catalogue
from nurture.compiler.moments import Span
from nurture.compiler.names import HTTPS, NAME, PROPERTY
from nurture.compiler.nodes import MapNode, Node, Scalar, quoted
from nurture.compiler.records import Fields, Key, ListOf, MapOf, Record
from nurture.compiler.report import Report
from nurture.compiler.shapes import PlainValue, Schema, Shape, SharedParts, Text
from nurture.domain.conditions import Scope
from nurture.language import say

_URL = Key("url", HTTPS, say("Where calls go: https, a public address."), required=True)
WEBHOOKS = Key(
    "webhooks",
    MapOf(Record(say("an endpoint"), (_URL,)), NAME),
    say("Other systems that `webhook` steps call; NAME's secret is found at WEBHOOK_NAME."),
)

#: a field that is told: `email`, `account.region`, `trigger.amount`
_FIELD = Text(say("a field such as email or account.region"), r"[^\W\d_]\w*(?:\.[^\W\d_]\w*)?", 200)

TO = Key("to", NAME, say("Name of the endpoint in the policy."), required=True)
FIELDS = Key(
    "fields",
    ListOf(_FIELD),
    say("What it is told: fields of the contact, account.X, trigger.X. Without it, email."),
)
DATA = Key("data", MapOf(PlainValue(), PROPERTY), say("Constants that it is told."))
_CALL = Record(say("a webhook"), (TO, FIELDS, DATA))


class _Call(Shape[Fields]):
    """The name of an endpoint, or a map that says more."""

    def read(self, node: Node, report: Report) -> Fields | None:
        """Return the keys; a bare name is `to`."""
        if isinstance(node, Scalar):
            key = Scalar(node.line, node.column, TO.name, plain=True)
            node = MapNode(node.line, node.column, {TO.name: (key, node)})
        return _CALL.read(node, report)

    def schema(self, shared: SharedParts) -> Schema:
        """Return a name or a map."""
        return {"anyOf": [NAME.schema(shared), _CALL.schema(shared)]}


WEBHOOK = Key("webhook", _Call(), say("Calls another system and holds until it has answered."))
WITHIN = Key("within", Span(), say("How long the journey waits for the answer. Without it, 1d."))


def endpoints_of(fields: Fields, report: Report) -> Mapping[str, str]:
    """Return name → address; reports addresses that no call may go to."""
    found: dict[str, str] = {}
    for entry in fields.get_or(WEBHOOKS, []):
        url = entry.value.get_or(_URL, "")
        if url:
            _check_address(url, entry.value.at(_URL), report)
        found[entry.name] = url
    return found


def _check_address(url: str, at: Node, report: Report) -> None:
    """Report what is wrong with an address by itself; names are resolved at each call."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host:
        report.error(at, "bad-value", say("{url} is not a web address", url=quoted(url)))
        return
    if parts.username is not None or parts.password is not None:
        message = say("an address in a file holds no user or password")
        hint = say("calls are signed: give the endpoint the secret instead")
        report.error(at, "secret-in-file", message, hint)
    if parts.fragment:
        message = say("an address of a call has no `#…`")
        report.error(at, "bad-value", message, say("delete it"))
    if _is_private(host):
        message = say("calls never go to private addresses such as {host}", host=host)
        hint = say("use the endpoint's public name")
        report.error(at, "private-address", message, hint)


def _is_private(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        # A number that browsers read as an address (2130706433, 0x7f.1) is a name to nobody.
        return "." not in host or host.rsplit(".", 1)[-1][:1].isdigit()


def told_fields(
    fields: Fields, catalogue: Catalogue, report: Report
) -> tuple[tuple[str, str], ...]:
    """Return (scope, name) of the fields an endpoint is told; reports unknown ones."""
    if not fields.written(FIELDS):
        return ((Scope.CONTACT.value, "email"),)
    found: dict[tuple[str, str], None] = {}
    at = fields.at(FIELDS)
    for name in fields.get_or(FIELDS, []):
        scope, _, rest = name.rpartition(".")
        if scope == Scope.TRIGGER.value:
            found[scope, rest] = None
            continue
        lookup = {
            "": catalogue.bare,
            Scope.CONTACT.value: catalogue.of_contact,
            Scope.ACCOUNT.value: catalogue.of_account,
        }.get(scope)
        info = lookup(rest) if lookup is not None else None
        if info is None:
            of_account = (f"account.{one}" for one in catalogue.names(Scope.ACCOUNT))
            hint = report.suggest(name, (*catalogue.names(), *of_account))
            message = say("unknown field '{name}'", name=name)
            report.error(at, "unknown-field", message, hint)
            continue
        found[info.field.scope.value, info.field.path[0]] = None
    return tuple(found)
