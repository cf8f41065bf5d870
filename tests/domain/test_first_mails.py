"""Which templates may be a stranger's first letter, read from the compiled journeys."""

from __future__ import annotations

import pytest

from nurture.compiler.release import compile_files
from nurture.domain.first_mails import first_mails, first_sends
from tests.services.project import project, workflow

_STRANGER = "trigger: [{event: contact.created}]"


def _first(steps: str, head: str) -> set[str]:
    found = compile_files(project(workflow("w", steps, head)))
    assert [str(p) for p in found.errors] == []
    return set(first_mails(found))


@pytest.mark.parametrize(
    ("head", "strangers"),
    [
        ("trigger: [{event: contact.created}]", True),
        ("trigger: [{temperature: cold}]", True),
        # one of several ways in is enough
        ("trigger: [{downloaded: true}, {temperature: cold}]", True),
        # they did something
        ("trigger: [{downloaded: true}]", False),
        ("trigger: [{temperature: warm}]", False),
        # customers are none, in whatever words
        ("trigger: [{temperature: cold}]\nonly_if: {customer: true}", False),
        ("trigger: [{temperature: cold}]\nonly_if: {lifecycle: customer}", False),
        ("trigger: [{temperature: cold}]\nonly_if: {customer: false}", True),
        ("trigger: [{temperature: cold}]\nonly_if: {any: [{customer: true}, {tag: x}]}", True),
    ],
)
def test_strangers_are_those_who_did_nothing(head: str, strangers: bool) -> None:
    assert _first("- send: x/one", head) == ({"x/one"} if strangers else set())


def test_the_first_letter_is_the_first_on_each_way() -> None:
    steps = """
- branch:
    - if: {tag: known}
      steps: [{wait: 1d}]
    - else:
      steps:
        - send: x/one
- wait: 7d
- send: x/two
- send: x/three
"""
    assert _first(steps, _STRANGER) == {"x/one", "x/two"}


def test_a_journey_without_a_send_has_no_first_letter() -> None:
    found = compile_files(project(workflow("w", "- wait: 1d", _STRANGER)))
    assert first_sends(found.workflows["w"].graph) == []
