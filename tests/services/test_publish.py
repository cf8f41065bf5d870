"""A release goes live whole or not at all, and those who match already are told apart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nurture.db import tables
from nurture.errors import DefinitionError, Severity
from nurture.services.publish import ConfirmationNeededError, check
from nurture.services.still_needed import StillNeeded
from tests.services.broadcasts import SOON, broadcast, with_broadcast
from tests.services.house import START, House
from tests.services.project import CALENDAR, POLICY, letter, project, workflow

WARM = "trigger: [{temperature: warm, existing: enrol}]"


def test_what_the_check_refuses_changes_nothing(house: House) -> None:
    house.publish(project(workflow("a", "- wait: 1d")))
    with pytest.raises(DefinitionError, match=r"workflows/a\.yaml:\d+:\d+"):
        house.publish(project(workflow("a", "- wait: soon\n- send: x/one")))
    assert len(house.rows(tables.release)) == 1
    assert house.rung == ["decide"]


def test_the_same_files_are_the_same_release(house: House) -> None:
    first = house.publish(project(workflow("a", "- wait: 1d")))
    again = house.publish(project(workflow("a", "- wait: 1d")))
    assert (first.release_id, first.unchanged) == (again.release_id, False)
    assert again.unchanged
    changed = house.publish(project(workflow("a", "- wait: 2d")))
    assert changed.release_id != first.release_id
    back = house.publish(project(workflow("a", "- wait: 1d")))
    assert back.release_id > changed.release_id
    files = {row.digest for row in house.rows(tables.release_file)}
    assert len(files) == len(house.rows(tables.blob))


def test_existing_enrol_takes_in_who_matches_once_and_says_so(house: House) -> None:
    house.publish(project())
    warm = [house.person(f"w{i}@aozora.example") for i in range(3)]
    house.person("cold@aozora.example")
    gone = house.person("gone@aozora.example", erased=True, temperature="warm")
    for person in warm:
        house.happens(person, "document.downloaded")
    house.turn()
    files = project(workflow("a", "- wait: 1d", WARM))
    assert house.publish(files).enrolled == {"a": 3}
    assert house.reasons(reason="enrolled_at_publish") == [("enrolled", "enrolled_at_publish")] * 3
    assert house.publish(files).enrolled == {"a": 0}
    assert len(house.rows(tables.decision, kind="enrolled")) == 3
    house.after(days=2)
    assert house.enrolments() == [("a", "ended", "completed")] * 3
    assert gone not in {row.contact_id for row in house.rows(tables.enrolment)}


def test_who_matches_two_triggers_of_a_workflow_is_counted_and_enrolled_once(house: House) -> None:
    house.publish(project())
    house.happens(house.person(), "document.downloaded")
    house.turn()
    head = "trigger: [{temperature: warm, existing: enrol}, {segment: readers, existing: enrol}]"
    limited = POLICY + "publish: {confirm_above: 0}\n"
    segments = "  readers: {downloaded: true}"
    files = project(workflow("a", "- wait: 1d", head), policy=limited, segments=segments)
    with pytest.raises(ConfirmationNeededError) as asked:
        house.publish(files)
    assert (asked.value.total, dict(asked.value.counts)) == (1, {"a": 1})
    assert house.enrolments() == []
    with pytest.raises(ConfirmationNeededError):
        house.publish(files, yes=2)
    assert house.publish(files, yes=1).enrolled == {"a": 1}
    assert len(house.rows(tables.decision, kind="enrolled")) == 1


LIMITED = POLICY + "publish: {confirm_above: 2}\n"
READERS = "{title: 部長}"
#: a day and ten minutes ahead
LATER = "2026-05-13 10:10"


def _news(at: str = SOON, to: str = READERS, subject: str = "") -> dict[str, bytes]:
    return with_broadcast(broadcast(at=at, to=to, subject=subject), policy=LIMITED)


def test_a_broadcast_of_the_next_day_wants_the_very_number_of_its_readers(house: House) -> None:
    for number in range(3):
        house.person(f"p{number}@aozora.example", title="部長")
    house.person("no@aozora.example", title="部長", consent=())
    with pytest.raises(
        ConfirmationNeededError, match=r"write to 3 people within 24 .*news: 3"
    ) as no:
        house.publish(_news())
    assert (no.value.total, no.value.counts) == (3, {"news": 3})
    assert house.rows(tables.mailing) == []
    # said once: neither the same files nor another subject ask it again, even closer to its time
    house.publish(_news(), yes=3)
    house.after(minutes=5)
    house.publish(_news())
    house.publish(_news(subject="5月の号"))
    # another time or other readers do
    for changed in (_news("2026-05-12 11:00"), _news(to="{not: {title: 学生}}")):
        with pytest.raises(ConfirmationNeededError):
            house.publish(changed)
    house.publish(_news(LATER))
    house.after(days=2)
    # what went out already is no news
    house.publish(_news(LATER))
    assert len(house.to()) == 3


def test_people_to_enrol_and_to_write_to_are_one_number(house: House) -> None:
    house.publish(project())
    people = [house.person(f"p{n}@aozora.example", title="部長") for n in range(2)]
    house.happens(people[0], "document.downloaded")
    house.turn()
    files = {**project(workflow("a", "- wait: 1d", WARM)), **_news()}
    with pytest.raises(ConfirmationNeededError) as asked:
        house.publish(files)
    assert asked.value.counts == {"a": 1, "news": 2}
    assert asked.value.message == (
        "publishing would enrol 1 person who matches already (a: 1) "
        "and write to 2 people within 24 hours (news: 2)"
    )
    assert house.publish(files, yes=3).enrolled == {"a": 1}


def test_only_if_and_a_past_journey_keep_existing_people_out(house: House) -> None:
    house.publish(project(workflow("a", "- wait: 1d", "trigger: [{form: a}]")))
    been, other = house.person("been@aozora.example"), house.person("no@aozora.example", role="it")
    house.happens(been, "form.submitted", form="a")
    for person in (been, other):
        house.happens(person, "document.downloaded")
    house.after(days=2)
    head = f"{WARM}\nonly_if: {{not: {{role: it}}}}"
    assert house.publish(project(workflow("a", "- wait: 1d", head))).enrolled == {"a": 0}


SEGMENT = "  readers: {downloaded: true}"


@pytest.mark.parametrize(("existing", "count"), [("ignore", 0), ("enrol", 1)])
def test_members_of_a_segment_that_becomes_a_trigger_do_not_enter_it_later(
    house: House, existing: str, count: int
) -> None:
    """`existing` alone decides about those who match already, whatever they do afterwards."""
    house.publish(project())
    person = house.person()
    house.happens(person, "document.downloaded")
    house.turn()
    head = f"trigger: [{{segment: readers, existing: {existing}}}]"
    house.publish(project(workflow("a", "- wait: 1d", head), segments=SEGMENT))
    house.after(days=2)
    house.happens(person)
    house.after(days=2)
    assert len(house.enrolments()) == count
    assert house.events("segment.entered") == []


def test_who_enters_while_the_release_goes_live_is_not_lost(house: House) -> None:
    house.publish(project())
    person = house.person()
    house.happens(person, "document.downloaded")
    head = "trigger: [{segment: readers}]"
    house.publish(project(workflow("a", "- wait: 1d", head), segments=SEGMENT))
    house.turn()
    assert house.enrolments() == [("a", "active", None)]


def test_publishing_the_same_segment_again_changes_nobody(house: House) -> None:
    head = "trigger: [{segment: readers}]"
    house.publish(project(workflow("a", "- wait: 1d", head), segments=SEGMENT))
    person = house.person()
    house.happens(person, "document.downloaded")
    house.turn()
    house.publish(project(workflow("a", "- wait: 2d", head), segments=SEGMENT))
    house.happens(person)
    house.after(days=5)
    assert house.enrolments() == [("a", "ended", "completed")]


def test_senders_of_the_policy_are_the_team(house: House) -> None:
    house.publish(project())
    assert {row.key for row in house.rows(tables.team_member)} == {"sato", "mori"}
    (mori,) = house.rows(tables.team_member, key="mori")
    person = house.person(owner_id=mori.id)
    without = "\n".join(line for line in POLICY.splitlines() if "mori" not in line)
    house.publish(project(workflow("a", "- send: x/one"), policy=without))
    assert not house.row(tables.team_member, mori.id).active
    house.happens(person)
    house.turn()
    assert house.rows(tables.message)[0].sent_from == "sato@sample.example"


def test_a_release_that_goes_live_in_between_is_used_from_the_next_batch_on(house: House) -> None:
    house.publish(project(workflow("a", "- wait: 1d")))
    first, second = house.person("1@aozora.example"), house.person("2@aozora.example")
    house.happens(first)
    house.turn()
    house.publish(project(workflow("a", "- wait: 5d")))
    house.happens(second)
    house.until(START + timedelta(days=2))
    assert [(r.contact_id, r.state) for r in house.rows(tables.enrolment)] == [
        (first, "ended"),
        (second, "active"),
    ]


OFFICE = workflow("a", "- {id: one, send: x/one}\n- {id: two, send: x/two, window: office}")
OTHER = workflow("b", "- wait: 1d", "trigger: [{event: form.submitted}]")
NO_OFFICE = CALENDAR.split("  office")[0]


def test_a_mail_whose_window_is_gone_leaves_as_soon_as_a_release_has_it_again(
    house: House,
) -> None:
    with_it = project(OFFICE)
    house.publish(with_it)
    house.happens(house.person())
    house.decide()
    house.store(project(OTHER, calendar=NO_OFFICE, t_x__one=letter(), t_x__two=letter()))
    house.turn()
    assert house.mails()[-1] == ("two", "deferred", "unknown_window")
    house.publish(with_it)
    assert house.rung[-1] == "send"
    house.turn()
    assert house.mails()[-1] == ("two", "sent", None)
    assert house.clock.now() == START


def test_a_publication_names_who_still_needs_a_window_that_it_lacks(house: House) -> None:
    house.publish(project(OFFICE))
    for number in range(2):
        house.happens(house.person(f"p{number}@aozora.example"))
    house.decide()
    files = project(OTHER, calendar=NO_OFFICE, t_x__one=letter())
    published = house.publish(files)
    assert published.needed.windows == (("a", "office", 2),)
    assert published.needed.templates == (("a", "x/two", 2),)
    assert house.publish(project(OFFICE)).needed == StillNeeded()


LIBRARY = """
library: default
items: [{item: case-any, kind: case, title: 事例, url: "https://www.sample.example/a"}]
"""


def test_a_publication_names_files_and_items_that_people_and_waiting_mails_still_need(
    house: House,
) -> None:
    prices, rollout = (f"workflows/files/{name}.ja.pdf" for name in ("prices", "rollout"))
    send = "{pick: case, otherwise: case-any}"
    steps = f"- wait: 1d\n- {{id: one, send: {send}, attach: {prices}}}"
    news = broadcast(attach="workflows/files/rollout.{locale}.pdf", delivery="{window: office}")
    files = {
        **project(workflow("a", steps), t_library__case=letter()),
        **with_broadcast(news),
        "workflows/library.yaml": LIBRARY.encode(),
        **dict.fromkeys((prices, rollout), b"%PDF-1.7\n"),
    }
    house.publish(files)
    for number in range(2):
        house.happens(house.person(f"p{number}@aozora.example"))
    house.decide()
    # The office is closed at noon: the broadcast's mails are there and wait.
    house.change(tables.mailing, 1, due_at=START + timedelta(hours=2, minutes=30))
    house.after(hours=2, minutes=40)
    waiting = house.rows(tables.message, mailing="news")
    assert [row.state for row in waiting] == ["deferred", "deferred"]
    needed = house.publish(project(OTHER)).needed
    assert needed.files == (("a", prices, 2), ("news", rollout, 2))
    assert needed.items == (("a", "case-any", 2),)
    assert needed.templates == (("news", "x/news", 2),)
    assert house.publish(files).needed == StillNeeded()


def test_a_mail_put_off_by_the_older_release_while_a_newer_one_goes_live_is_found(
    house: House,
) -> None:
    """The publication could not see it yet: it is looked at again within the hour."""
    house.publish(project(OFFICE))
    house.happens(house.person())
    house.decide()
    house.store(project(OTHER, calendar=NO_OFFICE, t_x__one=letter(), t_x__two=letter()))
    house.turn()
    house.store(project(OFFICE))
    house.turn()
    assert house.mails()[-1] == ("two", "deferred", "unknown_window")
    house.after(hours=1)
    assert house.mails()[-1] == ("two", "sent", None)


@pytest.mark.parametrize(
    ("steps", "place"),
    [
        # plain: the tag's own column
        ("- send: x/one\n  subject: 件名 {{ contact.nmae }}", "8:17"),
        # in quotes: behind the quote
        ("- send: x/one\n  subject: '件名 {{ contact.nmae }}'", "8:18"),
        # in a map of one line
        ("- {send: x/one, subject: '{{ contact.nmae }}'}", "7:29"),
        # a block: the line below its sign
        ("- wait: 1d\n- send: x/one\n  subject: >-\n    {{ contact.nmae }}", "10:1"),
    ],
)
def test_a_mistake_in_a_subject_is_said_where_it_stands(steps: str, place: str) -> None:
    _, problems = check(project(workflow("a", steps)))
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    assert [str(problem.place) for problem in errors] == [f"workflows/a.yaml:{place}"]


@pytest.mark.parametrize(
    ("step", "head", "cap", "warns"),
    [
        # the default, 7d, ends at the very moment at which the slot frees
        ("send: x/one", "", "mails: 1, within: 7d", 1),
        ("{send: x/one, expires: 3d}", "", "mails: 1, within: 7d", 1),
        ("{send: x/one, expires: 169h}", "", "mails: 1, within: 7d", 0),
        # the older of two may free its slot at any time
        ("send: x/one", "", "mails: 2, within: 7d", 0),
        # said once, not at every step
        ("send: x/one\n- send: x/two", "", "mails: 1, within: 7d", 1),
        # caps that are not about this workflow's mails
        ("send: x/one", "", "mails: 1, within: 7d, purpose: survey", 0),
        ("send: receipt/one", "purpose: service\n", "mails: 1, within: 7d", 0),
    ],
)
def test_a_cap_that_outlasts_the_mails_it_holds_back_is_warned_of(
    step: str, head: str, cap: str, warns: int
) -> None:
    one = workflow("a", f"- {step}", f"{head}trigger: [{{event: page.viewed}}]")
    _, problems = check(project(one, caps=f"  - {{id: one, per: contact, {cap}}}"))
    found = [problem for problem in problems if problem.code == "cap-outlasts"]
    assert [problem.severity for problem in found] == [Severity.WARNING] * warns
