"""What a run came to: the tables, what is held against it, and how delays are measured."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from rich.console import Console

from nurture.db.demo_figures import FollowUp, Track
from nurture.demo import report
from nurture.demo.figures import Figures, delays_of, missing_from
from tests.demo.worlds import MONDAY

HOLD = timedelta(seconds=10)
SECOND = timedelta(seconds=1)


def figures() -> Figures:
    """Return a run in which everything happened."""
    return Figures(
        tracks=[Track("cold-nurture", 1456, 404, 102), Track("hot-follow-up", 40, 22, 8)],
        evidence={
            "email.opened": Counter({("human", "no_sign_of_a_machine"): 469}),
            "email.clicked": Counter({("human", "held"): 173, ("machine", "hidden_link"): 529}),
        },
        temperature=Counter({("cold", "warm"): 86, ("hot", "warm"): 17}),
        lifecycle=Counter({("prospect", "lead"): 64}),
        delays=delays_of([follow_up()], HOLD, [(MONDAY + HOLD, MONDAY)]),
        unsubscribes=(21, 0, 6),
        held_back=Counter({"business": 821, "cold-month": 442}),
        never_sent=Counter({("cancelled", "suppressed"): 30}),
        bounced=(6, 6, 0),
        replies={"email.replied": 26},
        tasks={"call": Counter({"done": 82})},
    )


def follow_up(queued_after: timedelta = HOLD, recorded_after: timedelta = SECOND) -> FollowUp:
    """Return a mail after a click on Monday; machine time begins on Monday too."""
    return FollowUp(
        message_id=1,
        clicked_at=MONDAY,
        sent_at=MONDAY + queued_after,
        click_recorded_at=MONDAY - SECOND,
        queued_recorded_at=MONDAY + recorded_after,
        queued_at=MONDAY + queued_after,
    )


def printed(found: Figures, full: bool = True) -> str:
    """Return the tables as text."""
    console = Console(file=StringIO(), width=120)
    report.show(console, found, full)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_real_time_counts_from_the_end_of_the_hold_to_the_queued_mail() -> None:
    jumps = [(MONDAY, MONDAY - 5 * SECOND), (MONDAY + HOLD, MONDAY + SECOND / 2)]
    found = delays_of([follow_up()], HOLD, jumps)
    assert found is not None
    assert found.median == 0.5
    assert found.business == HOLD


@pytest.mark.parametrize(
    ("mail", "at_once"),
    [
        # queued in the instant in which the click counted
        (follow_up(), 1),
        # a workflow meant it for three days later: counted, not timed
        (follow_up(timedelta(days=3)), 0),
    ],
)
def test_mails_meant_for_later_are_no_measure_of_speed(mail: FollowUp, at_once: int) -> None:
    jumps = [(MONDAY + HOLD, MONDAY)]
    found = delays_of([follow_up(), mail], HOLD, jumps)
    assert found is not None
    assert (found.number, found.at_once) == (2, 1 + at_once)


def test_without_a_click_there_is_nothing_to_time() -> None:
    assert delays_of([], HOLD, []) is None


def test_a_run_in_which_everything_happened_lacks_nothing() -> None:
    assert missing_from(figures()) == []


def test_every_table_and_sum_is_printed() -> None:
    text = printed(figures())
    for said in ("1,496", "28 %", "hidden link", "cold → warm", "prospect → lead", "cold-month"):
        assert said in text
    assert "inconsistencies: 0" in text


def test_what_a_full_run_lacks_is_named_and_what_a_short_one_lacks_is_no_fault() -> None:

    lacking = replace(figures(), missing=("nobody unsubscribed",))
    assert "the circle did not close: nobody unsubscribed" in printed(lacking)
    assert "did not close" not in printed(lacking, full=False)


def test_what_does_not_add_up_is_said_in_any_run() -> None:

    wrong = replace(figures(), inconsistencies=("1 mails arrived more than once",))
    assert "1 mails arrived more than once" in printed(wrong, full=False)
    assert "inconsistencies: 0" not in printed(wrong, full=False)
