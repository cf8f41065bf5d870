"""Machines that see a mail before its reader: scanners, and programs that load pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nurture.demo import agents
from nurture.demo.dice import Dice
from nurture.demo.letter import Letter
from nurture.demo.readers import Person
from nurture.demo.temperament import Gateway


@dataclass(frozen=True, slots=True)
class Hit:
    """One request of a machine."""

    method: str
    url: str
    agent: str
    #: name of the network it comes from
    network: str


def on_arrival(dice: Dice, person: Person, letter: Letter) -> Iterator[Hit]:
    """Yield what machines ask for the moment a mail arrives."""
    match person.gateway:
        case Gateway.NAMED:
            agent = dice.about("scanner", person.office).choice(agents.SCANNERS)
            for url in (*letter.followed, *letter.hidden):
                yield Hit("GET", url, agent, "scanners of a cloud")
        case Gateway.HEADS:
            agent = agents.BROWSERS[1]
            for url in letter.followed:
                yield Hit("HEAD", url, agent, f"gateway of {person.office}")
        case Gateway.DISGUISED:
            yield from _everything(person, letter)
        case _:
            pass
    if person.temperament.prefetches:
        for url in letter.pixels:
            yield Hit("GET", url, agents.PRIVACY_PROXY, "privacy proxies")


def at_the_desk(person: Person, letter: Letter) -> Iterator[Hit]:
    """Yield what a scanner asks for that waits until somebody might have read the mail."""
    if person.gateway is Gateway.PATIENT:
        yield from _everything(person, letter)


def _everything(person: Person, letter: Letter) -> Iterator[Hit]:
    for url in (*letter.followed, *letter.hidden, *letter.pixels):
        yield Hit("GET", url, agents.BROWSERS[1], f"gateway of {person.office}")
