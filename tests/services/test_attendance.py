"""Who came: lists as tools export them, each person told once, mistakes put right."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from cProfile import Profile
from datetime import UTC, datetime

import pytest

from nurture.db import tables
from nurture.domain.contact_row import Basis
from nurture.errors import NotFoundError, NurtureError
from nurture.services import api_keys, attendance_list
from nurture.services.api_requests import Request, take_events
from nurture.services.attendance import Attendance, record_attendance
from nurture.services.attendance_list import Attendee, RefusedError, read_text, read_upload
from nurture.services.capture import Happening
from nurture.services.erasure import erase
from nurture.services.seminar_report import all_seminars, one_seminar
from tests.services.clinic import guest, seminar
from tests.services.house import House

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OVER = datetime(2026, 5, 21, 8, tzinfo=UTC)

#: a Zoom meeting: the first block is about the meeting, its address the host's
ZOOM_MEETING = """Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants
812,相談会,05/21/2026 15:00,05/21/2026 16:00,mori@sample.example,60,3

Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest
森由紀,mori@sample.example,05/21/2026 14:50,05/21/2026 16:00,70,No
田中 一郎,tanaka@aozora.example,05/21/2026 15:00,05/21/2026 16:00,60,Yes
田中 一郎,TANAKA@aozora.example,05/21/2026 15:40,05/21/2026 16:00,20,Yes
iPhone,,05/21/2026 15:00,05/21/2026 16:00,60,Yes
"""

#: a Zoom webinar: hosts first, then those who registered, whether they came or not
ZOOM_WEBINAR = """参加者レポート
ホストの詳細,
出席済み,ユーザー名（元の名前）,メール,参加時刻
はい,森由紀,mori@sample.example,2026/05/21 14:50
出席者の詳細,
出席済み,ユーザー名（元の名前）,名,姓,メール,登録時刻,参加時刻
はい,田中,一郎,田中,tanaka@aozora.example,2026/05/01 10:00,2026/05/21 15:00
いいえ,鈴木,花,鈴木,suzuki@aozora.example,2026/05/01 10:00,--
"""

#: Teams: parted by tabs, in UTF-16, people of the own organisation by their id
TEAMS = (
    "1. 概要\r\n会議のタイトル\t相談会\r\n参加者数\t2\r\n\r\n2. 参加者\r\n"
    "名前\t最初の参加\t最後の退出\t会議の長さ\t電子メール\t参加者 ID (UPN)\t役割\r\n"
    "田中 一郎\t26/05/21 15:00\t26/05/21 16:00\t1h\ttanaka@aozora.example\t\t発表者\r\n"
    "森 由紀\t26/05/21 14:50\t26/05/21 16:00\t1h\t\tmori@sample.example\t開催者\r\n"
)

OUR_OWN = """会社名,氏名,メールアドレス,出欠
青空,田中 一郎,tanaka@aozora.example,○
海,林,h@umi.example,欠席
"""


@pytest.mark.parametrize(
    ("content", "expected", "absent"),
    [
        (ZOOM_MEETING.encode("utf-8-sig"), ["mori@sample.example", "tanaka@aozora.example"], 0),
        (ZOOM_WEBINAR.encode(), ["tanaka@aozora.example"], 1),
        (TEAMS.encode("utf-16"), ["mori@sample.example", "tanaka@aozora.example"], 0),
        (OUR_OWN.encode("cp932"), ["tanaka@aozora.example"], 1),
        (b"tanaka@aozora.example; h@umi.example", ["h@umi.example", "tanaka@aozora.example"], 0),
        ("田中一郎 <tanaka@aozora.example>、".encode(), ["tanaka@aozora.example"], 0),
    ],
    ids=["zoom-meeting", "zoom-webinar", "teams", "our-own", "pasted", "from-a-mail"],
)  # fmt: skip
def test_a_list_is_read_as_its_tool_exports_it(
    content: bytes, expected: list[str], absent: int
) -> None:
    found = read_upload(content)
    assert sorted(found.people) == expected
    assert found.absent == absent


def test_names_come_along_and_rows_without_an_address_are_counted() -> None:
    found = read_text(ZOOM_MEETING)
    assert found.people["tanaka@aozora.example"].name == "田中 一郎"
    assert found.nameless == 1
    assert read_upload(ZOOM_WEBINAR.encode()).people["tanaka@aozora.example"].name == "田中 一郎"
    assert read_text("Email\ntanaka@aozora.example\nx@@y\n").unreadable == [(3, "x@@y")]


@pytest.mark.parametrize("content", [b"", "氏名,出欠\n田中,○\n".encode(), b"PK\x03\x04rest"])
def test_a_list_that_names_nobody_is_refused(content: bytes) -> None:
    with pytest.raises(NurtureError):
        read_upload(content)


def calls_of(text: str) -> int:
    """Return how many calls it takes to read a text, whatever comes of it."""
    profile = Profile()
    with suppress(RefusedError):
        profile.runcall(read_text, text)
    return sum(entry.callcount for entry in profile.getstats())


@pytest.mark.parametrize(
    ("top", "row", "most"),
    [
        ("", "a,b\n", 1),  # no table: a look at each line, and that is all
        ("氏名,メール\n", "a,b\n", 90),  # a table of people without an address
        ("氏名,メール\n", '"a,b\n', 250),  # every row opens a quotation that nobody closes
        ("氏名,メール\n", f"{'(' * 50},b\n", 90),  # brackets that nobody closes
    ],
)
def test_a_long_list_takes_work_by_its_rows_and_no_more(top: str, row: str, most: int) -> None:
    once, twice = calls_of(top + row * 1_000), calls_of(top + row * 2_000)
    assert twice - once <= most * 1_000


@pytest.mark.parametrize(
    "text", ["氏名,メール\n" + "a,b\n" * 50, "a@b.example " * 51, "メール\n" + "\n" * 50]
)
def test_a_list_of_too_many_rows_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attendance_list, "MOST", 50)
    with pytest.raises(RefusedError, match="more than 50 rows") as raised:
        read_text(text)
    assert raised.value.code == "too_many"


def came(house: House, *names: str, **more: object) -> Attendance:
    """Read a list of these guests in."""
    people = [Attendee(f"{name}@aozora.example", f"{name}@aozora.example") for name in names]
    return record_attendance(house.runtime, "clinic", people, "test", **more)  # type: ignore[arg-type]


def told(house: House) -> Sequence[tuple[str, int]]:
    """Return what was told about whom, in order."""
    kinds = ("seminar.attended", "seminar.missed")
    return [(r.type, r.contact_id) for r in house.rows(tables.event) if r.type in kinds]


def held(house: House) -> tuple[int, int, int]:
    """Return two guests who registered and one who withdrew, after the seminar."""
    house.publish(seminar())
    first, second = guest(house, "first", registers=True), guest(house, "second", registers=True)
    left = guest(house, "left", registers=True)
    house.clock.move_to(datetime(2026, 5, 20, 0, tzinfo=UTC))
    house.happens(left, "seminar.withdrawn", seminar="clinic")
    house.until(OVER)
    return first, second, left


def test_a_list_tells_each_of_coming_or_not_and_a_corrected_one_only_the_difference(
    house: House,
) -> None:
    first, second, _ = held(house)
    assert told(house) == []  # before a list is in, nobody was missed
    found = came(house, "first")
    assert (found.came, found.attended, found.missed) == (1, 1, 1)
    assert told(house) == [("seminar.attended", first), ("seminar.missed", second)]
    assert came(house, "first").attended == 0
    corrected = came(house, "second")
    assert (corrected.attended, corrected.corrected, corrected.no_longer) == (1, 1, 1)
    assert told(house)[2:] == [("seminar.attended", second)]
    report = one_seminar(house.runtime, "clinic")
    assert (report.turnout.came, report.turnout.missed, report.turnout.withdrawn) == (2, 0, 1)
    assert report.attendance_at == OVER


@SQLITE
def test_who_was_erased_is_not_brought_back_by_a_list(house: House) -> None:
    held(house)
    house.person("gone@aozora.example")
    erase(house.runtime, "gone@aozora.example", "mori", "cli")
    found = came(house, "first", "gone", basis=Basis.BUSINESS_CARD)
    assert (found.came, found.introduced) == (1, [])


@SQLITE
def test_who_nobody_knew_becomes_a_contact_and_is_written_to_only_with_a_basis(
    house: House,
) -> None:
    held(house)
    found = came(house, "first", "walk-in")
    assert found.introduced == found.without_consent == ["walk-in@aozora.example"]
    found = came(house, "first", "partner", basis=Basis.BUSINESS_CARD)
    assert (found.introduced, found.without_consent) == (["partner@aozora.example"], [])
    source = [row.source for row in house.rows(tables.consent)][-1]
    assert source == "業務見直し相談会"


@SQLITE
def test_our_own_people_on_the_list_are_left_out(house: House) -> None:
    held(house)
    people = [Attendee("mori@sample.example", "mori@sample.example", "森由紀")]
    guest_of_ours = Attendee("first@aozora.example", "first@aozora.example")
    found = record_attendance(house.runtime, "clinic", [*people, guest_of_ours], "test")
    assert (found.own, found.came) == (["mori@sample.example"], 1)


@SQLITE
def test_a_list_too_early_or_of_another_seminar_is_refused(house: House) -> None:
    house.publish(seminar())
    guest(house, "first", registers=True)
    house.turn()
    with pytest.raises(NurtureError, match="not over"):
        came(house, "first")
    with pytest.raises(NotFoundError, match="clinik"):
        record_attendance(house.runtime, "clinik", [Attendee("a@b.example", "a@b.example")], "test")
    for name in ("second", "third"):
        guest(house, name, registers=True)
    house.until(OVER)
    with pytest.raises(NurtureError, match="another seminar"):
        came(house, "stranger")
    assert came(house, "stranger", sure=True).attended == 1
    house.publish(seminar(cancelled="true"))
    with pytest.raises(NurtureError, match="cancelled"):
        came(house, "first")


@SQLITE
def test_the_list_of_seminars_names_those_that_no_file_writes_down(house: House) -> None:
    first, *_ = held(house)
    house.happens(first, "seminar.registered", seminar="clinc")
    reports, unknown = all_seminars(house.runtime)
    assert [(one.seminar.name, one.state, one.wants_list) for one in reports] == [
        ("clinic", "over", True)
    ]
    assert unknown == {"clinc": 1}


def test_who_registered_when_it_was_over_is_marked_and_did_not_miss_it(house: House) -> None:
    house.publish(seminar())
    early = guest(house, "early", registers=True)
    house.until(OVER)
    late = guest(house, "late", registers=True)
    request = Request(api_keys.ApiKey(1, "site"), "digest")
    by_api = Happening("seminar.registered", "later@aozora.example", None, {"seminar": "clinic"})
    take_events(house.runtime, request, [by_api])
    registered = {
        row.contact_id: row.properties.get("over")
        for row in house.rows(tables.event, type="seminar.registered")
    }
    assert (registered.pop(early), registered.pop(late)) == (None, True)
    assert [*registered.values()] == [True]
    assert came(house, "somebody", sure=True).missed == 1
    assert told(house)[-1] == ("seminar.missed", early)
