"""What readers change in the preference centre: a topic, the rhythm, a pause, the language."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from nurture.demo.dice import Dice, pick
from nurture.demo.forms import Form
from nurture.demo.temperament import Mood


class Wish(enum.StrEnum):
    """What somebody wants otherwise."""

    TOPIC_OFF = "topic_off"
    MONTHLY = "monthly"
    PAUSE = "pause"
    LANGUAGE = "language"
    NOT_MEASURED = "not_measured"


_SHARES = {
    Wish.TOPIC_OFF: 4.0,
    Wish.MONTHLY: 3.0,
    Wish.PAUSE: 2.0,
    Wish.LANGUAGE: 1.0,
    Wish.NOT_MEASURED: 1.0,
}

#: mood → share of those who ever open the preferences
_OPENS = {Mood.KEEN: 0.08, Mood.CURIOUS: 0.16, Mood.BUSY: 0.25, Mood.ANNOYED: 0.2}


def wish_of(dice: Dice, address: str, mood: Mood) -> tuple[Wish, int] | None:
    """Return what a reader wants otherwise, and at which mail that they read it comes to them."""
    rng = dice.about("wishes", address.lower())
    if rng.random() >= _OPENS.get(mood, 0.0):
        return None
    return pick(rng, _SHARES), rng.randint(1, 3)


def answers(wish: Wish, form: Form) -> Mapping[str, str | tuple[str, ...]] | None:
    """Return what is changed in the form; None where it does not offer that."""
    chosen = {name: [v for n, v in form.fields if n == name] for name in ("topic", "locale")}
    match wish:
        case Wish.TOPIC_OFF if chosen["topic"]:
            # Invitations first: the letters are what they came for.
            off = "seminars" if "seminars" in chosen["topic"] else chosen["topic"][-1]
            return {"topic": tuple(one for one in chosen["topic"] if one != off)}
        case Wish.MONTHLY:
            return {"rhythm": "monthly"}
        case Wish.PAUSE:
            return {"pause": "1m"}
        case Wish.LANGUAGE:
            other = [one for one in form.choices.get("locale", ()) if one not in chosen["locale"]]
            return {"locale": other[0]} if other else None
        case Wish.NOT_MEASURED if "tracking" in form.choices:
            return {"tracking": ()}
    return None
