"""The analysis of a quarter (季度分析) as a report: figures, map and chart; the conclusions are a person's."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from grid_app.clock import local_date, start_of_day
from grid_app.documents.reports.blocks import Block, Grid, Heading, Report, Words
from grid_app.documents.reports.blocks import Picture as Drawing
from grid_app.documents.reports.charts import Dot, week_chart
from grid_app.policy import Actor, Scope
from grid_app.queries import analysis as figures
from grid_app.queries.analysis import Span
from grid_app.queries.map_shapes import Drawn
from grid_app.queries.small_numbers import FEW, LEAST_SHOWN, rate_shown, shown
from grid_app.services.bulletins.maps import counts_map
from grid_app.vocabulary.categories import category_names
from grid_app.vocabulary.words import CLOSURE_WORDS

QUARTER: Final = re.compile(r"(20\d\d)Q([1-4])")
GROUPS: Final = {code: word for code, word in category_names().items() if len(code) == 2}
INTERNAL: Final = "内部使用 · 只数事,不数人;不分先后"
DEFINITIONS: Final = (
    "收到:登记时间在本季度内的纠纷,一件一次;来源:纠纷登记。检举控告类(15)不在里面。",
    "办结:本季度内按办结依据结束的;来源:办结记录。转法定途径、撤回、联系不上不等于已经解决。",
    "时限:本季度内到期的时限里按时办完的;到期没有办的算没有按时;来源:时限记录。",
    "按地点:事情发生的乡镇(街道)或村(社区),按代码排列。1 到 4 件写“<5”;不到 10 件的不算比例。",
    "图:按规定不上图的(16)不画,只在表里。",
    "群众来信来访、起诉、投诉有多少,不是这份分析的数。",
)


@dataclass(frozen=True)
class Quarter:
    """A quarter of a year."""

    year: int
    number: int

    @property
    def code(self) -> str:
        """Return it as it is asked for, such as ``2026Q3``."""
        return f"{self.year}Q{self.number}"

    @property
    def words(self) -> str:
        """Return it as people say it."""
        return f"{self.year} 年第 {self.number} 季度"

    @property
    def first(self) -> date:
        """Return its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def before(self) -> Quarter:
        """Return the quarter before it."""
        return Quarter(self.year - 1, 4) if self.number == 1 else Quarter(self.year, self.number - 1)

    @property
    def after(self) -> Quarter:
        """Return the quarter after it."""
        return Quarter(self.year + 1, 1) if self.number == 4 else Quarter(self.year, self.number + 1)

    @property
    def span(self) -> Span:
        """Return its moments."""
        return Span(start_of_day(self.first), start_of_day(self.after.first))


