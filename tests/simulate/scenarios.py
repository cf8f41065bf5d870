"""A tiny project and scenarios about it."""

from __future__ import annotations

from tests.services.project import SCORING, project, workflow

WELCOME = workflow(
    "welcome",
    """
- id: hello
  send: x/hello
- id: answer
  wait_for: [{reply: hello}]
  within: 7d
  then:
    - task: {for: owner, title: お返事, due: 1 business day, kind: reply}
    - end: answered
  otherwise:
    - send: x/again
""",
    "trigger: [{event: page.viewed}]\ngoal: {tag: done}",
)

HEAD = """
given:
  at: 2026-04-03 18:00
  contact: {email: tanaka@aozora.example, family_name: 田中, consent: [marketing]}
scenarios:
"""


def files(*workflows: str, scenarios: str, **more: str) -> dict[str, bytes]:
    """Return a project with one file of scenarios."""
    # without the hand-off, which wants a mail to our own people
    more.setdefault("scoring", SCORING.partition("handoff:")[0])
    made = project(*workflows, **more)
    return {**made, "workflows/tests/tiny.yaml": f"{HEAD}{scenarios}".encode()}


LATE = """
  - scenario: late
    when: [{event: page.viewed}]
    expect:
      - sent: x/hello
        within: 24h
"""

#: the office is shut on Saturday and Sunday
OFFICE = WELCOME.replace("steps:", "delivery: {window: office}\nsteps:")
