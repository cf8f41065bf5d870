"""A way of sending from one line of settings, e.g. `smtp://user:secret@mail.example:587?starttls=1`.

No message, representation or name made here holds the user or the password.
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from nurture.errors import NurtureError
from nurture.language import say
from nurture.language.hints import nearest
from nurture.providers.base import Provider
from nurture.providers.maildir import MaildirProvider
from nurture.providers.memory import MemoryProvider
from nurture.providers.smtp import SmtpProvider
from nurture.providers.smtp_dialogue import Login, Relay, Security, Timeouts

#: Beyond this a relay feels attacked, and one thread no longer keeps up.
WIDTH_LIMIT = 200

_SHAPES = say(
    "use smtp://user:password@host:587?starttls=1, smtps://user:password@host, "
    "maildir:///folder or memory:"
)
_SMTP_KEYS = ("starttls", "width", "ehlo", "ca", "mails")


def provider_from_url(url: str, *, timeouts: Timeouts | None = None) -> Provider:
    """Return the provider that `url` names; NurtureError says what is wrong with it.

    `smtp://[user:password@]host[:port]` and `smtps://…` take `width` (connections, 20), `mails`
    (per connection, 100), `ehlo` (our name), `ca` (a file of certificates to trust) and, for
    `smtp`, `starttls=1`; user and password are percent-encoded. Ports default to 25, 587 with
    STARTTLS, 465 for `smtps`. `maildir:///folder` and `memory:` take `width`.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        # Not "from": the error of the library may repeat the line, password and all.
        raise NurtureError(say("the URL for sending mail cannot be read"), _SHAPES) from None
    kinds: dict[str, Callable[[SplitResult, int | None, Timeouts | None], Provider]] = {
        "smtp": _smtp,
        "smtps": _smtp,
        "maildir": _maildir,
        "memory": _memory,
    }
    kind = kinds.get(parts.scheme)
    if kind is None:
        # In `user:secret@host` the scheme is the user.
        tellable = parts.scheme and "@" not in url
        message = say("the URL for sending mail names no way to send mail")
        if tellable:
            message = say("'{scheme}:' is no way to send mail", scheme=parts.scheme[:20])
        raise NurtureError(message, _SHAPES)
    return kind(parts, port, timeouts)


def _smtp(parts: SplitResult, port: int | None, timeouts: Timeouts | None) -> Provider:
    options = _options(parts, _SMTP_KEYS)
    host = parts.hostname
    if not host:
        raise NurtureError(say("the {scheme}: URL names no host", scheme=parts.scheme), _SHAPES)
    if not _is_host_name(host):
        raise NurtureError(
            say("the {scheme}: URL names a host that cannot be", scheme=parts.scheme), _SHAPES
        )
    if parts.path.strip("/") or parts.fragment:
        raise NurtureError(
            say("the {scheme}: URL holds more than host and options", scheme=parts.scheme),
            say("percent-encode '/', '#', '?' and '@' in user and password"),
        )
    security = _security(parts.scheme, options)
    context = None if security is Security.NONE else _context(options.get("ca"))
    default = {Security.NONE: 25, Security.STARTTLS: 587, Security.TLS: 465}[security]
    relay = Relay(
        host=host,
        port=port or default,
        security=security,
        login=_login(parts, security, host),
        own_name=_own_name(options.get("ehlo")),
        context=context,
    )
    return SmtpProvider(
        relay,
        width=_number(options, "width", 20, WIDTH_LIMIT),
        timeouts=timeouts,
        mails_per_connection=_number(options, "mails", 100, 1_000_000),
    )


def _maildir(parts: SplitResult, port: int | None, timeouts: Timeouts | None) -> Provider:
    options = _options(parts, ("width",))
    path = Path(unquote(parts.path))
    if parts.netloc or not path.is_absolute() or path == Path("/"):
        raise NurtureError(
            say("the maildir: URL needs an absolute folder"),
            say("three slashes: maildir:///var/mail"),
        )
    return MaildirProvider(path, width=_number(options, "width", 20, WIDTH_LIMIT))


def _memory(parts: SplitResult, port: int | None, timeouts: Timeouts | None) -> Provider:
    options = _options(parts, ("width",))
    if parts.netloc or parts.path:
        raise NurtureError(say("the memory: URL takes no host and no path"), say("write memory:"))
    return MemoryProvider(width=_number(options, "width", 20, WIDTH_LIMIT))


def _options(parts: SplitResult, known: tuple[str, ...]) -> dict[str, str]:
    options: dict[str, str] = {}
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        if key not in known:
            raise NurtureError(
                say("the {scheme}: URL has an unknown option", scheme=parts.scheme),
                nearest(key, known) or say("known: {known}", known=sorted(known)),
            )
        if key in options:
            raise NurtureError(
                say("the {scheme}: URL has '{key}' twice", scheme=parts.scheme, key=key),
                say("keep one"),
            )
        options[key] = value
    return options


def _security(scheme: str, options: dict[str, str]) -> Security:
    starttls = options.get("starttls", "0")
    if starttls not in ("0", "1"):
        raise NurtureError(say("'starttls' is neither 0 nor 1"), say("write starttls=1"))
    if scheme == "smtps":
        if starttls == "1":
            raise NurtureError(
                say("smtps: is encrypted from the start, STARTTLS is not"), say("keep one of them")
            )
        return Security.TLS
    return Security.STARTTLS if starttls == "1" else Security.NONE


def _login(parts: SplitResult, security: Security, host: str) -> Login | None:
    if parts.username is None and parts.password is None:
        return None
    if not parts.username or not parts.password:
        raise NurtureError(
            say("the URL for sending mail has a user or a password, not both"), _SHAPES
        )
    if security is Security.NONE and not _is_loopback(host):
        raise NurtureError(
            say("the password would cross the network in clear"),
            say("add ?starttls=1, or write smtps://"),
        )
    return Login(unquote(parts.username), unquote(parts.password))


def _own_name(name: str | None) -> str | None:
    if name is None:
        return None
    if not name.isascii() or not _is_host_name(name):
        raise NurtureError(say("'ehlo' is no host name"), say("e.g. ehlo=mail.nurture.example"))
    return name


def _context(ca: str | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca)
    except OSError as error:
        raise NurtureError(
            say("the certificates of 'ca' cannot be read: {strerror}", strerror=error.strerror),
            say("give the path of a PEM file"),
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _number(options: dict[str, str], key: str, default: int, most: int) -> int:
    text = options.get(key, str(default))
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:10]) <= most):
        raise NurtureError(
            say("'{key}' must be a number from 1 to {most}", key=key, most=most),
            say("e.g. {key}={default}", key=key, default=default),
        )
    return int(text)


def _is_host_name(host: str) -> bool:
    """Whether the host is an address, or labels that DNS and TLS can carry."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        try:
            host.encode("idna")
        except UnicodeError:
            return False
        return host[0] != "." and host.replace("-", "").replace(".", "").replace("_", "").isalnum()
    return True


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
