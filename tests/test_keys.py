"""Where the signing keys come from, and what is refused."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from nurture.errors import NurtureError
from nurture.keys import SigningKeys, signing_keys

LONG, OTHER = "a" * 32, "b" * 40


def keys(text: str, var: Path = Path("unused")) -> SigningKeys:
    return signing_keys(SecretStr(text), var)


def test_one_secret_is_key_one() -> None:
    assert keys(LONG).current == 1
    assert list(keys(LONG).by_id) == [1]


def test_the_first_of_several_signs_and_the_others_stay() -> None:
    both = keys(f"2:{OTHER},1:{LONG}")
    assert both.current == 2
    # the same secret under its old number is the same key: old links go on working
    assert both.by_id[1] == keys(LONG).by_id[1]


def test_keys_are_never_shown() -> None:
    made = keys(LONG)
    assert made.by_id[1].hex() not in repr(made)
    assert repr(made.by_id[1]) not in repr(made)


def test_derived_keys_differ_by_purpose_and_by_secret() -> None:
    made = {keys(s).derived(p) for s in (LONG, OTHER) for p in ("forms", "cookies")}
    assert len(made) == 4
    assert all(len(key) == 32 for key in made)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("short", "under 32 characters"),
        (f"1:{LONG},2:short", "under 32 characters"),
        # numbers are what links carry, so a list without them means nothing
        (f"{LONG},{OTHER}", "2:NEW,1:OLD"),
        (f"1:{LONG},1:{OTHER}", "two secrets numbered 1"),
        (f"256:{LONG}", "up to 255"),
        (f"1:{LONG} {LONG}", "neither one secret"),
        ("", "neither one secret"),
    ],
)
def test_a_bad_secret_is_refused_without_being_shown(text: str, said: str) -> None:
    with pytest.raises(NurtureError) as caught:
        keys(text)
    assert said in str(caught.value)
    assert LONG not in str(caught.value)


def test_without_a_secret_one_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    var = tmp_path / "var"
    first = signing_keys(None, var)
    assert signing_keys(None, var) == first
    assert stat.S_IMODE((var / "secret").stat().st_mode) == 0o600
    assert [path.name for path in var.iterdir()] == ["secret"]


def test_processes_that_start_together_agree_on_the_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: signing_keys(None, tmp_path), range(32)))
    assert all(one == made[0] for one in made)


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    signing_keys(None, tmp_path)
    (tmp_path / "secret").chmod(0o640)
    with pytest.raises(NurtureError, match="chmod 600"):
        signing_keys(None, tmp_path)
