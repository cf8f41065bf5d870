"""Providers named by URL."""

from __future__ import annotations

import pytest

from nurture.errors import NurtureError
from nurture.providers.maildir import MaildirProvider
from nurture.providers.memory import MemoryProvider
from nurture.providers.smtp import SmtpProvider
from nurture.providers.urls import provider_from_url


@pytest.mark.parametrize(
    ("url", "kind", "name", "width"),
    [
        ("smtp://127.0.0.1:1025", SmtpProvider, "smtp:127.0.0.1:1025", 20),
        # the port follows from the encryption
        ("smtp://relay.example", SmtpProvider, "smtp:relay.example:25", 20),
        ("smtp://relay.example?starttls=1&width=5", SmtpProvider, "smtp:relay.example:587", 5),
        ("smtps://u:p@relay.example", SmtpProvider, "smtp:relay.example:465", 20),
        ("smtp://[::1]:2525", SmtpProvider, "smtp:::1:2525", 20),
        # what never leaves the machine may be in clear
        ("smtp://u:p@localhost", SmtpProvider, "smtp:localhost:25", 20),
        ("memory:", MemoryProvider, "memory:", 20),
        ("memory:?width=3", MemoryProvider, "memory:", 3),
        ("maildir:///var/nurture/mail", MaildirProvider, "maildir:/var/nurture/mail", 20),
    ],
)
def test_a_url_names_a_way_of_sending(url: str, kind: type, name: str, width: int) -> None:
    provider = provider_from_url(url)
    assert isinstance(provider, kind)
    assert (provider.name, provider.width) == (name, width)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "names no way to send mail"),
        ("relay.example", "names no way to send mail"),
        ("http://relay.example", "'http:' is no way to send mail"),
        ("smtp://", "names no host"),
        ("smtp://relay.example:no", "cannot be read"),
        ("smtp://relay.example:99999", "cannot be read"),
        ("smtp://[::1", "cannot be read"),
        ("smtp://relay.example?startls=1", "did you mean 'starttls'"),
        ("smtp://relay.example?starttls=yes", "neither 0 nor 1"),
        ("smtp://relay.example?width=0", "from 1 to 200"),
        ("smtp://relay.example?width=two", "from 1 to 200"),
        ("smtp://relay.example?width=2&width=3", "twice"),
        ("smtps://relay.example?starttls=1", "keep one of them"),
        ("smtp://relay.example?ehlo=a%0d%0aQUIT", "no host name"),
        ("smtp://relay.example?ehlo=" + "a" * 64, "no host name"),
        # hosts that DNS and TLS would stumble over in the middle of a wave
        ("smtp://a..b", "cannot be"),
        ("smtp://.example", "cannot be"),
        ("smtp://" + "a" * 64 + ".example", "cannot be"),
        ("smtp://a%0d%0ab.example", "cannot be"),
        ("smtps://relay.example?ca=/no/such/file.pem", "No such file"),
        # a slash in a password that was not encoded
        ("smtps://user:sec/ret@relay.example", ""),
        ("smtp://user:secret@relay.example", "in clear"),
        ("smtps://user@relay.example", "not both"),
        ("smtps://relay.example/path", "more than host"),
        ("maildir:mail", "absolute folder"),
        ("maildir://host/mail", "absolute folder"),
        ("maildir:///", "absolute folder"),
        ("memory://x", "no host"),
    ],
)
def test_a_url_that_names_none_is_refused_in_words(url: str, says: str) -> None:
    with pytest.raises(NurtureError) as caught:
        provider_from_url(url)
    assert says in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    "url",
    [
        "smtps://anna:hunter2@relay.example",
        "smtps://anna:hunter2@relay.example:no",
        "smtps://anna:hunter2@[::1",
        "smtp://anna:hunter2@relay.example",
        "smtps://anna:hunter2@",
        "anna:hunter2@relay.example",
        "smtps://anna:hun/ter2@relay.example",
        "smtps://relay.example?password=hunter2",
    ],
)
def test_user_and_password_are_never_shown(url: str) -> None:
    try:
        shown = repr(provider_from_url(url))
    except NurtureError as error:
        shown = f"{error!r} {error} {error.__cause__!r}"
    for secret in ("anna", "hunter2", "hun", "ter2"):
        assert secret not in shown.replace("NurtureError", "")
