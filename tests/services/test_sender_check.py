"""Senders: an address that is answered, on the domain that links lead to."""

from __future__ import annotations

import pytest

from nurture.compiler.release import compile_files
from nurture.services.publish import check
from nurture.services.sender_check import sender_problems
from tests.services.project import POLICY, project


def _codes(policy: str, public_url: str = "") -> list[tuple[str, int]]:
    files = project(policy=policy)
    texts = {path: text.decode() for path, text in files.items()}
    found = sender_problems(compile_files(files).policy, texts, public_url)
    return [(problem.code, problem.place.line) for problem in found]


@pytest.mark.parametrize("local", ["noreply", "no-reply", "No_Reply", "donotreply", "do-not-reply"])
def test_a_sender_whom_nobody_can_answer_is_named_at_its_place(local: str) -> None:
    policy = POLICY.replace("sato@sample.example", f"{local}@sample.example")
    assert _codes(policy) == [("manners-noreply", 5)]


def test_a_name_that_only_begins_so_is_fine() -> None:
    assert _codes(POLICY.replace("sato@", "noriko@").replace("mori@", "replyall@")) == []


@pytest.mark.parametrize(
    ("public_url", "lines"),
    [
        ("https://links.sample.example", []),
        ("https://sample.example/m", []),
        ("https://links.other.example", [5, 6]),
        # ends alike, but is another house
        ("https://othersample.example", [5, 6]),
        # tried out on one machine
        ("http://127.0.0.1:8080", []),
        ("http://[::1]:8080", []),
        ("http://localhost:8080", []),
        ("", []),
    ],
)
def test_links_lead_to_the_domain_that_mails_come_from(public_url: str, lines: list[int]) -> None:
    assert _codes(POLICY, public_url) == [("tracking-host", line) for line in lines]


def test_the_check_says_so_where_it_knows_where_links_lead() -> None:
    files = project()
    found = {problem.code for problem in check(files, public_url="https://links.other.example")[1]}
    assert "tracking-host" in found
    assert "tracking-host" not in {problem.code for problem in check(files)[1]}
