"""The bulletin of a screening round (集中排查通报) as a report: returns on a map, earlier rounds, findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from grid_app.clock import local, local_date
from grid_app.documents.reports.blocks import Block, Grid, Heading, Picture, Report, Words
from grid_app.documents.reports.charts import Dot, week_chart
from grid_app.policy import Actor
from grid_app.queries.findings import FindingRow, findings_by_id
from grid_app.queries.map_shapes import Drawn
from grid_app.queries.round_progress import VillageProgress
from grid_app.queries.rounds import RoundRow, progress_of, returned_of, rounds_of, runs_of
from grid_app.queries.small_numbers import shown
from grid_app.services.bulletins.maps import FILLS, returns_map, state_of
from grid_app.vocabulary.words import FINDING_STATE_WORDS, GRADE_ORDER, GRADE_WORDS, ROUND_STATE_WORDS

EARLIER: Final = 60
LEAST_ROUNDS: Final = 2
UNGRADED: Final = "未定级"
INTERNAL: Final = "内部使用 · 只数事,不数人;不分先后"
DEFINITIONS: Final = (
    "已回执:村(社区)自己回了,或者它的网格都回了(零报告也算);来源:排查回执。",
    "零报告不是成绩,也不是问题;连续零报告的地方,请上门走一走。",
    "苗头提示:同一件事有三户以上反映,或比自己过去明显多;要由人判断;来源:本轮研判。",
    "乡镇和村按代码排列。苗头提示 1 到 4 条写“<5”。",
)


def round_report(session: Session, actor: Actor, row: RoundRow, *, area: str, drawn: Drawn, now: datetime) -> Report:
    """Return the bulletin of one round over the own area."""
    progress = progress_of(session, row, within=actor.division_path)
    runs = runs_of(session, row.round_id)
    findings = findings_by_id(session, actor, runs[0].findings) if runs else []
    returned = sum(one.returned for one in progress)
    title = f"{area}:{row.name}回执"
    blocks: tuple[Block, ...] = (
        Heading("一、回执"),
        Words(
            f"{_moment(row.opens_at)} 开始,{_moment(row.due_at)} 截止,{ROUND_STATE_WORDS[row.state]}。"
            f"{len(progress)} 个村(社区)中 {returned} 个已回执。"
        ),
        returns_map(drawn, progress, title=title),
        _by_township(progress),
        *_earlier(session, actor, row),
        Heading("二、苗头提示"),
        *_findings(findings, is_analysed=bool(runs)),
        Heading("三、下一步"),
        Words("(由本单位填写:哪些问题请哪个部门解决,什么时候前答复群众。)"),
        Heading("四、这些数怎么来的", level=2),
        *(Words(one, is_small=True) for one in DEFINITIONS),
    )
    return Report(
        title=f"{area} 集中排查通报",
        line=f"{row.name} · {actor.unit_name} · 制表 {local_date(now):%Y-%m-%d}",
        blocks=blocks,
        foot=INTERNAL,
        author=actor.unit_name,
    )


def _by_township(progress: Sequence[VillageProgress]) -> Grid:
    by_code: dict[str, list[VillageProgress]] = {}
    for one in progress:
        by_code.setdefault(one.township_code, []).append(one)
    rows = []
    for _, villages in sorted(by_code.items()):
        states = Counter(state_of(one) for one in villages)
        rows.append((villages[0].township, str(len(villages)), *(str(states[state]) for state in FILLS)))
    sums = Counter(state_of(one) for one in progress)
    return Grid(
        "按乡镇(街道)",
        (("乡镇(街道)", False), ("村(社区)", True), *((word, True) for word, _ in FILLS.values())),
        tuple(rows),
        ("合计", str(len(progress)), *(str(sums[state]) for state in FILLS)),
    )


def _earlier(session: Session, actor: Actor, row: RoundRow) -> tuple[Block, ...]:
    """Return the share of returns beside the earlier rounds of the same kind over the same area.

    A round that can still be answered is left out: beside whole ones it would look like a fall.
    """
    rows = [
        one
        for one in rounds_of(session, actor, limit=EARLIER)
        if one.template == row.template
        and one.area_code == row.area_code
        and one.due_at <= row.due_at
        and one.state != "open"
    ]
    if len(rows) < LEAST_ROUNDS:
        return ()
    counted = returned_of(session, rows, within=actor.division_path)
    dots = [
        Dot(f"{local_date(one.due_at):%m.%d}", counted[one.round_id][0] / max(counted[one.round_id][1], 1))
        for one in sorted(rows, key=lambda one: one.due_at)
    ]
    title = "和自己以前各轮比:已回执的村(社区)占多少"
    return (
        Words(f"{title}(横轴是截止日;还在收回执的一轮不画)。"),
        Picture(week_chart(dots, title=title, is_share=True), title, is_small=True),
    )


def _findings(findings: Sequence[FindingRow], *, is_analysed: bool) -> tuple[Block, ...]:
    if not is_analysed:
        return (Words("本轮还没有研判。"),)
    if not findings:
        return (Words("本轮没有苗头提示。各件纠纷照常办理。"),)
    states = list(dict.fromkeys(one.state for one in sorted(findings, key=lambda one: one.state)))
    counts = Counter((one.grade, one.state) for one in findings)
    grades = [grade for grade in reversed(GRADE_ORDER) if any(counts[grade, state] for state in states)]
    return (
        Grid(
            "按等级和状态(条)",
            (("等级", False), *((FINDING_STATE_WORDS.get(state, state), True) for state in states)),
            tuple(
                (GRADE_WORDS.get(grade, UNGRADED), *(shown(counts[grade, state]) for state in states))
                for grade in grades
            ),
        ),
    )


def _moment(moment: datetime) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}"
