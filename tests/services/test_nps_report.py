"""The NPS report on a real database, its page, and an asked customer all the way round."""

from __future__ import annotations

import json
from datetime import timedelta
from email import message_from_string
from email.policy import default
from io import StringIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from rich.console import Console

from nurture.cli.nps_screen import screen
from nurture.db import nps_figures, tables
from nurture.db.engine import read
from nurture.db.referral_figures import invitations
from nurture.domain.kpi_book import Book, Period
from nurture.domain.kpi_policy import KpiPolicy
from nurture.domain.nps import Nps
from nurture.domain.nps_accounts import Corner
from nurture.domain.referral_kpis import survey_response
from nurture.domain.survey_answers import Answer
from nurture.errors import NotFoundError
from nurture.providers.mailbox_store import MailboxStore
from nurture.services import survey_answers, survey_loops
from nurture.services.nps_json import as_json
from nurture.services.nps_report import Report, report
from nurture.services.today import today
from nurture.web.team import make_team
from tests.services.house import House
from tests.services.test_survey_guards import files

#: what stands in the policy of these tests
RATES = "kpis: {currency: JPY, rates: {USD: 150}, response_target: 0.8}\n"

lite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def answered(
    house: House, person: int, score: int | None, account: int | None = None, name: str = "",
    comment: str = "", **values: object,
) -> int:  # fmt: skip
    """Ask a person now, and let them answer."""
    row = {"survey": "nps", "round": name or "2026-Q2", "contact_id": person}
    count = len(house.rows(tables.survey_invitation))
    found = house.add(
        tables.survey_invitation, dedupe_key=f"t/{count}", account_id=account,
        asked_at=house.clock.now(), **{**row, **values},
    )  # fmt: skip
    if score is not None:
        survey_answers.answer(house.runtime, found, Answer(score, (), comment), "ja")
    return found


@pytest.fixture
def told(house: House) -> Report:
    """Return the report of a small house: a rich unhappy account, a small happy one."""
    project = files()
    policy = project["workflows/policy.yaml"].decode()
    house.publish({**project, "workflows/policy.yaml": (policy + RATES).encode()})
    rich, small = house.company("大手"), house.company("小さな会社")
    for account, amount, currency in ((rich, 1_200_000, "USD"), (small, 900_000, "JPY")):
        house.add(
            tables.deal, account_id=account, stage="won", amount=amount, currency=currency,
            created_at=house.clock.now(), updated_at=house.clock.now(),
            closed_at=house.clock.now() - timedelta(days=30),
        )  # fmt: skip
    people = {
        name: house.person(f"{name}@x.example", account_id=account, role=role, family_name=name,
                           lifecycle="customer")
        for name, account, role in (
            ("ito", rich, "user"), ("kato", rich, "it"), ("mori", rich, "decision-maker"),
            ("abe", small, "user"), ("ono", small, "user"),
        )
    }  # fmt: skip
    answered(house, people["ito"], 2, rich, role="user", comment="返事が遅い")
    answered(house, people["kato"], 7, rich, role="it")
    answered(house, people["abe"], 10, small, role="user")
    answered(house, people["ono"], None, small, role="user")
    answered(house, people["ono"], None, small, name="2026-Q1", void=True)
    with_asks = people["abe"]
    house.add(
        tables.referral_ask, dedupe_key="a", program="customers", contact_id=with_asks,
        offer="training", timing="regular", mode="criteria", asked_at=house.clock.now(),
        answer="not_now",
    )  # fmt: skip
    house.clock.move_to(house.clock.now() + timedelta(days=20))
    return report(house.runtime)


