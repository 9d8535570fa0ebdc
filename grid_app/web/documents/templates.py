"""Templates and letterheads: look at what is used, download, upload the county's own, go back to an earlier version."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Final
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from grid_app.database.transaction import reading, transaction
from grid_app.documents.check import LARGEST
from grid_app.documents.defaults import default_template
from grid_app.documents.kinds import Kind, kinds
from grid_app.errors import InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor
from grid_app.policy import Action
from grid_app.queries.documents import headings_under, one_template, template_in_force, template_versions
from grid_app.services.documents.drafts import number_word_of
from grid_app.services.documents.templates import (
    NO_TEMPLATE,
    check_upload,
    county_of,
    save_letterhead,
    save_template,
    trial,
    use_again,
)
from grid_app.services.typed import uuid_of
from grid_app.web.wording import local_date
from grid_app.wiring import wired

bp = Blueprint("templates", __name__, url_prefix="/templates")
guard_pages(bp)

NO_FILE: Final = "请选一个 .docx 文件。"


@bp.get("")
@requires(Action.EDIT_TEMPLATES)
def index() -> str:
    """List every kind with the template in use, and the letterheads of the county's units."""
    return _index({}, {})


@bp.get("/<kind>")
@requires(Action.EDIT_TEMPLATES)
def show(kind: str) -> Response:
    """Show one kind: its placeholders, its versions, and the form to upload."""
    return _page(_kind(kind), {})


@bp.post("/<kind>")
@requires(Action.EDIT_TEMPLATES)
def upload(kind: str) -> AnyResponse:
    """Check an uploaded template and use it from now on; a refused one changes nothing."""
    found = _kind(kind)
    file = request.files.get("file")
    body, name = b"", ""
    if file is not None:
        with file.stream:
            body, name = file.stream.read(LARGEST + 1), file.filename or ""
    if not body:
        return _page(found, {"file": NO_FILE}, status=422)
    try:
        checked = check_upload(found, body=body, now=wired().clock.now())
        with transaction() as session:
            version = save_template(
                session, kind=found, file_name=name, body=body, actor=the_actor(), now=wired().clock.now()
            )
    except InvalidError as refusal:
        return _page(found, refusal.fields, status=422)
    flash(f"第 {version} 版已换上,从现在起出具的文书都用它;以前出具的不变。", "success")
    for warning in checked.warnings:
        flash(warning, "warning")
    return redirect(url_for("templates.show", kind=kind))


@bp.post("/<kind>/use")
@requires(Action.EDIT_TEMPLATES)
def use(kind: str) -> AnyResponse:
    """Use an earlier version, or the platform's own, again."""
    wanted = request.form.get("template", "")
    with transaction() as session:
        version = use_again(
            session,
            kind=_kind(kind),
            template_id=uuid_of(wanted) or (UUID(int=0) if wanted else None),
            actor=the_actor(),
            now=wired().clock.now(),
        )
    flash(f"已换上,记为第 {version} 版。", "success")
    return redirect(url_for("templates.show", kind=kind))


@bp.get("/<kind>/download")
@requires(Action.EDIT_TEMPLATES)
def download(kind: str) -> Response:
    """Give a template as it is (``version``), filled with examples (``trial``), or the platform's own."""
    found, asked = _kind(kind), request.args.get("which", "")
    key = uuid_of(asked)
    with reading() as session:
        row = template_in_force(session, county_code=county_of(the_actor()), kind=kind)
        if key is not None:
            row = one_template(session, county_code=county_of(the_actor()), template_id=key)
        own = row.body if row is not None and row.kind == kind else None
    if key is not None and own is None:
        raise NotFoundError(NO_TEMPLATE)
    body = own if own and asked != "default" else default_template(kind)
    if asked == "trial":
        return _file(trial(found, body, now=wired().clock.now())[1], f"试填-{found.title}.pdf", "application/pdf")
    return _file(body, f"{found.title}.docx", "application/octet-stream")


@bp.post("/letterheads/<uuid:unit_id>")
@requires(Action.EDIT_TEMPLATES)
def letterhead(unit_id: UUID) -> AnyResponse:
    """Keep the word of a unit's numbers and its red heading."""
    form = request.form
    try:
        with transaction() as session:
            save_letterhead(
                session,
                unit_id=unit_id,
                number_word=form.get("number_word", ""),
                red_heading=form.get("red_heading", ""),
                actor=the_actor(),
                now=wired().clock.now(),
            )
    except InvalidError as refusal:
        return make_response(_index(refusal.fields, {"unit": str(unit_id), **form.to_dict()}), 422)
    flash("已保存。以后出具的文书用它;已经编的号不变。", "success")
    return redirect(url_for("templates.index"))


def _kind(code: str) -> Kind:
    found = kinds().get(code)
    if found is None:
        raise NotFoundError("没有这种文书。请回到文书模板页再选。")
    return found


def _index(errors: Mapping[str, str], typed: Mapping[str, str]) -> str:
    county = county_of(the_actor())
    with reading() as session:
        versions = template_versions(session, county_code=county)
        headings = headings_under(session, path_code=county)
    return render_template(
        "pages/templates.html",
        rows=[
            (
                kind,
                f"第 {versions[code][0].version} 版({versions[code][0].file_name})" if code in versions else "平台自带",
            )
            for code, kind in kinds().items()
        ],
        headings=[(one, one.number_word or number_word_of(one.unit)) for one in headings],
        errors=dict(errors),
        typed=dict(typed),
    )


def _page(kind: Kind, errors: Mapping[str, str], *, status: int = 200) -> Response:
    with reading() as session:
        versions = template_versions(session, county_code=county_of(the_actor())).get(kind.code, [])
    page = render_template(
        "pages/template.html",
        kind=kind,
        versions=[(one, local_date(one.at)) for one in versions],
        errors=dict(errors),
    )
    return make_response(page, status)


def _file(body: bytes, name: str, media: str) -> Response:
    answer = send_file(BytesIO(body), mimetype=media, etag=False)
    ending = name.rpartition(".")[2]
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=\"template.{ending}\"; filename*=UTF-8''{quote(name)}"
    )
    return answer
