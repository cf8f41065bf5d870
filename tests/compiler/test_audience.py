"""An audience file says how readers behave; what is wrong with one is said with its place."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from nurture.compiler.audience import read_audience
from nurture.domain.audience import MailRates
from nurture.domain.lifecycle import Temperature
from nurture.errors import DefinitionError
from nurture.simulate.run import default_audience

SMALL = """audience: small
mail:
  cold: {open: 20%, click: 0.02}
  warm: {open: ３０％, click: 5 %, reply: 1%}
  hot: {open: 1, click: 1, reply: 1, convert: 1, unsubscribe: 0}
arrivals:
  - {event: form.submitted, with: {form: quote}, per: 30d, hot: 3%}
reading: {median: 2h, longest: 3d, awake: "08:00-22:00"}
team: {done: 50%}
seminars: {attend: 100%}
"""


def test_shares_are_percent_or_fractions_and_what_is_not_said_never_happens() -> None:
    found = read_audience(SMALL, "a.yaml")
    assert found.mail[Temperature.COLD] == MailRates(open=0.2, click=0.02)
    assert found.mail[Temperature.WARM] == MailRates(open=0.3, click=0.05, reply=0.01)
    assert found.mail[Temperature.HOT].convert == 1
    (quote,) = found.arrivals
    assert (quote.event, dict(quote.properties)) == ("form.submitted", {"form": "quote"})
    assert quote.shares == {Temperature.COLD: 0, Temperature.WARM: 0, Temperature.HOT: 0.03}
    assert found.reading.awake == (time(8), time(22))
    assert found.reading.median == timedelta(hours=2)
    assert (found.team.done, found.team.qualified, found.attend) == (0.5, 0.25, 1)


def test_the_shipped_audience_is_one() -> None:
    found = default_audience()
    warmer = [found.mail[one].open for one in Temperature]
    assert warmer == sorted(warmer)
    assert found.arrivals


@pytest.mark.parametrize(
    ("old", "new", "place", "code", "said"),
    [
        # 20 is what people write who mean 20 %
        ("open: 20%", "open: 20", "3:16", "bad-share", "write 20%"),
        ("open: 20%", "open: 120%", "3:16", "bad-share", "from 0% to 100%"),
        ("open: 20%", "open: -1%", "3:16", "bad-share", "from 0% to 100%"),
        ("open: 20%", "open: many", "3:16", "bad-share", "such as 20% or 0.2"),
        ("open: 20%", "open: nan", "3:16", "bad-share", "such as 20% or 0.2"),
        ("open: 20%", "opens: 20%", "3:10", "unknown-key", "did you mean 'open'?"),
        ("click: 0.02", "click: 0.5", "3:28", "click-above-open", "has opened the mail"),
        ("  cold:", "  chilly:", "3:3", "unknown-key", "known: cold, hot, warm"),
        ("form.submitted", "form", "7:13", "bad-event-name", ""),
        ("per: 30d", "per: 30", "7:55", "bad-duration", ""),
        ("done: 50%", "qualified: 90%, no_answer: 20%", "9:19", "too-many-calls", ""),
        ("audience: small\n", "", "1:1", "missing-key", "an audience needs 'audience'"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    old: str, new: str, place: str, code: str, said: str
) -> None:
    assert old in SMALL
    with pytest.raises(DefinitionError) as caught:
        read_audience(SMALL.replace(old, new, 1), "a.yaml")
    lines = [str(problem) for problem in caught.value.problems]
    assert any(
        line.startswith(f"a.yaml:{place}:") and f"[{code}]" in line and said in line
        for line in lines
    ), lines


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(DefinitionError) as caught:
        read_audience(SMALL.replace("20%", "20").replace("per: 30d", "per: soon"), "a.yaml")
    assert len(list(caught.value.problems)) == 2
