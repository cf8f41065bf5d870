"""Whatever a stranger sends, the answer is never a failure of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nurture.db.engine import make_engine
from nurture.db.tables import contact, event, metadata
from nurture.emails.tokens import MAX_TOKEN, Purpose
from nurture.services import api_keys
from nurture.web.public import make_public
from tests.web.scene import Scene, make_scene

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    folder = tmp_path_factory.mktemp("any")
    engine = make_engine(f"sqlite:///{folder / 'any.sqlite'}")
    metadata.create_all(engine)
    scene = make_scene(engine, Path(folder))
    scene.release()
    return scene


@pytest.fixture(scope="module")
def key(scene: Scene) -> str:
    return api_keys.add(scene.runtime, "fuzz")


@pytest.fixture(scope="module")
def browser(scene: Scene) -> FlaskClient:
    return make_public(scene.runtime, scene.state).test_client(use_cookies=False)


headers = st.dictionaries(
    st.sampled_from(
        (
            *("User-Agent", "Accept-Language", "Content-Type", "Authorization", "Cookie"),
            *("Referer", "Idempotency-Key", "X-Forwarded-For", "Content-Length", "Range"),
            *("Host", "Expect"),
        )
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60),
    max_size=4,
)
methods = st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
tokens = st.one_of(
    st.text(_ALPHABET, min_size=40, max_size=MAX_TOKEN),
    st.text(max_size=30).map(lambda text: text.replace("/", "")),
)
places = st.sampled_from(["/c/{}", "/o/{}.gif", "/u/{}", "/u/{}/undo", "/p/{}", "/{}"])
queries = st.one_of(st.just(b""), st.binary(max_size=60), st.just(b"to=http://[x&lang=%ff"))


@settings(max_examples=300)
@given(place=places, token=tokens, method=methods, headers=headers, query=queries)
@example("/c/{}", "%00", "GET", {}, b"to=%00")
@example("/u/{}", "\ud800", "POST", {"Content-Type": "multipart/form-data; boundary="}, b"")
@example("/{}", "static/../../etc/passwd", "GET", {}, b"")
@example("/p/{}", "x", "POST", {"Content-Length": "-1"}, b"")
@example("/p/{}", "x", "GET", {"Host": "[::"}, b"")
@example("/u/{}/undo", "", "GET", {}, b"\n")
def test_no_address_brings_the_public_pages_down(
    scene: Scene,
    browser: FlaskClient,
    place: str,
    token: str,
    method: str,
    headers: dict[str, str],
    query: bytes,
) -> None:
    path = place.format(token).encode("utf-8", "surrogatepass").decode("latin-1")
    answer = browser.open(
        "/",
        method=method,
        headers=headers,
        environ_overrides={"PATH_INFO": path, "QUERY_STRING": query.decode("latin-1")},
    )
    assert answer.status_code < 500
    assert scene.rows(event) == []


@settings(max_examples=200)
@given(body=st.binary(max_size=200), headers=headers, data=st.data())
def test_no_body_brings_forms_or_api_down(
    scene: Scene,
    browser: FlaskClient,
    key: str,
    body: bytes,
    headers: dict[str, str],
    data: st.DataObject,
) -> None:
    person = next((row.id for row in scene.rows(contact)), 0) or scene.person()
    token = {
        "/u/": scene.token(Purpose.UNSUBSCRIBE, 1, person),
        "/p/": scene.token(Purpose.PREFERENCES, 1, person),
        "/api/v1/events": "",
        "/api/v1/contacts": "",
    }
    path = data.draw(st.sampled_from(sorted(token)))
    if path.startswith("/api"):
        kind = data.draw(st.sampled_from(["application/json", "text/plain"]))
        headers = {"Authorization": f"Bearer {key}", "Content-Type": kind, **headers}
    answer = browser.post(path + token[path], data=body, headers=headers)
    assert answer.status_code < 500


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@settings(max_examples=200)
@given(
    properties=json_values,
    who=st.text(max_size=20) | st.just("a@b.example") | st.integers(),
    when=st.text(max_size=12) | st.just("2026-05-01T10:00:00+09:00") | st.just("9999-12-31T23:59Z"),
    path=st.sampled_from(["events", "contacts"]),
)
def test_no_json_brings_the_api_down(
    browser: FlaskClient, key: str, properties: object, who: object, when: object, path: str
) -> None:
    events = {"type": "form.submitted", "email": who, "properties": properties}
    body = {**events, "occurred_at": when} if path == "events" else {"email": who, "fields": who}
    answer = browser.post(f"/api/v1/{path}", json=body, headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code < 500
