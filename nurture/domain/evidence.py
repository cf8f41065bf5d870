"""Evidence: was an open or click a person, a machine, a prefetch, or is it unknown?"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nurture.domain.policy import EvidencePolicy


class Kind(enum.StrEnum):
    """Who was it?"""

    HUMAN = "human"
    MACHINE = "machine"
    #: a mail program or proxy that loads pictures before anybody reads
    PREFETCH = "prefetch"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and its reason."""

    kind: Kind
    reason: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One request for a pixel or a link."""

    at: datetime
    method: str
    agent: str
    #: the agent is on a public or our own list of machines
    known_agent: bool
    sent_at: datetime | None
    is_click: bool
    is_hidden_link: bool = False


@dataclass(frozen=True, slots=True)
class Click:
    """A click among others, for the look at the end of its hold."""

    at: datetime
    message_id: int
    link: int
    network: str


#: fetches pictures for a reader who opened the mail, but may also fetch ahead
_IMAGE_PROXIES = ("googleimageproxy", "yahoomailproxy", "ggpht.com")

#: programs that load every picture on arrival; the bare agent is Apple's privacy proxy
_PREFETCH_AGENTS = ("mozilla/5.0",)


def at_capture(hit: Hit, policy: EvidencePolicy) -> Judgement:
    """Judge a request by itself; a click that shows no sign of a machine is UNKNOWN.

    UNKNOWN clicks are judged again by `at_hold_end`. Opens are judged once.
    """
    agent = hit.agent.strip().lower()
    if hit.is_hidden_link:
        return Judgement(Kind.MACHINE, "hidden_link")
    if hit.method == "HEAD":
        return Judgement(Kind.MACHINE, "head")
    proxied = not hit.is_click and any(proxy in agent for proxy in _IMAGE_PROXIES)
    # Public lists know the proxies as machines, but a person may stand behind one.
    if not proxied and (hit.known_agent or any(own.lower() in agent for own in policy.agents)):
        return Judgement(Kind.MACHINE, "agent")
    if hit.sent_at is not None and hit.at - hit.sent_at < policy.too_soon:
        return Judgement(Kind.MACHINE if hit.is_click else Kind.PREFETCH, "too_soon")
    if proxied:
        return Judgement(Kind.UNKNOWN, "image_proxy")
    if hit.is_click:
        return Judgement(Kind.UNKNOWN, "on_hold")
    if not agent:
        return Judgement(Kind.UNKNOWN, "no_agent")
    if agent in _PREFETCH_AGENTS:
        return Judgement(Kind.PREFETCH, "privacy_proxy")
    return Judgement(Kind.HUMAN, "no_sign_of_a_machine")


def at_hold_end(
    click: Click,
    same_mail: Sequence[Click],
    hidden_link_followed: bool,
    network_recipients: int,
    policy: EvidencePolicy,
) -> Judgement:
    """Judge a click by its company: other clicks of the mail, the hidden link, the network.

    `same_mail` are all clicks on the mail, `network_recipients` how many recipients' mails
    the click's network touched within `sweep_within`.
    """
    if hidden_link_followed:
        return Judgement(Kind.MACHINE, "hidden_link")
    near = {
        other.link for other in same_mail if abs(other.at - click.at) <= policy.burst_within
    } | {click.link}
    if len(near) >= policy.burst_links:
        return Judgement(Kind.MACHINE, "burst")
    if network_recipients >= policy.sweep_recipients:
        return Judgement(Kind.MACHINE, "sweep")
    return Judgement(Kind.HUMAN, "held")


def hold_ends(click_at: datetime, policy: EvidencePolicy) -> datetime:
    """Return when a click may be judged for good (business time)."""
    return click_at + max(policy.hold, timedelta(0))
