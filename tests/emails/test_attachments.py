"""Attachments: any name and any content arrive as they left, within the limits of the wire."""

from __future__ import annotations

import email
import email.header
import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.emails.attachments import (
    LONGEST_NAME,
    Attachment,
    EncodedFiles,
    StoredFile,
    encode,
    file_name,
)
from nurture.emails.errors import HeaderError
from nurture.emails.mime import build
from tests.emails.mails import letter, rendered
from tests.emails.test_mime import _HEADERS, _check_lines, _content

PDF = StoredFile.of(b"%PDF-1.7\nnot much")


def _received(*files: bytes) -> EmailMessage:
    data = build(rendered(letter("本文です。")), _HEADERS, files)
    _check_lines(data)
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    assert "本文です。" in _content(message, "plain")
    assert "本文です。" in _content(message, "html")
    return message


def _is_unwrapped(name: str) -> bool:
    """Say whether the standard library's reader takes a name for an address and unwraps it."""
    return name.startswith("<") and name.endswith(">")


_NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters='"\\'),
    min_size=1,
    max_size=90,
).filter(lambda name: name.strip() == name and not _is_unwrapped(name))


@given(_NAMES, st.binary(max_size=400))
def test_any_file_survives_the_round_trip(name: str, content: bytes) -> None:
    (part,) = _received(encode(Attachment(name, StoredFile.of(content)))).iter_attachments()
    assert part.get_filename() == name
    assert part.get_content_type() == "application/pdf"
    assert part.get_content_disposition() == "attachment"
    assert part.get_content() == content


@pytest.mark.parametrize(
    "name",
    [
        "rollout.pdf",
        "導入の進め方.pdf",
        "導入後の運用を、ひと目で比べる一覧表（2026年12月版・経営会議の配布用）第3版.pdf",
        "Comparing paper, spreadsheets and forms on one page for the board.pdf",
        'say "no".pdf',
        "=?utf-8?B?44GC?=.pdf",
    ],
)
def test_old_programs_find_the_name_in_the_type_as_well(name: str) -> None:
    (part,) = _received(encode(Attachment(name, PDF))).iter_attachments()
    assert part.get_filename() == name
    older = email.message_from_bytes(part.as_bytes(), policy=email.policy.compat32)
    words = email.header.decode_header(older.get_param("name"))
    found = "".join(w.decode(c or "ascii") if isinstance(w, bytes) else w for w, c in words)
    assert found == name


def test_files_keep_their_order_behind_the_letter() -> None:
    names = ["b.pdf", "資料.pdf", "a.pdf"]
    message = _received(*(encode(Attachment(name, PDF)) for name in names))
    assert message.get_content_type() == "multipart/mixed"
    kinds = [part.get_content_type() for part in message.iter_parts()]
    assert kinds == ["multipart/alternative", *["application/pdf"] * 3]
    assert [part.get_filename() for part in message.iter_attachments()] == names


@pytest.mark.parametrize("name", ["a\r\nBcc: b.pdf", "a\x00.pdf", "", "  "])
def test_a_name_that_could_break_out_stops_the_mail(name: str) -> None:
    with pytest.raises(HeaderError):
        encode(Attachment(name, PDF))


@pytest.mark.parametrize(
    ("title", "path", "name"),
    [
        ("導入の進め方", "workflows/files/rollout.ja.pdf", "導入の進め方.pdf"),
        ("cost: paper/forms?", "workflows/files/cost.pdf", "cost paper forms.pdf"),
        ("a\nb\x07c", "x.pdf", "a b c.pdf"),
        ("...", "x.pdf", "document.pdf"),
        ("長" * 200, "x.pdf", "長" * LONGEST_NAME + ".pdf"),
    ],
)
def test_a_title_becomes_a_name_that_every_system_can_save(
    title: str, path: str, name: str
) -> None:
    assert file_name(title, path) == name


def test_a_file_is_encoded_once_and_the_cache_stays_small() -> None:
    encoded = EncodedFiles(kept=3_000)
    first = encoded.part(Attachment("a.pdf", PDF))
    assert encoded.part(Attachment("a.pdf", StoredFile.of(PDF.content))) is first
    for number in range(50):
        encoded.part(Attachment(f"{number}.pdf", PDF))
    assert encoded.part(Attachment("a.pdf", PDF)) is not first
    # one that is larger than the cache goes out all the same
    large = StoredFile.of(b"%PDF-" + b"x" * 9_000)
    assert len(encoded.part(Attachment("large.pdf", large))) > 9_000
