"""The report of a month: made once, told once, honest, and on time by itself."""

import email
from datetime import date, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest

from nurture.db import tables
from nurture.emails.tokens import Purpose, Token
from nurture.errors import NotFoundError, NurtureError
from nurture.services.result_mail import report_link, report_page
from nurture.services.results import report_results
from nurture.services.results_desk import account_results, overview
from tests.services.customers import APRIL, Customers
from tests.services.house import House
from tests.services.leads import on_sqlite


def report(customers: Customers, month: date = APRIL, **more: Any) -> Any:
    return report_results(customers.house.runtime, "青空工業", month, "mori", **more)


def mails(house: House) -> list[EmailMessage]:
    """Return the reports that were sent."""
    found = []
    for one in house.provider.accepted:
        mail = email.message_from_bytes(one.data, policy=SMTP)
        assert isinstance(mail, EmailMessage)
        if mail.get_content_type() == "multipart/mixed":
            found.append(mail)
    return found


def test_a_report_is_told_once_to_each_customer_however_often_it_is_made(house: House) -> None:
    customers = Customers(house)
    house.person("lead@aozora.example", (), account_id=customers.account, lifecycle="lead")
    customers.hours(100, 69.5)
    first = report(customers)
    again = report(customers)
    assert (first.new, first.told, again.new, again.told) == (True, 2, False, 0)
    events = house.events("results.reported")
    assert [row.contact_id for row in events] == [customers.tanaka, customers.ono]
    assert events[0].properties == {
        "report": first.id,
        "account": "青空工業株式会社",
        "month": "2026-04",
        "result": "転記の時間を42%削減",
        "metric": "転記の時間",
        "moved": "42%削減",
        "change_percent": -42.1,
    }
    assert events[1].properties["result"] == "Retyping time cut by 42%"
    # who becomes a customer later hears of it when it is called again
    customers.person("new@aozora.example")
    assert report(customers).told == 1


@on_sqlite
def test_what_was_reported_stands_when_figures_are_put_right_later(house: House) -> None:
    customers = Customers(house)
    customers.hours(100, 69.5)
    report(customers)
    customers.hours(60)
    assert report(customers).lines[0].value == 69.5
    assert account_results(house.runtime, "青空工業").lines(APRIL)[0].value == 60


@on_sqlite
def test_the_mail_brings_numbers_chart_and_one_page(house: House) -> None:
    customers = Customers(house)
    customers.hours(100, 69.5)
    report(customers, remark=" 入力画面を\n一つにしました。 ")
    house.turn()
    assert mails(house) == []
    house.after(days=2)
    japanese, english = mails(house)
    assert japanese["Subject"] == "4月のご報告：転記の時間を42%削減（2分で読めます）"
    assert english["Subject"] == "April: Retyping time cut by 42% (2 min read)"
    letter, paper = japanese.iter_parts()
    assert paper.get_content_type() == "application/pdf"
    assert paper.get_filename() == "成果のご報告 2026年4月 青空工業株式会社.pdf"
    assert paper.get_content().startswith(b"%PDF")
    text, related = letter.iter_parts()
    page, picture = related.iter_parts()
    assert picture.get_content().startswith(b"\x89PNG")
    assert len(picture.get_content()) < 40_000
    content_id = picture["Content-ID"].strip("<>")
    alt = "転記の時間（時間）：2026年3月 100、2026年4月 69.5。導入前 120"
    assert f'src="cid:{content_id}" alt="{alt}"' in page.get_content()
    assert "120時間から69.5時間になりました" in text.get_content()
    assert "入力画面を 一つにしました。" in text.get_content()
    assert english.get_body(("plain",)).get_content().count("120 時間 → 69.5 時間") == 1  # type: ignore[union-attr]


@on_sqlite
def test_a_remark_may_be_added_until_the_mail_leaves(house: House) -> None:
    customers = Customers(house)
    customers.hours(100, 69.5)
    report(customers)
    report(customers, remark="ありがとうございました。")
    house.after(days=2)
    assert "ありがとうございました。" in mails(house)[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]


