"""What an SMTP client says and when, without a socket in sight (RFC 5321, 3207, 4954, 6152).

Each conversation is a generator: it yields the next step and is sent the reply to it. So the
order of commands reads from top to bottom, and `smtp_connection` alone knows about sockets,
encryption and time. A client that pipelines would yield steps that await several replies.
"""

from __future__ import annotations

import base64
import enum
import ssl
from collections.abc import Generator
from dataclasses import dataclass, field

from nurture.providers.base import Answer, Envelope, Outcome, Stage
from nurture.providers.reply import Reply, refusal
from nurture.providers.wire import has_raw_header, to_wire, unsafe_address


class Security(enum.StrEnum):
    """How the connection to the relay is encrypted; where it is, certificates are verified."""

    NONE = "none"
    #: begins in clear, goes on encrypted or not at all
    STARTTLS = "starttls"
    #: encrypted from the first byte on
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class Login:
    """A user and password for AUTH; neither is ever shown."""

    user: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Relay:
    """The server that takes our mail, and how to talk to it."""

    host: str
    port: int
    security: Security = Security.NONE
    login: Login | None = None
    #: how we name ourselves; None is the address literal of our side, which is always true
    own_name: str | None = None
    #: verifies the relay; needed unless `security` is `NONE`
    context: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds of machine time; the defaults of RFC 5321 section 4.5.3.2."""

    connect: float = 30
    greeting: float = 300
    command: float = 300
    #: for the answer to DATA
    data: float = 120
    #: for each piece of a body to be taken
    block: float = 180
    #: for the answer after the dot: some servers scan the mail first
    dot: float = 600
    #: longest wait without asking the caller whether to go on
    piece: float = 5
    #: for the answers to bodies that had begun when the caller said stop
    grace: float = 30
    #: a connection unused for longer is replaced: most servers have forgotten it by then
    idle: float = 30


@dataclass(frozen=True, slots=True)
class Ask:
    """A line to say (empty: just listen), and how long its answer may take."""

    line: bytes
    stage: Stage
    seconds: float


@dataclass(frozen=True, slots=True)
class Secure:
    """Go on encrypted; sent back None when that stands."""


@dataclass(frozen=True, slots=True)
class Body:
    """The mail itself with its dot: the point of no return."""

    data: bytes
    seconds: float


Step = Ask | Secure | Body


class RelayRefusedError(Exception):
    """The relay will not talk to us; carries the answer for the mail that was to go."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.text)
        self.answer = answer


class LostError(Exception):
    """The conversation cannot go on over this connection."""


@dataclass(slots=True)
class Session:
    """What the relay can do, as its EHLO said, and whether a half-told mail must be cleared."""

    extensions: dict[str, str]
    #: None: the relay does not say, and does not want to be told
    size_limit: int | None = field(init=False)
    eight_bit: bool = field(init=False)
    utf8: bool = field(init=False)
    unclean: bool = False

    def __post_init__(self) -> None:
        size = self.extensions.get("SIZE")
        self.size_limit = None if size is None else int(size) if size.isdecimal() else 0
        self.eight_bit = "8BITMIME" in self.extensions
        self.utf8 = "SMTPUTF8" in self.extensions


@dataclass(frozen=True, slots=True)
class Mail:
    """An envelope made ready for the wire, once, however often it is tried in a wave."""

    sender: bytes
    recipient: bytes
    data: bytes
    eight_bit: bool
    utf8: bool

    @property
    def size(self) -> int:
        """Octets as RFC 1870 counts them: without the final dot."""
        return len(self.data) - 3

    @classmethod
    def prepared(cls, envelope: Envelope) -> Mail | Answer:
        """Return the mail, or the refusal of an envelope that must not reach the wire."""
        for address in (envelope.return_path, envelope.recipient):
            if wrong := unsafe_address(address):
                return Answer(Outcome.REJECTED, None, wrong)
        if not envelope.recipient:
            return Answer(Outcome.REJECTED, None, "the mail has no recipient")
        ascii_paths = envelope.return_path.isascii() and envelope.recipient.isascii()
        eight_bit = not envelope.data.isascii()
        return cls(
            sender=envelope.return_path.encode(),
            recipient=envelope.recipient.encode(),
            data=to_wire(envelope.data),
            eight_bit=eight_bit,
            utf8=not ascii_paths or (eight_bit and has_raw_header(envelope.data)),
        )


def hello(
    relay: Relay, own_name: bytes, timeouts: Timeouts
) -> Generator[Step, Reply | None, Session]:
    """Open a session: greeting, EHLO, STARTTLS, AUTH. Raises `RelayRefusedError`."""
    if relay.security is Security.TLS:
        yield Secure()
    yield from _expect(Ask(b"", Stage.SESSION, timeouts.greeting), 220)
    ehlo = Ask(b"EHLO " + own_name + b"\r\n", Stage.SESSION, timeouts.command)
    session = _session((yield from _expect(ehlo, 250)))
    if relay.security is Security.STARTTLS:
        if "STARTTLS" not in session.extensions:
            raise RelayRefusedError(_setup("the relay does not offer STARTTLS"))
        yield from _expect(Ask(b"STARTTLS\r\n", Stage.SESSION, timeouts.command), 220)
        yield Secure()
        # What was said before encryption may be a stranger's word: ask again (RFC 3207, 4.2).
        session = _session((yield from _expect(ehlo, 250)))
    if relay.login is not None:
        yield from _log_in(relay.login, session, timeouts.command)
    return session


