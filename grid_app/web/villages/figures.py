"""The figures of the village status: every office reads how it is judged, the security administrator changes them."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action, allows
from grid_app.queries.village_months import rules_on
from grid_app.services.typed import day_of, whole_of
from grid_app.services.villages.rules import Edit, newest_rules, save_rules
from grid_app.standing.criteria import NAMES
from grid_app.wiring import wired

OTHERS = "怎么看、多久有效"


@requires(Action.SIGNED_IN)
def figures() -> str:
    """Show how the status is judged: every figure with its basis."""
    return _page({}, {})


@requires(Action.EDIT_POLICY)
def save() -> Response | WerkzeugResponse:
    """Save a new version of the figures."""
    form = request.form
    replaces = form.get("replaces", "")
    edit = Edit(
        form.get("version_basis", ""),
        day_of(form.get("valid_from", "")),
        whole_of(replaces) or 0,
    )
    try:
        with transaction() as session:
            version = save_rules(session, typed=form.to_dict(), edit=edit, actor=the_actor(), now=wired().clock.now())
    except InvalidError as error:
        return make_response(_page(form, error.fields), 422)
    except ConflictError as error:
        return make_response(_page(form, {"version_basis": error.sentence}), 409)
    flash(f"已保存第 {version} 版,从 {edit.valid_from} 以后的评估按它算;评过的月份不变。", "success")
    return redirect(url_for("villages.figures"))


def add_routes(bp: Blueprint) -> None:
    """Hang these pages on the blueprint of villages."""
    bp.add_url_rule("/figures", "figures", figures, methods=["GET"])
    bp.add_url_rule("/figures", "save_figures", save, methods=["POST"])


def _page(values: Mapping[str, str], errors: Mapping[str, str]) -> str:
    today = local_date(wired().clock.now())
    with reading() as session:
        rules, newest = rules_on(session, today), newest_rules(session)
    groups: dict[str, list[object]] = {}
    for code, figure in newest.figures.items():
        key = code.split(".")[0]
        groups.setdefault(f"{key} {NAMES[key]}" if key in NAMES else OTHERS, []).append(figure)
    return render_template(
        "pages/village_figures.html",
        rules=rules,
        newest=newest,
        groups=list(groups.items()),
        values=values,
        errors=errors,
        today=today.isoformat(),
        may_edit=allows(the_actor(), Action.EDIT_POLICY),
    )
