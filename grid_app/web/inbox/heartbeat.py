"""The page that tells whether the telling itself is alive; it is reckoned on opening, so a dead scheduler shows."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import render_template

from grid_app.clock import SystemClock
from grid_app.database.transaction import reading
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.queries.heartbeat import Answers, Beat, answers_of_units, beats_of, waiting_messages
from grid_app.services.escalations.ladder_words import duration
from grid_app.web.wording import local_time
from grid_app.wiring import wired

JOB_WORDS: Final = {
    "ladder.step_up": "到时间没有确认的,转给下一级",
    "outbox.deliver": "发出推送和消息",
    "limits.raise": "找出快到或已过法定期限的纠纷",
    "findings.escalate_undecided": "找出到期没有判断的苗头提示",
    "whistles.name_silence": "找出吹哨后没有回应的部门",
    "rounds.close": "结束到期的排查轮次",
    "auditor.check": "自查:该发的是不是都发了",
}
LADDER: Final = "ladder.step_up"
SILENT: Final = timedelta(minutes=15)
"""Every job here runs at least every five minutes."""
HUNG: Final = timedelta(minutes=5)
SPAN: Final = timedelta(days=90)


@requires(Action.READ_REACHABILITY)
def heartbeat() -> str:
    """Show when each job ran last, what waits to be sent, and how quickly offices take things up."""
    actor, now, machine = the_actor(), wired().clock.now(), SystemClock().now()
    with reading() as session:
        beats = beats_of(session, tuple(JOB_WORDS))
        waiting = waiting_messages(session, now=now)
        answers = answers_of_units(session, path=actor.division_path, since=now - SPAN)
    late = waiting.oldest is not None and now - waiting.oldest > HUNG
    rows = [_row(beat, is_silent=beat.at is None or machine - beat.at > SILENT) for beat in beats]
    return render_template(
        "pages/heartbeat.html",
        beats=rows,
        dead=any(row["silent"] for row in rows),
        waiting=waiting.count,
        oldest=local_time(waiting.oldest) if waiting.oldest else "",
        late=late,
        answers=[_answers(one) for one in answers],
    )


def has_stopped() -> bool:
    """Say whether the job of the ladder has run before and runs no more."""
    with reading() as session:
        [beat] = beats_of(session, (LADDER,))
    return beat.at is not None and SystemClock().now() - beat.at > SILENT


def _row(beat: Beat, *, is_silent: bool) -> dict[str, object]:
    return {
        "what": JOB_WORDS[beat.name],
        "at": local_time(beat.at) if beat.at else "还没有运行过",
        "silent": is_silent,
        "failed": beat.outcome == "failed",
    }


def _answers(one: Answers) -> dict[str, object]:
    minutes = None if one.median is None else int(one.median / timedelta(minutes=1))
    median = "样本不足" if minutes is None else duration(minutes) if minutes else "不到 1 分钟"
    return {"unit": one.unit_name, "count": one.count, "median": median}
