"""Gates, legal pathways and periods of keeping as versioned policy: read by offices, changed by the administrator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor
from grid_app.policy import Action, allows
from grid_app.services.handling import gates, legal_pathways
from grid_app.services.handling.legal_pathways import KIND_WORDS, Pathway
from grid_app.services.handling.policy_edits import (
    CONDITION_WORDS,
    GATED,
    LONGEST,
    NO_PATHWAY,
    Edit,
    drop_pathway,
    newest_gates,
    newest_pathways,
    save_gates,
    save_pathway,
)
from grid_app.services.policy_versions import NewVersion, Version, versions_of
from grid_app.services.retention import periods
from grid_app.services.retention.periods import PERIOD_WORDS, periods_on, save_periods
from grid_app.services.retention.removal import due_now
from grid_app.services.typed import day_of
from grid_app.vocabulary.categories import category_names
from grid_app.vocabulary.handling import ROUTE_WORDS
from grid_app.web.wording import local_time
from grid_app.wiring import wired

bp = Blueprint("lawful_policies", __name__, url_prefix="/policies")
guard_pages(bp)
STEP_WORDS: Final = {
    ("contact", "transfer"): "转办以前,先做两次沟通(反映人、接收单位)",
    ("contact", "assign"): "交办以前,先做两次沟通",
    ("contact", "supervise"): "督办以前,先做两次沟通",
    ("review", "close"): "办结以前,要两个人审核(办理单位负责人、上一级统筹部门)",
}
GROUPS: Final = tuple((code, name) for code, name in category_names().items() if len(code) == len("01"))


@bp.get("/gates")
@requires(Action.READ_POLICY)
def show_gates() -> str:
    """Show which steps need two talks or two readers; the administrator may change it here."""
    return _gates({}, {})


@bp.post("/gates")
@requires(Action.EDIT_POLICY)
def save_gates_page() -> str | Response:
    """Save the gates as a new version; matters received before its day keep theirs."""
    try:
        with transaction() as session:
            version = save_gates(
                session, ticked=request.form.getlist("ticked"), edit=_edit(), actor=the_actor(), now=wired().clock.now()
            )
    except (InvalidError, ConflictError) as error:
        return _refused(_gates(request.form, getattr(error, "fields", {}), error.sentence), error)
    flash(f"已保存第 {version} 版。以前收到的事项还按原来的办。", "success")
    return redirect(url_for("lawful_policies.show_gates"))


@bp.get("/pathways")
@requires(Action.READ_POLICY)
def show_pathways() -> str:
    """Show the list of legal pathways with its versions."""
    with reading() as session:
        version, rows = newest_pathways(session)
        saved = versions_of(session, legal_pathways.CODE)
    return render_template(
        "pages/policies_pathways.html", version=version, kinds=_by_kind(rows), saved=[_told(one) for one in saved],
        may_edit=allows(the_actor(), Action.EDIT_POLICY),
    )  # fmt: skip


@bp.get("/pathways/new", defaults={"code": ""})
@bp.get("/pathways/<code>")
@requires(Action.EDIT_POLICY)
def edit_pathway(code: str) -> str:
    """Show the form of one pathway, empty for a new one."""
    return _pathway(code, {}, {})


@bp.post("/pathways/new", defaults={"code": ""})
@bp.post("/pathways/<code>")
@requires(Action.EDIT_POLICY)
def save_pathway_page(code: str) -> str | Response:
    """Save or end one pathway as a new version of the list; what was sorted earlier keeps its version."""
    form, now = request.form, wired().clock.now()
    try:
        with transaction() as session:
            if code and form.get("drop"):
                version = drop_pathway(session, code=code, edit=_edit(), actor=the_actor(), now=now)
            else:
                typed = {name: form.get(name, "") for name in (*LONGEST, "kind", "route")}
                version = save_pathway(
                    session, code=code, typed=typed, groups=form.getlist("groups"), edit=_edit(), actor=the_actor(),
                    now=now,
                )  # fmt: skip
    except (InvalidError, ConflictError) as error:
        return _refused(_pathway(code, form, getattr(error, "fields", {}), error.sentence), error)
    flash(f"已保存第 {version} 版。以前分流的事项还按原来那一版。", "success")
    return redirect(url_for("lawful_policies.show_pathways"))


@bp.get("/retention")
@requires(Action.READ_POLICY)
def show_retention() -> str:
    """Show how long personal data is kept, and what a run would clear today."""
    return _retention({}, {})


@bp.post("/retention")
@requires(Action.EDIT_POLICY)
def save_retention() -> str | Response:
    """Save the periods as a new version."""
    form = request.form
    days = {code: form.get(f"days_{code}", "").strip() for code in PERIOD_WORDS}
    edit = _edit()
    try:
        with transaction() as session:
            new = NewVersion((), edit.basis, edit.valid_from, edit.replaces)
            version = save_periods(session, days=days, new=new, actor=the_actor(), now=wired().clock.now())
    except (InvalidError, ConflictError) as error:
        return _refused(_retention(form, getattr(error, "fields", {}), error.sentence), error)
    flash(f"已保存第 {version} 版。", "success")
    return redirect(url_for("lawful_policies.show_retention"))


def _refused(page: str, error: InvalidError | ConflictError) -> Response:
    return make_response(page, 409 if isinstance(error, ConflictError) else 422)


def _edit() -> Edit:
    form = request.form
    replaces = form.get("replaces", "")
    return Edit(
        form.get("version_basis", ""), day_of(form.get("valid_from", "")),
        int(replaces) if replaces.isascii() and replaces.isdecimal() and len(replaces) < 7 else 0,
    )  # fmt: skip


def _gates(typed: Mapping[str, str], errors: Mapping[str, str], sentence: str = "") -> str:
    with reading() as session:
        version, rows = newest_gates(session)
        saved = versions_of(session, gates.CODE)
    chosen = {f"{one.gate}.{one.step}.{one.when}" for one in rows} if not typed else set(request.form.getlist("ticked"))
    steps = [
        (words, [(f"{gate}.{step}.{when}", CONDITION_WORDS[when]) for when in CONDITION_WORDS])
        for (gate, step), words in ((one, STEP_WORDS[one]) for one in GATED)
    ]
    return _page(
        "policies_gates.html", typed, errors, sentence, version=version, saved=saved, steps=steps, chosen=chosen
    )


def _pathway(code: str, typed: Mapping[str, str], errors: Mapping[str, str], sentence: str = "") -> str:
    with reading() as session:
        version, rows = newest_pathways(session)
    found = next((one for one in rows if one.code == code), None)
    if code and found is None:
        raise NotFoundError(NO_PATHWAY)
    names = (*LONGEST, "kind", "route")
    values = {name: typed.get(name, "") if typed else str(getattr(found, name, "")) for name in names}
    groups = request.form.getlist("groups") if typed else list(found.groups if found else ())
    return _page(
        "policies_pathway_edit.html", typed, errors, sentence, version=version, saved=[], code=code, values=values,
        chosen=groups, groups=GROUPS, kinds=list(KIND_WORDS.items()), routes=list(ROUTE_WORDS.items()), longest=LONGEST,
    )  # fmt: skip


def _retention(typed: Mapping[str, str], errors: Mapping[str, str], sentence: str = "") -> str:
    with reading() as session:
        saved = versions_of(session, periods.CODE)
        now = wired().clock.now()
        today, due = periods_on(session, local_date(now)), due_now(session, now=now)
    rows = [
        (one.code, PERIOD_WORDS[one.code], typed.get(f"days_{one.code}", str(one.days)), one.basis)
        for one in today.rows
    ]
    version = saved[0].number if saved else today.version
    return _page("policies_retention.html", typed, errors, sentence, version=version, saved=saved, rows=rows, due=due)


def _page(
    template: str, typed: Mapping[str, str], errors: Mapping[str, str], sentence: str, *, saved: Sequence[Version],
    **more: object,
) -> str:  # fmt: skip
    """Return a page of a policy with the fields that every change carries."""
    return render_template(
        f"pages/{template}",
        errors=dict(errors),
        sentence=sentence,
        saved=[_told(one) for one in saved],
        version_basis=typed.get("version_basis", ""),
        valid_from=typed.get("valid_from", "") or local_date(wired().clock.now()).isoformat(),
        may_edit=allows(the_actor(), Action.EDIT_POLICY),
        **more,
    )


def _told(one: Version) -> str:
    return f"第 {one.number} 版:{one.valid_from} 起算,依据:{one.basis}({local_time(one.created_at)}保存)"


def _by_kind(rows: tuple[Pathway, ...]) -> list[tuple[str, list[Pathway]]]:
    return [(word, found) for kind, word in KIND_WORDS.items() if (found := [one for one in rows if one.kind == kind])]
