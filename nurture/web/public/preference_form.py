"""What the form of the preference centre says, read without trusting a word of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from werkzeug.datastructures import MultiDict

from nurture.domain.preferences import Choices, PauseError, Rhythm, read_pause
from nurture.services.preference_desk import Sheet

#: fields that may stand in the form, for offering it again as it was filled in
FIELDS = ("topic", "purpose", "rhythm", "pause", "day", "locale", "tracking")
#: values of one field, and characters of one value, that are offered again
_MOST, _LONGEST = 50, 100


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was filled in."""

    wish: Choices
    #: what stood in the choice of pause and in the field for its day
    pause: str
    day: str
    #: `past` or `unreadable`, where the day is neither
    mistake: str = ""
    #: the pause was longer than we can promise
    shortened: bool = False


def as_it_stands(sheet: Sheet) -> Filled:
    """Return the form filled with what a person has."""
    resumes = sheet.choices.resumes
    return Filled(
        sheet.choices,
        "date" if resumes is not None else "none",
        resumes.isoformat() if resumes is not None else "",
    )


def read_form(form: MultiDict[str, str], sheet: Sheet, undoing: bool = False) -> Filled:
    """Return what a form asks for; of what it leaves out or garbles, boxes are off.

    Radio buttons that are missing or unknown leave things as they are. While undoing, a
    pause whose end has come meanwhile is none.
    """
    has = sheet.choices
    rhythm = form.get("rhythm", "")
    wish = replace(
        has,
        topics=frozenset(form.getlist("topic")),
        purposes=frozenset(form.getlist("purpose")),
        rhythm=Rhythm(rhythm) if rhythm in frozenset(Rhythm) else has.rhythm,
        locale=form.get("locale", has.locale),
        tracking="tracking" in form,
    )
    choice, day = form.get("pause", ""), form.get("day", "")
    if not choice and not day:
        return replace(as_it_stands(sheet), wish=wish)
    try:
        pause = read_pause(choice, day, has.resumes, sheet.today)
    except PauseError as error:
        if undoing:
            return Filled(replace(wish, resumes=None), "none", "")
        return Filled(replace(wish, resumes=None), "date", day[:_LONGEST], error.code)
    wish = replace(wish, resumes=pause.resumes)
    return Filled(wish, choice, day[:_LONGEST], shortened=pause.shortened)


def again(form: MultiDict[str, str]) -> list[tuple[str, str]]:
    """Return the fields of a form that could not be saved, to be sent once more."""
    return [(name, value[:_LONGEST]) for name in FIELDS for value in form.getlist(name)[:_MOST]]


def undo(choices: Choices) -> list[tuple[str, str]]:
    """Return the fields of a form that brings choices back."""
    day: date | None = choices.resumes
    return [
        *(("topic", name) for name in sorted(choices.topics)),
        *(("purpose", name) for name in sorted(choices.purposes)),
        ("rhythm", str(choices.rhythm)),
        ("pause", "date" if day is not None else "none"),
        ("day", day.isoformat() if day is not None else ""),
        ("locale", choices.locale),
        *([("tracking", "on")] if choices.tracking else []),
    ]