def test_the_report_counts_what_left_and_names_who_is_missing(told: Report) -> None:
    assert told.today == Nps(1, 1, 1)
    assert (told.year.asked, told.year.nps.answers) == (4, 3)
    assert told.roles["user"].rate == pytest.approx(2 / 3)
    corners = {one.account.name: one.corner for one in told.plane.placed}
    assert corners == {"大手": Corner.THREAT, "小さな会社": Corner.OPPORTUNITY}
    (gap,) = told.gaps
    # USD 1.2M is more than USD 1M, by the policy's rate; yen are no dollars
    assert (gap.account.name, gap.asked, gap.missing, gap.roles) == (
        "大手",
        2,
        7,
        ("decision-maker",),
    )
    assert [told.name(one, "ja") for one in gap.next] == ["mori"]
    assert [told.name(one.contact_id, "ja") for one in told.silent] == ["ono"]
    (promoter,) = told.promoters
    assert (promoter.score, promoter.candidate, promoter.asks, promoter.said) == (
        10,
        True,
        1,
        "not_now",
    )
    assert [(row.score, row.comment) for row in told.loops] == [(2, "返事が遅い")]
    assert [account.name for account, _ in told.rare] == ["大手", "小さな会社"]


@lite
def test_who_waits_for_the_mail_has_not_been_asked(house: House) -> None:
    house.publish(files())
    here, waiting = house.person("a@x.example"), house.person("b@x.example")
    answered(house, here, 9)
    answered(house, waiting, None)
    now = house.clock.now()
    mail = house.add(
        tables.message, dedupe_key="t/1", contact_id=waiting, purpose="survey", template="x/a",
        window="business", priority=1, state="deferred", created_at=now, recorded_at=now,
    )  # fmt: skip
    assert report(house.runtime).year.rate == 1
    assert share(house) == (1, 1)
    house.change(tables.message, mail, state="sent", sent_at=now)
    assert (report(house.runtime).year.rate, share(house)) == (0.5, (1, 2))


def share(house: House) -> tuple[int, int]:
    """Return the KPI: people who answered, people asked."""
    now = house.clock.now()
    period = Period(now - timedelta(days=1), now + timedelta(days=1))
    with read(house.engine) as connection:
        book = Book(period, KpiPolicy(), invitations=invitations(connection, period))
    found = survey_response(book)
    return int(found.part), int(found.whole)


@lite
def test_an_unhappy_answer_past_its_promise_stands_out(house: House) -> None:
    house.publish(files())
    answered(house, house.person("a@x.example", family_name="伊藤"), 2)
    assert today(house.runtime, "ja").unhappy == 0
    house.clock.move_to(house.clock.now() + timedelta(days=7))
    assert today(house.runtime, "ja").unhappy == 1
    out = StringIO()
    Console(file=out, width=200).print(screen(report(house.runtime), "ja"))
    # Every day is a business day here.
    assert "7営業日・期限超過" in out.getvalue()
    (told,) = as_json(report(house.runtime))["loops"]
    assert (told["business_days"], told["overdue"]) == (7, True)


@lite
def test_a_part_in_the_decision_is_read_from_the_title_where_none_is_recorded(
    house: House,
) -> None:
    house.publish(files())
    account = house.company("大手")
    people = [
        house.person(
            f"{n}@x.example", account_id=account, lifecycle="customer", title=title,
            department=department,
        )
        for n, (title, department) in enumerate(
            [("代表取締役", None), (None, "情報システム部"), ("主任", "製造課"), (None, None)]
        )
    ]  # fmt: skip
    for person in people:
        answered(house, person, 9, account)
    assert sorted(report(house.runtime).roles) == ["", "decision-maker", "it", "user"]
    with read(house.engine) as connection:
        rows = nps_figures.customers(connection)
    assert [nps_figures.part_of(row, row.role) for row in rows] == [
        "decision-maker", "it", "user", None,
    ]  # fmt: skip


def test_the_report_is_plain_data_for_programs_and_a_page_for_people(told: Report) -> None:
    plain = json.loads(json.dumps(as_json(told)))
    assert plain["today"] == {
        "nps": 0.0, "answers": 3, "promoters": 1, "passives": 1, "detractors": 1,
    }  # fmt: skip
    assert plain["year"]["response_rate"] == 0.75
    assert plain["year"]["target_response_rate"] == 0.8
    assert plain["drivers"] == {}
    beside = {
        "ja": "（一般の目安 12.4%・自社の目標 80.0%）",
        "en": "(elsewhere: 12.4%; you aim at 80.0%)",
    }
    for locale in ("ja", "en"):
        console = Console(width=120, record=True, file=StringIO())
        console.print(screen(told, locale))
        shown = console.export_text()
        assert "3/4 (75.0%)" in shown
        assert beside[locale] in shown
        assert "大手" in shown


