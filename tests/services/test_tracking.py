"""Recording visits: many at once, agents, networks, and the spool."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from sqlalchemy import Engine

from nurture.db.engine import make_engine
from nurture.db.tables import event, event_dedupe
from nurture.services.agents import public_list
from nurture.services.link_targets import LinkBook, remember_links
from nurture.services.spool import Spool
from nurture.services.tracking import Recorder, take_in_spool
from nurture.services.visits import Visit, as_line, network_of
from tests.web.scene import CHROME, NOON, Scene, make_scene


@pytest.fixture
def scene(engine: Engine, tmp_path: Path) -> Scene:
    return make_scene(engine, tmp_path)


def _visit(mail: int, key: str) -> Visit:
    return Visit(mail, True, "GET", CHROME, "203.0.113.0/24", NOON, 1, "https://x.example/", key)


def test_visits_that_come_together_are_all_written_before_they_are_answered(scene: Scene) -> None:
    mail = scene.mail(scene.person())
    recorder = Recorder(scene.runtime, Spool(scene.state / "spool"), public_list())
    seen: list[bool] = []

    def come(number: int) -> None:
        recorder.record(_visit(mail, f"visit-{number}"))
        keys = {row.key for row in scene.rows(event_dedupe)}
        seen.append(f"visit-{number}" in keys)

    threads = [threading.Thread(target=come, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [True] * 24
    assert len(scene.rows(event)) == 24


def test_every_agent_of_the_public_list_is_known_and_browsers_are_not() -> None:
    agents = public_list()
    instances = [
        instance for entry in CRAWLER_USER_AGENTS_DATA for instance in entry.get("instances", [])
    ]
    missed = [agent for agent in instances if not agents.knows(agent)]
    assert len(instances) > 1000
    assert missed == []
    browsers = [
        CHROME,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0",
        "",
    ]
    assert [agent for agent in browsers if agents.knows(agent)] == []


#: (address of the peer, network)
NETWORKS = [
    ("203.0.113.77", "203.0.113.0/24"),
    ("2001:db8:1:2::5", "2001:db8:1::/48"),
    # IPv4 in IPv6's clothes is IPv4
    ("::ffff:203.0.113.77", "203.0.113.0/24"),
    ("unix", ""),
    ("", ""),
]


@pytest.mark.parametrize(("address", "network"), NETWORKS)
def test_only_the_network_of_an_address_is_kept(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_spool_is_taken_in_once_and_what_a_crash_half_wrote_is_left_out(scene: Scene) -> None:
    mail = scene.mail(scene.person())
    path = scene.state / "spool.jsonl"
    recorder = Recorder(scene.runtime, Spool(path), public_list())
    no_sql = make_scene(make_engine("postgresql://nobody@127.0.0.1:1/none"), scene.state)
    away = Recorder(no_sql.runtime, Spool(path), public_list())
    recorder.record(_visit(mail, "seen-already"))
    away.record(_visit(mail, "seen-already"))
    with path.open("a") as file:
        file.write('{"kind":"visit","mess')
    away.record(_visit(mail, "new"))
    assert take_in_spool(scene.runtime, path) == 2
    assert len(scene.rows(event)) == 2
    assert take_in_spool(scene.runtime, path) == 0


def test_a_line_that_nobody_can_read_is_kept_aside_and_holds_nothing_up(scene: Scene) -> None:
    mail = scene.mail(scene.person())
    path = scene.state / "spool.jsonl"
    odd = [{"kind": "visit"}, {"kind": "unsubscribe", "contact": "x", "message": 1}, {"n": 1}]
    Spool(path).append([*odd, as_line(_visit(mail, "good"))])
    assert take_in_spool(scene.runtime, path) == 4
    assert len(scene.rows(event)) == 1
    refused = path.with_name("spool.jsonl.refused").read_text().split("\n")
    assert [json.loads(line) for line in refused if line] == odd


def test_a_spool_survives_a_database_that_goes_away_again(scene: Scene) -> None:
    path = scene.state / "spool.jsonl"
    spool = Spool(path)
    spool.append([{"n": 1}])

    def fail(lines: list[object]) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        spool.take(fail)
    spool.append([{"n": 2}])
    taken: list[object] = []
    assert spool.take(taken.extend) == 2
    assert taken == [{"n": 1}, {"n": 2}]
    assert not list(scene.state.glob("*.taking"))


def test_links_are_found_in_the_file_while_sql_is_away(scene: Scene) -> None:
    path = scene.state / "links.jsonl"
    remember_links(scene.runtime, {"a" * 16: ["https://a.example/", None]}, path)
    remember_links(scene.runtime, {"a" * 16: ["https://a.example/", None]}, path)
    remember_links(scene.runtime, {"b" * 16: ["https://b.example/"]}, path)
    assert [json.loads(line)["template"][0] for line in path.read_text().split()] == ["a", "b"]
    away = make_scene(make_engine("postgresql://nobody@127.0.0.1:1/none"), scene.state)
    book = LinkBook(away.runtime, path)
    assert book.targets("a" * 16) == ["https://a.example/", None]
    # added after the first look
    remember_links(scene.runtime, {"c" * 16: ["https://c.example/"]}, path)
    assert book.targets("c" * 16) == ["https://c.example/"]
    # another machine's web process finds it in SQL
    assert LinkBook(scene.runtime, scene.state / "none").targets("b" * 16) == ["https://b.example/"]
    assert LinkBook(scene.runtime, scene.state / "none").targets("d" * 16) is None
