"""What a publication does to people by itself, and the word it wants of whoever publishes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from nurture.errors import NurtureError
from nurture.language import Said, say, say_number
from nurture.language.joining import both
from nurture.services.planning import Counts


class ConfirmationNeededError(NurtureError):
    """More people would be concerned than the policy lets pass without a word."""

    def __init__(self, counts: Counts) -> None:
        #: workflow, broadcast or invitation → people
        self.counts = sum((Counter(one) for one in counts.as_json().values()), Counter[str]())
        self.total = counts.total
        super().__init__(
            say("publishing would {does}", does=does(counts)),
            say("if that is what you want, say --yes {number}", number=counts.total),
        )


class WrongNumberError(ConfirmationNeededError):
    """The number given with --yes is not how many people it would be."""

    def __init__(self, counts: Counts, yes: int) -> None:
        super().__init__(counts)
        if counts.total:
            self.message = say(
                "--yes {number} was said, but publishing would {does}: {total} in all",
                number=yes,
                does=does(counts),
                total=counts.total,
            )
        else:
            self.message = say("--yes {number} was said, but nobody would be concerned", number=yes)
            self.hint = say("leave --yes away")


def does(counts: Counts) -> Said:
    """Return what a publication does to people by itself, as the end of a sentence."""
    said = []
    if counts.enrolled:
        said.append(
            say_number(
                "enrol {number} person who matches already ({each})",
                "enrol {number} people who match already ({each})",
                sum(counts.enrolled.values()),
                each=_each(counts.enrolled),
            )
        )
    if counts.moved:
        said.append(
            say_number(
                "move {number} person to other steps ({each})",
                "move {number} people to other steps ({each})",
                sum(counts.moved.values()),
                each=_each(counts.moved),
            )
        )
    if counts.ended:
        said.append(
            say_number(
                "end the journey of {number} person ({each})",
                "end the journeys of {number} people ({each})",
                sum(counts.ended.values()),
                each=_each(counts.ended),
            )
        )
    if counts.written:
        said.append(
            say_number(
                "write to {number} person within 24 hours ({each})",
                "write to {number} people within 24 hours ({each})",
                sum(counts.written.values()),
                each=_each(counts.written),
            )
        )
    if counts.scheduled:
        said.append(
            say_number(
                "enrol {number} person by a schedule within 24 hours ({each})",
                "enrol {number} people by a schedule within 24 hours ({each})",
                sum(counts.scheduled.values()),
                each=_each(counts.scheduled),
            )
        )
    return both(said)


def _each(counts: Mapping[str, int]) -> list[Said]:
    return [say("{name}: {count}", name=name, count=count) for name, count in counts.items()]
