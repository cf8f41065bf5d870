"""What a mail that asks must say is checked before anybody gets it."""

from __future__ import annotations

import pytest

from nurture.errors import Severity
from nurture.services.check import check
from tests.services.asking import MAIL, files
from tests.services.broadcasts import broadcast
from tests.services.project import letter


def found(mail: str) -> list[tuple[str, str]]:
    _, problems = check(files(mail=mail))
    return [(one.code, str(one.message)) for one in problems if "referral/ask" in one.place.file]


def test_an_ask_with_all_its_parts_has_no_problem() -> None:
    assert found(MAIL) == []


@pytest.mark.parametrize(
    ("without", "lacks"),
    [
        ("{{ ask.people }} ", "whom we want to meet"),
        ("{{ ask.benefit }} ", "what they gain"),
        ("{{ ask.reason | default('現場をご存じのため') }} ", "why it is them"),
        ("{{ ask.reports }}", "how often they will hear"),
        ("[見る]({{ ask.page }}) ", "nothing leads to the text"),
        ("[心当たりがない]({{ ask.answer }})", "cannot say no"),
    ],
)
def test_each_part_is_missed(without: str, lacks: str) -> None:
    assert without in MAIL
    (problem,) = found(MAIL.replace(without, ""))
    assert problem[0] == "ask-lacks"
    assert lacks in problem[1]


def test_each_of_the_four_ways_to_say_no_is_missed_by_itself() -> None:
    one = "[心当たりがない]({{ ask.answer }})"
    assert one in MAIL
    four = {name: f"({{{{ ask.{name} }}}})" for name in ("nobody", "not_now", "policy", "never")}
    assert found(MAIL.replace(one, " ".join(four.values()))) == []
    for name in four:
        rest = " ".join(link for other, link in four.items() if other != name)
        ((code, said),) = found(MAIL.replace(one, rest))
        assert code == "ask-lacks"
        assert said.endswith(name)


def test_a_reward_without_a_result_is_a_warning() -> None:
    _, problems = check(files(mail=MAIL.replace("{{ ask.result | default('成果') }} ", "")))
    (problem,) = [one for one in problems if "referral/ask" in one.place.file]
    assert (problem.code, problem.severity) == ("reward-without-result", Severity.WARNING)


def test_phrases_that_name_nobody_and_words_that_press_are_found_in_letters() -> None:
    assert [code for code, _ in found(f"{MAIL}良い方がいればご紹介ください\n")] == ["names-nobody"]
    assert [code for code, _ in found(f"{MAIL}是非お願いします\n")] == ["presses"]


def test_other_letters_may_not_count_on_what_asks_bring() -> None:
    made = files()
    made["templates/email/other.md"] = letter("{{ ask.people }}").encode()
    made["workflows/other.yaml"] = (
        b"workflow: other\npurpose: marketing\ntrigger: [{event: a.done}]\nsteps: [{send: other}]\n"
    )
    _, problems = check(made)
    assert [one.code for one in problems if "templates/email/other" in one.place.file] == [
        "asked-by-send"
    ]
    made["templates/email/referral/ask.md"] = f"{MAIL}{{{{ ask.peeple }}}}\n".encode()
    _, problems = check(made)
    assert any("did you mean 'ask.people'" in str(one.hint) for one in problems)


_PLAIN = "workflow: other\npurpose: referral\ntrigger: [{event: a.done}]\nsteps: [%s]\n"


@pytest.mark.parametrize(
    ("path", "text", "value", "step"),
    [
        ("workflows/other.yaml", _PLAIN % "{id: ask, send: other}", "ask", "ask_referral"),
        ("workflows/other.yaml", _PLAIN % "{id: ask, send: other}", "survey", "survey"),
        ("workflows/broadcasts/0.yaml", broadcast("other", send="other"), "ask", "ask_referral"),
    ],
)
def test_a_letter_that_asks_and_is_sent_by_a_plain_send_is_an_error_told_once(
    path: str, text: str, value: str, step: str
) -> None:
    fields = {"ask": ("people", "benefit", "reports"), "survey": ("link", "question", "low")}
    made = files()
    mail = letter("\n".join(f"{{{{ {value}.{one} }}}}" for one in fields[value]))
    made["templates/email/other.md"] = mail.encode()
    made[path] = text.encode()
    _, problems = check(made)
    told = [one for one in problems if "email/other" in one.place.file]
    (problem,) = [one for one in told if one.code != "first-mail-origin"]
    assert (problem.code, problem.severity) == ("asked-by-send", Severity.ERROR)
    assert problem.place.line == mail[: mail.index("{{ " + value)].count("\n") + 1
    assert "'other'" in str(problem.message)
    assert f"`{step}:`" in str(problem.hint)


def test_what_follows_an_ask_in_its_journey_and_what_asks_for_itself_is_no_error() -> None:
    made = files()
    made["templates/email/other.md"] = letter("{% if ask %}{{ ask.people }}{% endif %}").encode()
    made["templates/email/thanks.md"] = letter("{{ ask.people }}").encode()
    made["workflows/other.yaml"] = (_PLAIN % "{send: other}").encode()
    made["workflows/ask.yaml"] += b"  - send: thanks\n"
    _, problems = check(made)
    assert [one.code for one in problems if one.code == "asked-by-send"] == []


@pytest.mark.parametrize(
    ("words", "asks"),
    [
        ("お知り合いの工場の方をご紹介いただけませんか。", True),
        ("お知り合いの方をぜひご紹介ください。", True),
        ("Would you introduce us to a plant manager?", True),
        ("お知り合いの方に、ぜひお声がけください。", True),
        ("お友達紹介で1万円を進呈します。", True),
        ("紹介キャンペーンのご案内です。", True),
        ("ご不明な点は、お気軽にお声がけください。", False),
        # thanking and telling are no requests
        ("ご紹介くださり、誠にありがとうございます。", False),
        ("先日は、ご紹介のお願いにお返事をくださり、ありがとうございました。", False),
        ("お引き合わせくださった方に、お礼をお伝えください。", False),
        ("A word on how you came to introduce us.", False),
    ],
)
def test_a_letter_that_asks_past_the_guards_is_noticed(words: str, asks: bool) -> None:
    made = files()
    made["templates/email/other.md"] = letter(words).encode()
    made["workflows/other.yaml"] = (
        b"workflow: other\npurpose: referral\ntrigger: [{event: a.done}]\nsteps: [{send: other}]\n"
    )
    _, problems = check(made)
    found = [one for one in problems if one.code == "unguarded-ask"]
    assert [one.place.file for one in found] == ["templates/email/other.md"] * asks
    assert all(one.severity is Severity.WARNING for one in found)
