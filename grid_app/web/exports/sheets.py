"""The sheets of a superior office: upload one, say what stands in its columns, fill it with one click, mark it sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.documents.tables.content import LARGEST
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor
from grid_app.policy import Action, allows
from grid_app.queries.exports.sheets import ReturnRow, SheetRow, returns_of, sheet_of, sheets_of
from grid_app.services.exports import jobs
from grid_app.services.exports.kinds import SHEET
from grid_app.services.sheets import returns, saving
from grid_app.services.sheets.columns import FIXED, read, said_words
from grid_app.services.sheets.fields import FIELDS, tells_of_persons
from grid_app.services.sheets.periods import COVERS_WORDS, PERIOD_WORDS, RULES, period_on
from grid_app.web.exports.pages import work_and_show
from grid_app.web.step_forms import STATUS
from grid_app.web.wording import local_date as day_words
from grid_app.web.wording import local_time, number
from grid_app.wiring import wired

bp = Blueprint("sheets", __name__, url_prefix="/exports/sheets")
guard_pages(bp)
TYPED: Final = ("name", "period", "covers", "tab")
USUAL: Final = {"period": "week", "covers": "stock"}
Errors = Mapping[str, str]


@bp.get("")
@requires(Action.EXPORT)
def index() -> str:
    """List the county's sheets, and the form to upload another one."""
    return _index(USUAL, {})


@bp.post("")
@requires(Action.EDIT_SHEETS)
def upload() -> AnyResponse:
    """Check an uploaded workbook, keep it, and go on to its columns."""
    typed = {name: request.form.get(name, "").strip() for name in TYPED}
    file = request.files.get("file")
    body, file_name = b"", ""
    if file is not None:
        with file.stream:
            body, file_name = file.stream.read(LARGEST + 1), file.filename or ""
    try:
        checked = saving.check_upload(body, file_name, tab=typed["tab"])
        with transaction() as session:
            now = wired().clock.now()
            sheet_id = saving.keep(session, upload=checked, typed=typed, actor=the_actor(), now=now)
    except InvalidError as refusal:
        return make_response(_index(typed, refusal.fields or {"file": refusal.sentence}), 422)
    for note in checked.header.notes:
        flash(note, "info")
    flash("表头找到了。请核对每一列填什么,再点“保存”。", "success")
    return redirect(url_for("sheets.columns", sheet_id=sheet_id))


@bp.get("/<uuid:sheet_id>")
@requires(Action.EXPORT)
def show(sheet_id: UUID) -> str:
    """Show one sheet: the period that is due, the buttons to fill it, and what was made with it."""
    return _page(_sheet(sheet_id), {}, {})


@bp.get("/<uuid:sheet_id>/columns")
@requires(Action.EDIT_SHEETS)
def columns(sheet_id: UUID) -> str:
    """Show what stands in each column."""
    sheet = _sheet(sheet_id)
    return _columns(sheet, _stored(sheet), {})


@bp.post("/<uuid:sheet_id>/columns")
@requires(Action.EDIT_SHEETS)
def save(sheet_id: UUID) -> AnyResponse:
    """Keep what a person chose for each column; a header at other lines is read again first."""
    sheet, typed = _sheet(sheet_id), request.form.to_dict()
    lines = (typed.get("header_first", "").strip(), typed.get("header_last", "").strip())
    try:
        with transaction() as session:
            kept = saving.save_columns(
                session, sheet_id=sheet_id, typed=typed, actor=the_actor(), now=wired().clock.now()
            )
    except (InvalidError, ConflictError) as refusal:
        errors = refusal.fields if isinstance(refusal, InvalidError) else {"columns": refusal.sentence}
        return make_response(_columns(sheet, typed, errors), STATUS[refusal.default_code])
    if any(lines) and lines != (str(sheet.header_first), str(sheet.header_last)):
        flash("按新的行数重新读了表头,请核对每一列填什么。", "info")
        return redirect(url_for("sheets.columns", sheet_id=kept))
    flash("已保存。现在可以出本期的表了。", "success")
    return redirect(url_for("sheets.show", sheet_id=kept))


@bp.post("/<uuid:sheet_id>/fill")
@requires(Action.EXPORT)
def fill(sheet_id: UUID) -> AnyResponse:
    """Fill the sheet for the period that is due, or for the days that were typed."""
    sheet, typed = _sheet(sheet_id), request.form.to_dict()
    now = wired().clock.now()
    try:
        asked = returns.asked_of(typed, sheet_id=sheet_id, period=period_on(sheet.period, local_date(now)))
        with transaction() as session:
            job_id = jobs.ask(
                session, kind=SHEET, form="xlsx", parameters=asked.parameters(sheet.name), actor=the_actor(), now=now
            )
    except (InvalidError, ConflictError) as refusal:
        errors = refusal.fields if isinstance(refusal, InvalidError) else {"first": refusal.sentence}
        return make_response(_page(sheet, typed, errors), STATUS[refusal.default_code])
    return work_and_show(job_id)


