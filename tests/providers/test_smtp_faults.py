"""What the SMTP provider makes of servers that refuse, hang, die and babble."""

from __future__ import annotations

import socket

import pytest

from nurture.providers.base import Answer, Envelope, Outcome, Stage
from nurture.providers.smtp import SmtpProvider
from nurture.providers.smtp_dialogue import Login, Relay, Timeouts
from tests.providers.rude_server import Plan, Rude, RudeServer

#: Long enough for a busy machine, short enough for a test.
SHORT = 0.25
FAST = Timeouts(
    connect=SHORT,
    greeting=SHORT,
    command=SHORT,
    data=SHORT,
    block=SHORT,
    dot=SHORT,
    piece=0.02,
    grace=0.05,
)
PATIENT = Timeouts(piece=0.02, grace=0.05)

MAIL = Envelope(7, "b+7@n.example", "tanaka@e.example", b"Subject: x\r\n\r\nhello\r\n")

#: More than the buffers of both sides hold.
HUGE = Envelope(7, "b+7@n.example", "tanaka@e.example", b"y" * 998 + b"\r\n" + b"y\r\n" * 5_000_000)


def send(server: RudeServer, timeouts: Timeouts = PATIENT, login: Login | None = None) -> Answer:
    provider = SmtpProvider(Relay("127.0.0.1", server.port, login=login), timeouts=timeouts)
    try:
        [answer] = provider.wave([MAIL], lambda: True)
    finally:
        provider.close()
    return answer


@pytest.mark.parametrize(
    ("stage", "outcome"),
    [
        # nothing of the mail has left: safe to try again
        ("greeting", Outcome.NOT_SENT),
        ("ehlo", Outcome.NOT_SENT),
        ("mail", Outcome.NOT_SENT),
        ("rcpt", Outcome.NOT_SENT),
        ("data", Outcome.NOT_SENT),
        # after the dot nobody knows
        ("body", Outcome.IN_DOUBT),
    ],
)
@pytest.mark.parametrize("rude", [Rude.HANG, Rude.DIE])
def test_a_server_that_hangs_or_dies_is_classed_by_how_far_the_mail_came(
    stage: str, outcome: Outcome, rude: Rude
) -> None:
    with RudeServer({stage: rude}) as server:
        answer = send(server, FAST if rude is Rude.HANG else PATIENT)
    assert (answer.outcome, answer.code) == (outcome, None)


def test_a_server_that_dies_in_the_middle_of_a_body_leaves_doubt() -> None:
    with RudeServer({"body": Rude.DIE_EARLY, "ehlo": b"250 rude.example\r\n"}) as server:
        provider = SmtpProvider(Relay("127.0.0.1", server.port), timeouts=PATIENT)
        [answer] = provider.wave([HUGE], lambda: True)
    assert answer.outcome is Outcome.IN_DOUBT


@pytest.mark.parametrize(
    ("stage", "four", "five"),
    [
        # about the relay and our account: never the mail's fault
        ("greeting", Outcome.DEFERRED, Outcome.DEFERRED),
        ("ehlo", Outcome.DEFERRED, Outcome.DEFERRED),
        # about this mail
        ("mail", Outcome.DEFERRED, Outcome.REJECTED),
        ("rcpt", Outcome.DEFERRED, Outcome.REJECTED),
        ("data", Outcome.DEFERRED, Outcome.REJECTED),
        ("body", Outcome.DEFERRED, Outcome.REJECTED),
    ],
)
def test_4xx_defers_and_5xx_rejects_where_it_is_about_the_mail(
    stage: str, four: Outcome, five: Outcome
) -> None:
    stages = {"mail": Stage.SENDER, "rcpt": Stage.RECIPIENT, "data": Stage.DATA, "body": Stage.BODY}
    for code, outcome in ((450, four), (550, five)):
        with RudeServer({stage: b"%d no\r\n" % code}) as server:
            answer = send(server)
        assert (answer.outcome, answer.code) == (outcome, code)
        assert answer.stage is stages.get(stage, Stage.SESSION)


def test_a_refused_password_defers_and_is_not_repeated_in_the_answer() -> None:
    plan: Plan = {
        "ehlo": b"250-rude.example\r\n250 AUTH PLAIN\r\n",
        "auth": b"535 5.7.8 I do not like AHVzZXIAc2VjcmV0, secret\r\n",
    }
    with RudeServer(plan) as server:
        answer = send(server, login=Login("user", "secret"))
    assert (answer.outcome, answer.code) == (Outcome.DEFERRED, 535)
    assert "secret" not in answer.text
    assert "AHVzZXIAc2VjcmV0" not in answer.text


def test_authentication_required_at_mail_is_our_set_up_and_defers() -> None:
    with RudeServer({"mail": b"530 5.7.0 Authentication required\r\n"}) as server:
        assert send(server).outcome is Outcome.DEFERRED


@pytest.mark.parametrize(
    ("stage", "outcome"),
    [
        ("mail", Outcome.DEFERRED),
        ("rcpt", Outcome.DEFERRED),
        ("data", Outcome.DEFERRED),
        # an answer like any other: it has not taken the mail
        ("body", Outcome.DEFERRED),
    ],
)
def test_421_defers_and_ends_the_connection(stage: str, outcome: Outcome) -> None:
    with RudeServer({stage: b"421 4.3.2 going down, try again in 90 seconds\r\n"}, {}) as server:
        provider = SmtpProvider(Relay("127.0.0.1", server.port), timeouts=PATIENT)
        first = provider.wave([MAIL], lambda: True)[0]
        second = provider.wave([MAIL], lambda: True)[0]
        provider.close()
    assert (first.outcome, first.code) == (outcome, 421)
    assert first.retry_after is not None
    assert first.retry_after.total_seconds() == 90
    assert second.outcome is Outcome.ACCEPTED
    assert server.connections == 2


