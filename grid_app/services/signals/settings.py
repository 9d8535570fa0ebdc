"""Switching signals on and off, and the budget of the statistical ones; what is on at a moment, a round works with.

A signal that a county has not used before is switched on only after a backtest of that county that held it with the
same figures. The budget is raised only when the backtests of what is on bear it; lowering it tells less and is always
possible, as is switching off. Sharing a grievance is what the platform is there for: that signal stays on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.signals import SignalSetting
from grid_app.policy import Action, Actor, allows
from grid_app.queries.masking import mask_text
from grid_app.queries.signal_settings import Setting, county_of, settings_at
from grid_app.services.audit import record_audit
from grid_app.services.control_words import refuse_control_words
from grid_app.vocabulary.findings import signal_word
from grid_app.vocabulary.signals import (
    BACKTESTED,
    BUDGET,
    FIGURE_LIMITS,
    FIGURES,
    NEVER_OFF,
    ON_FROM_THE_START,
    QUESTIONS,
)
from screening import Parameters
from screening.parameters import SIGNALS, STATISTICAL

SHORTEST: Final = 5
LONGEST: Final = 300
NO_SIGNAL: Final = "没有这个信号。请从“信号”页面重新进入。"
KEPT_ON: Final = "“多户反映同一个问题”是平台本来要做的事,不能关。"
FIRST_ELSE: Final = "刚才已经有人改过这一项,您的没有保存;写的理由还在。请看现在的情况再定。"


class BacktestFor(Protocol):
    """Finds a finished backtest of a county that held a signal with these figures."""

    def __call__(self, session: Session, *, division_code: str, signal: str, parameters: Parameters) -> UUID | None:
        """Return the newest one, or ``None``."""
        ...


@dataclass(frozen=True)
class Change:
    """What is to be set and why; ``replaces`` is the setting that the page showed, ``None``: as from the start.

    A figure of ``None`` is one that was not typed as a whole number.
    """

    reason: str
    replaces: UUID | None
    enabled: bool = True
    figures: Mapping[str, int | None] | None = None


def is_on(settings: Mapping[str, Setting], signal: str) -> bool:
    """Say whether a signal is on; one that nobody ever set is as it is from the start."""
    found = settings.get(signal)
    return signal in ON_FROM_THE_START if found is None else found.enabled


def parameters_at(session: Session, *, division_code: str, at: datetime) -> Parameters:
    """Return the figures of a round over a division, as its county had set them at a moment."""
    settings = settings_at(session, county=county_of(session, division_code), at=at)
    return parameters_of(settings)


def parameters_of(settings: Mapping[str, Setting]) -> Parameters:
    """Return the figures that follow from settings."""
    figures: dict[str, Any] = {
        name: float(settings[code].figures[name])
        for code, names in FIGURES.items()
        for name in names
        if code in settings and name in settings[code].figures
    }
    return replace(Parameters(), signals=tuple(one for one in SIGNALS if is_on(settings, one)), **figures)


def parameters_with(settings: Mapping[str, Setting], signal: str) -> Parameters:
    """Return the figures that would follow if a signal was switched on as its figures stand."""
    signals = tuple(one for one in SIGNALS if one == signal or is_on(settings, one))
    return replace(parameters_of(settings), signals=signals)


def figure_words(parameters: Parameters) -> str:
    """Return the figures that a backtest and a setting must share, in words."""
    return f"每月最多 {parameters.budget_per_month:g} 条、半径 {parameters.scan_radius_km:g} 公里"


def switch(
    session: Session, *, signal: str, change: Change, actor: Actor, now: datetime, backtest_for: BacktestFor
) -> bool:
    """Switch a signal of the actor's county on or off; say whether anything changed.

    Raises
    ------
    ForbiddenError, NotFoundError, InvalidError, ConflictError
        The actor may not; no such signal; no reason or no proper figure; somebody was first, or no backtest bears it.
    """
    if signal not in QUESTIONS:
        raise NotFoundError(NO_SIGNAL)
    county, settings = _asked(session, actor, now)
    if signal == NEVER_OFF and not change.enabled:
        raise InvalidError(KEPT_ON, fields={"enabled": KEPT_ON})
    typed, reason = _checked(signal, change)
    figures = typed if change.enabled else _kept(settings, signal)
    if is_on(settings, signal) == change.enabled and _kept(settings, signal) == figures:
        return False
    _check_first(settings.get(signal), change)
    made = _made(signal, change, figures, reason, now)
    if change.enabled and signal in BACKTESTED:
        parameters = parameters_of({**settings, signal: made})
        found = backtest_for(session, division_code=county, signal=signal, parameters=parameters)
        if found is None:
            raise ConflictError(
                f"“{signal_word(signal)}”还没有按这样的设置({figure_words(parameters)})回测过,不能打开。请先回测,看过再打开。"
            )
        made = replace(made, backtest_id=found)
    _keep(session, county, made, actor)
    return True


def set_budget(session: Session, *, change: Change, actor: Actor, now: datetime, backtest_for: BacktestFor) -> bool:
    """Set how many findings of statistical signals a month may bring at most; say whether anything changed.

    Raises
    ------
    ForbiddenError, InvalidError, ConflictError
        The actor may not; no reason or no proper number; somebody was first, or a signal that is on was not
        backtested with so many.
    """
    county, settings = _asked(session, actor, now)
    figures, reason = _checked(BUDGET, change)
    made = _made(BUDGET, change, figures, reason, now)
    before, after = parameters_of(settings), parameters_of({**settings, BUDGET: made})
    if before.budget_per_month == after.budget_per_month:
        return False
    _check_first(settings.get(BUDGET), change)
    if after.budget_per_month > before.budget_per_month:
        _check_borne(session, county, after, backtest_for)
    _keep(session, county, made, actor)
    return True


def _asked(session: Session, actor: Actor, now: datetime) -> tuple[str, dict[str, Setting]]:
    """Return the county that the actor sets, and how it stands."""
    if not allows(actor, Action.EDIT_SIGNALS):
        raise ForbiddenError("只有县级领导和安全管理员可以打开、关闭信号,或者改上限。")
    county = county_of(session, actor.division_code)
    return county, settings_at(session, county=county, at=now)


def _kept(settings: Mapping[str, Setting], signal: str) -> dict[str, float]:
    """Return the figures of a signal as they stand."""
    standing = parameters_of(settings)
    return {name: getattr(standing, name) for name in FIGURES.get(signal, ())}


def _checked(signal: str, change: Change) -> tuple[dict[str, float], str]:
    """Return the figures and the reason of a change, with numbers of persons masked."""
    typed = change.figures or {}
    figures, wrong = {}, {}
    for name in FIGURES.get(signal, ()) if change.enabled else ():
        (low, high), number = FIGURE_LIMITS[name], typed.get(name)
        if number is None or not low <= number <= high:
            wrong[name] = f"请写 {low} 到 {high} 的整数。"
        else:
            figures[name] = float(number)
    words = change.reason.replace("\x00", "").strip()
    if not SHORTEST <= len(words) <= LONGEST:
        wrong["reason"] = f"请写明为什么这样定,{SHORTEST} 到 {LONGEST} 个字。"
    if wrong:
        raise InvalidError("有几处要改,还没有保存。", fields=wrong)
    refuse_control_words({"reason": words})
    return figures, mask_text(words).text


def _made(signal: str, change: Change, figures: Mapping[str, float], reason: str, now: datetime) -> Setting:
    return Setting(new_id(), signal, change.enabled, figures, reason, None, now, "")


def _check_first(standing: Setting | None, change: Change) -> None:
    if (standing.setting_id if standing else None) != change.replaces:
        raise ConflictError(FIRST_ELSE)


def _check_borne(session: Session, county: str, parameters: Parameters, backtest_for: BacktestFor) -> None:
    for signal in parameters.signals:
        if signal not in STATISTICAL:
            continue
        if backtest_for(session, division_code=county, signal=signal, parameters=parameters) is None:
            raise ConflictError(
                f"“{signal_word(signal)}”开着,还没有按这个上限回测过,不能调高。请先按新的上限回测,看过结果再调。"
            )


def _keep(session: Session, county: str, made: Setting, actor: Actor) -> None:
    # The audit link first: it takes the chain's lock, so that every transaction takes its locks in one order.
    record_audit(
        session, actor, "signal.set", now=made.set_at, target=("signal", made.signal),
        details={"enabled": made.enabled, "figures": " ".join(f"{n}={v:g}" for n, v in made.figures.items()),
                 "backtest": str(made.backtest_id or "")},
    )  # fmt: skip
    session.add(
        SignalSetting(
            id=made.setting_id, division_code=county, signal=made.signal, enabled=made.enabled,
            figures=dict(made.figures), reason=made.reason, backtest_id=made.backtest_id, set_at=made.set_at,
            set_by=actor.assignment_id,
        )
    )  # fmt: skip
