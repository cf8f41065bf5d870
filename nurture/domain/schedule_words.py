"""Schedules in words, as people read them: `every Monday at 10:00`, 毎週月曜 10:00."""

from __future__ import annotations

from nurture.domain.schedule import Closed, Schedule

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAYS_JA = "月火水木金土日"
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
_QUARTERS = frozenset({1, 4, 7, 10})

_CLOSED = {
    Closed.NEXT: ("休業日なら翌営業日", "on closed days the next business day"),
    Closed.PREVIOUS: ("休業日なら前営業日", "on closed days the business day before"),
    Closed.SKIP: ("休業日を除く", "not on closed days"),
}

#: times of day that are listed one by one
_FEW = 4


def in_words(schedule: Schedule, locale: str) -> str:
    """Return when a schedule fires in Japanese (`ja`) or English (anything else)."""
    japanese = locale.startswith("ja")
    days = _japanese(schedule) if japanese else _english(schedule)
    shown = [f"{one.hour}:{one.minute:02}" for one in schedule.times]
    if japanese:
        times = f"1日{len(shown)}回" if len(shown) > _FEW else "・".join(shown)
        said = f"{days} {times}"
    else:
        times = f"{len(shown)} times a day" if len(shown) > _FEW else "at " + ", ".join(shown)
        said = f"{days} {times}" if len(shown) <= _FEW else f"{days}, {times}"
    closed = _CLOSED.get(schedule.closed)
    if closed is None:
        return said
    return f"{said}（{closed[0]}）" if japanese else f"{said} ({closed[1]})"


def _english(schedule: Schedule) -> str:
    months = schedule.months
    if months is None:
        of = "of each month"
    elif months == _QUARTERS:
        of = "of each quarter"
    else:
        of = "of " + ", ".join(_MONTHS[one - 1] for one in sorted(months))
    parts = []
    if schedule.business is not None:
        if 0 in schedule.business:
            parts.append("every business day" if months is None else f"every business day {of}")
        else:
            which = _ordered(schedule.business)
            numbers = ", ".join(_ORDINALS.get(one, f"{one}th") for one in which)
            parts.append(f"on the {numbers} business day {of}")
    if schedule.days is not None:
        shown = ", ".join("last day" if one < 0 else str(one) for one in _ordered(schedule.days))
        parts.append(f"on {shown} {of}" if "last" not in shown else f"on the {shown} {of}")
    if schedule.weekdays is not None:
        each = [_DAYS[day] for day, which in sorted(schedule.weekdays) if which == 0]
        nth = [(day, which) for day, which in sorted(schedule.weekdays) if which != 0]
        if each:
            parts.append(f"every {', '.join(each)}" + ("" if months is None else f" {of}"))
        if nth:
            named = ", ".join(f"{_ORDINALS[which]} {_DAYS[day]}" for day, which in nth)
            parts.append(f"on the {named} {of}")
    if not parts:
        return "every day" if months is None else f"every day {of}"
    return " or ".join(parts)


def _japanese(schedule: Schedule) -> str:
    months = schedule.months
    if months is None:
        of = "毎月"
    elif months == _QUARTERS:
        of = "四半期ごと（1・4・7・10月）の"
    else:
        of = "毎年" + "・".join(f"{one}月" for one in sorted(months)) + "の"
    parts = []
    if schedule.business is not None:
        if 0 in schedule.business:
            parts.append("毎営業日" if months is None else f"{of}各営業日")
        else:
            named = "・".join(
                "最終営業日"
                if one == -1
                else f"第{one}営業日"
                if one > 0
                else f"末から{-one}営業日"
                for one in _ordered(schedule.business)
            )
            parts.append(f"{of}{named}")
    if schedule.days is not None:
        named = "・".join("末日" if one < 0 else f"{one}日" for one in _ordered(schedule.days))
        parts.append(f"{of}{named}")
    if schedule.weekdays is not None:
        each = [_DAYS_JA[day] for day, which in sorted(schedule.weekdays) if which == 0]
        nth = [(day, which) for day, which in sorted(schedule.weekdays) if which != 0]
        if each:
            parts.append(("毎週" if months is None else f"{of}毎週") + "・".join(each) + "曜")
        if nth:
            named = "・".join(
                f"{'最終' if which < 0 else f'第{which}'}{_DAYS_JA[day]}曜" for day, which in nth
            )
            parts.append(f"{of}{named}")
    if not parts:
        return "毎日" if months is None else f"{of}毎日"
    return "または".join(parts)


def _ordered(numbers: frozenset[int]) -> list[int]:
    """Return numbers counted from the start before those counted from the end."""
    return sorted(numbers, key=lambda one: (one < 0, one))
