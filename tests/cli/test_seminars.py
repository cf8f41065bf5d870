"""`nurture seminar`, and what `nurture publish` says of a change, on the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nurture.cli import main
from tests.services.clinic import seminar


def write(project: Path, **changes: str) -> None:
    """Write the clinic's project; `changes` are lines of its file."""
    for name, content in seminar(**changes).items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def say(project: Path, *words: str) -> Result:
    """Run a command in the project."""
    places = ["--project", str(project), "--var", str(project / "var")]
    return CliRunner().invoke(main, [*places, *words])


def test_from_the_registration_to_the_list_and_a_change_too_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    # Held in 2020, so that it is over on any clock.
    past = {
        "starts": '"2020-05-21 15:00"',
        "invitation": '{to: {title: 担当}, at: "2020-05-13 10:00", send: x/invite}',
    }
    write(tmp_path, **past)
    assert say(tmp_path, "migrate").exit_code == 0
    assert "is live" in say(tmp_path, "publish").output
    registered = ("seminar.registered", "--set", "seminar=clinic")
    for name in ("first", "second"):
        taken = say(tmp_path, "event", f"{name}@aozora.example", *registered)
        assert "Seminar clinic is over: the registration is marked `over`" in taken.output
    assert "list missing" in say(tmp_path, "seminar", "list").output
    sheet = tmp_path / "list.csv"
    sheet.write_bytes("氏名,メールアドレス\r\n山田,first@aozora.example\r\n".encode("cp932"))
    read_in = say(tmp_path, "seminar", "attendance", "clinic", str(sheet)).output
    assert "1 came: 1 new; 0 who had registered did not come." in read_in
    assert "no consent on record (--basis) (1): first@aozora.example" in read_in
    shown = say(tmp_path, "seminar", "show", "clinic").output
    assert "came        1" in shown
    assert "missed      0" in shown
    assert "did you mean 'clinic'?" in say(tmp_path, "seminar", "show", "clinik").output
    write(tmp_path, **past, cancelled="true")
    assert "clinic has changed, but it is over: NOBODY IS TOLD" in say(tmp_path, "publish").output
