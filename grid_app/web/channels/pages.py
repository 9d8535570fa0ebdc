"""Channels of offices: what is entered for each, with a test whose end is shown; secrets are written, never read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor
from grid_app.policy import Action
from grid_app.queries.channels import (
    Endpoint,
    disabled_endpoints,
    endpoint_to_edit,
    is_last_way,
    last_test,
    live_endpoints,
    office_to_edit,
    offices_to_edit,
    successors_of,
)
from grid_app.queries.reachability import Office
from grid_app.services.channels.disabling import disable_endpoint
from grid_app.services.channels.endpoints import NO_SUCH, Entry, add_endpoint, rename_endpoint, replace_endpoint
from grid_app.services.channels.reading import ALGORITHMS, read_config
from grid_app.services.channels.testing import send_endpoint_test
from grid_app.services.typed import uuid_of
from grid_app.vocabulary.channels import KIND_WORDS, PHONE
from grid_app.web.channels.border import border
from grid_app.web.channels.shown import test_line
from grid_app.web.step_forms import STATUS
from grid_app.web.wording import local_date
from grid_app.wiring import wired

bp = Blueprint("channels", __name__)
guard_pages(bp)

SHOWN_AGAIN = ("name", "algorithm")
"""What a refused form keeps; keys, secrets, addresses and numbers are typed anew."""
NO_OFFICE = "没有这个单位,或者它不归您管理。请从“通道”页重新进入。"


@bp.get("/channels")
@requires(Action.EDIT_CHANNELS)
def index() -> str:
    """List the offices of the area with what is entered for each."""
    with reading() as session:
        offices = offices_to_edit(session, the_actor())
        entered = live_endpoints(session, offices)
    rows = [
        {"office": one, "channels": [_called(each) for each in entered if each.unit_id == one.unit_id]}
        for one in offices
    ]
    return render_template("pages/channels.html", rows=rows)


@bp.get("/channels/units/<uuid:unit_id>")
@requires(Action.EDIT_CHANNELS)
def unit(unit_id: UUID) -> str:
    """Show the endpoints of one office, with the kinds that may be added."""
    with reading() as session:
        office = _office(office_to_edit(session, the_actor(), unit_id))
        live, ended = live_endpoints(session, [office]), disabled_endpoints(session, unit_id)
    return render_template(
        "pages/channels_unit.html", office=office, live=live, ended=ended, words=KIND_WORDS, called=_called,
        local_date=local_date,
    )  # fmt: skip


@bp.get("/channels/units/<uuid:unit_id>/new/<kind>")
@requires(Action.EDIT_CHANNELS)
def new(unit_id: UUID, kind: str) -> str:
    """Show the form of one kind: only what that kind needs."""
    return _new_form(unit_id, kind, {}, {})


@bp.post("/channels/units/<uuid:unit_id>/new/<kind>")
@requires(Action.EDIT_CHANNELS)
def add(unit_id: UUID, kind: str) -> Response | WerkzeugResponse:
    """Enter an endpoint and show it, ready to be tested."""
    wiring, typed = wired(), request.form
    try:
        config = read_config(kind, typed, border=border())
        with transaction() as session:
            found = add_endpoint(
                session, unit_id=unit_id, entry=Entry(kind, typed.get("name", ""), config), cipher=wiring.keys.fields,
                actor=the_actor(), now=wiring.clock.now(),
            )  # fmt: skip
    except (InvalidError, ConflictError) as refusal:
        return make_response(_new_form(unit_id, kind, typed, _errors(refusal)), STATUS[refusal.default_code])
    ring = "请打一次电话,再到“通道自检”页记下结果。"
    flash(f"通道已登记。{ring if kind == PHONE else '请马上发一条测试,看是不是真的能收到。'}", "success")
    return redirect(url_for("channels.show", endpoint_id=found))


@bp.get("/channels/<uuid:endpoint_id>")
@requires(Action.EDIT_CHANNELS)
def show(endpoint_id: UUID) -> str:
    """Show one endpoint by its hint, how its last test ended, and what may be done with it."""
    return _page(endpoint_id, {}, {})


@bp.post("/channels/<uuid:endpoint_id>/test")
@requires(Action.EDIT_CHANNELS)
def test(endpoint_id: UUID) -> Response | WerkzeugResponse:
    """Send a test message on the way of every other message."""

    def step() -> UUID:
        with transaction() as session:
            send_endpoint_test(session, endpoint_id=endpoint_id, actor=the_actor(), now=wired().clock.now())
        return endpoint_id

    return _changed(endpoint_id, step, "测试已排队,结果就在下面,页面会自己刷新。")


@bp.post("/channels/<uuid:endpoint_id>/name")
@requires(Action.EDIT_CHANNELS)
def rename(endpoint_id: UUID) -> Response | WerkzeugResponse:
    """Give the endpoint another name."""

    def step() -> UUID:
        name = request.form.get("name", "")
        with transaction() as session:
            rename_endpoint(session, endpoint_id=endpoint_id, name=name, actor=the_actor(), now=wired().clock.now())
        return endpoint_id

    return _changed(endpoint_id, step, "名称已改。")


@bp.post("/channels/<uuid:endpoint_id>/replace")
@requires(Action.EDIT_CHANNELS)
def replace(endpoint_id: UUID) -> Response | WerkzeugResponse:
    """Put a new key, address or number in the place of the old one."""

    def step() -> UUID:
        with reading() as session:
            kind = _endpoint(endpoint_to_edit(session, the_actor(), endpoint_id)).kind
        config, wiring = read_config(kind, request.form, border=border()), wired()
        with transaction() as session:
            return replace_endpoint(
                session, endpoint_id=endpoint_id, config=config, cipher=wiring.keys.fields, actor=the_actor(),
                now=wiring.clock.now(),
            )  # fmt: skip

    return _changed(endpoint_id, step, "已换新的,旧的不再使用。请马上发一条测试。")


@bp.post("/channels/<uuid:endpoint_id>/disable")
@requires(Action.EDIT_CHANNELS)
def disable(endpoint_id: UUID) -> Response | WerkzeugResponse:
    """Take the endpoint out of use, with the reason and, of the last one, with who must act."""

    def step() -> UUID:
        with transaction() as session:
            disable_endpoint(
                session, endpoint_id=endpoint_id, reason=request.form.get("reason", ""), actor=the_actor(),
                successor_id=uuid_of(request.form.get("successor", "")), now=wired().clock.now(),
            )  # fmt: skip
        return endpoint_id

    return _changed(endpoint_id, step, "通道已停用。")


def _changed(endpoint_id: UUID, step: Callable[[], UUID], done: str) -> Response | WerkzeugResponse:
    """Take one step and show the endpoint; a refusal shows the page with the sentence at its field."""
    try:
        found = step()
    except (InvalidError, ConflictError) as refusal:
        page = _page(endpoint_id, request.form, _errors(refusal))
        return make_response(page, STATUS[refusal.default_code])
    flash(done, "success")
    return redirect(url_for("channels.show", endpoint_id=found))


def _new_form(unit_id: UUID, kind: str, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    if kind not in KIND_WORDS:
        raise NotFoundError("没有这种渠道。请从“通道”页重新进入。")
    with reading() as session:
        office = _office(office_to_edit(session, the_actor(), unit_id))
    return render_template(
        "pages/channels_new.html", office=office, kind=kind, word=KIND_WORDS[kind], errors=errors,
        typed=_kept(typed), algorithms=list(ALGORITHMS.items()),
    )  # fmt: skip


def _page(endpoint_id: UUID, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    with reading() as session:
        one = _endpoint(endpoint_to_edit(session, the_actor(), endpoint_id))
        end = last_test(session, endpoint_id)
        last = one.disabled_at is None and is_last_way(session, endpoint_id)
        successors = successors_of(session, one.unit_id) if last else []
    return render_template(
        "pages/channels_endpoint.html", one=one, word=KIND_WORDS[one.kind], errors=errors, typed=_kept(typed),
        test=test_line(end, one.kind) if end else None, last=last, algorithms=list(ALGORITHMS.items()),
        successors=[(f"{office.unit_id}", office.name) for office in successors],
        reason=typed.get("reason", ""), is_phone=one.kind == PHONE, local_date=local_date,
    )  # fmt: skip


def _kept(typed: Mapping[str, str]) -> dict[str, str]:
    return {name: typed[name] for name in SHOWN_AGAIN if name in typed}


def _called(one: Endpoint) -> str:
    return f"{KIND_WORDS[one.kind]}“{one.name}”({one.hint})"


def _errors(refusal: InvalidError | ConflictError) -> dict[str, str]:
    fields = refusal.fields if isinstance(refusal, InvalidError) else {}
    return fields or {"content": refusal.sentence}


def _office(found: Office | None) -> Office:
    if found is None:
        raise NotFoundError(NO_OFFICE)
    return found


def _endpoint(found: Endpoint | None) -> Endpoint:
    if found is None:
        raise NotFoundError(NO_SUCH)
    return found
