# ruff: noqa: E501 - a message stands on one line, as people read it
"""Policy, calendar, scoring and segments: what each line becomes."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from nurture.compiler import compile_files
from nurture.domain.conditions import All, Compare, Field, HasTag, Literal, Op, Scope
from nurture.domain.policy import ClosedSpan, EvidencePolicy, LegalIdentity, MailCap, Sender, Window
from nurture.domain.scoring import Cap, FitRule, Handoff, LifecycleRule, PointRule, Threshold
from tests.compiler.releases import BASE, compile_with

DAY = timedelta(days=1)


def test_a_policy_says_who_we_are_and_how_much_we_mail() -> None:
    definitions = compile_with("""
policy: default
locales: {default: en, also: [ja, en]}
senders:
  sato: {name: {ja: 佐藤, en: Sato}, title: {ja: 営業}, email: s@x.example, phone: 03-1, role: marketing}
  mori: {name: Mori, email: m@x.example}
default_sender: sato
legal:
  company: {ja: 社, en: Co}
  address: 東京
  contact: p@x.example
  website: https://x.example
  privacy: https://x.example/privacy
caps:
  - {id: week, per: contact, mails: 2, within: 7d, purpose: marketing, temperature: cold}
  - {id: day, per: account, mails: 3, within: 24h, workflow: w}
