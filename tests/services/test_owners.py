"""Owners changed: tasks follow and are told of, history, deals and journeys stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from nurture.compiler.release import compile_files
from nurture.db import tables
from nurture.errors import NotFoundError, NurtureError
from nurture.services.import_contacts import ImportOptions, import_contacts
from nurture.services.owners import BATCH, change_all, change_owner
from tests.services.house import House
from tests.services.leads import TEAM, lead, member, on_sqlite, opened, told
from tests.services.project import project, workflow


def owner_of(house: House, person: int) -> int:
    return int(house.contact(person).owner_id)


def test_a_contact_changes_hands_with_its_tasks_and_nothing_is_lost(house: House) -> None:
    steps = "- {id: one, send: x/one}\n- wait: 2d\n- {id: two, send: x/two}"
    house.publish(project(workflow("a", steps), policy=TEAM))
    person = house.person(owner_id=member(house, "sato"))
    house.happens(person)
    told(house, person, "deal.opened", deal="D-1")
    for assignee, who in (("owner", "sato"), ("owner", None), ("marketing", "mori")):
        house.add(
            tables.task, dedupe_key=f"{assignee}/{who}", contact_id=person, kind="todo", title="x",
            assignee=assignee, assignee_id=member(house, who) if who else None,
            created_at=house.clock.now(),
        )  # fmt: skip
    before = [(row.type, row.occurred_at) for row in house.rows(tables.event)]
    done = change_owner(house.runtime, "Tanaka@aozora.example", "nakamura", "異動", by="mori")
    assert (done.contacts, done.to.key) == (1, "nakamura")
    assert done.old is not None and done.old.key == "sato"
    house.after(days=3)
    nakamura = member(house, "nakamura")
    assert owner_of(house, person) == nakamura
    # the role's task stays with who has the role
    assert [row.assignee_id for row in house.rows(tables.task)] == [
        nakamura, nakamura, member(house, "mori"),
    ]  # fmt: skip
    (event,) = house.events("owner.changed")
    assert event.properties == {"from": "sato", "to": "nakamura", "by": "mori", "reason": "異動"}
    # the journey went on, and its second letter came from the new owner
    assert [row.sent_from for row in house.rows(tables.message)] == [
        "sato@sample.example", "nakamura@sample.example",
    ]  # fmt: skip
    assert [(row.type, row.occurred_at) for row in house.rows(tables.event)][
        : len(before)
    ] == before
    assert [row.external_id for row in house.rows(tables.deal)] == ["D-1"]
    assert ("moved", "owner_changed") in house.reasons()
    # the same again changes nothing
    assert change_owner(house.runtime, "tanaka@aozora.example", "中村健").contacts == 0
    assert len(house.events("owner.changed")) == 1


def test_all_that_somebody_had_who_left_goes_to_another(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nurture.services.owners.BATCH", 2)
    assert BATCH > 2
    opened(house)
    people = [lead(house, email=f"p{n}@aozora.example") for n in range(5)]
    stray = house.add(
        tables.task, dedupe_key="stray", kind="todo", title="x", assignee="sales",
        assignee_id=member(house, "nakamura"), created_at=house.clock.now(),
    )  # fmt: skip
    gone = "\n".join(line for line in TEAM.splitlines() if "nakamura" not in line)
    published = house.publish(project(policy=gone.replace("owners:", "")))
    assert published.leaving == (("nakamura", "中村健", 5),)
    done = change_all(house.runtime, "nakamura", "sato", by="mori")
    house.turn()
    assert (done.contacts, done.tasks) == (5, 1)
    sato = member(house, "sato")
    assert [owner_of(house, person) for person in people] == [sato] * 5
    assert {row.assignee_id for row in house.rows(tables.task, state="open")} == {sato}
    assert house.row(tables.task, stray).assignee_id == sato
    changed = house.events("owner.changed")[-5:]
    assert {row.properties["from"] for row in changed} == {"nakamura@sample.example"}
    # Nothing is left: the same again, and the next publication, say nothing.
    assert change_all(house.runtime, "nakamura", "sato").contacts == 0
    assert house.publish(project(policy=gone.replace("owners:", ""))).leaving == ()


@on_sqlite
def test_who_is_nobody_or_not_here_takes_over_nothing(house: House) -> None:
    opened(house)
    person = house.person(owner_id=member(house, "sato"))
    house.change(tables.team_member, member(house, "ishida"), active=False)
    with pytest.raises(NotFoundError, match="nobody of ours is known as 'tanaka'"):
        change_owner(house.runtime, "tanaka@aozora.example", "tanaka")
    with pytest.raises(NurtureError, match="石田恵子 is not here any more"):
        change_owner(house.runtime, "tanaka@aozora.example", "ishida")
    with pytest.raises(NotFoundError, match="nobody is known as"):
        change_owner(house.runtime, "nobody@aozora.example", "nakamura")
    with pytest.raises(NurtureError, match="to themselves"):
        change_all(house.runtime, "sato", "sato@sample.example")
    assert owner_of(house, person) == member(house, "sato")
    assert house.events("owner.changed") == []


def test_a_list_that_names_another_owner_hands_the_contact_over(
    house: House, tmp_path: Path
) -> None:
    files = project(policy=TEAM)
    house.publish(files)
    person = house.person(owner_id=member(house, "sato"))
    fresh = house.person("new@aozora.example")
    house.add(
        tables.task, dedupe_key="t", contact_id=person, kind="call", title="電話", assignee="owner",
        assignee_id=member(house, "sato"), created_at=house.clock.now(),
    )  # fmt: skip
    path = tmp_path / "list.csv"
    rows = ("tanaka@aozora.example,中村健", "new@aozora.example,mori@sample.example")
    path.write_text("\n".join(("メールアドレス,担当者", *rows, "")), encoding="utf-8")
    with_owners = ImportOptions(overwrite=True)
    live = compile_files(files)
    for _ in range(2):
        import_contacts(house.engine, house.clock, live, path, with_owners)
        house.turn()
    said = {row.contact_id: row.properties for row in house.events("owner.changed")}
    assert said[person] == {"from": "sato", "to": "nakamura", "by": "import"}
    assert said[fresh] == {"from": "", "to": "mori", "by": "import"}
    assert len(house.events("owner.changed")) == 2
    assert house.rows(tables.task)[0].assignee_id == member(house, "nakamura")
