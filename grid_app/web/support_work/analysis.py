"""Drafts that the platform writes: the quarterly analysis, and the annual report with its four blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from flask import Blueprint, render_template, request, url_for

from grid_app.clock import local_date, start_of_day
from grid_app.database.transaction import reading
from grid_app.http.guard import requires, the_actor, the_scope
from grid_app.policy import Action
from grid_app.queries import analysis as figures
from grid_app.queries.analysis import Kept, Span
from grid_app.queries.exports.jobs import jobs_of
from grid_app.queries.ledger import unit_figures
from grid_app.queries.support_units import units_in_area
from grid_app.services.exports.kinds import QUARTER
from grid_app.services.matters.words import EVENT_WORDS
from grid_app.services.support_work.quarterly import quarterly_due
from grid_app.services.support_work.recommendations import ADOPTED_WORDS, KIND_WORDS
from grid_app.services.support_work.supervision import METHOD_WORDS
from grid_app.services.typed import whole_of
from grid_app.vocabulary.categories import category_names
from grid_app.vocabulary.handling import TRANSFER_STATE_WORDS
from grid_app.vocabulary.words import CHANNEL_WORDS, CLOSURE_WORDS
from grid_app.web.exports.shown import bulletin_cells
from grid_app.web.support_work.frame import OpenSession, small, tabs
from grid_app.web.wording import local_date as day_words
from grid_app.wiring import wired

LEAST_FOR_SHARE: Final = 10
LEAST_COMPLAINTS: Final = 5
PASSED_ON: Final = ("assigned", "transferred", "referred_out", "supervised")
GROUPS: Final = {code: word for code, word in category_names().items() if len(code) == 2}
FOURTH: Final = "四、其他需要报告的:期限"
ANSWERS: Final = {"open": "等答复", "answered": "已答复", "closed": "已办结"}


@dataclass(frozen=True)
class Table:
    """One table of a draft: a heading, the names of its columns, its rows, and a sentence below it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@requires(Action.HANDLE_DISPUTE)
def quarterly() -> str:
    """Show the draft of the analysis of a quarter: places, fields, units, timeliness, beside the quarter before."""
    now = wired().clock.now()
    begin = _quarter_of(request.args.get("quarter", ""), local_date(now))
    this, before = _quarter(begin), _quarter(_earlier(begin))
    with reading() as session:
        tables = _quarterly_tables(session, this, before, now)
        due = quarterly_due(session, quarter_end=this.end)
        files = jobs_of(session, actor=the_actor(), now=now, kind=QUARTER)
    code = f"{begin.year}Q{_number(begin)}"
    return render_template(
        "pages/support_report.html",
        tabs=tabs("quarterly"),
        title=f"{begin.year} 年第 {_number(begin)} 季度分析(草稿)",
        unit=the_actor().unit_name,
        tables=tables,
        other=("年度报告(草稿)", url_for("support_work.annual")),
        earlier=url_for("support_work.quarterly", quarter=f"{_earlier(begin).year}Q{_number(_earlier(begin))}"),
        earlier_word="上一季度",
        quarter=code,
        files=bulletin_cells(files, "quarter", code),
        hint=f"季度结束后十天以内,{day_words(due)}以前报送。数字由平台算出;分析和建议请自己写。",
        made_on=local_date(now).isoformat(),
    )


def _quarterly_tables(session: OpenSession, this: Span, before: Span, now: datetime) -> list[Table]:
    scope = the_scope()
    fields, fields_before = (figures.received_by(session, scope=scope, span=one, column="category")
                             for one in (this, before))  # fmt: skip
    places = figures.received_by_place(session, scope=scope, span=this)
    earlier = dict(figures.received_by_place(session, scope=scope, span=before))
    last = local_date(this.end) - timedelta(days=1)
    units = unit_figures(session, scope=scope, first=local_date(this.begin), last=last, now=now)
    trend = ("本季度收到", "上季度收到")
    place_rows = tuple((name, small(count), small(earlier.get(name, 0))) for name, count in places)
    field_rows = tuple((word, small(fields[code]), small(fields_before[code])) for code, word in GROUPS.items()
                       if fields[code] or fields_before[code])  # fmt: skip
    unit_rows = tuple((one.unit, small(one.opened), small(one.closed), small(one.overdue)) for one in units)
    return [
        Table("按地点", ("地点", *trend), place_rows, "按地点的代码排列。收到得多,说明那里的人愿意来说。"),
        Table("按领域", ("领域", *trend), field_rows),
        Table("按责任单位", ("责任单位", "挂号", "销号", "现在超期"), unit_rows, "按单位所在地的代码排列。"),
        _kept(figures.clocks_kept(session, scope=scope, span=this, now=now)),
    ]


