"""Pause, resume and cancel a broadcast at every moment of its way."""

from __future__ import annotations

import pytest

from nurture.db import tables
from nurture.errors import NotFoundError, NurtureError
from nurture.services import control, mailing_control, mailing_reports, mailings
from tests.services.broadcasts import broadcast, crowd, with_broadcast
from tests.services.house import House


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few people be several batches."""
    monkeypatch.setattr(mailings, "BATCH", 3)
    monkeypatch.setattr(mailing_control, "BATCH", 3)


@pytest.fixture
def begun(house: House) -> House:
    """Return a house with a broadcast to eight of which three mails are queued."""
    crowd(house, 8)
    house.publish(with_broadcast(broadcast()))
    house.clock.move_to(house.next_moment() or house.clock.now())
    assert mailings.run(house.runtime) == 1
    return house


def state(house: House) -> str:
    """Return the state of the only mailing."""
    (row,) = house.rows(tables.mailing)
    return str(row.state)


def test_a_pause_stops_the_queueing_and_holds_back_what_is_queued(begun: House) -> None:
    mailing_control.pause(begun.runtime, "news", "誤字")
    mailing_control.pause(begun.runtime, "news")
    begun.turn()
    assert (state(begun), begun.to(), len(begun.rows(tables.message))) == ("paused", [], 3)
    backlog = mailing_control.resume(begun.runtime, "news")
    assert (backlog.waiting, backlog.expired) == (3, 0)
    assert mailing_control.resume(begun.runtime, "news") == control.Backlog(0, 0)
    begun.after(hours=1)
    assert (state(begun), len(begun.to()), len(set(begun.to()))) == ("done", 8, 8)


def test_pause_workflow_by_its_name_does_the_same(begun: House) -> None:
    control.pause(begun.runtime, control.WORKFLOW, "news")
    begun.turn()
    assert (state(begun), begun.to()) == ("paused", [])
    control.resume(begun.runtime, control.WORKFLOW, "news")
    begun.after(hours=1)
    assert (state(begun), len(begun.to())) == ("done", 8)


def test_paused_before_its_time_it_begins_when_resumed(house: House) -> None:
    crowd(house, 2)
    house.publish(with_broadcast(broadcast()))
    mailing_control.pause(house.runtime, "news")
    house.after(hours=5)
    assert (state(house), house.to()) == ("paused", [])
    mailing_control.resume(house.runtime, "news")
    house.turn()
    assert (state(house), len(house.to())) == ("done", 2)


def test_paused_when_all_is_queued_it_still_holds_back_what_has_not_left(house: House) -> None:
    crowd(house, 2)
    late = broadcast(at="2026-05-12 20:00", delivery="{window: office}")
    house.publish(with_broadcast(late))
    house.until(house.next_moment() or house.clock.now())
    report = mailing_reports.report(house.runtime, "news")
    assert (state(house), report.line.phase) == ("done", "sending")
    assert report.held == [("deferred", "window", 2)]
    mailing_control.pause(house.runtime, "news")
    house.after(days=1)
    assert (state(house), house.to()) == ("paused", [])
    mailing_control.resume(house.runtime, "news")
    house.after(days=1)
    assert (state(house), len(house.to())) == ("done", 2)


def test_a_cancel_drops_what_has_not_left_each_with_the_reason(begun: House) -> None:
    begun.outbox.drain(5)
    sent = len(begun.to())
    mailings.run(begun.runtime)
    assert mailing_control.cancel(begun.runtime, "news", "価格の誤り") == 3
    assert mailing_control.cancel(begun.runtime, "news") == 3
    begun.after(days=1)
    assert len(begun.to()) == sent == 3
    dropped = begun.rows(tables.decision, reason="mailing_cancelled")
    assert [row.detail["why"] for row in dropped] == ["価格の誤り"] * 3
    assert begun.rows(tables.pause) == []
    # The file still says it, and nobody gets it for that.
    begun.publish(with_broadcast(broadcast()))
    begun.after(days=1)
    assert (state(begun), len(begun.to())) == ("cancelled", 3)


def test_nothing_leaves_between_a_cancel_and_the_drop_of_its_mails(begun: House) -> None:
    mailing_control.cancel(begun.runtime, "news")
    begun.outbox.drain(5)
    assert begun.to() == []


def test_what_is_over_says_so(house: House) -> None:
    crowd(house, 1)
    house.publish(
        with_broadcast(broadcast(), broadcast("gone"), broadcast("late", "2026-05-01 10:00"))
    )
    mailing_control.cancel(house.runtime, "gone")
    house.after(hours=1)
    for act in (mailing_control.pause, mailing_control.cancel):
        with pytest.raises(NurtureError, match="has gone out"):
            act(house.runtime, "news")
    for act in (mailing_control.pause, mailing_control.resume):
        with pytest.raises(NurtureError, match="is cancelled"):
            act(house.runtime, "gone")
        with pytest.raises(NurtureError, match="its time had passed"):
            act(house.runtime, "late")
        with pytest.raises(NotFoundError, match="did you mean 'news'") as caught:
            act(house.runtime, "newss")
        assert "newss" in caught.value.message


def test_the_list_knows_what_comes_runs_and_is_over_with_its_figures(begun: House) -> None:
    begun.publish(with_broadcast(broadcast(), broadcast("next", "2026-06-01 10:00")))
    found = mailing_reports.listed(begun.runtime)
    assert [one.name for one in found.coming] == ["next"]
    assert [one.name for one in found.running] == ["news"]
    begun.turn()
    (row, *_) = begun.rows(tables.message, mailing="news")
    begun.click(row.id, verdict="human")
    begun.click(row.id, verdict="human")
    (line,) = mailing_reports.listed(begun.runtime).over
    count = line.count
    assert (line.title, count.made, count.sent, count.clicked, count.waiting) == (
        "5月のお便り", 8, 8, 1, 0,
    )  # fmt: skip


def test_who_gets_it_is_said_by_the_names_of_segments(house: House) -> None:
    to = "{segment: readers, not: {title: 学生}}"
    segments = '  readers: {any: [{industry: care}, {employees: ">= 300"}]}'
    house.publish(with_broadcast(broadcast(to=to), segments=segments))
    line = mailing_reports.report(house.runtime, "news").line
    assert line.to("ja") == "セグメント「readers」 かつ （役職 = 学生）ではない"
    assert line.to("en") == "segment readers and not (title = 学生)"
