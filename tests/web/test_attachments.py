"""The mailbox lists what a mail carries and lets it be saved, whatever it is called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from nurture.emails.attachments import Attachment, StoredFile, encode
from nurture.emails.mime import build
from nurture.providers.mailbox_store import MailboxStore, Received
from nurture.web.admin.mail_parts import read_attachment, read_mail
from nurture.web.team import make_team
from tests.emails.mails import letter, rendered
from tests.emails.test_mime import _HEADERS
from tests.web.scene import Scene

PDF = b"%PDF-1.7\n" + bytes(range(256))
FILES = [encode(Attachment(name, StoredFile.of(PDF))) for name in ("導入の進め方.pdf", "b.pdf")]
MAIL = build(rendered(letter("本文")), _HEADERS, FILES)


@pytest.fixture
def team(scene: Scene) -> Iterator[FlaskClient]:
    """Return the team's pages over a mailbox with one mail."""
    store = MailboxStore(scene.state / "mailbox.sqlite", scene.clock.now)
    store.add([Received("mori@nurture.example", ("t@sample.example",), MAIL)])
    app = make_team(scene.runtime, store, "x" * 32, running=lambda: {})
    app.config["TESTING"] = True
    yield app.test_client()
    store.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_mail_shows_its_files_and_each_can_be_saved(team: FlaskClient) -> None:
    page = team.get("/mailbox/1", base_url="http://127.0.0.1").get_data(as_text=True)
    addresses = re.findall(r'href="(/mailbox/1/files/\d+)"', page)
    assert addresses == ["/mailbox/1/files/0", "/mailbox/1/files/1"]
    assert "導入の進め方.pdf" in page
    saved = team.get(addresses[0], base_url="http://127.0.0.1")
    assert saved.data == PDF
    assert saved.headers["Content-Disposition"] == (
        f"attachment; filename*=UTF-8''{quote('導入の進め方.pdf')}"
    )
    # nothing that came by mail is shown as a page of ours
    assert saved.content_type == "application/octet-stream"
    assert team.get("/mailbox/1/files/2", base_url="http://127.0.0.1").status_code == 404


def test_files_are_counted_as_they_are_listed() -> None:
    odd = (
        b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n'
        b"--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
        b"--x\r\nContent-Type: text/plain\r\n\r\na second text\r\n"
        b'--x\r\nContent-Type: text/plain; name="a\x00b.txt"\r\n\r\nnote\r\n--x--\r\n'
    )
    listed = read_mail(odd).attachments
    found = [read_attachment(odd, number) for number in range(len(listed) + 1)]
    assert [file and file[0] for file in found] == [name for name, _, _ in listed] + [None]
