"""Calling other systems by HTTPS, against a real server with a certificate of its own."""

from __future__ import annotations

import contextlib
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from nurture.providers.webhook import (
    MOST_BYTES,
    Call,
    Caller,
    HttpsCaller,
    MemoryCaller,
    Response,
)

HOST = "hooks.sample.example"


class _Endpoint(BaseHTTPRequestHandler):
    """Answers by the path it is called at."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, self.headers, body))  # type: ignore[attr-defined]
        getattr(self, "_" + self.path.strip("/").split("?")[0])()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _fine(self) -> None:
        self._answer(200, b'{"tier": "gold"}')

    def _elsewhere(self) -> None:
        self._answer(307, Location="https://hooks.sample.example/fine")

    def _busy(self) -> None:
        self._answer(429, Retry_After="120")

    def _endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(1000):
                self.wfile.write(b"x" * 4096)
        self.close_connection = True

    def _packed(self) -> None:
        self._answer(200, b"\x1f\x8b" + b"0" * 50, Content_Encoding="gzip")

    def _dripping(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(200):
                self.wfile.write(b"x")
                time.sleep(0.05)

    def _rude(self) -> None:
        self.connection.close()


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreadingHTTPServer]:
    folder = tmp_path_factory.mktemp("endpoint")
    _make_certificate(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Endpoint)
    server.heard = []  # type: ignore[attr-defined]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.trusted = ssl.create_default_context(cafile=folder / "cert.pem")  # type: ignore[attr-defined]
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.shutdown()


def _make_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


class _Asked:
    """A resolver that counts: an address is looked up once and then kept."""

    def __init__(self, *addresses: str) -> None:
        self.addresses, self.hosts = list(addresses), list[str]()

    def __call__(self, host: str, port: int) -> list[str]:
        self.hosts.append(host)
        return self.addresses


def _caller(server: ThreadingHTTPServer, asked: _Asked, whole: float = 5.0) -> HttpsCaller:
    return HttpsCaller(asked, lambda _address: True, server.trusted, whole)  # type: ignore[attr-defined]


def _url(server: ThreadingHTTPServer, path: str, host: str = HOST) -> str:
    return f"https://{host}:{server.server_address[1]}/{path}"


def _post(server: ThreadingHTTPServer, path: str, whole: float = 5.0) -> Response:
    caller = _caller(server, _Asked("127.0.0.1"), whole)
    return caller.call(Call(_url(server, path), {"webhook-id": "msg_1"}, b"{}"))


def test_a_call_goes_to_the_looked_up_address_under_the_names_certificate(
    endpoint: ThreadingHTTPServer,
) -> None:
    asked = _Asked("127.0.0.1")
    found = _caller(endpoint, asked).call(
        Call(_url(endpoint, "fine?a=1"), {"webhook-id": "msg_1"}, b'{"a":1}')
    )
    assert (found.status, found.body) == (200, b'{"tier": "gold"}')
    assert asked.hosts == [HOST], "looked up once: the answer cannot change in between"
    path, headers, body = endpoint.heard[-1]  # type: ignore[attr-defined]
    assert (path, body) == ("/fine?a=1", b'{"a":1}')
    assert headers["Host"] == f"{HOST}:{endpoint.server_address[1]}"
    assert headers["webhook-id"] == "msg_1"


def test_a_redirect_is_an_answer_and_never_followed(endpoint: ThreadingHTTPServer) -> None:
    endpoint.heard.clear()  # type: ignore[attr-defined]
    assert _post(endpoint, "elsewhere").status == 307
    assert [path for path, *_ in endpoint.heard] == ["/elsewhere"]  # type: ignore[attr-defined]


def test_what_an_endpoint_asks_to_wait_is_heard(endpoint: ThreadingHTTPServer) -> None:
    found = _post(endpoint, "busy")
    assert (found.status, found.retry_after) == (429, timedelta(seconds=120))


def test_a_long_answer_is_cut_and_a_packed_one_says_nothing(endpoint: ThreadingHTTPServer) -> None:
    assert len(_post(endpoint, "endless").body) == MOST_BYTES
    assert _post(endpoint, "packed").body == b""


def test_one_byte_now_and_then_does_not_keep_a_call_for_ever(
    endpoint: ThreadingHTTPServer,
) -> None:
    found = _post(endpoint, "dripping", whole=0.3)
    assert found.seconds < 3
    assert found.status == 200 or found.text == "took too long"
    assert len(found.body) < 200


def test_a_connection_that_ends_without_an_answer_is_no_answer(
    endpoint: ThreadingHTTPServer,
) -> None:
    found = _post(endpoint, "rude")
    assert (found.status, found.never) == (None, False)
    assert found.text


def test_a_certificate_of_another_name_is_not_trusted(endpoint: ThreadingHTTPServer) -> None:
    caller = _caller(endpoint, _Asked("127.0.0.1"))
    found = caller.call(Call(_url(endpoint, "fine", "other.sample.example"), {}, b"{}"))
    assert found.status is None
    assert "doesn't match" in found.text


def test_a_name_that_leads_to_this_machine_is_never_called(endpoint: ThreadingHTTPServer) -> None:
    endpoint.heard.clear()  # type: ignore[attr-defined]
    trusted = endpoint.trusted  # type: ignore[attr-defined]
    for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        caller = HttpsCaller(_Asked(address), context=trusted)
        found = caller.call(Call(_url(endpoint, "fine"), {}, b"{}"))
        assert (found.status, found.never) == (None, True)
        assert "not a public address" in found.text
    assert endpoint.heard == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["https", "memory"])
def test_every_caller_posts_by_https_only_and_raises_nothing(kind: str) -> None:
    away = HttpsCaller(_Asked(), lambda _address: True)
    caller: Caller = away if kind == "https" else MemoryCaller()
    for url in ("http://hooks.sample.example/", "ftp://hooks.sample.example/", "hooks"):
        assert caller.call(Call(url, {}, b"{}")).never
    found = caller.call(Call(f"https://{HOST}/", {}, b"{}"))
    assert found.status == (200 if kind == "memory" else None)