def quarter_of(typed: str, today: date) -> Quarter:
    """Return the quarter that was asked for, such as ``2026Q3``; without one, or one to come, the present."""
    present = Quarter(today.year, (today.month - 1) // 3 + 1)
    found = QUARTER.fullmatch(typed)
    asked = Quarter(int(found[1]), int(found[2])) if found else present
    return asked if asked.first <= today else present


def quarterly_report(
    session: Session, actor: Actor, scope: Scope, quarter: Quarter, *, area: str, drawn: Drawn, now: datetime
) -> Report:
    """Return the analysis of one quarter over the own area."""
    places = figures.received_by_code(session, scope=scope, span=quarter.span)
    before = {
        code: count for code, _, count in figures.received_by_code(session, scope=scope, span=quarter.before.span)
    }
    on_map = replace(scope, sees_county_only=False)  # 16xx is in lists of the county and on no map
    counts = {code: count for code, _, count in figures.received_by_code(session, scope=on_map, span=quarter.span)}
    title = f"{area} {quarter.words}收到的纠纷"
    blocks: tuple[Block, ...] = (
        *_overview(session, scope, quarter, now),
        Heading("二、在哪里"),
        counts_map(drawn, counts, title=title),
        Grid(
            "按地点(按代码排列)",
            (("地点", False), ("本季度收到(件)", True), ("上季度收到(件)", True)),
            tuple((name, shown(count), shown(before.get(code, 0))) for code, name, count in places),
        ),
        Words("收到得多,说明那里的人愿意来说。", is_small=True),
        Heading("三、什么事、怎样办结"),
        *_kinds(session, scope, quarter),
        Heading("四、时限"),
        _clocks(session, scope, quarter, now),
        Heading("五、分析和建议"),
        Words("(由本单位填写:共同的原因、要哪个部门一起解决、下一季度做什么。)"),
        Heading("六、这些数怎么来的", level=2),
        *(Words(one, is_small=True) for one in DEFINITIONS),
    )
    return Report(
        title=f"{area} 矛盾纠纷排查化解季度分析({quarter.words})",
        line=f"{actor.unit_name} · 制表 {local_date(now):%Y-%m-%d} · {_period(quarter, now)}",
        blocks=blocks,
        foot=INTERNAL,
        author=actor.unit_name,
    )


def _overview(session: Session, scope: Scope, quarter: Quarter, now: datetime) -> tuple[Block, ...]:
    received, earlier = (
        sum(figures.received_by(session, scope=scope, span=one.span, column="category").values())
        for one in (quarter, quarter.before)
    )
    closed = sum(figures.closed_by_ground(session, scope=scope, span=quarter.span).values())
    weeks = [one for one in _weeks(quarter) if one[1].end <= now]
    by_week = [sum(figures.received_by(session, scope=scope, span=one, column="category").values()) for _, one in weeks]
    dots = [
        Dot(label, LEAST_SHOWN / 2 if 0 < count < LEAST_SHOWN else float(count))
        for (label, _), count in zip(weeks, by_week, strict=True)
    ]
    title = "本季度每七天收到的纠纷(件)"
    note = f"{title},从季度第一天起每七天一段,没有过完的一段不画;1 到 4 件画在 {FEW} 的地方。"
    return (
        Heading("一、总的情况"),
        Words(f"本季度收到 {received:,} 件,上季度 {earlier:,} 件;本季度办结 {closed:,} 件。"),
        Drawing(week_chart(dots, title=title), title, is_small=True, note=note) if dots else Words(note, is_small=True),
    )


def _weeks(quarter: Quarter) -> list[tuple[str, Span]]:
    """Return the quarter in stretches of seven days from its first day; the last one is what is left."""
    found, day = [], quarter.first
    while day < quarter.after.first:
        end = min(day + timedelta(days=7), quarter.after.first)
        found.append((f"{day.month}.{day.day}", Span(start_of_day(day), start_of_day(end))))
        day = end
    return found


def _kinds(session: Session, scope: Scope, quarter: Quarter) -> tuple[Block, ...]:
    this, before = (
        figures.received_by(session, scope=scope, span=one.span, column="category") for one in (quarter, quarter.before)
    )
    grounds = figures.closed_by_ground(session, scope=scope, span=quarter.span)
    return (
        Grid(
            "按领域",
            (("领域", False), ("本季度收到(件)", True), ("上季度收到(件)", True)),
            tuple(
                (word, shown(this[code]), shown(before[code]))
                for code, word in GROUPS.items()
                if this[code] or before[code]
            ),
        ),
        Grid(
            "按办结依据",
            (("办结依据", False), ("件", True)),
            tuple((word, shown(grounds[code])) for code, word in CLOSURE_WORDS.items() if grounds[code]),
        ),
    )


def _clocks(session: Session, scope: Scope, quarter: Quarter, now: datetime) -> Grid:
    return Grid(
        "到期的时限里按时办完的",
        (("时限", False), ("到期(件)", True), ("按时", True)),
        tuple(
            (one.rule, shown(one.due), rate_shown(one.in_time, one.due))
            for one in figures.clocks_kept(session, scope=scope, span=quarter.span, now=now)
        ),
    )


def _period(quarter: Quarter, now: datetime) -> str:
    last = quarter.after.first - timedelta(days=1)
    told = f"{quarter.first:%Y-%m-%d} 至 {last:%Y-%m-%d}"
    return f"{told}(季度还没有结束)" if last >= local_date(now) else told