@lite
def test_without_a_rate_nothing_is_said_of_dollars(house: House) -> None:
    house.publish(files())
    found = report(house.runtime)
    assert (found.gaps_unknown, found.gaps) == ("no_rate", [])
    assert found.today.value is None
    with pytest.raises(NotFoundError, match="no survey 'other' is published"):
        report(house.runtime, "other")


@pytest.fixture
def team(house: House, tmp_path: Path) -> FlaskClient:
    """Return a browser at the team's pages, its forms without their CSRF tokens."""
    app = make_team(house.runtime, MailboxStore(tmp_path / "m", house.clock.now), "x" * 32)
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


@lite
def test_the_teams_page_shows_all_of_it_and_follows_up(
    house: House, told: Report, team: FlaskClient
) -> None:
    page = team.get("/nps/?lang=ja").text
    for shown in ("返事が遅い", "脅威（売上大・不満）", "未対応", "75%", "今は時期ではない"):
        assert shown in page
    loop = told.loops[0].id
    refused = team.post(f"/nps/loops/{loop}/resolved", follow_redirects=True).text
    assert "対応した内容がありません" in refused
    done = team.post(
        f"/nps/loops/{loop}/resolved", data={"note": "体制を改めた", "by": "sato"},
        follow_redirects=True,
    ).text  # fmt: skip
    assert "体制を改めた" in done
    (row,) = house.rows(tables.survey_loop)
    assert (row.state, row.resolution) == ("resolved", "体制を改めた")
    assert team.post("/nps/loops/999/closed").status_code == 404


@lite
def test_before_anything_is_published_the_page_says_what_to_do(
    house: House, team: FlaskClient
) -> None:
    assert "nothing is published yet" in team.get("/nps/?lang=en").text


def test_an_asked_customer_is_asked_again_once_it_is_resolved(house: House) -> None:
    """The whole circle: asked, unhappy, no further ask, resolved, asked again, closed."""
    person = house.person(consent=["survey"], account_id=house.company())
    house.publish(files())
    house.happens(person)
    house.turn()
    (asked,) = house.events("nps.asked")
    assert asked.properties == {"survey": "nps", "round": "2026-Q2"}
    first = house.rows(tables.survey_invitation)[0].id
    survey_answers.answer(house.runtime, first, Answer(3), "ja")
    house.after(days=100)
    house.happens(person)
    house.after(days=1)
    assert len(house.to()) == 1
    (loop,) = house.rows(tables.survey_loop)
    survey_loops.move(house.runtime, loop.id, "resolved", "sato", "直した")
    house.happens(person)
    house.after(days=1)
    assert len(house.to()) == 2
    again = house.rows(tables.survey_invitation)[-1]
    assert again.round == "2026-Q2+"
    survey_answers.answer(house.runtime, again.id, Answer(9), "ja")
    (loop,) = house.rows(tables.survey_loop)
    assert (loop.state, loop.score_after) == ("closed", 9)
    found = report(house.runtime)
    assert (found.year.nps, found.today) == (Nps(0, 0, 1), Nps(1, 0, 0))
    assert house.contact(person).erased is False


def test_the_mail_as_sent_holds_eleven_links_that_are_not_counted_as_clicks(house: House) -> None:
    person = house.person(consent=["survey"])
    house.publish(files())
    house.happens(person)
    house.turn()
    (envelope,) = house.provider.accepted
    (asked,) = house.rows(tables.survey_invitation)
    data = envelope.data if isinstance(envelope.data, str) else envelope.data.decode()
    mail = message_from_string(data, policy=default)
    html = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    links = [part for part in html.split('"') if "/s/" in part]
    assert links[0].startswith("https://links.sample.example/s/")
    assert links[0].endswith("?score=10")
    token = house.runtime.keyring.verify(links[0].split("/s/")[1].split("?")[0])
    assert token is not None
    assert (token.message_id, token.contact_id) == (asked.id, person)
