"""A plan says what publishing would do, and publishing does that, whole or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event

from nurture.db import tables
from nurture.errors import NurtureError
from nurture.services.flights import Fate, Mode
from nurture.services.history import history
from nurture.services.planning import Plan, StalePlanError, files_of, make_plan
from nurture.services.publish import ConfirmationNeededError, Published, carry_out, publish
from nurture.services.rollback import release_before
from tests.services.house import START, House
from tests.services.project import POLICY, letter, project, workflow

OLD = "- {id: first, send: x/first}\n- {id: rest, wait: 5d}\n- {id: second, send: x/second}"
#: `first` is called `hello`, the wait is shorter, a step stands before the last one
NEW = (
    "- {id: hello, send: x/first}\n- {id: rest, wait: 3d}\n- {id: between, send: x/between}\n"
    "- wait: 1d\n- {id: second, send: x/second}"
)
MIGRATE = "trigger: [{event: page.viewed}]\nin_flight: migrate"
EXIT = "trigger: [{event: page.viewed}]\nin_flight: exit"


def under_way(house: House, number: int = 3, steps: str = OLD) -> None:
    """Publish a workflow and let people begin it; their first mail has left."""
    house.publish(project(workflow("a", steps)))
    for one in range(number):
        house.happens(house.person(f"p{one}@aozora.example"))
    house.turn()


def plan_of(house: House, files: dict[str, bytes], back_to: int | None = None) -> Plan:
    return make_plan(house.runtime, files, back_to)


def by_plan(house: House, files: dict[str, bytes], named: str) -> Published:
    return publish(house.runtime, files, "mori", named=named)


def test_a_plan_says_who_stands_where_and_changes_nothing(house: House) -> None:
    under_way(house)
    found = plan_of(house, project(workflow("a", NEW)))
    (flight,) = found.flights
    assert (flight.mode, flight.people, flight.concerned) == (Mode.PIN, 3, 0)
    assert [(one.step, one.people, one.fate) for one in flight.stands] == [("rest", 3, Fate.KEEP)]
    assert found.counts.total == 0
    assert len(house.rows(tables.release)) == 1
    assert plan_of(house, project(workflow("a", OLD))).nothing_to_do


def test_people_under_way_go_over_with_what_they_had_and_nothing_goes_twice(house: House) -> None:
    under_way(house)
    house.after(days=1)
    files = project(workflow("a", NEW, MIGRATE))
    found = plan_of(house, files)
    assert found.counts.moved == {"a": 3}
    by_plan(house, files, found.id)
    house.until(START + timedelta(days=2))
    assert {row.step for row in house.rows(tables.enrolment)} == {"rest"}
    assert {row.step for row in house.rows(tables.message)} == {"hello"}
    house.until(START + timedelta(days=3, minutes=1))
    # The wait began when the first mail left, whatever its length is now.
    assert [mail[0] for mail in house.mails()] == ["hello"] * 3 + ["between"] * 3
    house.after(days=3)
    assert house.enrolments() == [("a", "ended", "completed")] * 3
    assert len(house.to()) == 9
    assert ("moved", "crossed") not in house.reasons()


def test_who_starts_afterwards_follows_the_new_steps_and_who_crosses_twice_does_so_in_order(
    house: House,
) -> None:
    under_way(house, 1)
    house.publish(project(workflow("a", NEW, MIGRATE)))
    third = NEW.replace("id: hello", "id: greeting")
    house.publish(project(workflow("a", third, MIGRATE)))
    house.happens(house.person("late@aozora.example"))
    house.after(days=1)
    first, late = house.rows(tables.enrolment)
    assert first.release_id == late.release_id == 3
    assert set(first.memory["visits"]) >= {"greeting", "rest"}
    house.after(days=9)
    assert house.enrolments() == [("a", "ended", "completed")] * 2
    assert len(house.to()) == 6


def test_people_without_a_place_are_named_and_nothing_is_published(house: House) -> None:
    under_way(house)
    gone = project(workflow("a", "- {id: first, send: x/first}\n- {id: second, send: x/second}",
                            MIGRATE))  # fmt: skip
    found = plan_of(house, gone)
    (stand,) = found.without_place[0].without_place
    assert (stand.step, stand.people, stand.suggestion) == ("rest", 3, "second")
    with pytest.raises(NurtureError, match=r"a: 3 people stand at .* gone: rest .*rest: second"):
        house.publish(gone)
    assert len(house.rows(tables.release)) == 1
    said = f"{MIGRATE}\nrenamed: {{rest: second}}"
    steps = "- {id: first, send: x/first}\n- {id: second, send: x/second}"
    house.publish(project(workflow("a", steps, said)))
    house.turn()
    assert [mail[0] for mail in house.mails()] == ["first"] * 3 + ["second"] * 3
    assert ("moved", "crossed") in house.reasons()


def test_the_waiting_mail_of_a_step_that_is_gone_is_cancelled_with_its_reason(
    house: House,
) -> None:
    closed = "- {id: first, send: x/first, window: office}\n- {id: second, send: x/second}"
    house.publish(project(workflow("a", closed)))
    house.clock.move_to(START + timedelta(hours=10))
    house.happens(house.person())
    house.turn()
    assert house.mails() == [("first", "deferred", "window")]
    said = f"{MIGRATE}\nrenamed: {{first: second}}"
    house.publish(project(workflow("a", "- {id: second, send: x/second}", said)))
    assert house.mails() == [("first", "cancelled", "step_withdrawn")]
    house.turn()
    assert house.mails()[-1] == ("second", "sent", None)
    assert house.enrolments() == [("a", "ended", "completed")]


def test_a_mail_on_its_way_while_its_step_is_renamed_still_tells_its_journey(house: House) -> None:
    house.publish(project(workflow("a", OLD)))
    house.happens(house.person())
    house.decide()
    assert house.mails() == [("first", "queued", None)]
    house.publish(project(workflow("a", NEW, MIGRATE)))
    house.after(days=9)
    assert [mail[:2] for mail in house.mails()] == [
        ("hello", "sent"), ("between", "sent"), ("second", "sent"),
    ]  # fmt: skip


def test_exit_ends_everybody_under_way_and_takes_their_mails_back(house: House) -> None:
    under_way(house)
    house.happens(house.person("new@aozora.example"))
    house.decide()
    files = project(workflow("a", NEW, EXIT))
    with pytest.raises(ConfirmationNeededError):
        publish(house.runtime, {**files, **limited(0)}, "mori")
    house.publish(files, yes=4)
    assert house.enrolments() == [("a", "ended", "exited")] * 4
    assert house.mails()[-1] == ("first", "cancelled", "ended_at_publish")
    assert house.reasons(kind="ended") == [("ended", "ended_at_publish")] * 4
    house.after(days=9)
    assert len(house.to()) == 3


def limited(number: int) -> dict[str, bytes]:
    return {"workflows/policy.yaml": f"{POLICY}publish: {{confirm_above: {number}}}\n".encode()}


def test_a_plan_is_stale_where_files_release_or_people_are_others(house: House) -> None:
    under_way(house)
    files = project(workflow("a", NEW, MIGRATE))
    found = plan_of(house, files)
    other = project(workflow("a", NEW, MIGRATE), t_x__more=letter())
    with pytest.raises(StalePlanError, match="files have changed"):
        by_plan(house, other, found.id)
    with pytest.raises(StalePlanError, match="not the name of a plan"):
        by_plan(house, files, "latest")
    house.happens(house.person("one-more@aozora.example"))
    house.turn()
    with pytest.raises(StalePlanError, match=r"concerned 3 people, now it would be 4: a: 4"):
        by_plan(house, files, found.id)
    house.publish(other)
    with pytest.raises(StalePlanError, match=r"release 1 was live; since then test published .* 2"):
        by_plan(house, files, found.id)
    assert len(house.rows(tables.release)) == 2


def test_a_number_that_is_not_the_plan_s_is_refused(house: House) -> None:
    under_way(house)
    files = project(workflow("a", NEW, MIGRATE))
    with pytest.raises(ConfirmationNeededError, match=r"--yes 2 was said.*move 3 people"):
        house.publish(files, yes=2)
    found = plan_of(house, files)
    with pytest.raises(ConfirmationNeededError, match=r"--yes 2 was said.*move 3 people"):
        publish(house.runtime, files, "mori", 2, named=found.id)
    assert publish(house.runtime, files, "mori", 3, named=found.id).release_id == 2


def test_of_two_publishers_one_is_told_that_the_other_was_faster(house: House) -> None:
    under_way(house)
    mine = plan_of(house, project(workflow("a", NEW)))
    house.publish(project(workflow("a", NEW, MIGRATE)))
    with pytest.raises(StalePlanError, match="test has just published release 2"):
        carry_out(house.runtime, mine, "mori")
    assert len(house.rows(tables.release)) == 2


class KilledError(Exception):
    """The machine stopped."""


def test_killed_at_any_statement_a_publication_leaves_nothing_half_done(house: House) -> None:
    under_way(house, 2)
    house.happens(house.person("held@aozora.example"))
    house.decide()
    files = project(
        workflow("a", "- {id: hello, send: x/first}\n- {id: second, send: x/second}",
                 f"{MIGRATE}\nrenamed: {{rest: second}}"),
        workflow("b", "- wait: 1d", "trigger: [{temperature: cold, existing: enrol}]"),
    )  # fmt: skip
    found = plan_of(house, files)
    before = everything(house)
    count = 0

    def kill(connection, cursor, statement, *rest) -> None:  # type: ignore[no-untyped-def]
        nonlocal count
        if connection.get_execution_options().get("nurture_write"):
            count += 1
            if count == at:
                raise KilledError

    event.listen(house.engine, "before_cursor_execute", kill)
    try:
        for at in range(1, 200):
            count = 0
            try:
                carry_out(house.runtime, found, "mori", found.counts.total)
            except KilledError:
                assert everything(house) == before, f"after statement {at}"
            else:
                break
        else:
            raise AssertionError("it never came through")
    finally:
        event.remove(house.engine, "before_cursor_execute", kill)
    assert at > 15
    house.after(days=2)
    assert {row.state for row in house.rows(tables.enrolment)} == {"ended"}


def everything(house: House) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of all tables that a publication writes."""
    looked = ("release", "release_file", "publication", "crossing", "enrolment", "message",
              "decision", "team_member", "segment_member", "mailing", "schedule")  # fmt: skip
    return {
        name: [tuple(row) for row in house.rows(tables.metadata.tables[name])] for name in looked
    }


