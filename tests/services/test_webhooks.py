"""Webhooks: a step calls another system, holds for its answer, and goes on by what it said."""

from __future__ import annotations

import contextlib
import json
from datetime import timedelta

import pytest

from nurture.db import tables
from nurture.domain.webhooks import AGAIN
from nurture.errors import NotFoundError
from nurture.providers.webhook import Call, MemoryCaller, Response
from nurture.services.runtime import Sending
from nurture.services.webhooks import HELD, call_due, retry, try_out
from tests.services.house import House, make_house
from tests.services.project import project, workflow

URL = "https://crm.sample.example/hook"
STEPS = """
- id: credit
  webhook: {to: crm, fields: [email, company, budget, trigger.page], data: {plan: pro}}
  within: 1d
- branch:
    - if: {expr: "steps.credit.answer.tier == 'gold' and steps.credit.outcome == 'answered'"}
      steps: [{end: gold}]
    - if: {expr: "steps.credit.outcome == 'timeout'"}
      steps: [{end: late}]
- end: other
"""


def _publish(house: House, steps: str = STEPS) -> None:
    files = project(workflow("a", steps))
    policy = files["workflows/policy.yaml"] + f"\nwebhooks: {{crm: {{url: '{URL}'}}}}\n".encode()
    house.publish({**files, "workflows/policy.yaml": policy})


def _begin(house: House, **person: object) -> int:
    _publish(house)
    contact_id = house.person(account_id=house.company(), **person)  # type: ignore[arg-type]
    house.happens(contact_id, page="price")
    house.decide()
    return contact_id


def _secrets(_endpoint: str) -> list[bytes]:
    return [b"s" * 32]


def _call(house: House, caller: MemoryCaller) -> int:
    done = call_due(house.runtime, caller, _secrets)
    house.decide()
    return done


def _answers(status: int, body: bytes = b"{}", **more: object) -> MemoryCaller:
    return MemoryCaller({URL: Response(status, body, **more)})  # type: ignore[arg-type]


def test_a_journey_holds_for_the_answer_and_decides_by_it(house: House) -> None:
    _begin(house, fields={"budget": "yes"})
    assert house.enrolments() == [("a", "active", None)]
    caller = _answers(200, b'{"tier": "gold"}')
    assert _call(house, caller) == 1
    assert house.enrolments() == [("a", "ended", "gold")]
    assert _call(house, caller) == 0, "called once"
    [call] = caller.calls
    told = json.loads(call.body)
    assert told["type"] == "step.reached"
    assert told["data"] == {
        "workflow": "a",
        "step": "credit",
        "visit": 1,
        "contact_id": 1,
        "contact": {"email": "tanaka@aozora.example", "budget": "yes"},
        "account": {"name": "株式会社青空"},
        "trigger": {"page": "price"},
        "data": {"plan": "pro"},
    }
    assert call.headers["webhook-signature"].startswith("v1,")


def test_an_answer_is_an_event_that_others_can_wait_for(house: House) -> None:
    _begin(house)
    _call(house, _answers(200, b'{"tier": "silver"}'))
    [event] = house.events("webhook.answered")
    assert event.properties["tier"] == "silver"
    assert event.properties["endpoint"] == "crm"
    assert house.enrolments() == [("a", "ended", "other")]


def test_a_call_that_fails_is_tried_again_in_the_rhythm_and_given_up(house: House) -> None:
    _begin(house)
    caller = MemoryCaller({URL: Response(None, text="connection refused")})
    tries = 0
    for wait in (timedelta(), *AGAIN):
        house.clock.move(wait - timedelta(seconds=1) if wait else wait)
        if wait:
            assert _call(house, caller) == 0, "not before its time"
            house.clock.move(timedelta(seconds=1))
        tries += _call(house, caller)
    assert tries == len(AGAIN) + 1
    [row] = house.rows(tables.webhook_call)
    assert (row.state, row.due_at, row.tries) == ("failed", None, tries)
    log = house.rows(tables.webhook_attempt)
    assert [one.text for one in log] == ["connection refused"] * tries
    # The journey did not wait for that: it goes on after `within`.
    assert house.enrolments() == [("a", "ended", "late")]
    assert ("called", "webhook_failed") in house.reasons()


def test_the_same_call_repeats_under_the_same_id(house: House) -> None:
    _begin(house)
    caller = _answers(503)
    _call(house, caller)
    house.clock.move(AGAIN[0])
    _call(house, caller)
    ids = [call.headers["webhook-id"] for call in caller.calls]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_an_answer_after_the_journey_went_on_changes_nothing_of_it(house: House) -> None:
    _begin(house)
    _call(house, _answers(503))
    house.clock.move(timedelta(days=1))
    house.decide()
    assert house.enrolments() == [("a", "ended", "late")]
    _call(house, _answers(200, b'{"tier": "gold"}'))
    assert house.enrolments() == [("a", "ended", "late")]
    assert len(house.events("webhook.answered")) == 1


