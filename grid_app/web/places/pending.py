"""The pending generation: what it changes as a picture and as tables, who continues what, activation, taking back."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing

from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError
from grid_app.http.boundary_work import alone
from grid_app.http.guard import requires, the_actor
from grid_app.http.tiles import begin_cutting_in_use
from grid_app.policy import Action
from grid_app.queries.boundaries import tree
from grid_app.queries.boundaries_touched import KIND_WORDS
from grid_app.queries.boundaries_undo import RECORDED_WORDS, UNDO_DAYS, undo_outlook
from grid_app.services.places.boundaries import activate, discard
from grid_app.services.places.boundaries_changes import shape_changes, suggested_successors
from grid_app.services.places.boundaries_check import check_generation, gather_check
from grid_app.services.places.boundaries_course import Succession
from grid_app.services.places.boundaries_plans import read_successors, save_choices, save_successors
from grid_app.services.places.boundaries_turn import Turned
from grid_app.services.places.boundaries_undo import undo_activation
from grid_app.services.typed import whole_of
from grid_app.vocabulary.words import LEVEL_WORDS
from grid_app.web.places.picture import LEGEND, change_picture
from grid_app.web.places.touching import heir_fields, record_rows, unfitting_rows
from grid_app.web.wording import local_time
from grid_app.wiring import wired

Answer = str | tuple[str, int] | Response
HEIR, CHOICE = "heir_", "choice_"


def add_routes(bp: Blueprint) -> None:
    """Register the pages of the pending generation."""
    bp.get("/places/pending")(pending)
    bp.post("/places/successors")(upload_successors)
    bp.post("/places/heirs")(name_heirs)
    bp.post("/places/activate")(put_into_use)
    bp.post("/places/discard")(throw_away)
    bp.get("/places/undo")(ask_undo)
    bp.post("/places/undo")(undo)


@requires(Action.MANAGE_PLACES)
def pending() -> str | Response:
    """Check the pending generation as a whole and ask whether to put it into use."""
    try:
        return _page("", {})
    except ConflictError as error:
        flash(error.sentence, "info")
        return redirect(url_for("places.index"))


@requires(Action.MANAGE_PLACES)
def upload_successors() -> Answer:
    """Take a table of successors for the pending generation."""
    file = request.files.get("table")
    content = b""
    if file is not None:
        with closing(file.stream):
            content = file.stream.read()
    try:
        with transaction() as session:
            rows = read_successors(content)
            save_successors(session, successions=rows, actor=the_actor(), now=wired().clock.now())
    except InvalidError as error:
        return _page("", {"table": error.sentence}), 422
    flash(f"接续表已收下,共 {len(rows)} 行。启用时生效。", "success")
    return redirect(url_for("places.pending", _anchor="heirs"))


@requires(Action.MANAGE_PLACES)
def name_heirs() -> Answer:
    """Note who continues which ended division, and where single records go."""
    chosen = {key[len(HEIR) :]: value for key, value in request.form.items() if key.startswith(HEIR) and value}
    records = {key[len(CHOICE) :]: value for key, value in request.form.items() if key.startswith(CHOICE)}
    now = wired().clock.now()
    try:
        with reading() as session:
            future = gather_check(session, now=now).future
        named = {(one.old, one.new) for one in future.named}
        beside = {old: [new for new, _ in some] for old, some in suggested_successors(future).items()}
        ways = [
            Succession(old, new, is_default=new == default)
            for old, default in chosen.items()
            for new in dict.fromkeys([*(new for one, new in named if one == old), *beside.get(old, ()), default])
        ]
        with transaction() as session:
            if ways:
                save_successors(session, successions=ways, actor=the_actor(), now=now)
            if records:
                save_choices(session, choices=records, actor=the_actor(), now=now)
    except InvalidError as error:
        return _page("", {"heirs": error.sentence}), 422
    flash("已记下由谁接续。启用时生效。", "success")
    return redirect(url_for("places.pending", _anchor="heirs"))


@requires(Action.MANAGE_PLACES)
def put_into_use() -> Answer:
    """Activate the pending generation."""
    text = request.form.get("successors", "")
    try:
        successors = _successors(text)
        with alone(), transaction() as session:
            done = activate(session, actor=the_actor(), now=wired().clock.now(), successors=successors)
        begin_cutting_in_use()
    except InvalidError as error:
        return _page(text, error.fields or {"successors": error.sentence}), 422
    moved = _moved(done.turned)
    flash(
        f"第 {done.generation} 代边界已启用。新增区划 {len(done.plan.added)} 个,停用 {len(done.plan.ended)} 个{moved}。"
        f"{UNDO_DAYS} 天以内可以撤回。",
        "success",
    )
    return redirect(url_for("places.index"))


@requires(Action.MANAGE_PLACES)
def throw_away() -> Response:
    """Throw the pending generation away."""
    with transaction() as session:
        gone = discard(session, actor=the_actor(), now=wired().clock.now())
    flash(f"待启用的第 {gone} 代边界已放弃,正在使用的边界没有变。", "success")
    return redirect(url_for("places.index"))


@requires(Action.MANAGE_PLACES)
def ask_undo() -> str | Response:
    """Show what taking the activation back means, and ask."""
    with reading() as session:
        outlook = undo_outlook(session, now=wired().clock.now())
    if outlook.active is None or outlook.previous is None:
        flash(outlook.why_not, "info")
        return redirect(url_for("places.index"))
    return render_template(
        "pages/places_undo.html",
        outlook=outlook,
        until=local_time(outlook.until) if outlook.until else "",
        back=[(_word(kind), count) for kind, count in outlook.back.items()],
        recorded=[(RECORDED_WORDS[kind], count) for kind, count in outlook.recorded.items()],
        days=UNDO_DAYS,
    )


@requires(Action.MANAGE_PLACES)
def undo() -> Response:
    """Take the activation back that was shown; a second click takes back no second one."""
    seen = whole_of(request.form.get("generation", "")) or 0
    try:
        with alone(), transaction() as session:
            done = undo_activation(session, actor=the_actor(), now=wired().clock.now(), seen=seen)
    except ConflictError as error:
        flash(error.sentence, "info")
        return redirect(url_for("places.ask_undo"))
    begin_cutting_in_use()
    flash(f"第 {done.number} 代边界已撤回,现在使用第 {done.previous} 代{_moved(done.back)}。", "success")
    return redirect(url_for("places.index"))


def _moved(turned: Turned) -> str:
    parts = [f"{count} 件纠纷" for count in (sum(turned.disputes.values()),) if count]
    parts += [f"{count} 个{_word(kind)}" for kind, count in turned.attached.items() if count]
    return f";换了地方的有 {'、'.join(parts)}" if parts else ""


def _word(kind: str) -> str:
    return {"dispute": "纠纷", **KIND_WORDS}.get(kind, kind)


def _page(successors: str, errors: Mapping[str, str]) -> str:
    with reading() as session:
        given = gather_check(session, now=wired().clock.now())
        names = {code: node.name for code, node in tree(session).items()}
    report = check_generation(given)
    names |= {node.code: node.name for node in (*report.pending.plan.added, *report.pending.plan.changed)}
    names |= {entry.code: entry.name for entry in given.pending.entries if entry.name}
    changes = shape_changes(given.future)
    villages = given.future.features.get("village", ())
    picture = change_picture(villages, changes, report.coverage.get("village")) if villages else ""
    return render_template(
        "pages/places_pending.html",
        report=report,
        plan=report.pending.plan,
        levels=LEVEL_WORDS,
        names=names,
        changes=changes,
        picture=Markup(picture),  # noqa: S704 - geo.map_svg escapes every word it draws
        legend=LEGEND,
        unfitting=unfitting_rows(report),
        heirs=heir_fields(report, names),
        records=record_rows(report, names),
        successors=successors,
        errors=errors,
    )


def _successors(text: str) -> dict[str, str]:
    pairs = {}
    for line in text.split():
        old, sign, new = line.partition("=")
        if not (sign and old and new):
            raise InvalidError("", fields={"successors": f"“{line[:40]}”写法不对,请一行写一个:旧代码=新代码。"})
        pairs[old] = new
    return pairs
