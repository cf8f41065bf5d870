"""Bounces, complaints and receipts that are written as reports."""

from __future__ import annotations

import pytest

from nurture.providers.incoming import IncomingKind, parse_incoming
from nurture.providers.incoming_report import BounceDetail


def report(kind: str, status: str, returned: str = "Message-ID: <m1@n.example>\r\n") -> bytes:
    """A report of three parts: words for people, fields for machines, the returned header."""
    parts = [
        "Content-Type: text/plain\r\n\r\nWe are sorry.\r\n",
        f"Content-Type: message/{kind}\r\n\r\n{status}\r\n",
        f"Content-Type: text/rfc822-headers\r\n\r\nSubject: offer\r\n{returned}",
    ]
    head = (
        "From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered\r\nAuto-Submitted: auto-replied\r\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="b"\r\n\r\n'
    )
    return (head + "".join(f"--b\r\n{part}\r\n" for part in parts) + "--b--\r\n").encode()


def dsn(fields: str) -> bytes:
    return report("delivery-status", "Reporting-MTA: dns; mx.example\r\n\r\n" + fields)


def test_a_delivery_status_says_who_was_refused_and_why() -> None:
    incoming = parse_incoming(
        dsn(
            "Final-Recipient: rfc822; Gone@E.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
            "Diagnostic-Code: smtp; 550 5.1.1\r\n <gone@e.example>: User unknown\r\n"
        )
    )
    assert incoming.kind is IncomingKind.BOUNCE
    assert incoming.message_id_ref == "m1@n.example"
    assert incoming.bounce == BounceDetail(
        recipient="gone@e.example",
        action="failed",
        status="5.1.1",
        code=550,
        diagnostic="550 5.1.1 <gone@e.example>: User unknown",
        hard=True,
    )


@pytest.mark.parametrize(
    ("status", "diagnostic", "hard"),
    [
        # no such user, no such host, has moved, takes no mail
        ("5.1.1", "", True),
        ("5.1.2", "", True),
        ("5.1.6", "", True),
        ("5.1.10", "", True),
        ("5.4.4", "", True),
        # a full mailbox, a policy, a size: may pass
        ("5.2.2", "", False),
        ("5.7.1", "", False),
        ("5.3.4", "", False),
        ("4.1.1", "", False),
        ("", "", False),
        # the vague one gives way to the words of the other server
        ("5.0.0", "smtp; 550 5.1.1 unknown", True),
        ("", "smtp; 550 5.1.1 unknown", True),
        ("5.2.2", "smtp; 550 5.1.1 unknown", False),
    ],
)
def test_a_bounce_is_hard_where_the_address_is_gone(
    status: str, diagnostic: str, hard: bool
) -> None:
    fields = "Final-Recipient: rfc822; a@e.example\r\nAction: failed\r\n"
    fields += f"Status: {status}\r\n" if status else ""
    fields += f"Diagnostic-Code: {diagnostic}\r\n" if diagnostic else ""
    bounce = parse_incoming(dsn(fields)).bounce
    assert bounce is not None
    assert bounce.hard is hard


def test_a_delay_is_a_soft_bounce_whatever_its_status() -> None:
    fields = "Final-Recipient: rfc822; a@e.example\r\nAction: delayed\r\nStatus: 5.1.1\r\n"
    bounce = parse_incoming(dsn(fields)).bounce
    assert bounce is not None
    assert (bounce.action, bounce.hard) == ("delayed", False)


def test_the_failed_one_of_several_recipients_counts() -> None:
    fields = (
        "Final-Recipient: rfc822; a@e.example\r\nAction: delivered\r\nStatus: 2.0.0\r\n\r\n"
        "Final-Recipient: rfc822; b@e.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    )
    bounce = parse_incoming(dsn(fields)).bounce
    assert bounce is not None
    assert bounce.recipient == "b@e.example"


def test_a_delivery_that_worked_is_no_bounce() -> None:
    fields = "Final-Recipient: rfc822; a@e.example\r\nAction: delivered\r\nStatus: 2.0.0\r\n"
    assert parse_incoming(dsn(fields)).kind is IncomingKind.OTHER


def test_a_complaint_names_the_mail_it_is_about() -> None:
    incoming = parse_incoming(report("feedback-report", "Feedback-Type: abuse\r\nVersion: 1\r\n"))
    assert incoming.kind is IncomingKind.COMPLAINT
    assert incoming.message_id_ref == "m1@n.example"


def test_a_report_that_says_not_spam_is_no_complaint() -> None:
    data = report("feedback-report", "Feedback-Type: not-spam\r\n")
    assert parse_incoming(data).kind is IncomingKind.OTHER


def test_a_read_receipt_is_automatic() -> None:
    status = "Original-Message-ID: <m1@n.example>\r\nDisposition: manual-action; displayed\r\n"
    data = report("disposition-notification", status).replace(b"MAILER-DAEMON@mx", b"tanaka@e")
    incoming = parse_incoming(data)
    assert incoming.kind is IncomingKind.AUTO_REPLY
    assert incoming.message_id_ref == "m1@n.example"


def test_a_returned_mail_names_itself_and_lends_no_words() -> None:
    original = b"Message-ID: <m1@n.example>\r\nIn-Reply-To: <m0@n.example>\r\n\r\nour own words"
    data = dsn("Action: failed\r\nStatus: 5.1.1\r\n").replace(
        b"Content-Type: text/rfc822-headers\r\n\r\n",
        b"Content-Type: message/rfc822\r\n\r\n" + original + b"\r\n--b\r\n\r\n",
    )
    incoming = parse_incoming(data)
    assert incoming.message_id_ref == "m1@n.example"
    assert incoming.text == "We are sorry."