@on_sqlite
def test_a_month_that_is_worse_is_said_honestly_and_opens_no_ask(house: House) -> None:
    customers = Customers(house)
    customers.hours(119, 130)
    made = report(customers)
    assert not made.improved
    assert house.events("results.reported") == []
    assert [row.properties["result"] for row in house.events("results.reviewed")] == [
        "まだ良い数値をご報告できていません",
        "The figures are not where we want them yet",
    ]
    house.after(days=2)
    mail = mails(house)[0]
    assert mail["Subject"] == "4月のご報告：まだ良い数値をご報告できていません（1分で読めます）"
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "8.3%増加" in text
    assert "社内報" not in text


@on_sqlite
def test_the_owner_gets_one_task_with_the_line_for_a_chat(house: House) -> None:
    customers = Customers(house)
    customers.hours(100, 69.5)
    report(customers)
    report(customers)
    (task,) = house.rows(tables.task)
    assert (task.kind, task.assignee_id) == ("results", customers.owner)
    assert task.title == (
        "青空工業株式会社：2026年4月の成果報告に一言を添える。チャット用の文："
        "4月のご報告です。転記の時間を42%削減。要点は3分でお話しできます。"
    )


@on_sqlite
def test_what_stands_in_the_way_of_a_report_is_said(house: House) -> None:
    customers = Customers(house)
    with pytest.raises(NurtureError, match="has no figures of 2026-04"):
        report(customers)
    with pytest.raises(NotFoundError, match="no account is called"):
        report_results(house.runtime, "海", APRIL, "mori")
    customers.hours(100)
    for one in (customers.tanaka, customers.ono):
        house.change(tables.contact, one, lifecycle="lead")
    with pytest.raises(NurtureError, match="is a customer"):
        report(customers)
    assert house.rows(tables.results_report) == []


@on_sqlite
def test_a_report_of_another_account_is_shown_to_nobody(house: House) -> None:
    customers = Customers(house)
    customers.hours(100, 69.5)
    made = report(customers)
    other = house.company("海山商事", domain="umiyama.example")
    stranger = customers.person("x@umiyama.example", account_id=other)
    house.happens(stranger, "results.reported", report=made.id)
    house.after(days=2)
    assert "x@umiyama.example" not in house.to()
    assert report_page(house.runtime, made.id, stranger) is None
    assert report_page(house.runtime, made.id, customers.tanaka) is not None
    house.change(tables.contact, customers.tanaka, erased=True)
    assert report_page(house.runtime, made.id, customers.tanaka) is None
    link = report_link(house.runtime, made.id, customers.ono).rpartition("/")[2]
    assert house.runtime.keyring.verify(link) == Token(Purpose.RESULTS, made.id, customers.ono)


def test_the_month_is_reported_by_itself_where_its_figures_are_there(house: House) -> None:
    customers = Customers(house)
    customers.hours(100, 69.5, last=APRIL)
    # the third business day of June is the 3rd; May's figures are there in time
    customers.hours(60, last=date(2026, 5, 1))
    house.until(house.clock.now() + timedelta(days=24))
    (row,) = house.rows(tables.results_report)
    assert (row.month, row.created_by) == (date(2026, 5, 1), "schedule")
    assert house.to().count("tanaka@aozora.example") == 1


@on_sqlite
def test_where_figures_are_missing_the_owner_is_asked_once_and_the_report_follows(
    house: House,
) -> None:
    customers = Customers(house)
    customers.hours(100, 69.5)
    house.until(house.clock.now() + timedelta(days=30))
    assert house.rows(tables.results_report) == []
    (task,) = house.rows(tables.task)
    assert task.title == (
        "青空工業株式会社：2026年5月の数値を入れる（転記の時間）。そろえば報告は自動で届きます"
    )
    (listed,) = overview(house.runtime)
    assert (listed.missing, listed.readers, listed.newest) == (1, 2, APRIL)
    customers.hours(60, last=date(2026, 5, 1))
    house.after(days=4)
    (row,) = house.rows(tables.results_report)
    assert row.month == date(2026, 5, 1)


@on_sqlite
def test_without_a_schedule_months_are_reported_by_hand_alone(house: House) -> None:
    customers = Customers(house)
    policy = next(text for path, text in customers.files.items() if path.endswith("policy.yaml"))
    kept = b"\n".join(one for one in policy.splitlines() if not one.startswith(b"results:"))
    house.publish(customers.files | {"workflows/policy.yaml": kept})
    customers.hours(60, last=date(2026, 5, 1))
    house.until(house.clock.now() + timedelta(days=30))
    assert house.rows(tables.results_report) == []
