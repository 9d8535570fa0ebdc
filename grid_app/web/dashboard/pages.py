"""The leader's dashboard: today's duties of the own area, each leading to its list, and trends beside the own past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from flask import Blueprint, current_app, render_template, url_for
from markupsafe import Markup

from grid_app.database.transaction import reading
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action, Actor, allows
from grid_app.queries.dashboard import Duties, duties_of
from grid_app.queries.disputes import Tab
from grid_app.queries.disputes_filters import Clock
from grid_app.queries.trends import Trends, names_of, trends_of
from grid_app.vocabulary.findings import SUSPECTED
from grid_app.web.dashboard.shown import charts_of, funnel_of
from grid_app.web.dispute_words import count_of
from grid_app.web.villages.shown import WAITING
from grid_app.web.wording import local_time, remaining
from grid_app.wiring import wired

bp = Blueprint("dashboard", __name__)
guard_pages(bp)

KEPT_FOR: Final = timedelta(minutes=15)
KEPT: Final = "grid_trends"
MOST_KEPT: Final = 64
COUNTY_DEPTH: Final = 1
CLOCK_WORDS: Final = {
    Clock.STATUTORY: ("超过法定时限", "先办:依法答复,写明原因"),
    Clock.OVERDUE: ("有事项超期", "下一步已过了日子"),
    Clock.TODAY: ("今天到期", "今天要办完的一步"),
}
_ONE_AT_A_TIME: Final = Lock()


@dataclass(frozen=True)
class Duty:
    """One line of today's duties."""

    title: str
    url: str
    count: int | str
    detail: str = ""


@dataclass(frozen=True)
class ShownTrends:
    """The trends of an area as the page shows them: a table of each village takes longer to write than to read."""

    as_of: datetime
    charts: Markup


@bp.get("/dashboard")
@requires(Action.HANDLE_DISPUTE)
def index() -> str:
    """Show the duties of the day and the trends."""
    actor, now = the_actor(), wired().clock.now()
    with reading() as session:
        duties = duties_of(session, actor, now=now)
    trends = _trends(actor)
    return render_template(
        "pages/dashboard.html",
        area=actor.unit_name,
        duties=[duty for duty in _lines(actor, duties) if str(duty.count) != "0"],
        at=local_time(now),
        charts=trends.charts,
        trends_at=local_time(trends.as_of),
    )


def _lines(actor: Actor, duties: Duties) -> list[Duty]:
    now = wired().clock.now()
    lines = [
        Duty(word, url_for("disputes.index", tab=Tab.ALL, clock=clock), count_of(duties.clocks[clock]) or 0, detail)
        for clock, (word, detail) in CLOCK_WORDS.items()
    ]
    if allows(actor, Action.READ_FINDINGS):
        url = url_for("findings.index", state=SUSPECTED)
        lines.append(Duty("苗头提示等待判断", url, duties.to_decide, "确认,或者写明为什么不成立"))
    if allows(actor, Action.READ_ROUNDS):
        lines += [
            Duty(
                f"{one.name}:回执还没有交齐的村(社区)",
                url_for("rounds.detail", round_id=one.round_id),
                one.missing,
                f"共 {one.villages} 个,{remaining(one.due_at, now)}",
            )
            for one in duties.rounds
        ]
    if allows(actor, Action.READ_INBOX):
        lines.append(Duty("上级提醒,还没确认收到", url_for("inbox.index"), duties.escalations, "先确认收到,再安排办理"))
    url = url_for("village_namings.index", show=WAITING)
    lines.append(Duty("无上访村(社区)命名要复核或快到期", url, duties.namings, "每年复核一次;到期以前决定续不续"))
    return lines


def _trends(actor: Actor) -> ShownTrends:
    """Return the trends of the own area, reckoned anew every quarter of an hour: past weeks do not move quickly."""
    kept: dict[object, ShownTrends] = current_app.extensions.setdefault(KEPT, {})
    key, now = (the_scope(), actor.division_path), wired().clock.now()
    with _ONE_AT_A_TIME:
        found = kept.get(key)
        if found is None or not timedelta(0) <= now - found.as_of < KEPT_FOR:
            with reading() as session:
                trends = trends_of(session, scope=the_scope(), path=actor.division_path, now=now)
                names = names_of(session, list(trends.villages))
            is_county = actor.division_path.strip("/").count("/") < COUNTY_DEPTH
            found = ShownTrends(trends.as_of, _drawn(trends, names, is_county=is_county))
            if len(kept) >= MOST_KEPT:
                kept.clear()
            kept[key] = found
    return found


def _drawn(trends: Trends, names: Mapping[str, str], *, is_county: bool) -> Markup:
    funnel = funnel_of(trends.villages, names)
    charts = [*charts_of(trends, is_county=is_county), *([funnel] if funnel else [])]
    return Markup(render_template("pages/dashboard_charts.html", charts=charts))  # noqa: S704 - escaped by the template