def test_history_says_who_when_and_what_and_which_one_is_live(house: House) -> None:
    under_way(house)
    files = project(workflow("a", NEW, MIGRATE))
    by_plan(house, files, plan_of(house, files).id)
    newest, first = history(house.runtime)
    assert (newest.release_id, newest.by, newest.live, newest.people) == (2, "mori", True, {"a": 3})
    assert newest.headline is not None
    assert newest.headline.en == "~ a (4 steps), + x/between"
    assert (first.live, first.headline and first.headline.ja) == (
        False, "初回の公開（シナリオ1件）",
    )  # fmt: skip
    house.publish(files)
    assert len(history(house.runtime)) == 2


def test_a_rollback_brings_files_back_and_people_where_their_step_still_is(house: House) -> None:
    under_way(house)
    house.publish(project(workflow("a", NEW, MIGRATE)))
    house.until(START + timedelta(days=3, minutes=1))
    house.happens(house.person("since@aozora.example"))
    house.turn()
    stood = {row.contact_id: row.step for row in house.rows(tables.enrolment)}
    target = release_before(house.runtime)
    found = plan_of(house, files_of(house.runtime, target), target)
    (flight,) = found.flights
    assert (target, flight.mode) == (1, Mode.BACK)
    # `wait-1` behind `between` is nowhere in the older release: they stay on the newer one.
    assert [(one.fate, one.people) for one in flight.stands] == [(Fate.KEEP, 3)]
    done = carry_out(house.runtime, found, "mori")
    assert done.release_id == 3
    house.turn()
    assert {row.contact_id: row.step for row in house.rows(tables.enrolment)} == stood
    newest = history(house.runtime)[0]
    assert (newest.kind, newest.back_to, newest.live) == ("rollback", 1, True)
    house.after(days=9)
    assert house.enrolments() == [("a", "ended", "completed")] * 4


