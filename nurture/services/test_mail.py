"""One mail to try: to an address that somebody typed, marked as a test, counted nowhere.

No row is written for it: it is in no cap, no report and no history. It is not measured, and
its ways out lead to their demonstration.
"""

from __future__ import annotations

import secrets
from dataclasses import replace

from nurture.domain.contact_row import RowError
from nurture.emails.identifiers import return_path
from nurture.emails.mime import Mailbox, build
from nurture.emails.tokens import Purpose, Token
from nurture.errors import NurtureError
from nurture.language import NOTHING, say
from nurture.providers.base import Answer, Envelope, Outcome, Provider
from nurture.providers.patterns import AddressPatterns
from nurture.services.mail_address import check_address
from nurture.services.preview_mail import PreviewMail
from nurture.services.runtime import Runtime


def send_test(runtime: Runtime, provider: Provider, mail: PreviewMail, to: str) -> str:
    """Send a mail as a test and return its subject.

    Raises NurtureError where SENDING does not let it go, where a reader would not get it
    either, and where the provider does not take it.
    """
    address = checked_recipient(runtime, to)
    if not mail.can_be_sent or mail.rendered is None or mail.headers is None:
        raise NurtureError(
            say("this mail would not be sent: {why}", why=_why(mail)),
            say("look at it with `nurture preview`, or choose another reader"),
        )
    mark = "【テスト】" if mail.locale.startswith("ja") else "[TEST] "
    rendered = replace(mail.rendered, subject=mark + mail.rendered.subject)
    token = runtime.keyring.sign(Token(Purpose.DEMONSTRATION, 0, 0))
    headers = replace(
        mail.headers,
        message_id=f"<test-{secrets.token_hex(12)}@{runtime.mail_domain}>",
        to=Mailbox(mail.headers.to.name, address),
        feedback_id="",
        test=True,
    )
    envelope = Envelope(
        0,
        return_path(token, runtime.mail_domain),
        address,
        build(rendered, headers, mail.files, mail.pictures),
    )
    try:
        (answer,) = provider.wave([envelope], lambda: True)
    finally:
        provider.close()
    _require_taken(answer)
    return rendered.subject


def checked_recipient(runtime: Runtime, to: str) -> str:
    """Return the address as it is written to; NurtureError where nothing may go there."""
    try:
        _, address = check_address(to)
    except RowError as error:
        raise NurtureError(say("'{address}' is no e-mail address", address=to)) from error
    sending = runtime.sending
    if sending.mode == "off":
        raise NurtureError(
            say("SENDING=off: no mail leaves this machine, not even a test"),
            say("set SENDING=allowlist and SENDING_ALLOW={address}", address=address),
        )
    if sending.mode == "allowlist" and not AddressPatterns(sending.allowed).match(address):
        raise NurtureError(
            say("SENDING=allowlist does not let mails go to {address}", address=address),
            say("add it to SENDING_ALLOW; now there is {known}", known=list(sending.allowed)),
        )
    return address


def _why(mail: PreviewMail) -> str:
    if mail.problems:
        return str(mail.problems[0])
    if mail.missing:
        return say("{names} missing", names=list(mail.missing))
    return mail.error or mail.why_not


def _require_taken(answer: Answer) -> None:
    if answer.outcome is Outcome.ACCEPTED:
        return
    if answer.outcome is Outcome.NOT_SENT:
        hint = say("is the relay of SMTP_URL there? without SMTP_URL, start `nurture up`")
    else:
        hint = NOTHING
    raise NurtureError(say("the test was not taken: {answer}", answer=answer.text), hint)
