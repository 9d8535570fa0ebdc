"""The form of a ladder: what it holds, and what was typed into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from werkzeug.datastructures import MultiDict

from grid_app.errors import InvalidError
from grid_app.services.escalations.events import BY_CODE
from grid_app.services.escalations.ladder_rows import HOURS_WORDS, INBOX, WHOM_WORDS, AfterTaking, RungRow
from notifications.ladder import EVERYONE

MOST_RUNGS: Final = 5
FEWEST_SHOWN: Final = 3
FIELDS: Final = ("unit", "wait", "red")
NUMBERS: Final = {"wait": "wait_minutes", "red": "red_wait_minutes", "repeat": "repeat_minutes"}
MOST_DIGITS: Final = 18
WHOLE: Final = "请填整数,单位是分钟,例如 120"


def read_rungs(event_kind: str, form: MultiDict[str, str]) -> list[RungRow]:
    """Return the rungs of a posted form; empty lines at the end are left out, a gap between is kept.

    A kind that only red matters come by has one waiting time, which is then used for both.

    Raises
    ------
    InvalidError
        A waiting time is no whole number of minutes.
    """
    used = [n for n in range(1, MOST_RUNGS + 1) if any(form.get(f"{name}_{n}", "").strip() for name in FIELDS)]
    errors: dict[str, str] = {}
    rungs = [_rung(event_kind, form, number, errors) for number in range(1, max(used, default=0) + 1)]
    if errors:
        raise InvalidError("等待时间没有填对,修改没有保存。", fields=errors)
    return rungs


def read_after(form: Mapping[str, str]) -> AfterTaking:
    """Return what holds once an office has taken a matter up; an empty field is nought.

    Raises
    ------
    InvalidError
        A number is none.
    """
    typed = {name: form.get(name, "").strip() or "0" for name in ("idle", "bounces")}
    errors = {name: "请填整数,没有就填 0" for name, value in typed.items() if not _is_whole(value)}
    if errors:
        raise InvalidError("确认以后的规定没有填对,修改没有保存。", fields=errors)
    hours = _known(form.get("idle_hours", ""), HOURS_WORDS, "always")
    return AfterTaking(int(typed["idle"]), int(typed["bounces"]), "working" if hours == "working" else "always")


def values_of(rungs: Sequence[RungRow], after: AfterTaking) -> dict[str, object]:
    """Return what the fields of the form hold."""
    values: dict[str, object] = {
        "idle": str(after.idle_minutes), "idle_hours": after.idle_hours, "bounces": str(after.bounce_limit),
    }  # fmt: skip
    for number, rung in enumerate(rungs, start=1):
        values |= {
            f"unit_{number}": rung.unit_kind,
            f"whom_{number}": rung.whom,
            f"wait_{number}": str(rung.wait_minutes),
            f"red_{number}": str(rung.red_wait_minutes),
            f"hours_{number}": rung.hours,
            f"repeat_{number}": str(rung.repeat_minutes),
            f"ways_{number}": list(rung.channels),
        }
    return values


def shown_rungs(values: Mapping[str, object]) -> int:
    """Return how many rungs the form shows: those in use and one more, at least three."""
    used = [number for number in range(1, MOST_RUNGS + 1) if any(values.get(f"{n}_{number}") for n in FIELDS)]
    return min(MOST_RUNGS, max([FEWEST_SHOWN, *(number + 1 for number in used)]))


def _rung(event_kind: str, form: MultiDict[str, str], number: int, errors: dict[str, str]) -> RungRow:
    typed = {name: form.get(f"{name}_{number}", "").strip() for name in NUMBERS}
    typed["repeat"] = typed["repeat"] or "0"
    if BY_CODE[event_kind].one_wait:
        typed["wait"] = typed["red"]
    errors |= {f"{name}_{number}": WHOLE for name, value in typed.items() if not _is_whole(value)}
    minutes = {field: int(typed[name]) if _is_whole(typed[name]) else 0 for name, field in NUMBERS.items()}
    hours = form.get(f"hours_{number}", "") or "always"
    return RungRow(
        unit_kind=form.get(f"unit_{number}", "").strip(),
        channels=(INBOX, *form.getlist(f"ways_{number}")),
        whom=_known(form.get(f"whom_{number}", ""), WHOM_WORDS, EVERYONE),
        hours="working" if _known(hours, HOURS_WORDS, "always") == "working" else "always",
        **minutes,
    )


def _is_whole(typed: str) -> bool:
    return typed.isdecimal() and len(typed) <= MOST_DIGITS


def _known(typed: str, words: Mapping[str, str], otherwise: str) -> str:
    return typed if typed in words else otherwise
