"""Where a demo lives: a folder that is surely its own, and nothing of the environment."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from nurture.demo.browser import Web, network_address
from nurture.demo.progress import ZONE
from nurture.demo.stage import MARK, START, demo_settings, emptied, ends, hidden
from nurture.errors import NurtureError
from nurture.services.tracking import network_of
from nurture.settings import load


def test_a_folder_that_is_not_a_demos_is_never_emptied(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(NurtureError, match="not a demo's folder"), emptied(tmp_path):
        pass
    assert (tmp_path / "thesis.txt").exists()


def test_what_an_earlier_demo_left_is_gone_and_what_links_point_at_stays(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept.txt").write_text("kept")
    folder = tmp_path / "demo"
    with emptied(folder):
        (folder / "nurture.sqlite").write_text("old")
        (folder / "log").mkdir()
        (folder / "link").symlink_to(outside)
    with emptied(folder):
        assert [path.name for path in folder.iterdir()] == [MARK]
    assert (outside / "kept.txt").exists()


def test_two_demos_never_share_a_folder(tmp_path: Path) -> None:
    with (
        emptied(tmp_path / "demo"),
        pytest.raises(NurtureError, match="runs in"),
        emptied(tmp_path / "demo"),
    ):
        pass


def test_a_demo_leaves_the_databases_and_relays_of_the_environment_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://company@db/production")
    monkeypatch.setenv("SMTP_URL", "smtps://relay.company.example")
    monkeypatch.setenv("REDIS_URL", "redis://company/0")
    monkeypatch.setenv("CHAT_SALES", "slack://company/room/token")
    found = demo_settings(load(), tmp_path)
    assert found.database_url.get_secret_value() == f"sqlite:///{tmp_path}/nurture.sqlite"
    assert (found.smtp_url, found.redis_url) == (None, None)
    assert found.public_url.startswith("http://127.0.0.1:")
    assert not found.chats
    assert "CHAT_SALES" in hidden()


def test_a_port_that_is_taken_gives_way_to_a_free_one(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = demo_settings(load(public_port=port), tmp_path)
    assert found.public_port != port
    assert len({found.public_port, found.team_port, found.mailbox_port}) == 3


def test_a_hundred_days_begin_on_a_monday_and_end_on_the_hundredth_evening() -> None:
    first, last = START.astimezone(ZONE), ends(100).astimezone(ZONE)
    assert (first.strftime("%a"), last.hour) == ("Mon", 18)
    assert (last.date() - first.date()).days == 99


def test_every_office_has_a_network_of_its_own_on_this_machine() -> None:
    offices = [f"office-{number}.example" for number in range(200)]
    networks = {network_of(network_address(name)) for name in offices}
    assert len(networks) > 190
    assert all(network_address(name).startswith("127.") for name in offices)


@pytest.mark.parametrize(
    "address", ["https://127.0.0.1:8080", "http://www.nurture.example", "http://10.0.0.1:80"]
)
def test_the_audience_reaches_no_other_host(address: str) -> None:
    with pytest.raises(NurtureError, match="leaves it alone"):
        Web(address, "key")


def test_links_that_lead_elsewhere_are_not_followed() -> None:
    web = Web("http://127.0.0.1:9", "key")
    with pytest.raises(NurtureError, match="leaves it alone"):
        web.look("https://www.nurture.example/pricing", "agent", "office")
    with pytest.raises(NurtureError, match="does not answer"):
        web.look("http://127.0.0.1:9/c/x", "agent", "office")
