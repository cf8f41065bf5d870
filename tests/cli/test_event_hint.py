"""`nurture event`: an unknown event that looks like one of ours is told which."""

from __future__ import annotations

import pytest

from nurture.cli.operating import _known_like
from nurture.language import in_language

LISTENED = {"page.viewed", "form.submitted", *(f"house.n{n}" for n in range(40))}


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("nps.answered", "did you mean 'nps.responded'?"),
        ("nps.response", "did you mean 'nps.responded'?"),
        ("page.view", "did you mean 'page.viewed'?"),
        # one of ours as it stands, and one that looks like nothing
        ("nps.responded", ""),
        ("warehouse.emptied", ""),
    ],
)
def test_an_unknown_event_is_told_the_known_one_it_looks_like(told: str, meant: str) -> None:
    assert in_language(_known_like(told, LISTENED), "en") == meant
