"""Live drawings: who stands where, what people did with the mails, which way they went."""

from __future__ import annotations

from sqlalchemy import Engine

from nurture.services.diagram import live_drawings
from tests.services.house import make_house
from tests.services.project import project, workflow

_STEPS = """
- {id: letter, send: x/letter}
- id: answer
  wait_for: [{form: quote}]
  within: 3d
  then: [{end: answered}]
  otherwise: [{id: rest, wait: 30d}]
"""


def test_people_are_counted_where_they_stand_and_by_the_way_they_went(engine: Engine) -> None:
    house = make_house(engine)
    house.publish(project(workflow("journey", _STEPS)))
    people = [house.person(f"reader{number}@sample.example") for number in range(3)]
    for person in people:
        house.happens(person, "page.viewed", page="case")
    house.turn()
    house.happens(people[0], "form.submitted", form="quote")
    house.turn()
    house.after(days=4)
    house.turn()
    (drawing,) = live_drawings(house.runtime, "ja", "journey")
    answer, rest = drawing.at("answer"), drawing.at("rest")
    assert answer is not None
    assert rest is not None
    assert dict(answer.ways) == {"event": 1, "timeout": 2}
    assert (rest.here, drawing.active, dict(drawing.outcomes)) == (2, 2, {"answered": 1})
    sent = drawing.at("letter")
    assert sent is not None
    assert (sent.sent, sent.opened) == (3, 0)
    (fast,) = live_drawings(house.runtime, "ja", "journey", ways=False)
    assert fast.at("answer") != answer
