"""What an earlier check found is what a new one would find, or it is looked at anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from nurture.errors import Place, Problem, Severity
from nurture.language import say, say_number
from nurture.services.check import check
from nurture.services.check_memory import FileMemory
from tests.services.project import letter, project, workflow

Files = dict[str, bytes]
LAYOUT, LETTER = "templates/email/layouts/letter.mjml", "templates/email/x/a.ja.md"


def _project(**files: str) -> Files:
    return project(workflow("one", "- send: x/a"), **files)


def _changed(path: str, old: str, new: str) -> Callable[[Files], Files]:
    def change(files: Files) -> Files:
        assert old.encode() in files[path]
        return {**files, path: files[path].replace(old.encode(), new.encode())}

    return change


def _in_policy(old: str, new: str) -> Callable[[Files], Files]:
    return _changed("workflows/policy.yaml", old, new)


#: each changes what is wrong with the letter, the last ones without touching it
CHANGES = {
    "text": _changed(LETTER, "見る", "御社"),
    "twin": lambda files: {**files, LETTER.replace(".md", ".txt"): b"http://a.example"},
    "layout": _changed(LAYOUT, "https://x.example/", "{{ urls.unsubscribe }}"),
    "layout's element": _changed(LAYOUT, "<mj-body>", "<mj-body id='a'>"),
    "field": _in_policy("budget: text", "bugdet: text"),
    "service": _in_policy("receipt/*", "receipt/*, x/*"),
    "locale": _in_policy("{default: ja}", "{default: ja, others: [en]}"),
    "first letter": _changed("workflows/one.yaml", "event: page.viewed", "temperature: cold"),
    "seminar": lambda files: {**files, LETTER: files[LETTER] + b"{{ seminar.title }}"},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_check_that_remembers_finds_what_one_that_does_not_finds(
    change: Callable[[Files], Files], tmp_path: Path
) -> None:
    before = _project(t_x__a=letter("{{ contact.budget }}"))
    # without a way out in its HTML part
    before = _changed(LAYOUT, "{{ urls.unsubscribe }}", "https://x.example/")(before)
    assert check(change(before))[1] != check(before)[1]
    path = tmp_path / "cache" / "check.json"
    for files in (before, before, change(before), before):
        memory = FileMemory(path)
        found = check(files, memory=memory)[1]
        memory.save()
        assert found == check(files)[1]
        japanese = [problem.in_language("ja") for problem in found]
        assert japanese == [problem.in_language("ja") for problem in check(files)[1]]


def test_what_is_known_is_not_looked_at_again(tmp_path: Path) -> None:
    def never() -> list[Problem]:
        raise AssertionError

    problem = Problem(
        Place("a.md", 3, 4),
        "code",
        say_number("{number} of {words}", "{number} of {words}!", 2, words=["a", say("error")]),
        say("did you mean '{word}'?", word="b"),
        Severity.WARNING,
    )
    path = tmp_path / "check.json"
    first = FileMemory(path)
    assert first.recall(("a", "b"), lambda: [problem]) == [problem]
    first.save()
    (kept,) = FileMemory(path).recall(("a", "b"), never)
    assert (kept, str(kept)) == (
        problem,
        "a.md:3:4: warning: 2 of a, error! (did you mean 'b'?) [code]",
    )
    assert kept.in_language("ja") == problem.in_language("ja")
    # other words in the same letters, and an explicit wish
    for memory, key in ((FileMemory(path), ("ab", "")), (FileMemory(path, fresh=True), ("a", "b"))):
        assert memory.recall(key, list) == []


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "null", '{"maker": 1}', "[" * 100_000, "\x00",
        '{"maker": "MAKER", "found": []}',
        '{"maker": "MAKER", "found": {"KEY": [[1]]}}',
        '{"maker": "MAKER", "found": {"KEY": 7}}',
        '{"maker": "MAKER", "found": {"KEY": [["f", 1, 1, "c", {"say": 1}, "", "no"]]}}',
    ],
)  # fmt: skip
def test_a_broken_memory_is_none(text: str, tmp_path: Path) -> None:
    path = tmp_path / "check.json"
    memory = FileMemory(path)
    memory.recall(("a",), list)
    memory.save()
    kept = json.loads(path.read_text())
    (key,) = kept["found"]
    path.write_text(text.replace("MAKER", kept["maker"]).replace("KEY", key))
    problem = Problem(Place("a"), "c", say("error"))
    assert FileMemory(path).recall(("a",), lambda: [problem]) == [problem]


def test_a_folder_that_takes_nothing_keeps_nobody_from_checking(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in its place")
    memory = FileMemory(tmp_path / "cache" / "check.json")
    assert check(_project(), memory=memory)[1] == check(_project())[1]
    memory.save()


def test_only_what_the_last_check_used_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "check.json"
    for key in ("a", "b"):
        memory = FileMemory(path)
        memory.recall((key,), list)
        memory.save()
    assert len(json.loads(path.read_text())["found"]) == 1