@bp.post("/<uuid:sheet_id>/sent/<uuid:return_id>")
@requires(Action.EXPORT)
def sent(sheet_id: UUID, return_id: UUID) -> AnyResponse:
    """Say that a filled sheet was sent."""
    try:
        with transaction() as session:
            returns.mark_sent(session, return_id=return_id, actor=the_actor(), now=wired().clock.now())
        flash("已标记“已报送”。下次只报从现在起的变化。", "success")
    except ConflictError as refusal:
        flash(refusal.sentence, "warning")
    return redirect(url_for("sheets.show", sheet_id=sheet_id))


@bp.post("/<uuid:sheet_id>/retire")
@requires(Action.EDIT_SHEETS)
def retire(sheet_id: UUID) -> AnyResponse:
    """Stop using a sheet."""
    with transaction() as session:
        saving.retire(session, sheet_id=sheet_id, actor=the_actor(), now=wired().clock.now())
    flash("已停用。以前做过的报表还在记录里。", "success")
    return redirect(url_for("sheets.index"))


def _sheet(sheet_id: UUID) -> SheetRow:
    with reading() as session:
        found = sheet_of(session, county_code=saving.county_of(the_actor()), sheet_id=sheet_id)
    if found is None:
        raise NotFoundError(saving.MISSING)
    return found


def _index(typed: Mapping[str, str], errors: Errors) -> str:
    actor = the_actor()
    with reading() as session:
        rows = sheets_of(session, county_code=saving.county_of(actor))
    return render_template(
        "pages/sheets.html",
        rows=[(one, f"{PERIOD_WORDS[one.period]} · 第 {one.version} 版", local_time(one.at)) for one in rows],
        typed=dict(typed),
        errors=dict(errors),
        periods=list(PERIOD_WORDS.items()),
        covers=list(COVERS_WORDS.items()),
        may_edit=allows(actor, Action.EDIT_SHEETS),
    )


def _page(sheet: SheetRow, typed: Mapping[str, str], errors: Errors) -> str:
    actor = the_actor()
    first, last = period_on(sheet.period, local_date(wired().clock.now()))
    with reading() as session:
        made = returns_of(session, series=sheet.series, actor=actor)
    return render_template(
        "pages/sheet.html",
        sheet=sheet,
        period=PERIOD_WORDS[sheet.period],
        covers=COVERS_WORDS[sheet.covers],
        rule=RULES[sheet.period],
        due=f"{day_words(first)}至{day_words(last)}",
        typed={"first": typed.get("first", ""), "last": typed.get("last", "")},
        errors=dict(errors),
        filled=sum(bool(one["source"]) for one in sheet.columns),
        was_sent=any(one.sent_at for one in made),
        returns=[_told(one) for one in made],
        may_edit=allows(actor, Action.EDIT_SHEETS),
    )


def _told(one: ReturnRow) -> dict[str, Any]:
    return {
        "id": one.return_id,
        "job_id": one.job_id,
        "period": f"{day_words(one.first)}至{day_words(one.last)}{',只报变化' if one.only_changes else ',全部'}",
        "counts": f"新增 {number(one.added)} 件,变化 {number(one.changed)} 件,撤回 {number(one.withdrawn)} 件,"
        f"没变的 {number(one.unchanged)} 件",
        "made": local_time(one.made_at),
        "sent": local_time(one.sent_at) if one.sent_at else "",
    }


def _stored(sheet: SheetRow) -> dict[str, str]:
    typed = {"header_first": str(sheet.header_first), "header_last": str(sheet.header_last)}
    for one in read(sheet.columns):
        typed[f"source_{one.letter}"] = one.source
        typed[f"text_{one.letter}"] = one.text
        typed[f"words_{one.letter}"] = said_words(one.words)
    return typed


def _columns(sheet: SheetRow, typed: Mapping[str, str], errors: Errors) -> str:
    cells = [
        {
            "letter": one.letter,
            "name": one.name,
            "source": typed.get(f"source_{one.letter}", ""),
            "text": typed.get(f"text_{one.letter}", ""),
            "words": typed.get(f"words_{one.letter}", ""),
            "is_personal": tells_of_persons(one.name),
        }
        for one in read(sheet.columns)
    ]
    return render_template(
        "pages/sheet_columns.html",
        sheet=sheet,
        typed=dict(typed),
        columns=cells,
        sources=[*((key, field.word) for key, field in FIELDS.items()), (FIXED, "固定的字(写在下面)")],
        examples=[(field.word, "、".join(field.words[:8])) for field in FIELDS.values() if field.words],
        errors=dict(errors),
    )
