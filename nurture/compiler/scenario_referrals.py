"""`introduce` and `referral` of a scenario: somebody is introduced, and what comes of it."""

from __future__ import annotations

from nurture.compiler.names import ADDRESS, NAME
from nurture.compiler.nodes import MapNode, Node, Scalar, quoted
from nurture.compiler.records import Fields, Key, Record
from nurture.compiler.report import Report
from nurture.compiler.scenario_scope import ScenarioScope
from nurture.compiler.shapes import Choice, Flag, Schema, Shape, SharedParts, Text
from nurture.domain.referral import CONTACTED_BY, NEEDS_REASON, State
from nurture.domain.referrer_view import programs_for
from nurture.domain.scenario import Introduce, Refer
from nurture.language import say

#: an end is taken back
REOPENED = "reopened"

#: duplicates and ends without an answer come by themselves
_STATES = (
    State.RECEIVED, State.CONTACTED, State.MEETING, State.PROPOSAL, State.WON, State.LOST,
    State.DECLINED,
)  # fmt: skip

_PERSON = Key("name", Text(longest=200), say("Whom they introduce."))
_COMPANY = Key("company", Text(longest=300), say("Where that person works."))
_EMAIL = Key("email", ADDRESS, say("Their address."))
_WHY = Key("why", Text(longest=2000, lines=True), say("Why they think of this person."))
_PROGRAM = Key("program", NAME, say("The programme; without it, the one for customers."))
_OFFER = Key("offer", NAME, say("The offer; without it, what they were told when asked."))
INTRODUCE = Key(
    "introduce",
    Record(say("an introduction"), (_PERSON, _COMPANY, _EMAIL, _WHY, _PROGRAM, _OFFER)),
    say("A person introduces somebody, as the form on their page does."),
)

_STATE = Key(
    "state",
    Choice(*(str(one) for one in _STATES), REOPENED),
    say("`received`: who was introduced agrees; the others as they are called everywhere."),
    required=True,
)
_NUMBERS = Key("numbers", Flag(), say("With `received`: they agree that numbers are told."))
_BY = Key("by", Choice(*CONTACTED_BY), say("With `contacted`: how."))
_REASON = Key("reason", Text(longest=200), say("With `lost` and `declined`: timing, budget …"))
_RESULT = Key("result", Text(longest=300), say("With `won`: what may be told where they agreed."))
_OUTCOME = Record(say("what becomes of it"), (_STATE, _NUMBERS, _BY, _REASON, _RESULT))


class _Outcome(Shape[Node]):
    """A state, or a map that says more."""

    def read(self, node: Node, report: Report) -> Node | None:
        """Return the node; `read_referral` reads it."""
        return node

    def schema(self, shared: SharedParts) -> Schema:
        """Return a state or the map."""
        return {"anyOf": [_STATE.shape.schema(shared), _OUTCOME.schema(shared)]}


REFERRAL = Key(
    "referral", _Outcome(), say("What becomes of the newest introduction that they made.")
)

#: what goes with which states alone
_ONLY_WITH = (
    (_NUMBERS, (State.RECEIVED,)),
    (_BY, (State.CONTACTED,)),
    (_REASON, tuple(sorted(NEEDS_REASON))),
    (_RESULT, (State.WON,)),
)


def read_introduction(fields: Fields, scope: ScenarioScope) -> Introduce | None:
    """Return an introduction; the report says what is wrong with it."""
    said = fields.get(INTRODUCE)
    if said is None:
        return None
    report, programs = scope.report, scope.about.definitions.programs
    name, company = said.get_or(_PERSON, ""), said.get_or(_COMPANY, "")
    email = said.get_or(_EMAIL, "")
    if not (said.written(_PERSON) or said.written(_COMPANY) or said.written(_EMAIL)):
        hint = say("a name, a company or an address is needed")
        report.error(said.node, "missing-key", say("nobody is named"), hint)
    program = said.get_or(_PROGRAM, "")
    if not said.written(_PROGRAM):
        found = programs_for(programs, "customer") or list(programs.values())
        program = found[0].name if found else ""
    known = programs.get(program)
    offer = said.get_or(_OFFER, "")
    if not programs:
        if scope.about.references.workflows is not None:
            message = say("there is no referral programme")
            hint = say("a file with `referral_program:` says whom we want to meet, and for what")
            report.error(fields.at(INTRODUCE), "unknown-program", message, hint)
    elif known is None:
        message = say("no referral programme {name}", name=quoted(program))
        hint = report.suggest(program, programs)
        report.error(said.at(_PROGRAM), "unknown-program", message, hint)
    elif offer and offer not in known.offers:
        message = say("no offer {name} in {program}", name=quoted(offer), program=program)
        report.error(said.at(_OFFER), "unknown-offer", message, report.suggest(offer, known.offers))
    return Introduce(name, company, email, said.get_or(_WHY, ""), program, offer)


def read_referral(fields: Fields, scope: ScenarioScope) -> Refer | None:
    """Return what becomes of an introduction; the report says what is wrong."""
    node, report = fields.get(REFERRAL), scope.report
    if node is None:
        return None
    if isinstance(node, Scalar):
        state = _STATE.shape.read(node, report)
        said = None
    else:
        said = _OUTCOME.read(node, report) if isinstance(node, MapNode) else None
        if said is None:
            if not isinstance(node, MapNode):
                _STATE.shape.read(node, report)
            return None
        state = said.get(_STATE)
    if state is None:
        return None
    if state in NEEDS_REASON and (said is None or not said.written(_REASON)):
        message = say("why is it {state}?", state=state)
        hint = say("write `referral: {state: {state}, reason: timing}`", state=state)
        report.error(node, "missing-key", message, hint)
    if said is None:
        return Refer(state)
    for key, states in _ONLY_WITH:
        if said.written(key) and state not in states:
            message = say("`{key}` goes with {states}", key=key.name, states=list(states))
            report.error(said.at(key), "bad-key", message)
    return Refer(
        state,
        said.get_or(_REASON, ""),
        said.get_or(_BY, ""),
        said.get_or(_RESULT, ""),
        said.get_or(_NUMBERS, False),
    )
