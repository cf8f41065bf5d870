"""The SMTP provider on good days: kept connections, extensions, encryption, leases."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from selectors import DefaultSelector

import pytest

from nurture.clock import machine_seconds
from nurture.providers.base import Answer, Envelope, Outcome, Stage
from nurture.providers.smtp import SmtpProvider
from nurture.providers.smtp_connection import Connection
from nurture.providers.smtp_dialogue import Login, Mail, Relay, Security, Timeouts
from tests.providers.certificates import make_certificate, server_context
from tests.providers.rude_server import Plan, Rude, RudeServer

QUICK = Timeouts(piece=0.02, grace=0.05)


def mail(number: int = 1, data: bytes = b"Subject: x\r\n\r\nhello\r\n", to: str = "") -> Envelope:
    return Envelope(number, f"b+{number}@n.example", to or f"t{number}@e.example", data)


def always() -> bool:
    return True


def provider(server: RudeServer, **options: object) -> SmtpProvider:
    relay = {key: options.pop(key) for key in list(options) if key in Relay.__slots__}
    return SmtpProvider(
        Relay("127.0.0.1", server.port, **relay),  # type: ignore[arg-type]
        **{"timeouts": QUICK, **options},  # type: ignore[arg-type]
    )


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"), "127.0.0.1")


@pytest.fixture
def server() -> Iterator[RudeServer]:
    with RudeServer() as running:
        yield running


def test_a_kept_connection_carries_mail_after_mail(server: RudeServer) -> None:
    sender = provider(server)
    for number in range(5):
        assert sender.wave([mail(number)], always)[0].outcome is Outcome.ACCEPTED
    sender.close()
    assert server.connections == 1
    assert [line for line in server.commands if line.startswith(b"EHLO")] == [b"EHLO [127.0.0.1]"]


def test_a_wave_uses_one_connection_a_mail_and_answers_in_order() -> None:
    plans: list[Plan] = [{"rcpt": b"550 5.1.1 %d\r\n" % number} for number in range(8)]
    with RudeServer(*plans) as server:
        sender = provider(server, width=8)
        answers = sender.wave([mail(number) for number in range(8)], always)
        sender.close()
        said = {
            line.decode(): answer
            for line, answer in zip(
                sorted(line for line in server.commands if line.startswith(b"RCPT")),
                answers,
                strict=True,
            )
        }
    assert server.connections == 8
    assert [answer.code for answer in said.values()] == [550] * 8
    assert {answer.stage for answer in answers} == {Stage.RECIPIENT}


def test_a_slow_mail_does_not_hold_up_the_others_of_its_wave() -> None:
    with RudeServer({"rcpt": Rude.HANG}, {}) as server:
        sender = provider(server, timeouts=Timeouts(command=0.3, piece=0.02))
        answers = sender.wave([mail(1), mail(2)], always)
    assert sorted(answer.outcome for answer in answers) == ["accepted", "not_sent"]


def test_a_wave_wider_than_the_connections_is_a_mistake_of_the_caller(server: RudeServer) -> None:
    with pytest.raises(ValueError, match="3 mails over 2"):
        provider(server, width=2).wave([mail(), mail(), mail()], always)


def test_an_empty_wave_asks_and_does_nothing(server: RudeServer) -> None:
    assert provider(server).wave([], lambda: pytest.fail("asked")) == []
    assert server.connections == 0


def test_a_connection_is_replaced_after_its_number_of_mails(server: RudeServer) -> None:
    sender = provider(server, mails_per_connection=2)
    for number in range(5):
        sender.wave([mail(number)], always)
    sender.close()
    assert server.connections == 3


def test_an_idle_connection_is_replaced(server: RudeServer) -> None:
    sender = provider(server, timeouts=Timeouts(idle=0))
    sender.wave([mail(1)], always)
    assert sender.wave([mail(2)], always)[0].outcome is Outcome.ACCEPTED
    assert server.connections == 2


@pytest.mark.parametrize("farewell", [Rude.DIE, b"421 4.4.2 idle for too long\r\n"])
def test_a_kept_connection_that_died_of_age_is_replaced_within_the_wave(
    farewell: bytes | Rude,
) -> None:
    with RudeServer({"mail:2": farewell}, {}) as server:
        sender = provider(server)
        sender.wave([mail(1)], always)
        assert sender.wave([mail(2)], always)[0].outcome is Outcome.ACCEPTED
        sender.close()
    assert server.connections == 2
    assert len(server.bodies) == 2


def test_a_kept_connection_whose_server_has_gone_is_told_at_once() -> None:
    with RudeServer({"mail:2": Rude.LEAVE}) as server:
        sender = provider(server, timeouts=Timeouts(piece=30))
        sender.wave([mail(1)], always)
        begun = machine_seconds()
        [answer] = sender.wave([mail(2)], always)
    assert (answer.outcome, answer.code) == (Outcome.DEFERRED, None)
    assert machine_seconds() - begun < 10


def test_a_kept_connection_that_hangs_is_not_waited_for_twice() -> None:
    with RudeServer({"mail:2": Rude.HANG}, {}) as server:
        sender = provider(server, timeouts=Timeouts(command=0.2, piece=0.02))
        sender.wave([mail(1)], always)
        assert sender.wave([mail(2)], always)[0].outcome is Outcome.NOT_SENT
    assert server.connections == 1


def test_a_refused_mail_is_forgotten_by_rset_before_the_next() -> None:
    with RudeServer({"rcpt:1": b"550 5.1.1 no such user\r\n"}) as server:
        sender = provider(server)
        assert sender.wave([mail(1)], always)[0].outcome is Outcome.REJECTED
        assert sender.wave([mail(2)], always)[0].outcome is Outcome.ACCEPTED
        sender.close()
    verbs = [line.split()[0] for line in server.commands]
    assert verbs[:8] == [b"EHLO", b"MAIL", b"RCPT", b"RSET", b"MAIL", b"RCPT", b"DATA", b"QUIT"]


def test_a_failed_rset_replaces_the_connection() -> None:
    with RudeServer({"rcpt:1": b"450 later\r\n", "rset": b"502 what?\r\n"}, {}) as server:
        sender = provider(server)
        sender.wave([mail(1)], always)
        assert sender.wave([mail(2)], always)[0].outcome is Outcome.ACCEPTED
    assert server.connections == 2


def test_extensions_are_used_as_far_as_the_relay_has_them() -> None:
    plan: Plan = {"ehlo": b"250-r.example\r\n250-8bitmime\r\n250-SIZE 500\r\n250 SMTPUTF8\r\n"}
    with RudeServer(plan) as server:
        sender = provider(server)
        sender.wave([mail(1, "Subject: x\r\n\r\nこんにちは\r\n".encode())], always)
        sender.wave([mail(2, to="田中@e.example")], always)
        big = sender.wave([mail(3, b"x" * 600)], always)[0]
        sender.close()
    lines = [line for line in server.commands if line.startswith(b"MAIL")]
    assert lines[0] == b"MAIL FROM:<b+1@n.example> SIZE=31 BODY=8BITMIME"
    assert lines[1] == b"MAIL FROM:<b+2@n.example> SIZE=21 SMTPUTF8"
    assert len(lines) == 2
    assert (big.outcome, big.code, big.stage) == (Outcome.REJECTED, None, Stage.HERE)


@pytest.mark.parametrize(
    ("envelope", "names"),
    [
        (mail(1, "Subject: x\r\n\r\nこんにちは\r\n".encode()), "8BITMIME"),
        (mail(1, "Subject: こんにちは\r\n\r\n".encode()), "SMTPUTF8"),
        (mail(1, to="田中@e.example"), "SMTPUTF8"),
    ],
)
def test_what_the_relay_cannot_carry_is_refused_before_it_is_sent(
    envelope: Envelope, names: str
) -> None:
    with RudeServer({"ehlo": b"250 r.example\r\n"}) as server:
        sender = provider(server)
        [answer] = sender.wave([envelope], always)
        sender.close()
    assert (answer.outcome, answer.code, answer.stage) == (Outcome.REJECTED, None, Stage.HERE)
    assert names in answer.text
    assert not any(line.startswith(b"MAIL") for line in server.commands)


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_mail_goes_encrypted_to_a_relay_whose_certificate_holds(
    certificate: Path, security: Security
) -> None:
    plan: Plan = {"ehlo": b"250-r.example\r\n250-STARTTLS\r\n250 AUTH LOGIN PLAIN\r\n"}
    tls = security is Security.TLS
    with RudeServer(plan, context=server_context(certificate), tls=tls) as server:
        sender = provider(
            server,
            security=security,
            context=ssl.create_default_context(cafile=str(certificate)),
            login=Login("user", "secret"),
        )
        body = b"Subject: x\r\n\r\n" + b"y" * 70 + b"\r\n" * 100_000
        answers = [sender.wave([mail(n, body)], always)[0] for n in range(2)]
        sender.close()
    assert [answer.outcome for answer in answers] == [Outcome.ACCEPTED] * 2
    assert b"AUTH PLAIN AHVzZXIAc2VjcmV0" in server.commands
    assert [len(body) for body in server.bodies] == [len(body) + 3] * 2


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
@pytest.mark.parametrize("wrong", ["another host", "nobody vouches"])
def test_a_certificate_that_does_not_hold_defers_and_nothing_is_said(
    certificate: Path, tmp_path: Path, security: Security, wrong: str
) -> None:
    shown = make_certificate(tmp_path, "other.example") if "host" in wrong else certificate
    trusted = str(shown) if wrong == "another host" else None
    plan: Plan = {"ehlo": b"250-r.example\r\n250 STARTTLS\r\n"}
    tls = security is Security.TLS
    with RudeServer(plan, context=server_context(shown), tls=tls) as server:
        context = ssl.create_default_context(cafile=trusted)
        sender = provider(server, security=security, context=context, login=Login("user", "secret"))
        [answer] = sender.wave([mail()], always)
    assert (answer.outcome, answer.code, answer.stage) == (Outcome.DEFERRED, None, Stage.SESSION)
    assert "certificate verify failed" in answer.text
    assert not any(line.startswith((b"AUTH", b"MAIL")) for line in server.commands)


def test_a_relay_that_does_not_offer_starttls_gets_neither_password_nor_mail(
    server: RudeServer,
) -> None:
    sender = provider(
        server,
        security=Security.STARTTLS,
        context=ssl.create_default_context(),
        login=Login("user", "secret"),
    )
    [answer] = sender.wave([mail()], always)
    assert (answer.outcome, answer.stage) == (Outcome.DEFERRED, Stage.SESSION)
    assert "STARTTLS" in answer.text
    assert [line.split()[0] for line in server.commands] == [b"EHLO"]


def test_an_answer_slipped_in_before_encryption_ends_the_conversation(certificate: Path) -> None:
    plan: Plan = {
        "ehlo": b"250-r.example\r\n250 STARTTLS\r\n",
        "starttls": b"220 go\r\n250-evil.example\r\n250 AUTH PLAIN\r\n",
    }
    with RudeServer(plan, context=server_context(certificate)) as server:
        context = ssl.create_default_context(cafile=str(certificate))
        sender = provider(server, security=Security.STARTTLS, context=context)
        [answer] = sender.wave([mail()], always)
    assert answer.outcome is Outcome.NOT_SENT


def test_login_is_spoken_where_plain_is_not() -> None:
    plan: Plan = {
        "ehlo": b"250-r.example\r\n250 AUTH=LOGIN\r\n",
        "auth": b"334 VXNlcm5hbWU6\r\n",
        "dxnlcg==": b"334 UGFzc3dvcmQ6\r\n",
        "c2vjcmv0": b"235 welcome\r\n",
    }
    with RudeServer(plan) as server:
        sender = provider(server, login=Login("user", "secret"))
        assert sender.wave([mail()], always)[0].outcome is Outcome.ACCEPTED


def test_the_caller_is_asked_while_a_server_makes_us_wait() -> None:
    asked: list[int] = []
    with RudeServer({"body": Rude.HANG}) as server:
        sender = provider(server, timeouts=Timeouts(dot=0.3, piece=0.02))
        [answer] = sender.wave([mail()], lambda: asked.append(1) is None)
    assert answer.outcome is Outcome.IN_DOUBT
    assert len(asked) >= 5


def test_a_no_before_the_wave_sends_nothing(server: RudeServer) -> None:
    assert provider(server).wave([mail()], lambda: False)[0].outcome is Outcome.NOT_SENT
    assert server.connections == 0


def test_a_no_stops_mails_before_their_body_and_lets_begun_ones_finish() -> None:
    with RudeServer({"data": Rude.HANG}, {"body": Rude.HANG}, {}) as server:

        def two_bodies_have_begun() -> bool:
            return len(server.bodies) == 2 and server.commands.count(b"DATA") == 3

        sender = provider(server, timeouts=Timeouts(piece=0.02, grace=0.2))
        mails = [mail(1), mail(2), mail(3)]
        got = sender.wave(mails, lambda: not two_bodies_have_begun())
    assert sorted(a.outcome for a in got) == ["accepted", "in_doubt", "not_sent"]


def test_a_process_that_slept_past_its_lease_writes_no_body(
    server: RudeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine's clock leaps while DATA is answered, as after SIGSTOP and SIGCONT."""
    times = {"leap": 0.0}

    def leaping() -> float:
        if b"DATA" in server.commands:
            times["leap"] = 120.0
        return machine_seconds() + times["leap"]

    monkeypatch.setattr("nurture.providers.smtp.machine_seconds", leaping)
    held = iter([True])
    sender = provider(server, timeouts=Timeouts(piece=5))
    [answer] = sender.wave([mail()], lambda: next(held, False))
    assert answer.outcome is Outcome.NOT_SENT
    assert b"DATA" in server.commands
    assert server.bodies == []


