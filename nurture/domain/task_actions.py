"""What can be done with a task: which actions it offers, what each asks, which events it makes.

A salesperson's answer becomes events, and everything else follows from those. Which task
offers what depends on its kind, on how far its contact has come and on their deal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nurture.domain import task_words
from nurture.domain.glossary import RETURNS, Words
from nurture.domain.lifecycle import Stage
from nurture.domain.loop_words import CONTACTED_BY

#: longest line and longest note, characters
LINE, NOTE = 300, 4000

#: how a field is asked: radio buttons, a line, a text, a day, a time of day, a tick, an amount
CHOICE, TEXT, LONG_TEXT, DAY, TIME, TICK, AMOUNT = (
    "choice", "text", "note", "day", "time", "tick", "amount",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form."""

    name: str
    kind: str
    required: bool = False
    choices: Words | None = None
    #: word of `task_words.ASKED`, where it is not the field's name
    asked_as: str = ""
    #: whether it is needed depends on other answers
    tied: bool = False
    #: a day may be today
    today: bool = False
    #: days ahead that a day may lie
    ahead: int = 3 * 366

    @property
    def words(self) -> str:
        """The code of the question's words."""
        return self.asked_as or self.name


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person does with a task, and what it is called as an event."""

    name: str
    event: str
    fields: tuple[Field, ...] = ()
    #: it is about a deal, which is opened where there is none
    deal: bool = False
    #: it may be done again while the task is open: another try, another date
    again: bool = False

    def field(self, name: str) -> Field | None:
        """Return the field of a name."""
        return next((one for one in self.fields if one.name == name), None)


_NOTE = Field("note", LONG_TEXT)
_REVISIT = Field("revisit_at", DAY, tied=True)
_AMOUNT = Field("amount", AMOUNT, required=True)

#: every action, in the order in which a lead goes through them
ACTIONS: Mapping[str, Action] = {
    one.name: one
    for one in (
        Action(
            "called",
            "call.logged",
            (
                Field("result", CHOICE, required=True, choices=task_words.CALL_RESULTS),
                *(Field(name, TEXT) for name in ("budget", "authority", "need", "timeline")),
                _REVISIT,
                _NOTE,
            ),
            again=True,
        ),
        Action(
            "contacted",
            "introduction.contacted",
            (Field("how", CHOICE, required=True, choices=CONTACTED_BY), _NOTE),
        ),
        Action("approved", "email.approved", (_NOTE,)),
        Action("withheld", "email.withheld", (_NOTE,)),
        Action("accepted", "lead.accepted"),
        Action(
            "meeting_set",
            "deal.meeting_set",
            (
                Field("day", DAY, required=True, today=True, ahead=366),
                Field("time", TIME, required=True),
                Field("attendees", TEXT),
                Field("decider", CHOICE, required=True, choices=task_words.YES_NO),
            ),
            deal=True,
            again=True,
        ),
        Action(
            "met",
            "deal.met",
            (
                Field("decider_met", TICK),
                Field("requirements", TICK),
                Field("budget", TICK, asked_as="budget_known"),
                Field("next_step", TEXT, tied=True),
                Field("next_at", DAY, tied=True, today=True),
                Field("no_next_step", TICK),
                _NOTE,
            ),
            deal=True,
            again=True,
        ),
        Action("proposed", "deal.proposed", (_AMOUNT,), deal=True, again=True),
        Action("won", "deal.won", (_AMOUNT,), deal=True),
        Action(
            "lost",
            "deal.lost",
            (
                Field("reason", CHOICE, required=True, choices=task_words.LOSS_REASONS),
                _NOTE,
                _REVISIT,
            ),
            deal=True,
        ),
        Action(
            "returned",
            "lead.returned",
            (
                Field("reason", CHOICE, required=True, choices=RETURNS),
                _NOTE,
                _REVISIT,
            ),
        ),
        Action("send_pack", "pack.requested"),
        Action("done", "task.completed", (_NOTE,)),
    )
}

#: kind of task → what it is there for; other kinds: to be done, perhaps by phone
_MAIN: Mapping[str, tuple[str, ...]] = {
    "call": ("called",),
    "first-contact": ("contacted", "called"),
    "promise": ("contacted", "done", "called"),
    "escalation": ("called", "done"),
    "reply": ("done", "called"),
    "quote": ("proposed", "done"),
    "record": ("met",),
    "meeting": ("meeting_set", "called"),
    "approval-pack": ("send_pack", "done", "called"),
}
_OTHERWISE = ("done", "called")

#: stage of the deal → what may come next; None stands for no deal under way
_OF_DEAL: Mapping[str | None, tuple[str, ...]] = {
    None: ("meeting_set",),
    "open": ("meeting_set", "lost"),
    "meeting": ("met", "proposed", "won", "lost", "meeting_set"),
    "proposal": ("won", "lost", "met", "meeting_set"),
}

#: stages of a contact whom sales has not taken on yet
_LEADS = frozenset({Stage.PROSPECT, Stage.LEAD, Stage.MQL, Stage.TQL})

#: stages of those who are deciding: others have no use for what an approval needs
_DECIDING = frozenset({Stage.SAL, Stage.SQL})

#: actions that leave a task of these kinds open: what it asks for is still to be done
_LEAVES_OPEN: Mapping[str, frozenset[str]] = {
    "called": frozenset({"quote", "record", "card", "meeting", "approval-pack"}),
    "meeting_set": frozenset({"quote", "card", "approval-pack"}),
    "met": frozenset({"quote", "card", "approval-pack"}),
    "proposed": frozenset({"approval-pack"}),
}

#: kinds of tasks that ask for something else than a call: a call about one of them is not
#: the call that another task asks for by name
_NO_CALL = frozenset(
    {
        "mail-review",
        "reply",
        "quote",
        "record",
        "card",
        "meeting",
        "todo",
        "follow-up",
        "approval-pack",
    }
)


def offers(
    kind: str,
    stage: str | None,
    deal_stage: str | None,
    accepted: bool = False,
) -> tuple[str, ...]:
    """Return the actions that a task offers, what it is there for first.

    `stage` is the contact's lifecycle, None where the task is about nobody; `deal_stage` is
    that of the deal under way (won and lost ones are over: None); `accepted` says that the
    lead was taken on already.
    """
    if stage is None:
        return ("done",)
    if kind == "mail-review":
        return ("approved", "withheld")
    names = [*_MAIN.get(kind, _OTHERWISE), *_OF_DEAL.get(deal_stage, _OF_DEAL[None])]
    if stage in _LEADS:
        names += ["returned"] if accepted else ["accepted", "returned"]
    if stage not in _DECIDING:
        names = [name for name in names if name != "send_pack"]
    return tuple(dict.fromkeys([*names, "done"]))


def closes(kind: str, action: str, values: Mapping[str, Any]) -> bool:
    """Say whether an action closes a task of a kind at once.

    Where nobody was at the phone, the event decides: the house asks for another call.
    """
    if action == "called" and values.get("result") == "no_answer":
        return False
    return kind not in _LEAVES_OPEN.get(action, frozenset())


def events_of(
    action: Action,
    values: Mapping[str, Any],
    by: str,
    task: tuple[int, str] | None = None,
    deal: str | None = None,
    opens: Mapping[str, Any] | None = None,
) -> list[tuple[str, dict[str, Any]]]:
    """Return the events that an action makes, in order: (type, properties).

    `values` are answers as `task_answers.read` gives them; `by` is the sender key of who
    did it, `task` the (id, kind) of where it was pressed; `deal` names the deal under way
    (None: the contact's newest open one); `opens` are the properties of a deal that is
    opened by this, None where there is one already.
    """
    about: dict[str, Any] = {"by": by}
    if task is not None and not action.deal and _names_task(action, task[1]):
        about["task"] = task[0]
    made: list[tuple[str, dict[str, Any]]] = []
    if action.deal:
        if opens is not None:
            deal = str(opens["deal"])
            made.append(("deal.opened", {**opens, **about}))
        if deal is not None:
            about["deal"] = deal
    made.append((action.event, {**values, **about}))
    return made


def _names_task(action: Action, kind: str) -> bool:
    """Say whether an action's event is about its task, or only about the person."""
    return action.name != "called" or kind not in _NO_CALL
