"""The audit trail, for the auditor: search, export, and walking the chain."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local
from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError
from grid_app.http.guard import guard_pages, requires, the_actor
from grid_app.policy import Action
from grid_app.queries.audit import MOST_EXPORTED, PER_PAGE, AuditFilter, AuditRow, audit_export, audit_page
from grid_app.queries.audit import known_actions as actions_in_trail
from grid_app.services.audit import last_verification, record_audit, remember_verification, verify_chain
from grid_app.services.matters.words import EVENT_WORDS
from grid_app.services.typed import day_of
from grid_app.vocabulary.actions import AUDIT_WORDS, TARGET_WORDS
from grid_app.vocabulary.words import ROLE_WORDS
from grid_app.web.wording import local_time
from grid_app.wiring import wired

bp = Blueprint("audit", __name__)
guard_pages(bp)
COLUMNS = ("序号", "时间", "姓名", "身份", "受谁授权", "动作", "动作名", "对象", "对象编号", "成功", "说明")
RISKY_FIRST = ("=", "+", "-", "@", "\t", "\r")


def audit_word(action: str) -> str:
    """Return the Chinese word of an audit action; one without a word is returned as it is."""
    kind, _, step = action.partition(".")
    if kind == "dispute" and step in EVENT_WORDS:
        return f"纠纷:{EVENT_WORDS[step]}"
    return AUDIT_WORDS.get(action, action)


def filter_of(given: Mapping[str, str]) -> AuditFilter:
    """Return what the form asks for; a day that is none is left out."""
    return AuditFilter(
        first_day=day_of(given.get("first_day", "")),
        last_day=day_of(given.get("last_day", "")),
        action=given.get("action", "").strip(),
        target=given.get("target", "").strip(),
    )


@bp.get("/audit")
@requires(Action.READ_AUDIT)
def index() -> str:
    """Show the events asked for, and how far the chain was verified."""
    page = max(request.args.get("page", 1, type=int), 1)
    with reading() as session:
        found = audit_page(session, filter_of(request.args), page=page)
        actions = actions_in_trail(session)
        verified = last_verification(session)
    return render_template(
        "pages/audit.html",
        rows=found.rows,
        total=found.total,
        page=page,
        pages=max(-(-found.total // PER_PAGE), 1),
        given=request.args,
        actions=[(action, audit_word(action)) for action in actions],
        verified=verified,
        audit_word=audit_word,
        target_words=TARGET_WORDS,
        role_words=ROLE_WORDS,
        local_time=local_time,
    )


@bp.post("/audit/verify")
@requires(Action.READ_AUDIT)
def verify() -> WerkzeugResponse:
    """Walk the whole chain and keep how far it fits."""
    with reading() as session:
        found = verify_chain(session)
    with transaction() as session:
        remember_verification(session, found, actor=the_actor(), now=wired().clock.now())
    if found.broken_at is None:
        flash(f"审计链完好,已核对到第 {found.number} 条。", "success")
    else:
        flash(f"审计链在第 {found.broken_at} 条断开:记录被改动或缺失。请保留现场,马上报告。", "danger")
    return redirect(url_for("audit.index"))


@bp.post("/audit/export")
@requires(Action.READ_AUDIT)
def export() -> Response:
    """Give the events asked for as a CSV file; the export is itself an event."""
    with reading() as session:
        rows = audit_export(session, filter_of(request.form))
    if len(rows) > MOST_EXPORTED:
        raise InvalidError(f"一次最多导出 {MOST_EXPORTED} 条。请缩小日期范围后再导出。")
    with transaction() as session:
        now = wired().clock.now()
        record_audit(session, the_actor(), "audit.exported", now=now, details={"rows": len(rows)})
    answer = Response(csv_of(rows), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename=audit-{local(now):%Y%m%d-%H%M}.csv"
    return answer


def csv_of(rows: list[AuditRow]) -> bytes:
    """Return the rows as CSV in UTF-8 with a mark, as spreadsheets expect; no cell can start a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in rows:
        cells = (
            row.number,
            f"{local(row.at):%Y-%m-%d %H:%M:%S}",
            row.person,
            ROLE_WORDS.get(row.role, row.role),
            row.in_the_name_of,
            row.action,
            audit_word(row.action),
            row.target_kind,
            row.target_id,
            "是" if row.succeeded else "否",
            json.dumps(row.details, ensure_ascii=False, sort_keys=True) if row.details else "",
        )
        writer.writerow([_harmless(cell) for cell in cells])
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RISKY_FIRST) else cell
