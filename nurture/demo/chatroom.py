"""A chat room of the demo's own: a listener on this machine that hears the team's lines."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

#: a line is short; more is not read (bytes)
_LONGEST = 100_000


class ChatRoom:
    """Takes lines by HTTP as chat services do, on a free port of 127.0.0.1, until it is closed."""

    def __init__(self) -> None:
        room = self
        self._lines: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                """Take one line."""
                length = min(int(self.headers.get("Content-Length") or 0), _LONGEST)
                room._hear(self.rfile.read(length))
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing: the lines are what is said."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="chat room", daemon=True
        )
        self._thread.start()

    @property
    def address(self) -> str:
        """Return the room as CHAT_… wants it: apprise's plain JSON."""
        return f"json://127.0.0.1:{self._server.server_port}/"

    @property
    def lines(self) -> list[str]:
        """Return what was said, oldest first."""
        return list(self._lines)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _hear(self, body: bytes) -> None:
        try:
            said = json.loads(body)
        except ValueError:
            return
        if isinstance(said, dict):
            self._lines.append(str(said.get("message", "")))
