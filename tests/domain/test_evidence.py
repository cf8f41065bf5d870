"""Who opened and who clicked: a person, a machine, a prefetch, or is it unknown?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from nurture.domain.evidence import Click, Hit, Judgement, Kind, at_capture, at_hold_end, hold_ends
from nurture.domain.policy import EvidencePolicy

SENT = datetime(2026, 5, 12, 1, tzinfo=UTC)
POLICY = EvidencePolicy(agents=("LinkGuard",))
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/149.0 Safari/537.36"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
APPLE = "Mozilla/5.0"


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


CLICK = Hit(SENT + seconds(600), "GET", BROWSER, False, SENT, is_click=True)
OPEN = replace(CLICK, is_click=False)

#: request, verdict, reason
CAPTURED = [
    # a click waits for its hold, an open is judged at once
    (CLICK, Kind.UNKNOWN, "on_hold"),
    (OPEN, Kind.HUMAN, "no_sign_of_a_machine"),
    # people do not ask for headers alone
    (replace(CLICK, method="HEAD"), Kind.MACHINE, "head"),
    (replace(OPEN, method="HEAD"), Kind.MACHINE, "head"),
    # agents of the public list and of our own, in any case
    (replace(CLICK, known_agent=True), Kind.MACHINE, "agent"),
    (replace(OPEN, known_agent=True), Kind.MACHINE, "agent"),
    (replace(CLICK, agent="Foo linkguard/2"), Kind.MACHINE, "agent"),
    # the link that no person sees
    (replace(CLICK, is_hidden_link=True), Kind.MACHINE, "hidden_link"),
    (replace(CLICK, is_hidden_link=True, method="HEAD"), Kind.MACHINE, "hidden_link"),
    # faster than anybody reads; three seconds are just slow enough
    (replace(CLICK, at=SENT + seconds(2.999)), Kind.MACHINE, "too_soon"),
    (replace(OPEN, at=SENT + seconds(2.999)), Kind.PREFETCH, "too_soon"),
    (replace(CLICK, at=SENT + seconds(3)), Kind.UNKNOWN, "on_hold"),
    # even before the server's yes was written down
    (replace(CLICK, at=SENT - seconds(1)), Kind.MACHINE, "too_soon"),
    # fate unknown: no age to judge by
    (replace(CLICK, sent_at=None), Kind.UNKNOWN, "on_hold"),
    # proxies fetch for people who read, and on public lists they are machines
    (replace(OPEN, agent=GMAIL), Kind.UNKNOWN, "image_proxy"),
    (replace(OPEN, agent=GMAIL, known_agent=True), Kind.UNKNOWN, "image_proxy"),
    (replace(OPEN, agent="YahooMailProxy; https://help.yahoo.com"), Kind.UNKNOWN, "image_proxy"),
    # but not within seconds, and they do not click
    (replace(OPEN, agent=GMAIL, at=SENT + seconds(1)), Kind.PREFETCH, "too_soon"),
    (replace(CLICK, agent=GMAIL, known_agent=True), Kind.MACHINE, "agent"),
    # Apple's proxy loads everything on arrival and says just this
    (replace(OPEN, agent=APPLE), Kind.PREFETCH, "privacy_proxy"),
    (replace(OPEN, agent=f" {APPLE} "), Kind.PREFETCH, "privacy_proxy"),
    # nothing said: nothing known
    (replace(OPEN, agent=""), Kind.UNKNOWN, "no_agent"),
    (replace(CLICK, agent=""), Kind.UNKNOWN, "on_hold"),
]


@pytest.mark.parametrize(("hit", "kind", "reason"), CAPTURED)
def test_a_request_is_judged_by_itself(hit, kind, reason):
    assert at_capture(hit, POLICY) == Judgement(kind, reason)


MINE = Click(SENT + seconds(600), 1, 1, "192.0.2.0/24")


def others(*links: tuple[int, float]) -> list[Click]:
    """Return clicks on the same mail: link number, seconds after mine."""
    return [Click(MINE.at + seconds(after), 1, link, "192.0.2.0/24") for link, after in links]


#: other clicks on the mail, hidden link followed, recipients of the network, verdict, reason
HELD = [
    ([], False, 1, Kind.HUMAN, "held"),
    # three links at once are a quick reader, four are a scanner
    (others((2, 1), (3, 2)), False, 1, Kind.HUMAN, "held"),
    (others((2, 1), (3, 2), (4, 3)), False, 1, Kind.MACHINE, "burst"),
    # before mine as well as after, up to ten seconds
    (others((2, -10), (3, 0), (4, 10)), False, 1, Kind.MACHINE, "burst"),
    (others((2, -10.001), (3, 0), (4, 10)), False, 1, Kind.HUMAN, "held"),
    # the same link again and again is impatience
    (others((1, 1), (1, 2), (1, 3), (1, 4), (2, 5)), False, 1, Kind.HUMAN, "held"),
    # one that fell for the hidden link made all of them
    ([], True, 1, Kind.MACHINE, "hidden_link"),
    # one network reads the mails of twenty people
    ([], False, 19, Kind.HUMAN, "held"),
    ([], False, 20, Kind.MACHINE, "sweep"),
]


@pytest.mark.parametrize(("same_mail", "hidden", "recipients", "kind", "reason"), HELD)
def test_a_click_is_judged_by_its_company(same_mail, hidden, recipients, kind, reason):
    found = at_hold_end(MINE, [MINE, *same_mail], hidden, recipients, POLICY)
    assert found == Judgement(kind, reason)


def test_a_click_without_a_sign_of_a_machine_waits_for_the_hold():
    assert hold_ends(SENT, POLICY) == SENT + seconds(10)
    assert hold_ends(SENT, EvidencePolicy(hold=seconds(-5))) == SENT
