"""What is said of an event by hand that the live release does not know."""

from __future__ import annotations

from nurture.services.listeners import misspelt
from tests.services.house import House
from tests.services.project import project, workflow


def test_a_misspelt_value_of_an_event_is_told_and_a_new_one_is_not(house: House) -> None:
    assert misspelt(house.runtime, {"form": "contcat"}) == ()
    house.publish(project(workflow("w", "  - wait: 1d", "trigger: [{form: contact}]")))
    said = misspelt(house.runtime, {"form": "contcat", "company": "contcat", "amount": 5})
    assert [(name, str(hint)) for name, hint in said] == [("form", "did you mean 'contact'?")]
    assert misspelt(house.runtime, {"form": "contact"}) == ()
    assert misspelt(house.runtime, {"form": "whitepaper"}) == ()
