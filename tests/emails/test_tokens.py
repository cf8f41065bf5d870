"""Signed tokens: small, without personal data, and impossible to make or change."""

from __future__ import annotations

import base64
import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.emails.tokens import MAX_TOKEN, TRAP_LINK, Keyring, Purpose, Token

KEYS = {1: b"old key, old key, old key", 2: bytes(range(32))}
RING = Keyring(KEYS, 2)
TEMPLATE = bytes(range(8))
CLICK = Token(Purpose.CLICK, 123_456, 789, 3, TEMPLATE)

_IDS = st.integers(0, 2**63 - 1)
_TOKENS = st.one_of(
    st.builds(
        Token,
        st.sampled_from([p for p in Purpose if p is not Purpose.CLICK]),
        _IDS,
        _IDS,
        st.integers(0, 65535),
    ),
    st.builds(
        Token,
        st.just(Purpose.CLICK),
        _IDS,
        _IDS,
        st.integers(0, 65535),
        st.binary(min_size=8, max_size=8),
    ),
)


@given(_TOKENS, st.text(max_size=200))
def test_what_was_signed_is_read_back(token: Token, target: str) -> None:
    text = RING.sign(token, target)
    assert RING.verify(text, target) == token
    assert len(text) <= MAX_TOKEN <= 80
    assert set(text) <= set(string.ascii_letters + string.digits + "-_")


def test_a_hundred_thousand_mutations_never_verify() -> None:
    source = random.Random(20260403)
    alphabet = string.ascii_letters + string.digits + "-_"
    originals = [RING.sign(Token(p, 5, 6)) for p in Purpose if p is not Purpose.CLICK]
    originals.append(RING.sign(CLICK))
    hits = 0
    for _ in range(100_000):
        text = list(source.choice(originals))
        match source.randrange(4):
            case 0:
                text[source.randrange(len(text))] = source.choice(alphabet)
            case 1:
                del text[source.randrange(len(text))]
            case 2:
                text.insert(source.randrange(len(text) + 1), source.choice(alphabet))
            case _:
                one, other = source.randrange(len(text)), source.randrange(len(text))
                text[one], text[other] = text[other], text[one]
        mutated = "".join(text)
        hits += mutated not in originals and RING.verify(mutated) is not None
    assert hits == 0


def test_every_single_bit_counts() -> None:
    raw = bytearray(base64.urlsafe_b64decode(RING.sign(CLICK)))
    for bit in range(len(raw) * 8):
        raw[bit // 8] ^= 1 << bit % 8
        assert RING.verify(base64.urlsafe_b64encode(raw).decode()) is None
        raw[bit // 8] ^= 1 << bit % 8
    assert RING.verify(base64.urlsafe_b64encode(raw).decode()) == CLICK


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A",
        "=" * 48,
        "A" * 48,
        "A" * 60,
        "A" * 10_000,
        "日本語" * 16,
        RING.sign(CLICK)[:-1],
        RING.sign(CLICK) + "=",
        RING.sign(CLICK) + "\n",
        " " + RING.sign(CLICK),
        "\x00" * 48,
    ],
)
def test_nonsense_is_no_token(text: str) -> None:
    assert RING.verify(text) is None


def test_a_token_has_one_spelling() -> None:
    # the alphabet of plain base64 would spell the same bytes
    spellings = {RING.sign(Token(Purpose.OPEN, n)) for n in range(200)}
    for text in spellings:
        other = text.replace("-", "+").replace("_", "/")
        assert other == text or RING.verify(other) is None


def test_a_personal_target_is_part_of_the_signature() -> None:
    text = RING.sign(CLICK, "https://example.com/me")
    assert RING.verify(text, "https://example.com/me") == CLICK
    assert RING.verify(text, "https://evil.example/") is None
    assert RING.verify(text) is None
    assert RING.verify(RING.sign(CLICK), "https://evil.example/") is None


def test_old_keys_read_and_the_current_key_signs() -> None:
    old = Keyring({1: KEYS[1]}, 1).sign(CLICK)
    assert RING.verify(old) == CLICK
    assert Keyring({2: KEYS[2]}, 2).verify(old) is None
    assert Keyring({1: KEYS[1]}, 1).verify(RING.sign(CLICK)) is None


def test_the_same_key_under_another_number_reads_nothing() -> None:
    assert Keyring({3: KEYS[2]}, 3).verify(RING.sign(CLICK)) is None


def test_the_hidden_link_looks_like_any_other() -> None:
    trap = RING.sign(Token(Purpose.CLICK, 1, 2, TRAP_LINK, TEMPLATE))
    assert len(trap) == len(RING.sign(CLICK))


@pytest.mark.parametrize(
    ("keys", "current"),
    [({1: b"short"}, 1), ({1: b"k" * 65}, 1), ({256: b"k" * 32}, 256), ({1: b"k" * 32}, 2)],
)
def test_a_keyring_refuses_keys_that_protect_nothing(keys: dict[int, bytes], current: int) -> None:
    with pytest.raises(ValueError, match="key"):
        Keyring(keys, current)


def test_a_click_without_its_template_cannot_be_signed() -> None:
    with pytest.raises(ValueError, match="template"):
        RING.sign(Token(Purpose.CLICK, 1, 2, 3))
