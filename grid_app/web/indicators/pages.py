"""Indicators: one place or unit at a time, beside its own earlier periods; the definitions stand beside the numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, render_template, request, url_for

from grid_app.clock import local
from grid_app.database.transaction import reading, transaction
from grid_app.http.guard import guard_pages, requires, the_actor
from grid_app.policy import Action
from grid_app.queries.indicators import Value, values_of
from grid_app.services.audit import record_audit
from grid_app.vocabulary.indicators import Family, Indicator, families
from grid_app.web.indicators.asked import Question, question_of, span_told
from grid_app.web.indicators.told import Told, told
from grid_app.web.wording import local_time
from grid_app.wiring import wired

bp = Blueprint("indicators", __name__)
guard_pages(bp)

COLUMNS: Final = (
    "类别", "指标", "时间", "数值", "分子", "分母", "95% 区间", "分子怎么数", "分母怎么数", "数据来源", "依据", "说明",
)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """One indicator of the page: its value now, and the earlier ones by the words of their span."""

    indicator: Indicator
    now: Told | None
    earlier: tuple[tuple[str, Told], ...]


@bp.get("/indicators")
@requires(Action.HANDLE_DISPUTE)
def index() -> Response:
    """Show every indicator of one place or unit."""
    question, values = _answered()
    status = 422 if question.errors else 200
    page = render_template(
        "pages/indicators.html",
        question=question,
        period=span_told(question.asked.spans[0]),
        groups=list(_groups(question, values)),
        at=local_time(question.asked.now),
        export_url=f"{url_for('indicators.export')}?{urlencode(question.values)}",
    )
    return make_response(page, status)


@bp.get("/indicators/definitions")
@requires(Action.HANDLE_DISPUTE)
def definitions() -> str:
    """Show what each indicator counts, to be printed."""
    return render_template("pages/indicators_definitions.html", families=families())


@bp.get("/indicators.csv")
@requires(Action.HANDLE_DISPUTE)
def export() -> Response:
    """Give the same figures with their definitions as a CSV file; nothing in it is finer than on the page."""
    question, values = _answered()
    now = question.asked.now
    with transaction() as session:
        target = ("division", question.place.code)
        record_audit(session, the_actor(), "indicators.exported", now=now, target=target)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("范围", question.of_what))
    writer.writerow(("导出时间", f"{local(now):%Y-%m-%d %H:%M}"))
    writer.writerow(("说明", "五件以上的数取整到五,一到四件写“不到 5”,不到十件的不算比例;不作排序和比较。"))
    writer.writerow(COLUMNS)
    for family, shown in _groups(question, values):
        for one in shown:
            writer.writerows(_lines(family, one, span_told(question.asked.spans[0])))
    answer = Response(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename=indicators-{local(now):%Y%m%d}.csv"
    return answer


def _answered() -> tuple[Question, dict[str, list[Value]]]:
    with reading() as session:
        question = question_of(session, the_actor(), request.args, wired().clock.now())
        return question, values_of(session, question.asked)


def _groups(question: Question, values: dict[str, list[Value]]) -> Iterator[tuple[Family, list[Shown]]]:
    spans = [span_told(span) for span in question.asked.spans]
    for family in families():
        yield family, [_shown(one, values.get(one.code), spans) for one in family.indicators]


def _shown(indicator: Indicator, values: list[Value] | None, spans: list[str]) -> Shown:
    if values is None:
        return Shown(indicator, None, ())
    said = [told(indicator, value) for value in values]
    return Shown(indicator, said[0], tuple(zip(spans[1:], said[1:], strict=False)))


def _lines(family: Family, shown: Shown, present: str) -> Iterator[tuple[str, ...]]:
    one = shown.indicator
    defined = (one.part, one.whole, one.source, one.basis, one.note)
    if shown.now is None:
        yield (family.name, one.name, present, "按单位看时不算", "", "", "", *defined)
        return
    for period, said in (("现在" if one.now_only else present, shown.now), *shown.earlier):
        yield (family.name, one.name, period, said.text, said.part, said.whole, said.interval, *defined)
