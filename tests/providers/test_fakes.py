"""What memory and Maildir do beyond the contract."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from nurture.providers.base import Answer, Envelope, Outcome
from nurture.providers.maildir import MaildirProvider
from nurture.providers.memory import TAKEN, MemoryProvider


def mail(number: int, to: str) -> Envelope:
    return Envelope(number, "b@n.example", to, b"Subject: x\r\n\r\n")


def outcomes(provider: MemoryProvider, *addresses: str) -> list[str]:
    mails = [mail(number, to) for number, to in enumerate(addresses)]
    return [answer.outcome.value for answer in provider.wave(mails, lambda: True)]


def test_a_script_answers_its_recipients_line_by_line_and_stays_with_the_last() -> None:
    later = Answer(Outcome.DEFERRED, 451, "later", timedelta(minutes=5))
    provider = MemoryProvider()
    provider.script("*@slow.example", [later, later, TAKEN])
    provider.script("gone@slow.example", [Answer(Outcome.REJECTED, 550, "5.1.1 unknown")])
    address = "a@slow.example"
    assert outcomes(provider, address, "b@e.example") == ["deferred", "accepted"]
    assert outcomes(provider, address, address, address) == ["deferred", "accepted", "accepted"]
    assert outcomes(provider, "gone@slow.example") == ["rejected"]
    assert [envelope.recipient for envelope in provider.accepted] == [
        "b@e.example",
        address,
        address,
    ]
    assert len(provider.answered) == 6


def test_a_script_without_a_line_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="says nothing"):
        MemoryProvider().script("*", [])


def test_a_maildir_that_cannot_be_written_defers_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file stands where the folder should be")
    [answer] = MaildirProvider(tmp_path / "mail").wave([mail(1, "a@e.example")], lambda: True)
    assert (answer.outcome, answer.code) == (Outcome.DEFERRED, None)


def test_a_maildir_is_private_and_holds_no_parts(tmp_path: Path) -> None:
    provider = MaildirProvider(tmp_path / "mail")
    provider.wave([mail(1, "a@e.example"), mail(2, "b@e.example")], lambda: True)
    assert len(list((tmp_path / "mail" / "new").iterdir())) == 2
    assert list((tmp_path / "mail" / "tmp").iterdir()) == []
    assert (tmp_path / "mail" / "new").stat().st_mode & 0o077 == 0