service_templates: [receipt/*]
evidence:
  {hold: 20s, too_soon: 1s, burst: {links: 5, within: 5s}, sweep: {recipients: 9, within: 1h},
   count_unknown_opens: false, agents: [bot]}
tracking: false
fields: {contact: {budget: number}, account: {plan: text}}
publish: {confirm_above: 5}
resume: {per_hour: 6}
""")
    policy = definitions.policy
    assert definitions.problems == ()
    assert policy.senders == {
        "sato": Sender("sato", {"ja": "佐藤", "en": "Sato"}, "s@x.example", {"ja": "営業"}, "03-1", "marketing"),
        "mori": Sender("mori", {"": "Mori"}, "m@x.example"),
    }  # fmt: skip
    assert policy.legal == LegalIdentity(
        {"ja": "社", "en": "Co"}, {"": "東京"}, "p@x.example", "https://x.example"
    )
    assert policy.caps == (
        MailCap("week", "contact", 2, 7 * DAY, "marketing", "cold"),
        MailCap("day", "account", 3, DAY, workflow="w"),
    )
    assert policy.evidence == EvidencePolicy(
        hold=timedelta(seconds=20),
        too_soon=timedelta(seconds=1),
        burst_links=5,
        burst_within=timedelta(seconds=5),
        sweep_recipients=9,
        sweep_within=timedelta(hours=1),
        count_unknown_opens=False,
        agents=("bot",),
    )
    assert (policy.default_locale, policy.locales) == ("en", ("en", "ja"))
    assert (policy.tracking, policy.publish_limit, policy.resume_rate) == (False, 5, 6)
    assert (policy.default_sender, policy.privacy_url) == ("sato", "https://x.example/privacy")
    assert policy.service_templates == ("receipt/*",)
    assert (policy.contact_fields, policy.account_fields) == (
        {"budget": "number"},
        {"plan": "text"},
    )


def test_a_calendar_knows_public_holidays_and_our_own() -> None:
    definitions = compile_with("""
calendar: default
zone: Asia/Tokyo
holidays: JP
closed: ["12-29..01-03", "08-13", 2026-05-01]
windows:
  business: {days: mon-fri, hours: ["13:00-17:30", ０９：００-12:00]}
  courtesy: {days: all, hours: ["08:00-24:00"]}
  ends: {days: [sat-mon, wednesday], hours: [10:00-11:00]}
""")
    calendar = definitions.calendar
    assert definitions.problems == ()
    assert calendar.zone == "Asia/Tokyo"
    assert {date(2026, 1, 1), date(2026, 9, 22), date(2040, 2, 11)} <= calendar.holidays
    assert date(2026, 9, 24) not in calendar.holidays
    assert calendar.closed == (ClosedSpan((12, 29), (1, 3)), ClosedSpan((8, 13), (8, 13)))
    assert calendar.closed_dates == {date(2026, 5, 1)}
    assert calendar.windows == {
        "business": Window(
            "business", frozenset(range(5)), ((time(9), time(12)), (time(13), time(17, 30)))
        ),
        # midnight as the end is the end of the day
        "courtesy": Window("courtesy", None, ((time(8), time(0)),)),
        "ends": Window("ends", frozenset({5, 6, 0, 2}), ((time(10), time(11)),)),
    }


def test_a_calendar_takes_the_holidays_of_a_region() -> None:
    text = "calendar: default\nzone: America/Los_Angeles\nholidays: US-CA\n" + (
        "windows: {business: {days: mon-fri, hours: ['09:00-17:00']}}"
    )
    # Cesar Chavez Day is kept in California, not in the whole country.
    assert date(2026, 3, 31) in compile_with(text).calendar.holidays


def test_scoring_becomes_rules() -> None:
    definitions = compile_with("""
scoring: default
half_life: 30d
rules:
  - {id: open, event: email.opened, points: 2, cap: per day, group: mail}
  - {id: quote, event: form.submitted, where: {form: quote}, points: 40, cap: once}
  - {id: view, event: page.viewed, points: 1.5, cap: {times: 2, per: 7d}}
groups: {mail: {cap: {times: 6, per: 7d}}}
fit: [{id: size, if: {employees: ">= 100"}, points: 4}]
temperature:
  warm: {enter: 20, leave: 15}
  hot: {enter: 50, leave: 40}
  intent: {any: [{event: form.submitted, where: {form: quote}}, {event: page.viewed}], within: 30d}
lifecycle:
  - {to: mql, from: [prospect, lead], when: {score: "> 60"}, reason: 点}
  - {to: lead, from: prospect, when: {tag: a}}
handoff: {at: mql, task: {for: owner, title: 電話, due: 12h}}
""")
    scoring = definitions.scoring
    quote = (("form", "quote"),)
    assert definitions.problems == ()
    assert scoring.half_life == 30 * DAY
    assert scoring.rules == (
        PointRule("open", "email.opened", 2.0, cap=Cap(1, DAY), group="mail"),
        PointRule("quote", "form.submitted", 40.0, quote, Cap(1, None)),
        PointRule("view", "page.viewed", 1.5, cap=Cap(2, 7 * DAY)),
    )
    assert scoring.group_caps == (("mail", Cap(6, 7 * DAY)),)
    size = Compare(Field(Scope.ACCOUNT, ("employees",)), Op.GE, Literal(100))
    assert scoring.fit == (FitRule("size", size, 4.0),)
    assert (scoring.warm, scoring.hot) == (Threshold(20, 15), Threshold(50, 40))
    assert scoring.intent == (("form.submitted", quote), ("page.viewed", ()))
    assert scoring.intent_within == 30 * DAY
    over = Compare(Field(Scope.CONTACT, ("score",)), Op.GT, Literal(60))
    assert scoring.lifecycle == (
        LifecycleRule("mql", ("prospect", "lead"), over, "点"),
        LifecycleRule("lead", ("prospect",), HasTag("a")),
    )
    assert scoring.handoff == Handoff("mql", "電話", "owner", timedelta(hours=12), "call")


LARGE = Compare(Field(Scope.ACCOUNT, ("employees",)), Op.GE, Literal(300))


@pytest.mark.parametrize(
    "text",
    [
        "segments: {large: {employees: '>= 300'}, vip: {segment: large, tag: vip}}",
        # used above where it is written
        "segments: {vip: {segment: large, tag: vip}, large: {employees: '>= 300'}}",
        "segments: [{segment: large, if: {employees: '>= 300'}},"
        " {segment: vip, title: V, if: {segment: large, tag: vip}}]",
    ],
)
def test_segments_are_put_in_place_where_they_are_named(text: str) -> None:
    definitions = compile_with(text)
    assert definitions.problems == ()
    assert definitions.segments == {"large": LARGE, "vip": All((LARGE, HasTag("vip")))}


def test_a_segment_may_have_a_file_of_its_own() -> None:
    files = {**BASE, "workflows/vip.yaml": "segment: vip\nif: {segment: large-accounts}"}
    definitions = compile_files(files)
    assert definitions.problems == ()
    assert definitions.segments["vip"] == LARGE


def test_segments_that_multiply_are_refused_before_they_fill_the_memory() -> None:
    lines = ["  s0: {any: [{tag: a}, {tag: b}]}"]
    lines += [
        f"  s{n}: {{any: [{{segment: s{n - 1}}}, {{segment: s{n - 1}}}]}}" for n in range(1, 60)
    ]
    problems = compile_with("segments:\n" + "\n".join(lines)).problems
    assert {problem.code for problem in problems} == {"segment-too-large"}


@pytest.mark.parametrize("kind", ["policy", "calendar", "scoring"])
def test_a_release_needs_each_of_its_three_files(kind: str) -> None:
    files = {path: text for path, text in BASE.items() if not path.endswith(f"{kind}.yaml")}
    assert [str(problem) for problem in compile_files(files).problems] == [
        f"workflows/{kind}.yaml:1:1: error: no file with `{kind}:` [missing-file]"
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("worklfow: x", "1:1: error: nothing says what this file is (did you mean 'workflow'?) [unknown-kind]"),
        ("- a", "1:1: error: expected keys such as `workflow: …`, found no map [wrong-type]"),
        ("{}", "1:1: error: nothing says what this file is (it needs one of the keys workflow, scoring, calendar, policy, segment, segments, broadcast, seminar, library, survey, scenario, scenarios, referral_program) [unknown-kind]"),
    ],
)  # fmt: skip
def test_a_file_that_is_nothing_we_know_says_so(text: str, problem: str) -> None:
    problems = compile_files({**BASE, "workflows/x.yaml": text}).problems
    assert [str(one) for one in problems] == [f"workflows/x.yaml:{problem}"]


def test_a_broken_policy_does_not_make_its_fields_and_senders_unknown() -> None:
    workflow = (
        "workflow: w\npurpose: marketing\ntrigger: {form: a}\ndelivery: {from: sato}\n"
        "only_if: {budget: 5}\nsteps: [{set: {budget: 6}}]"
    )
    files = {**BASE, "workflows/policy.yaml": "policy: [", "workflows/w.yaml": workflow}
    assert {problem.place.file for problem in compile_files(files).problems} == {
        "workflows/policy.yaml"
    }


def test_a_second_policy_is_one_too_many() -> None:
    files = {**BASE, "workflows/zzz.yaml": BASE["workflows/policy.yaml"]}
    assert [problem.code for problem in compile_files(files).problems] == ["second-file"]


@pytest.mark.parametrize(
    ("path", "text", "problem"),
    [
        # a release would hold it
        ("workflows/x.yaml", "scenario: x\ngiven: {at: 2026-04-03 18:00, contact: {}}\nexpect: {temperature: cold}", "scenarios live in workflows/tests/"),
        # a release would lack it
        ("workflows/tests/x.yaml", "segment: vip\nif: {tag: vip}", "only scenarios live in workflows/tests/"),
    ],
)  # fmt: skip
def test_scenarios_have_a_folder_of_their_own(path: str, text: str, problem: str) -> None:
    (found,) = compile_files({**BASE, path: text}).problems
    assert (found.code, found.message) == ("wrong-folder", problem)
