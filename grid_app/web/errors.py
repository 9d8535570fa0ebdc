"""Error pages, and the sign-in page that keeps what was typed when a session ended in the middle of a form."""

from __future__ import annotations

from flask import Flask, Response, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.errors import InvalidError, Refusal
from grid_app.http.guard import NotSignedInError, PasswordChangeDueError
from grid_app.http.problems import problem, problem_of_http, problem_of_refusal

PAGE_STATUS = {"not_found": 404, "forbidden": 403, "conflict": 409, "invalid": 422}
CARRIED_BYTES = 64 * 1024


def init_errors(app: Flask) -> None:
    """Answer every error of ``app``: problem+json under /api, a page elsewhere."""
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(NotSignedInError, not_signed_in)
    app.register_error_handler(PasswordChangeDueError, password_change_due)
    app.register_error_handler(CSRFError, form_expired)
    app.register_error_handler(HTTPException, http_error)


def _is_api() -> bool:
    return request.path.startswith("/api/")


def refused(refusal: Refusal) -> Response:
    """Answer a service's refusal with its sentence."""
    if _is_api():
        return problem_of_refusal(refusal)
    status = PAGE_STATUS.get(refusal.default_code, 400)
    fields = refusal.fields if isinstance(refusal, InvalidError) else {}
    return make_response(render_template("pages/refused.html", sentence=refusal.sentence, fields=fields), status)


def not_signed_in(_error: NotSignedInError) -> Response | WerkzeugResponse:
    """Ask to sign in; what a form had posted travels along and is sent again after signing in."""
    if _is_api():
        return problem(401, "not_signed_in", "登录已过期,请重新登录。手机上没发出去的内容都还在。")
    if request.method == "GET":
        target = request.full_path.rstrip("?")
        return redirect(url_for("sign_in.page", next=None if target == "/" else target))
    return sign_in_again("登录已过期。请重新登录,刚才填写的内容会接着提交,不会丢失。")


def sign_in_again(sentence: str) -> Response:
    """Return the sign-in page carrying the posted fields (files cannot be carried and are named)."""
    carried = [(name, value) for name in request.form for value in request.form.getlist(name) if name != "csrf_token"]
    if sum(len(value) for _, value in carried) > CARRIED_BYTES:
        carried = []
    page = render_template(
        "pages/sign_in.html",
        sentence=sentence,
        carried=carried,
        carried_to=request.path,
        lost_files=sorted(request.files),
        next_page="",
        login="",
    )
    return make_response(page, 401)


def password_change_due(_error: PasswordChangeDueError) -> WerkzeugResponse:
    """Lead to the page where the account chooses its own password."""
    return redirect(url_for("sign_in.change_password"))


def form_expired(_error: CSRFError) -> Response:
    """Show the form's content again for one more tap, when its protection mark is missing or too old."""
    carried = [(name, value) for name in request.form for value in request.form.getlist(name) if name != "csrf_token"]
    page = render_template("pages/form_expired.html", carried=carried, carried_to=request.path)
    return make_response(page, 400)


def http_error(error: HTTPException) -> Response:
    """Answer Flask's own errors with a sentence."""
    if _is_api():
        return problem_of_http(error)
    sentences = {
        404: "没有这个页面。请检查网址,或回到首页。",
        405: "这个页面不支持这种操作。请回到首页重新进入。",
        413: "内容太大,没有提交成功。请减小后重试,已填写的内容请在上一页找回。",
    }
    status = error.code or 500
    sentence = sentences.get(status, "系统出了点问题,操作没有完成。请稍后重试;已保存的内容没有丢失。")
    return make_response(render_template("pages/refused.html", sentence=sentence, fields={}), status)
