"""Lines for chat rooms, over real HTTP: every way of speaking keeps the same promises."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from nurture.errors import NurtureError
from nurture.providers.chat import AppriseChat, MemoryChat, Taken, _spelled


class Room(ThreadingHTTPServer):
    """A chat service on this machine: keeps what it was told, answers with `status`."""

    def __init__(self) -> None:
        self.status = 200
        self.heard: list[tuple[dict[str, str], str]] = []
        super().__init__(("127.0.0.1", 0), _Ear)


class _Ear(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        room = self.server
        assert isinstance(room, Room)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        room.heard.append((dict(self.headers.items()), body))
        self.send_response(room.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def room() -> Iterator[Room]:
    server = Room()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_line_arrives_whole_with_its_japanese(room: Room) -> None:
    chat = AppriseChat({"sales": f"json://127.0.0.1:{room.server_port}"})
    assert chat.say("sales", "株式会社見本 佐藤様: 24時間以内のご連絡を") is Taken.YES
    [(_, body)] = room.heard
    assert json.loads(body)["message"] == "株式会社見本 佐藤様: 24時間以内のご連絡を"


def test_a_service_that_refuses_or_is_away_has_not_taken_the_line(room: Room) -> None:
    chat = AppriseChat(
        {"sales": f"json://127.0.0.1:{room.server_port}", "away": "json://127.0.0.1:1"}
    )
    room.status = 500
    assert chat.say("sales", "a") is Taken.NO
    assert chat.say("away", "a") is Taken.NO
    room.status = 200
    assert chat.say("sales", "a") is Taken.YES


def test_the_fake_keeps_the_same_promises() -> None:
    chat = MemoryChat(("sales",), refuse=1)
    assert chat.say("sales", "a") is Taken.NO
    assert chat.say("sales", "a") is Taken.YES
    assert chat.say("nobody", "a") is Taken.NOWHERE
    assert chat.said == [("sales", "a")]


def test_a_room_without_an_address_is_nowhere() -> None:
    assert AppriseChat({}).say("sales", "a") is Taken.NOWHERE


def test_chatwork_gets_its_token_in_a_header_and_the_line_as_body(room: Room) -> None:
    address = _spelled("sales", "chatwork://s3cret@12345")
    assert address.startswith("forms://api.chatwork.com/v2/rooms/12345/messages?")
    here = address.replace("forms://api.chatwork.com", f"form://127.0.0.1:{room.server_port}")
    assert AppriseChat({"sales": here}).say("sales", "お電話をお願いします") is Taken.YES
    [(headers, body)] = room.heard
    assert headers["X-ChatWorkToken"] == "s3cret"
    assert parse_qs(body) == {"body": ["お電話をお願いします"]}


@pytest.mark.parametrize(
    "address",
    ["chatwork://12345", "chatwork://token@room", "hipchat://x", "slack", ""],
)
def test_an_address_that_is_none_is_told_by_its_room_and_never_shown(address: str) -> None:
    with pytest.raises(NurtureError, match="CHAT_SALES") as caught:
        AppriseChat({"sales": address})
    assert not address or address not in caught.value.message
