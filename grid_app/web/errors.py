"""Error pages, and the sign-in page that keeps what was typed when a session ended in the middle of a form."""

from __future__ import annotations

import re

from flask import Flask, Response, flash, g, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.errors import InvalidError, Refusal
from grid_app.http.addresses import check_address
from grid_app.http.guard import NotSignedInError, PasswordChangeDueError, cookie_presence
from grid_app.http.problems import problem, problem_of_http, problem_of_refusal

PAGE_STATUS = {"not_found": 404, "forbidden": 403, "conflict": 409, "invalid": 422}
CARRIED_LENGTH = 2 * 1024 * 1024
CHANNELS = "channels"
SECRETIVE = ("sign_in", CHANNELS)
"""Whose forms hold passwords and keys: nothing of them is ever put into a page again."""
_NOT_LATIN = re.compile(r"[^\x00-\x7f]")
HTTP_SENTENCES = {
    400: "内容没有收全,可能是网络断了。没有保存;请回到上一页再提交一次,填写的内容还在那里。",
    404: "没有这个页面。请检查网址,或回到首页。",
    405: "这个页面不支持这种操作。请回到首页重新进入。",
    413: "内容太大,没有提交成功。请回到上一页减小后重试,填写的内容还在那里。",
}


def init_errors(app: Flask) -> None:
    """Answer every error of ``app``: problem+json under /api, a page elsewhere; refuse impossible addresses."""
    app.before_request(check_address)
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
    page = render_template("pages/refused.html", sentence=refusal.sentence, fields=fields, kept=typed_words())
    return make_response(page, status)


def not_signed_in(_error: NotSignedInError) -> Response | WerkzeugResponse:
    """Ask to sign in; what a form had posted travels along and is sent again after signing in."""
    if _is_api():
        return problem(401, "not_signed_in", "登录已过期,请重新登录。手机上没发出去的内容都还在。")
    if request.method == "GET":
        target = request.full_path.rstrip("?")
        return redirect(url_for("sign_in.page", next=None if target == "/" else target))
    return sign_in_again("登录已过期。请重新登录,刚才填写的内容会接着提交,不会丢失。")


def sign_in_again(sentence: str) -> Response:
    """Return the sign-in page carrying the posted fields.

    Files cannot be carried and are named; passwords are never carried; a form beyond all measure stays in the
    browser, and the page says how to get back to it.
    """
    carried = posted_fields()
    if request.blueprint == CHANNELS:
        sentence = "登录已过期。密钥和号码不在页面之间传递:请重新登录,再填一次。"
    if sum(len(value) for _, value in carried) > CARRIED_LENGTH:
        carried, sentence = [], "登录已过期。内容太长带不过来:请用浏览器的“后退”回到刚才的页面,另开一页登录后再提交。"
    page = render_template(
        "pages/sign_in.html",
        sentence=sentence,
        carried=carried,
        carried_to=_target() if carried else "",
        lost_files=posted_files(),
        next_page="",
        login="",
    )
    return make_response(page, 401)


def posted_fields() -> list[tuple[str, str]]:
    """Return the posted fields in their order, without the form's mark; none of those with passwords and keys."""
    if request.blueprint in SECRETIVE:
        return []
    return [(name, value) for name in request.form for value in request.form.getlist(name) if name != "csrf_token"]


def typed_words() -> list[str]:
    """Return the words of a form whose page cannot be shown again, so that they can be copied; no passwords, no keys.

    A matter may leave a writer's sight while the form is open: it was shut to the unit, or its import was undone.
    """
    told = [value.strip() for name, value in posted_fields() if "password" not in name]
    return list(dict.fromkeys(value for value in told if _NOT_LATIN.search(value)))


def posted_files() -> list[str]:
    """Return the names of the files that were posted, so that they can be chosen again."""
    return [file.filename for name in request.files for file in request.files.getlist(name) if file.filename]


def _target() -> str:
    return request.full_path.rstrip("?")


def password_change_due(_error: PasswordChangeDueError) -> WerkzeugResponse:
    """Lead to the page where the account chooses its own password."""
    return redirect(url_for("sign_in.change_password"))


def form_expired(_error: CSRFError) -> Response | WerkzeugResponse:
    """Show the form's content again for one more tap, when its protection mark is missing or too old."""
    if request.blueprint == "sign_in":
        flash("页面打开得太久了,请再填一次。", "warning")
        return redirect(_target())
    if request.blueprint == CHANNELS:
        flash("页面打开得太久了,没有保存。请再填一次。", "warning")
        return redirect(url_for("channels.index"))
    page = render_template(
        "pages/form_expired.html", carried=posted_fields(), carried_to=_target(), lost_files=posted_files()
    )
    return make_response(page, 400)


def http_error(error: HTTPException) -> Response:
    """Answer Flask's own errors with a sentence."""
    if _is_api():
        return problem_of_http(error)
    status = error.code or 500
    if status in (404, 405) and "presence" not in g:
        g.presence = cookie_presence()  # so that whoever is signed in keeps the navigation
    sentence = HTTP_SENTENCES.get(status, "系统出了点问题,操作没有完成。请稍后重试;已保存的内容没有丢失。")
    return make_response(render_template("pages/refused.html", sentence=sentence, fields={}), status)
