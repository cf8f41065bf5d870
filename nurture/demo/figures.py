"""All figures of a run together, and what they must be for the circle to have closed."""

from __future__ import annotations

import statistics
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nurture.db import demo_figures as figures
from nurture.db.demo_figures import FollowUp, Track
from nurture.db.engine import read
from nurture.demo import outcomes
from nurture.demo.diary import Diary
from nurture.demo.loop_figures import LoopFigures, loop_of
from nurture.demo.outcomes import SeasonFigures
from nurture.domain.message import State
from nurture.emails.identifiers import parse_message_id
from nurture.providers.mailbox_store import MailboxStore
from nurture.services.runtime import Runtime

#: (business time, machine time at which it began), ascending
Jumps = Sequence[tuple[datetime, datetime]]

#: reasons for giving a mail up that are no fault
_EXPECTED_FAILURES = frozenset({"rejected"})


@dataclass(frozen=True, slots=True)
class Delays:
    """How soon a mail followed the click that led to it; medians and the slowest tenth."""

    #: mails that a click led to, and those of them that were not meant for later
    number: int
    at_once: int
    #: business time from click to mail
    business: timedelta
    #: machine seconds from the moment the click counted to the mail in the queue
    median: float
    slowest_tenth: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run came to."""

    tracks: Sequence[Track]
    evidence: Mapping[str, Counter[tuple[str, str]]]
    temperature: Counter[tuple[str, str]]
    lifecycle: Counter[tuple[str, str]]
    delays: Delays | None
    #: people who left, mails after that, mails cancelled for it
    unsubscribes: tuple[int, int, int]
    held_back: Counter[str]
    never_sent: Counter[tuple[str, str]]
    #: refused attempts, addresses suppressed, addresses tried again
    bounced: tuple[int, int, int]
    replies: Mapping[str, int]
    tasks: Mapping[str, Counter[str]]
    #: sales, seminars, broadcasts, choices; None: not counted
    season: SeasonFigures | None = None
    #: results, surveys, referrals; None: not counted
    loop: LoopFigures | None = None
    #: what does not add up, in sentences; empty: nothing
    inconsistencies: Sequence[str] = ()
    #: what a full run brings and this one did not, in sentences
    missing: Sequence[str] = ()


def gather(
    runtime: Runtime,
    mailbox: MailboxStore,
    jumps: Jumps,
    chat: Sequence[str],
    diary: Diary,
) -> Figures:
    """Count everything, and compare what SQL says with what the mailbox holds.

    `chat` are the lines that the team's room heard, `diary` what the marketer wrote down.
    """
    with read(runtime.engine) as connection:
        hold = runtime.releases.live(connection).definitions.policy.evidence.hold
        found = figures.follow_ups(connection)
        temperature, lifecycle = figures.moves(connection)
        result = Figures(
            tracks=figures.tracks(connection),
            evidence=figures.evidence(connection),
            temperature=temperature,
            lifecycle=lifecycle,
            delays=delays_of(found, hold, jumps),
            unsubscribes=figures.unsubscribes(connection),
            held_back=figures.held_back(connection),
            never_sent=figures.never_sent(connection),
            bounced=figures.bounced(connection),
            replies=figures.events_of(connection, ["email.replied", "email.auto_replied"]),
            tasks=figures.tasks(connection),
        )
        left, strays = figures.left_ids(connection), figures.strays(connection)
        under_way = figures.under_way(connection)
    season = outcomes.season_of(runtime, chat, diary)
    loop = loop_of(runtime)
    result = replace(result, season=season, loop=loop)
    wrong = [
        *_against_mailbox(left, mailbox, runtime.mail_domain),
        *outcomes.wrong_with(season),
        *loop.wrong,
        *_inconsistent(result, under_way),
        *(f"kept aside: {kind}: {why}" for kind, why in strays[:5]),
    ]
    return replace(result, inconsistencies=tuple(wrong), missing=tuple(missing_from(result)))


def delays_of(found: Sequence[FollowUp], hold: timedelta, jumps: Jumps) -> Delays | None:
    """Return how soon mails followed the clicks that led to them.

    A click counts when its hold is over. Mails that a workflow meant for later (a wait, a
    branch days after) are no measure of speed: they are counted and not timed.
    """
    moments = [business for business, _ in jumps]
    business: list[timedelta] = []
    machine: list[float] = []
    for one in found:
        counts_at = one.clicked_at + hold
        if one.queued_at - counts_at > timedelta(minutes=1):
            continue
        business.append((one.sent_at or one.queued_at) - one.clicked_at)
        index = bisect_left(moments, counts_at)
        if index < len(jumps):
            available = max(one.click_recorded_at, jumps[index][1])
            machine.append((one.queued_recorded_at - available).total_seconds())
    if not business or not machine:
        return None
    ordered = sorted(machine)
    return Delays(
        len(found),
        len(business),
        sorted(business)[len(business) // 2],
        statistics.median(ordered),
        ordered[min(len(ordered) - 1, len(ordered) * 9 // 10)],
    )


def _against_mailbox(left: set[int], mailbox: MailboxStore, domain: str) -> list[str]:
    """Say where the mailbox holds another set of mails than SQL says have left."""
    arrived: Counter[int] = Counter()
    unknown = 0
    before: int | None = None
    while heads := mailbox.page(before=before, limit=500):
        before = heads[-1].number
        for head in heads:
            number = parse_message_id(head.message_id, domain)
            if number is not None:
                # To readers, or to our own team: both are ours to account for.
                arrived[number] += 1
            elif not head.is_ours:
                unknown += 1
    wrong = []
    if twice := [number for number, times in arrived.items() if times > 1]:
        wrong.append(f"{len(twice)} mails arrived more than once, e.g. message {twice[0]}")
    if lost := left - arrived.keys():
        wrong.append(f"{len(lost)} mails are sent by SQL's account and not in the mailbox")
    if strange := arrived.keys() - left:
        wrong.append(f"{len(strange)} mails are in the mailbox and not sent by SQL's account")
    if unknown:
        wrong.append(f"{unknown} mails in the mailbox carry no Message-ID of ours")
    return wrong


def _inconsistent(result: Figures, under_way: Mapping[str, int]) -> list[str]:
    wrong = []
    _, after, _ = result.unsubscribes
    if after:
        wrong.append(f"{after} mails left after their reader had unsubscribed")
    for (state, reason), number in result.never_sent.items():
        if state == State.IN_DOUBT or (state == State.FAILED and reason not in _EXPECTED_FAILURES):
            wrong.append(f"{number} mails are {state}: {reason or 'no reason'}")
    wrong += [
        f"{number} mails are still {state}"
        for state in (State.CLAIMED, State.SENDING)
        if (number := under_way.get(state, 0))
    ]
    if again := result.bounced[2]:
        wrong.append(f"{again} addresses were tried again after they had bounced")
    return wrong


def missing_from(result: Figures) -> list[str]:
    """Name what a full run brings; a run of a few days lacks some of it."""
    verdicts = {verdict for counter in result.evidence.values() for verdict, _ in counter}
    ups = sum(n for (old, new), n in result.temperature.items() if _grade(new) > _grade(old))
    downs = sum(result.temperature.values()) - ups
    caps = [name for name in result.held_back if name not in ("business", "courtesy")]
    made = sum(sum(counter.values()) for counter in result.tasks.values())
    done = sum(counter["done"] for counter in result.tasks.values())
    wanted = {
        "no mail was sent": any(track.sent for track in result.tracks),
        "no mail followed a click": result.delays is not None,
        "nobody's temperature rose": ups > 0,
        "nobody's temperature fell": downs > 0,
        "nobody moved on in the lifecycle": bool(result.lifecycle),
        "nobody unsubscribed": result.unsubscribes[0] > 0,
        "no window held a mail back": len(caps) < len(result.held_back),
        "no cap held a mail back": bool(caps),
        "no task was made": made > 0,
        "no task was done": done > 0,
        "no address bounced": result.bounced[1] > 0,
        "nobody replied": result.replies.get("email.replied", 0) > 0,
        "no machine was recognised": "machine" in verdicts,
        "no person was recognised": "human" in verdicts,
    }
    missing = [what for what, happened in wanted.items() if not happened]
    missing += result.loop.missing if result.loop is not None else []
    return missing + (outcomes.missing_from(result.season) if result.season is not None else [])


def _grade(temperature: str) -> int:
    return {"cold": 0, "warm": 1, "hot": 2}.get(temperature, -1)