def deliver(
    mail: Mail, session: Session, timeouts: Timeouts
) -> Generator[Step, Reply | None, Answer]:
    """Hand over one mail and return the answer. Raises `LostError` where RSET does not help."""
    if refused := _unable(mail, session):
        return refused
    if session.unclean:
        reply = yield from _ask(Ask(b"RSET\r\n", Stage.SESSION, timeouts.command))
        if reply.code != 250:
            raise LostError(f"RSET was answered by {reply.code} {reply.text}")
    session.unclean = True
    line = b"MAIL FROM:<" + mail.sender + b">"
    if session.size_limit is not None:
        line += b" SIZE=%d" % mail.size
    if mail.eight_bit and session.eight_bit:
        line += b" BODY=8BITMIME"
    if mail.utf8:
        line += b" SMTPUTF8"
    reply = yield from _ask(Ask(line + b"\r\n", Stage.SENDER, timeouts.command))
    if reply.code // 100 != 2:
        return refusal(reply, Stage.SENDER)
    line = b"RCPT TO:<" + mail.recipient + b">\r\n"
    reply = yield from _ask(Ask(line, Stage.RECIPIENT, timeouts.command))
    if reply.code // 100 != 2:
        return refusal(reply, Stage.RECIPIENT)
    reply = yield from _ask(Ask(b"DATA\r\n", Stage.DATA, timeouts.data))
    if reply.code != 354:
        return refusal(reply, Stage.DATA)
    reply = yield from _ask(Body(mail.data, timeouts.dot))
    session.unclean = False
    if reply.code // 100 == 2:
        return Answer(Outcome.ACCEPTED, reply.code, reply.text, stage=Stage.BODY)
    return refusal(reply, Stage.BODY)


def _ask(step: Ask | Body) -> Generator[Step, Reply | None, Reply]:
    reply = yield step
    if reply is None:
        raise RuntimeError("a step that awaits a reply went on without one")
    return reply


def _expect(step: Ask, code: int) -> Generator[Step, Reply | None, Reply]:
    reply = yield from _ask(step)
    if reply.code != code:
        raise RelayRefusedError(refusal(reply, Stage.SESSION))
    return reply


def _session(reply: Reply) -> Session:
    extensions: dict[str, str] = {}
    for line in reply.lines[1:]:
        # Some servers still write AUTH=PLAIN beside or instead of AUTH PLAIN.
        keyword, _, rest = line.strip().replace("=", " ").partition(" ")
        name = keyword.upper()
        extensions[name] = f"{extensions.get(name, '')} {rest}".strip()
    return Session(extensions)


def _setup(text: str) -> Answer:
    return Answer(Outcome.DEFERRED, None, text, stage=Stage.SESSION)


def _log_in(login: Login, session: Session, seconds: float) -> Generator[Step, Reply | None, None]:
    ways = session.extensions.get("AUTH", "").upper().split()
    user, password = login.user.encode(), login.password.encode()
    if "PLAIN" in ways:
        lines = [b"AUTH PLAIN " + base64.b64encode(b"\0" + user + b"\0" + password)]
    elif "LOGIN" in ways:
        lines = [b"AUTH LOGIN", base64.b64encode(user), base64.b64encode(password)]
    else:
        offered = " ".join(ways) or "nothing"
        raise RelayRefusedError(_setup(f"the relay offers {offered} for AUTH, we speak PLAIN"))
    for number, line in enumerate(lines, 1):
        reply = yield from _ask(Ask(line + b"\r\n", Stage.SESSION, seconds))
        if reply.code != (235 if number == len(lines) else 334):
            # Not the server's own words: some repeat the line they refuse, password and all.
            code = reply.code
            raise RelayRefusedError(
                Answer(Outcome.DEFERRED, code, f"AUTH was refused with {code}", None, Stage.SESSION)
            )


def _unable(mail: Mail, session: Session) -> Answer | None:
    """Refuse what this relay cannot carry; says nothing about the recipient."""
    if mail.utf8 and not session.utf8:
        text = "the relay does not take addresses and headers beyond ASCII (SMTPUTF8)"
    elif mail.eight_bit and not session.eight_bit:
        text = "the relay does not take 8-bit mail (8BITMIME)"
    elif session.size_limit and mail.size > session.size_limit:
        text = f"the mail has {mail.size} octets, the relay takes {session.size_limit}"
    else:
        return None
    return Answer(Outcome.REJECTED, None, text)