def test_a_body_does_not_begin_where_the_leave_ran_out_before_it(server: RudeServer) -> None:
    prepared = Mail.prepared(mail())
    assert isinstance(prepared, Mail)
    relay, address = Relay("127.0.0.1", server.port), ("127.0.0.1", server.port)
    with DefaultSelector() as selector:
        connection = Connection(relay, [(socket.AF_INET, address)], QUICK, selector)
        connection.start(prepared, lambda: False)
        while connection.answer is None:
            for _, mask in selector.select(5):
                connection.on_event(mask)
    assert connection.answer.outcome is Outcome.NOT_SENT
    assert not connection.is_open
    assert server.commands[-1] == b"DATA"
    assert server.bodies == []


def test_what_the_caller_raises_passes_through_and_drops_the_connections(
    server: RudeServer,
) -> None:
    def fails() -> bool:
        raise ConnectionResetError("the database has gone")

    sender = provider(server)
    with pytest.raises(ConnectionResetError, match="database"):
        sender.wave([mail()], fails)
    assert sender.wave([mail()], always)[0].outcome is Outcome.ACCEPTED


def test_the_next_address_of_a_relay_is_tried_where_one_refuses(
    server: RudeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.2", server.port)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert provider(server).wave([mail()], always)[0].outcome is Outcome.ACCEPTED


def test_an_answer_is_one_bounded_line_whatever_a_server_writes() -> None:
    answer = Answer(Outcome.REJECTED, 550, "5.1.1 no\r\nSet-Cookie:\x00\x1b[31m" + "x" * 9000)
    assert answer.text.startswith("5.1.1 no Set-Cookie:��[31mx")
    assert len(answer.text) == 500
    assert answer.enhanced == "5.1.1"
