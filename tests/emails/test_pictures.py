"""Pictures that go with a mail, in letters and newsletters."""

import email
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from nurture.emails.compile import compile_template
from nurture.emails.links import MailLinks
from nurture.emails.mime import Mailbox, MailHeaders, build
from nurture.emails.pictures import InlinePicture, pictures_shown, with_pictures
from nurture.emails.render import Rendered, render
from nurture.emails.tokens import Keyring
from nurture.web.admin.mail_parts import read_attachment, read_mail

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 5
CHART = InlinePicture.of(PNG)
LINKS = MailLinks(Keyring({1: b"k" * 32}, 1), "https://links.example.com", 1, 1, tracked=False)
LAYOUT = (
    "<mjml><mj-body><mj-section><mj-column><mj-text>[[ content ]]</mj-text></mj-column>"
    "</mj-section></mj-body></mjml>"
)
LETTER = "---\nsubject: S\n---\nHello\n\n![{{ result.alt }}]({{ result.chart }})\n"
NEWSLETTER = (
    "<mjml><mj-head><mj-title>S</mj-title></mj-head><mj-body><mj-section><mj-column>"
    '<mj-image src="{{ result.chart }}" alt="{{ result.alt }}" width="480px" />'
    "</mj-column></mj-section></mj-body></mjml>"
)
VALUES = {"result": {"chart": CHART, "alt": "Hours: 118, 69.5", "other": InlinePicture.of(b"no")}}


def rendered(kind: str, text: str) -> Rendered:
    files = {
        f"templates/email/a/b.ja.{kind}": text,
        "templates/email/layouts/letter.mjml": LAYOUT,
    }
    return render(compile_template(files, "a/b", "ja"), VALUES, LINKS)


def whole(mail: Rendered, files: tuple[bytes, ...] = ()) -> EmailMessage:
    headers = MailHeaders(
        "<1@example.com>",
        datetime(2026, 4, 1, tzinfo=UTC),
        Mailbox("", "a@example.com"),
        Mailbox("", "b@example.com"),
    )
    data = build(mail, headers, files, pictures_shown(VALUES, mail.html_pieces))
    parsed = email.message_from_bytes(data, policy=SMTP)
    assert isinstance(parsed, EmailMessage)
    return parsed


@pytest.mark.parametrize(("kind", "text"), [("md", LETTER), ("mjml", NEWSLETTER)])
def test_a_picture_among_the_values_goes_with_the_mail_that_shows_it(kind: str, text: str) -> None:
    mail = whole(rendered(kind, text))
    assert not mail.defects
    plain, related = mail.iter_parts()
    assert (plain.get_content_type(), related.get_content_type()) == (
        "text/plain",
        "multipart/related",
    )
    page, picture = related.iter_parts()
    assert f'src="{CHART}"' in page.get_content()
    assert 'alt="Hours: 118, 69.5"' in page.get_content()
    assert picture["Content-ID"] == CHART.content_id
    assert picture.get_content_disposition() == "inline"
    assert picture.get_content() == PNG
    assert "Hours: 118, 69.5" in plain.get_content()


def test_a_mail_that_shows_no_picture_is_what_it_always_was() -> None:
    mail = whole(rendered("md", "---\nsubject: S\n---\nHello {{ result.alt }}\n"))
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_pictures_do_not_count_for_the_length_at_which_gmail_cuts_a_mail() -> None:
    page = "".join(rendered("md", LETTER).html_pieces)
    assert "base64" not in page
    assert len(with_pictures(page, [CHART])) > len(page)


def test_the_mailbox_shows_the_picture_and_lists_no_file_for_it() -> None:
    attached = (
        b"Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\nA"
    )
    raw = whole(rendered("md", LETTER), (attached,)).as_bytes()
    seen = read_mail(raw)
    assert CHART.data_address in seen.html
    assert [name for name, *_ in seen.attachments] == ["a.pdf"]
    assert read_attachment(raw, 0) == ("a.pdf", b"A")


def test_a_value_of_a_picture_is_an_address_in_text_as_well() -> None:
    mail = rendered("md", "---\nsubject: S\n---\nHello {{ result.chart }}\n")
    assert CHART in mail.text