@requires(Action.HANDLE_DISPUTE)
def annual() -> str:
    """Show the draft of the annual report with the four blocks of 信访工作条例 41."""
    now = wired().clock.now()
    this = local_date(now).year
    asked = whole_of(request.args.get("year", "")) or this
    year = asked if 2000 <= asked <= this else this
    span = Span(start_of_day(date(year, 1, 1)), start_of_day(date(year + 1, 1, 1)))
    with reading() as session:
        tables = [*_matters(session, span), *_passed_on(session, span), _proposals(session, span),
                  _kept(figures.clocks_kept(session, scope=the_scope(), span=span, now=now), FOURTH)]  # fmt: skip
    return render_template(
        "pages/support_report.html",
        tabs=tabs("quarterly"),
        title=f"{year} 年度报告(草稿)",
        unit=the_actor().unit_name,
        tables=tables,
        other=("季度分析(草稿)", url_for("support_work.quarterly")),
        earlier=url_for("support_work.annual", year=year - 1),
        earlier_word="上一年",
        hint="四个部分依照信访工作条例第四十一条。数字由平台算出;文字请自己写。",
        made_on=local_date(now).isoformat(),
    )


def _matters(session: OpenSession, span: Span) -> list[Table]:
    scope = the_scope()
    fields = figures.received_by(session, scope=scope, span=span, column="category")
    channels = figures.received_by(session, scope=scope, span=span, column="channel")
    grounds = figures.closed_by_ground(session, scope=scope, span=span)
    named = figures.complained_of(session, scope=scope, span=span, least=LEAST_COMPLAINTS)
    return [
        Table("一、事项数据:收到的渠道", ("渠道", "件"), _rows(CHANNEL_WORDS, channels)),
        Table("一、事项数据:涉及领域", ("领域", "件"), _rows(GROUPS, fields)),
        Table("一、事项数据:办结依据", ("依据", "件"), _rows(CLOSURE_WORDS, grounds),
              "转法定途径、当事人撤回、联系不上都不等于已经解决,请分开说。"),
        Table(f"一、事项数据:被反映 {LEAST_COMPLAINTS} 件以上的机关、单位", ("机关、单位",),
              tuple((name,) for name in named), "按所在地的代码排列,不按件数。"),
    ]  # fmt: skip


def _passed_on(session: OpenSession, span: Span) -> list[Table]:
    units = [one.id for one in units_in_area(session, the_actor())] + [the_actor().unit_id]
    steps = figures.events_of(session, scope=the_scope(), span=span, kinds=PASSED_ON)
    transfers = figures.transfers_in(session, scope=the_scope(), span=span)
    supervised = figures.supervisions_in(session, unit_ids=units, span=span)
    return [
        Table("二、转送、交办、督办", ("做法", "次"), _rows(EVENT_WORDS, steps)),
        Table("二、转办的结果", ("结果", "次"), _rows(TRANSFER_STATE_WORDS, transfers)),
        Table("二、督办的结果", ("方式", *ANSWERS.values()), _crossed(METHOD_WORDS, tuple(ANSWERS), supervised)),
    ]


def _proposals(session: OpenSession, span: Span) -> Table:
    units = [one.id for one in units_in_area(session, the_actor())] + [the_actor().unit_id]
    counted = figures.recommendations_in(session, unit_ids=units, span=span)
    columns = ("建议", *ADOPTED_WORDS.values(), "等答复")
    return Table("三、三项建议和采纳", columns, _crossed(KIND_WORDS, (*ADOPTED_WORDS, ""), counted))


def _kept(clocks: list[Kept], title: str = "按时不按时") -> Table:
    rows = tuple(
        (one.rule, small(one.due), f"{100 * one.in_time / one.due:.0f}%" if one.due >= LEAST_FOR_SHARE else "太少,不算")
        for one in clocks
    )
    note = f"这段时间到期的期限里,到期前做到的占多少;不到 {LEAST_FOR_SHARE} 个的不算。"
    return Table(title, ("期限", "到期的", "按时做到"), rows, note)


def _rows(words: Mapping[str, str], counted: Counter[str]) -> tuple[tuple[str, ...], ...]:
    return tuple((word, small(counted[code])) for code, word in words.items() if counted[code])


def _crossed(
    words: Mapping[str, str], across: tuple[str, ...], counted: Counter[tuple[str, str]]
) -> tuple[tuple[str, ...], ...]:
    return tuple((word, *(small(counted[code, other]) for other in across)) for code, word in words.items())


def _number(begin: date) -> int:
    return (begin.month - 1) // 3 + 1


def _quarter(begin: date) -> Span:
    after = date(begin.year + (begin.month == 10), (begin.month + 2) % 12 + 1, 1)
    return Span(start_of_day(begin), start_of_day(after))


def _earlier(begin: date) -> date:
    return date(begin.year - (begin.month == 1), (begin.month - 4) % 12 + 1, 1)


def _quarter_of(asked: str, today: date) -> date:
    """Return the first day of the quarter that is asked for, else of the present one."""
    typed, _, number = asked.partition("Q")
    year = whole_of(typed)
    if year is not None and number in ("1", "2", "3", "4") and 2000 <= year <= today.year:
        return date(year, 3 * int(number) - 2, 1)
    return date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)


def add_routes(bp: Blueprint) -> None:
    """Give the blueprint the pages of drafts."""
    bp.add_url_rule("/support-work/quarterly", "quarterly", quarterly)
    bp.add_url_rule("/support-work/annual", "annual", annual)
