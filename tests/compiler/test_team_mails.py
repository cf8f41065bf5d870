"""A task that nobody would be told of is said before it is made."""

from __future__ import annotations

import pytest

from nurture.compiler import compile_files
from tests.compiler.releases import BASE, POLICY, SCORING

HANDOFF = f"{SCORING}handoff: {{at: mql, task: {{for: owner, title: 初回電話, due: 24h}}}}\n"
TASK = """
workflow: w
purpose: marketing
trigger: {temperature: warm}
steps:
  - wait: 1d
  - task: {for: owner, title: 電話, due: 24h}
"""
MORNING = f'{POLICY}tasks: {{digest_at: "08:30"}}\n'
DIGEST = f"{POLICY}tasks: {{mail: digest}}\n"
#: the line after the policy's last
NEXT = POLICY.count("\n") + 1
NO_TASK = "there is no template 'team/task'"
NO_TODAY = "there is no template 'team/today'"


@pytest.mark.parametrize(
    ("path", "text", "templates", "said"),
    [
        ("scoring", HANDOFF, (), [f"scoring.yaml:9:10: {NO_TASK}"]),
        ("w", TASK, (), [f"w.yaml:7:5: {NO_TASK}"]),
        # a template in one language is enough here: the check of templates says the rest
        ("w", TASK, ("team/task.ja.md",), []),
        # nothing makes a task
        ("scoring", SCORING, (), []),
        ("policy", MORNING, (), [f"policy.yaml:{NEXT}:20: {NO_TODAY}"]),
        ("policy", MORNING, ("team/today.mjml",), []),
        ("policy", f"{POLICY}tasks: {{mail: each}}\n", (), []),
        # a morning mail that has no morning
        ("policy", DIGEST, ("team/today.md",), [f"policy.yaml:{NEXT}:15: nothing says when"]),
    ],
)
def test_tasks_and_mornings_without_a_mail_are_warned_of_once(
    path: str, text: str, templates: tuple[str, ...], said: list[str]
) -> None:
    files = {name: content for name, content in BASE.items() if "/team/" not in name}
    files |= {f"workflows/{path}.yaml": text}
    files |= {f"templates/email/{name}": "" for name in templates}
    found = [problem for problem in compile_files(files).problems if "untold" in problem.code]
    assert [str(one.place).removeprefix("workflows/") for one in found] == [
        one.partition(": ")[0] for one in said
    ]
    assert all(one.partition(": ")[2] in str(it) for one, it in zip(said, found, strict=True))
