"""What to say when somebody is asked in person, and the one line for a chat.

The order is 002's: the figure that got better, whom we would like to meet, how little it
takes, what they gain and hear, and that no is as good as yes.
"""

from __future__ import annotations

from collections.abc import Mapping

_JA = {
    "result": "「{result}という成果が出ております。皆さまの取り組みの賜物です」",
    "no_result": "「その後のご様子はいかがでしょうか」と伺い、よくなった数字を一緒に確かめる",
    "people": "「{people}に、お心当たりはおありでしょうか」",
    "named": "「{named}に、お引き合わせいただけないでしょうか」",
    "reason": "「{reason}」",
    "effort": "「お名前だけで結構です。短い文面は私どもでご用意し、転送いただくだけです」",
    "benefit": "「{benefit}」",
    "reports": "「{reports}」",
    "no": "「難しければ、遠慮なくおっしゃってください。今後のお取引に影響はございません」",
    "chat": (
        "「{result}」の要点を、3分でお話しできます。同じことでお困りの方がいらっしゃいましたら、"
        "こちらをご転送ください。 {link}"
    ),
    "chat_without": (
        "{pitch}。同じことでお困りの方がいらっしゃいましたら、こちらをご転送ください。 {link}"
    ),
}
_EN = {
    "result": '"There is a result: {result}. It is your team\'s achievement."',
    "no_result": "Ask how things go, and look together at the figure that got better",
    "people": '"Does somebody come to mind? {people}."',
    "named": '"Would you introduce us to {named}?"',
    "reason": '"{reason}"',
    "effort": '"A name is enough. We write the short text; you only forward it."',
    "benefit": '"{benefit}"',
    "reports": '"{reports}"',
    "no": '"If it is not for you, please just say so. It changes nothing between us."',
    "chat": (
        "{result}: I can share the gist in 3 minutes. If somebody has the same problem, "
        "please forward this: {link}"
    ),
    "chat_without": "{pitch}. If somebody has this problem, please forward this: {link}",
}


def script(values: Mapping[str, str], locale: str) -> list[str]:
    """Return what to say, line by line; `values` are the fields of `ask` (`services.ask_mail`)."""
    words = _JA if locale.startswith("ja") else _EN
    wanted = ["result" if values.get("result") else "no_result"]
    wanted.append("named" if values.get("named") else "people")
    wanted += [one for one in ("reason",) if values.get(one)]
    wanted.append("effort")
    wanted += [one for one in ("benefit", "reports") if values.get(one)]
    wanted.append("no")
    return [_filled(words[one], values) for one in wanted]


def chat_line(values: Mapping[str, str], locale: str) -> str:
    """Return one line for Slack, Teams or Chatwork."""
    words = _JA if locale.startswith("ja") else _EN
    return _filled(words["chat" if values.get("result") else "chat_without"], values)


def _filled(text: str, values: Mapping[str, str]) -> str:
    # A sentence of the file ends with its own full stop.
    said = {name: value.rstrip(".。") for name, value in values.items()}
    for name, value in said.items():
        text = text.replace("{" + name + "}", value)
    return text