@pytest.mark.parametrize("status", [302, 404, 410])
def test_a_refusal_is_final_and_the_journey_goes_on(house: House, status: int) -> None:
    _begin(house)
    _call(house, _answers(status))
    [row] = house.rows(tables.webhook_call)
    assert (row.state, row.status, row.due_at) == ("refused", status, None)
    assert house.enrolments() == [("a", "ended", "other")]


def test_an_endpoint_that_asks_for_patience_gets_it(house: House) -> None:
    _begin(house)
    _call(house, _answers(429, retry_after=timedelta(minutes=10)))
    [row] = house.rows(tables.webhook_call)
    assert row.due_at == house.clock.now() + timedelta(minutes=10)


def test_a_worker_that_died_in_the_middle_leaves_the_call_to_another(house: House) -> None:
    class Dies(MemoryCaller):
        def call(self, call: Call) -> Response:
            raise SystemExit

    _begin(house)
    with contextlib.suppress(SystemExit):
        _call(house, Dies())
    caller = _answers(200, b'{"tier": "gold"}')
    assert _call(house, caller) == 0, "somebody may still be at it"
    [row] = house.rows(tables.webhook_call)
    house.change(tables.webhook_call, row.id, held_until=row.held_until - HELD)
    assert _call(house, caller) == 1
    assert house.enrolments() == [("a", "ended", "gold")]


def test_a_worker_that_was_thought_dead_writes_nothing(house: House) -> None:
    _begin(house)

    class Slow(MemoryCaller):
        def call(self, call: Call) -> Response:
            [row] = house.rows(tables.webhook_call)
            house.change(tables.webhook_call, row.id, held_until=row.held_until + HELD)
            return Response(200, b'{"tier": "gold"}')

    _call(house, Slow())
    [row] = house.rows(tables.webhook_call)
    assert row.state == "queued"
    assert house.events("webhook.answered") == []


def test_whoever_is_erased_is_told_to_nobody(house: House) -> None:
    contact_id = _begin(house)
    house.change(tables.contact, contact_id, erased=True, email=None)
    caller = _answers(200)
    _call(house, caller)
    assert caller.calls == []
    assert [row.state for row in house.rows(tables.webhook_call)] == ["dropped"]


def test_a_pause_holds_calls_back_and_they_go_afterwards(house: House) -> None:
    from nurture.services.control import pause, resume

    _begin(house)
    caller = _answers(200, b'{"tier": "gold"}')
    pause(house.runtime, "workflow", "a", "trying something")
    _call(house, caller)
    assert caller.calls == []
    resume(house.runtime, "workflow", "a")
    house.clock.move(timedelta(minutes=15))
    _call(house, caller)
    [row] = house.rows(tables.webhook_call)
    assert (row.state, row.tries) == ("answered", 1)


@pytest.mark.parametrize(
    ("sending", "state"),
    [
        (Sending("off"), "queued"),
        (Sending("allowlist", ("*@other.example",)), "dropped"),
        (Sending("allowlist", ("*@aozora.example",)), "answered"),
    ],
)
def test_a_house_that_sends_nothing_calls_nobody(
    house: House, sending: Sending, state: str
) -> None:
    _begin(house)
    trial = make_house(house.engine, sending)
    trial.clock.move_to(house.clock.now())
    call_due(trial.runtime, _answers(200), _secrets)
    assert [row.state for row in house.rows(tables.webhook_call)] == [state]


def test_an_endpoint_that_the_live_policy_lacks_is_said(house: House) -> None:
    _begin(house)
    house.publish(project(workflow("a", "- wait: 1d")))
    _call(house, _answers(200))
    assert ("called", "webhook_dropped") in house.reasons()


def test_a_refused_call_can_be_made_again_by_hand_and_no_other(house: House) -> None:
    _begin(house)
    with pytest.raises(NotFoundError):
        retry(house.runtime, 1)
    _call(house, _answers(404))
    retry(house.runtime, 1)
    _call(house, _answers(200))
    assert [row.state for row in house.rows(tables.webhook_call)] == ["answered"]


def test_trying_an_endpoint_out_tells_it_of_nobody(house: House) -> None:
    _publish(house)
    caller = _answers(200)
    assert try_out(house.runtime, caller, _secrets, "crm").status == 200
    assert json.loads(caller.calls[0].body)["data"] == {"endpoint": "crm"}
    with pytest.raises(NotFoundError, match="known: crm"):
        try_out(house.runtime, caller, _secrets, "cmr")
