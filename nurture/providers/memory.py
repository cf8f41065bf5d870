"""Sending into memory: for tests, previews and simulation. Answers can be scripted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from nurture.providers.base import STOPPED, Answer, Envelope, Outcome, Stage, check_width
from nurture.providers.patterns import AddressPatterns
from nurture.providers.wire import unsafe_address

#: What a mail answers that no script speaks of.
TAKEN = Answer(Outcome.ACCEPTED, 250, "2.0.0 kept in memory", stage=Stage.BODY)


class MemoryProvider:
    """Accepts every mail and remembers it, unless a script says otherwise."""

    def __init__(self, *, name: str = "memory:", width: int = 20) -> None:
        self.name = name
        self.width = width
        #: the mails it has taken, in order
        self.accepted: list[Envelope] = []
        #: every answer it has given, in order
        self.answered: list[tuple[Envelope, Answer]] = []
        self._scripts: list[tuple[AddressPatterns, list[Answer]]] = []

    def script(self, pattern: str, answers: Iterable[Answer]) -> None:
        """Answer mails to recipients of `pattern` so, one after another; the last one stays.

        The newest script that fits counts. Raises ValueError for a script without an answer.
        """
        lines = list(answers)
        if not lines:
            raise ValueError(f"the script for {pattern} says nothing")
        self._scripts.insert(0, (AddressPatterns([pattern]), lines))

    def wave(self, envelopes: Sequence[Envelope], keep_alive: Callable[[], bool]) -> list[Answer]:
        """Answer at once (see `base.Provider.wave`)."""
        check_width(envelopes, self.width)
        goes_on = not envelopes or keep_alive()
        answers = [self._answer(envelope, goes_on) for envelope in envelopes]
        self.answered.extend(zip(envelopes, answers, strict=True))
        return answers

    def close(self) -> None:
        """Nothing is kept open."""

    def _answer(self, envelope: Envelope, goes_on: bool) -> Answer:
        wrong = unsafe_address(envelope.return_path) or unsafe_address(envelope.recipient)
        if wrong or not envelope.recipient:
            return Answer(Outcome.REJECTED, None, wrong or "the mail has no recipient")
        if not goes_on:
            return Answer(Outcome.NOT_SENT, None, STOPPED)
        answer = TAKEN
        for patterns, lines in self._scripts:
            if patterns.match(envelope.recipient):
                answer = lines.pop(0) if len(lines) > 1 else lines[0]
                break
        if answer.outcome is Outcome.ACCEPTED:
            self.accepted.append(envelope)
        return answer