def test_who_went_over_goes_back_with_the_names_they_had(house: House) -> None:
    under_way(house)
    house.publish(project(workflow("a", NEW, MIGRATE)))
    house.after(days=1)
    # One has not been looked at since: it never goes over at all.
    house.change(tables.enrolment, 1, release_id=1, memory=house.row(tables.enrolment, 2).memory)
    found = plan_of(house, files_of(house.runtime, 1), 1)
    assert found.counts.moved == {"a": 2}
    carry_out(house.runtime, found, "mori")
    house.after(days=1)
    assert [row.release_id for row in house.rows(tables.enrolment)] == [1, 3, 3]
    assert [row.step for row in house.rows(tables.message)][1:] == ["first", "first"]
    house.until(START + timedelta(days=4))
    assert len(house.to()) == 3
    house.until(START + timedelta(days=6))
    assert len(house.to()) == 6
    assert house.enrolments() == [("a", "ended", "completed")] * 3


def test_going_back_twice_goes_back_twice(house: House) -> None:
    for days in (1, 2, 3):
        house.publish(project(workflow("a", f"- wait: {days}d")))
    for expected in (2, 1):
        target = release_before(house.runtime)
        assert target == expected
        found = plan_of(house, files_of(house.runtime, target), target)
        carry_out(house.runtime, found, "mori")
    with pytest.raises(NurtureError, match="no release to go back to"):
        release_before(house.runtime)
    with pytest.raises(NurtureError, match="no release 99"):
        files_of(house.runtime, 99)