@pytest.mark.parametrize(
    "babble",
    [
        # no reply at all
        b"hello, is it me you are looking for?\r\n",
        # binary
        b"\x00\xff\x16\x03\x01\r\n",
        # a code that no server gives
        b"999 ok\r\n",
        b"250ok\r\n",
        # codes that change within one reply
        b"250-ok\r\n550 no\r\n",
        # a line that never ends
        b"250 " + b"x" * 10_000,
        # lines that never end
        b"250-x\r\n" * 20_000,
        # more answers than questions
        b"250 ok\r\n250 ok\r\n",
    ],
)
def test_babble_before_the_body_means_not_sent_and_the_body_never_begins(babble: bytes) -> None:
    with RudeServer({"rcpt": babble}) as server:
        answer = send(server)
    assert answer.outcome is Outcome.NOT_SENT
    assert server.bodies == []
    assert "\n" not in answer.text


@pytest.mark.parametrize(
    "babble",
    [b"blah\r\n", b"250 " + b"x" * 10_000, b"250-taken\r\n", b"334 go on\r\n", b"2"],
)
def test_babble_after_the_dot_leaves_doubt(babble: bytes) -> None:
    with RudeServer({"body": babble}) as server:
        assert send(server, FAST).outcome is Outcome.IN_DOUBT


def test_an_answer_to_the_body_counts_even_with_goodbye_in_the_same_packet() -> None:
    plan: Plan = {"body": b"250 2.0.0 taken\r\n421 4.4.2 enough for today\r\n"}
    with RudeServer(plan) as server:
        provider = SmtpProvider(Relay("127.0.0.1", server.port), timeouts=PATIENT)
        answers = [provider.wave([MAIL], lambda: True)[0] for _ in range(2)]
        provider.close()
    assert [a.outcome for a in answers] == [Outcome.ACCEPTED] * 2
    assert server.connections == 2


def test_a_go_ahead_that_was_answered_before_the_body_never_counts_as_taken() -> None:
    with RudeServer({"data": b"354 go\r\n250 2.0.0 taken\r\n"}) as server:
        assert send(server).outcome is Outcome.NOT_SENT


def test_a_go_ahead_other_than_354_is_a_breach() -> None:
    with RudeServer({"data": b"250 ok\r\n"}) as server:
        assert send(server).outcome is Outcome.NOT_SENT
    assert server.bodies == []


def test_a_refused_connection_defers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    provider = SmtpProvider(Relay("127.0.0.1", port), timeouts=PATIENT)
    [answer] = provider.wave([MAIL], lambda: True)
    assert (answer.outcome, answer.code, answer.stage) == (Outcome.DEFERRED, None, Stage.SESSION)
    assert "refused" in answer.text.lower()


def test_a_relay_without_an_address_defers() -> None:
    provider = SmtpProvider(Relay("relay.invalid", 25), timeouts=PATIENT)
    answers = provider.wave([MAIL, MAIL], lambda: True)
    assert {a.outcome for a in answers} == {Outcome.DEFERRED}
    assert "relay.invalid" in answers[0].text


def test_a_refusal_while_the_body_is_coming_is_an_answer() -> None:
    plan: Plan = {"ehlo": b"250 rude.example\r\n", "body": Rude.REFUSE_EARLY}
    with RudeServer(plan) as server:
        provider = SmtpProvider(Relay("127.0.0.1", server.port), timeouts=PATIENT)
        [answer] = provider.wave([HUGE], lambda: True)
    assert (answer.outcome, answer.code) == (Outcome.REJECTED, 552)


def test_a_yes_before_the_end_of_the_body_leaves_doubt() -> None:
    plan: Plan = {"ehlo": b"250 rude.example\r\n", "body": Rude.TAKE_EARLY}
    with RudeServer(plan) as server:
        provider = SmtpProvider(Relay("127.0.0.1", server.port), timeouts=PATIENT)
        [answer] = provider.wave([HUGE], lambda: True)
    assert answer.outcome is Outcome.IN_DOUBT


def test_a_server_that_takes_no_more_of_a_body_leaves_doubt() -> None:
    plan: Plan = {"ehlo": b"250 rude.example\r\n", "data": b"354 go\r\n", "body": Rude.READ_NO_MORE}
    with RudeServer(plan) as server:
        timeouts = Timeouts(block=SHORT, piece=0.02)
        provider = SmtpProvider(Relay("127.0.0.1", server.port), timeouts=timeouts)
        [answer] = provider.wave([HUGE], lambda: True)
    assert answer.outcome is Outcome.IN_DOUBT


def test_a_server_that_went_away_between_waves_is_found_out_before_the_next_mail() -> None:
    with RudeServer() as server:
        provider = SmtpProvider(Relay("127.0.0.1", server.port), timeouts=PATIENT)
        assert provider.wave([MAIL], lambda: True)[0].outcome is Outcome.ACCEPTED
    [answer] = provider.wave([MAIL], lambda: True)
    assert (answer.outcome, answer.code) == (Outcome.DEFERRED, None)
    assert server.commands[-1] == b"DATA"
