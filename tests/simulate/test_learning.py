"""What history teaches about readers: never beyond what was seen, and little from little."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.audience import MailRates
from nurture.simulate.learning import WEIGHT, mixed

USUAL = MailRates(open=0.18, click=0.03, reply=0.01, convert=0.3, unsubscribe=0.002, bounce=0.01)

_EVENTS = {
    "open": "email.opened",
    "reply": "email.replied",
    "unsubscribe": "contact.unsubscribed",
    "bounce": "email.bounced",
    "complaint": "email.complained",
}


def test_without_history_the_usual_rates_stand() -> None:
    assert mixed(USUAL, {}) == USUAL


def test_as_many_mails_as_the_weight_count_half() -> None:
    learnt = mixed(USUAL, {"sent": WEIGHT, "email.opened": WEIGHT})
    assert learnt.open == (USUAL.open + 1) / 2


def test_what_follows_a_click_is_not_learnt_from_mails() -> None:
    assert mixed(USUAL, {"sent": 9_000, "email.clicked": 500}).convert == USUAL.convert


@given(
    sent=st.integers(0, 100_000),
    part=st.fixed_dictionaries({name: st.floats(0, 1) for name in (*_EVENTS, "click")}),
)
def test_a_rate_lies_between_what_was_supposed_and_what_was_seen(
    sent: int, part: dict[str, float]
) -> None:
    seen = {"sent": sent, "email.clicked": int(sent * part["click"])}
    seen |= {event: int(sent * part[name]) for name, event in _EVENTS.items()}
    learnt = mixed(USUAL, seen)
    for name, event in _EVENTS.items():
        supposed, found = getattr(USUAL, name), seen[event] / sent if sent else None
        ends = sorted((supposed, supposed if found is None else found))
        assert ends[0] - 1e-9 <= getattr(learnt, name) <= ends[1] + 1e-9
    # Where pictures are blocked more click than open: a click is an open all the same.
    assert learnt.click <= learnt.open
