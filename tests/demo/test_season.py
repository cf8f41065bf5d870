"""The marketer's season: the files it changes, seminars, the preference form, the chat room."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from nurture.compiler.release import compile_files
from nurture.demo.chatroom import ChatRoom
from nurture.demo.diary import Diary, DryRunNote
from nurture.demo.dice import Dice
from nurture.demo.forms import form_with
from nurture.demo.season import Edit, Publication, Season, changed
from nurture.demo.seminars import Seminars
from nurture.demo.wishes import Wish, answers
from nurture.domain.definitions import require
from nurture.errors import NurtureError
from nurture.services.project import read_project
from tests.demo.worlds import HOURS, MONDAY

ROOT = Path(__file__).parents[2]
FILES = read_project(ROOT)


def season() -> Season:
    """Return the shipped one."""
    return Season.read(ROOT / "examples/season.yaml", HOURS.zone)


def test_what_the_season_publishes_is_without_fault_and_moves_a_seminar() -> None:
    files = dict(FILES)
    for publication in season().publications:
        files = changed(files, publication, ROOT)
    before, after = require(compile_files(FILES)), require(compile_files(files))
    name = "paper-and-excel-2026-05-21"
    moved = after.seminars[name].starts_at - before.seminars[name].starts_at
    assert moved == timedelta(days=7)
    assert set(after.seminars) > set(before.seminars)
    assert {one.broadcast for one in season().moments} <= set(after.mailings)
    (publication,) = (one for one in season().publications if one.handover is not None)
    assert publication.handover is not None
    pilots = [one.programs["default"].pilot for one in (before, after)]
    assert [one is not None and one.widened is not None for one in pilots] == [False, True]
    leaver, heir, _ = publication.handover
    assert leaver in before.policy.senders
    assert leaver not in after.policy.senders
    assert heir in after.policy.senders


@pytest.mark.parametrize("find", ["not there", "seminar"])
def test_a_text_to_edit_that_is_not_there_exactly_once_is_an_error(find: str) -> None:
    file = "workflows/seminars/paper-and-excel-2026-05-21.yaml"
    publication = Publication(MONDAY, "", (Edit(file, find, "x"),), None)
    with pytest.raises(NurtureError, match="exactly once"):
        changed(FILES, publication, ROOT)


@pytest.mark.parametrize("text", ["publications: [", "publications: [{at: soon}]", "[]"])
def test_a_broken_season_is_an_error_that_names_the_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "season.yaml"
    path.write_text(text)
    with pytest.raises(NurtureError, match=r"season\.yaml"):
        Season.read(path, HOURS.zone)


def test_one_registers_once_for_the_next_session_that_has_a_seat() -> None:
    seminars = Seminars(Dice(2026))
    seminars.publish(require(compile_files(FILES)).seminars.values())
    small = seminars.next_session("small-session", MONDAY)
    assert small is not None
    assert small.seats == 8
    for number in range(8):
        assert seminars.register(small, f"r{number}@sample.example")
    assert not seminars.register(small, "r0@sample.example")
    assert seminars.next_session("small-session", MONDAY) is None
    assert seminars.next_session("small-session", small.starts_at) is None
    assert seminars.next_session("nothing-of-ours", MONDAY) is None
    guests = seminars.guests(small.name)
    assert 0 < len(guests) < 8
    assert guests == seminars.guests(small.name)


PREFERENCES = b"""<form action="/p/x" method="post">
<input type="checkbox" name="topic" value="letters" checked>
<input type="checkbox" name="topic" value="seminars" checked>
<input type="radio" name="rhythm" value="all" checked>
<input type="radio" name="rhythm" value="monthly">
<input type="radio" name="pause" value="none" checked>
<input type="radio" name="pause" value="1m">
<input type="radio" name="locale" value="ja" checked>
<input type="radio" name="locale" value="en">
<input type="checkbox" name="tracking" value="on" checked>
<input type="date" name="day" value="">
</form><form action="/other"><input name="do" value="stop"></form>"""


@pytest.mark.parametrize(
    ("wish", "changes"),
    [
        # everything else is sent as it stood
        (Wish.TOPIC_OFF, {("topic", "letters"), ("rhythm", "all"), ("tracking", "on")}),
        (Wish.MONTHLY, {("topic", "seminars"), ("rhythm", "monthly")}),
        (Wish.PAUSE, {("pause", "1m"), ("rhythm", "all")}),
        (Wish.LANGUAGE, {("locale", "en"), ("pause", "none")}),
        (Wish.NOT_MEASURED, {("topic", "seminars"), ("locale", "ja")}),
    ],
)
def test_a_wish_changes_one_thing_of_the_preferences(
    wish: Wish, changes: set[tuple[str, str]]
) -> None:
    form = form_with(PREFERENCES, "rhythm")
    assert form is not None
    assert form.action == "/p/x"
    found = answers(wish, form)
    assert found is not None
    sent = form.filled(found, ("do", "save"))
    assert changes | {("do", "save"), ("day", "")} <= set(sent)
    assert len(form.fields) - 1 <= len(sent) - 1 <= len(form.fields)
    assert sum(name in ("rhythm", "pause", "locale") for name, _ in sent) == 3


def test_a_page_without_the_form_has_none() -> None:
    assert form_with(b"<p>closed</p>", "revision") is None


def test_the_room_hears_lines_and_nothing_else() -> None:
    room = ChatRoom()
    try:
        address = room.address.replace("json://", "http://")
        for body in (json.dumps({"message": "佐藤さんへ"}).encode(), b"no json", b"[1]"):
            with urlopen(Request(address, body), timeout=5) as answer:
                assert answer.status == 204
        assert room.lines == ["佐藤さんへ"]
    finally:
        room.close()


def test_what_was_noted_is_read_again(tmp_path: Path) -> None:
    diary = Diary(tmp_path)
    assert diary.notes() == []
    note = DryRunNote("2026-06-news", 171, 20, 0, 9)
    diary.note(note)
    assert diary.notes() == [note]
    diary.leave_out("2026-05-13: the file\ndoes not say it")
    assert diary.left_out() == ["2026-05-13: the file does not say it"]
