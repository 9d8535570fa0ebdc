"""The field app, which opens without a network: its shell, what the service worker keeps, registering a phone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NoReturn

from flask import Blueprint, Response, current_app, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError, generate_csrf
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.database.transaction import transaction
from grid_app.errors import InvalidError, Refusal
from grid_app.http.guard import (
    NotSignedInError,
    PasswordChangeDueError,
    guard_pages,
    requires,
    the_actor,
    the_presence,
)
from grid_app.http.problems import problem, problem_of_refusal
from grid_app.policy import Action, allows
from grid_app.security.certificates import certificate_of, fingerprint_of, own_authority
from grid_app.services.accounts.devices import LABEL_LENGTH, register_device
from grid_app.web.field.assets import Assets, assets_of, first_modules
from grid_app.wiring import wired

bp = Blueprint("field", __name__)
guard_pages(bp)

SHELL, MANIFEST = "/field/", "/field/manifest.webmanifest"
SHELL_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'; manifest-src 'self'; "
    "worker-src 'self'"
)
LARGEST_BODY = 4 * 1024


@bp.get(SHELL)
@requires(Action.PUBLIC)
def shell() -> Response:
    """Show the frame of the field app: the same for everybody, so that a phone may keep it; no mark of a session."""
    answer = Response(_shell_page(), content_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = SHELL_POLICY
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@bp.get("/field/assets.json")
@requires(Action.PUBLIC)
def assets() -> Response:
    """List what the service worker keeps, with the digest of each file and one version over all."""
    found = _assets()
    answer = jsonify(version=found.version, files=list(found.digests), sha256=dict(found.digests))
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@bp.get("/sw.js")
@requires(Action.PUBLIC)
def worker() -> Response:
    """Give the one service worker of the site; it begins with the version, so that browsers see every change."""
    source = (_static() / "sw.js").read_text("utf-8")
    answer = Response(
        f"self.GRID_VERSION = {json.dumps(_assets().version)};\n{source}", content_type="text/javascript; charset=utf-8"
    )
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Service-Worker-Allowed"] = "/"
    return answer


@bp.get(MANIFEST)
@requires(Action.PUBLIC)
def manifest() -> Response:
    """Describe the app to a phone that puts it on its home screen."""
    answer = Response(_manifest(), content_type="application/manifest+json; charset=utf-8")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@bp.get("/field/session")
@requires(Action.PUBLIC)
def session_state() -> Response:
    """Say whether somebody is signed in who may register this phone; with the mark that registering asks for."""
    presence = the_presence()
    due = presence is not None and presence.must_change_password
    may = presence is not None and not due and allows(presence.actor, Action.REGISTER_DEVICE) and bool(presence.actor)
    return jsonify(
        signed_in=presence is not None,
        may_register=may,
        password_change_due=due,
        csrf=generate_csrf() if may else "",
    )


@bp.post("/field/device")
@requires(Action.REGISTER_DEVICE)
def device() -> tuple[Response, int]:
    """Register this phone for the role somebody is signed in with; the token is told once."""
    pin, label = _wanted()
    wiring = wired()
    now, days = wiring.clock.now(), wiring.settings.device_days
    with transaction() as session:
        made = register_device(session, actor=the_actor(), label=label, pin=pin, days=days, now=now)
    expires = made.expires_at.isoformat().replace("+00:00", "Z")
    return jsonify(token=made.token, expires_at=expires, device_id=str(made.device_id)), 201


@bp.get("/field/ca.crt")
@requires(Action.PUBLIC)
def authority() -> Response | WerkzeugResponse:
    """Give the certificate of this installation's own authority; without one, say so on a page."""
    path = own_authority(wired().settings.instance_dir)
    if not path.is_file():
        return redirect(url_for("field.trust"))
    answer = Response(certificate_of(path), content_type="application/x-x509-ca-cert")
    answer.headers["Content-Disposition"] = "attachment; filename=grid-ca.crt"
    return answer


@bp.get("/field/trust")
@requires(Action.PUBLIC)
def trust() -> str:
    """Explain how a phone comes to trust this server's own certificate, or that none is in use."""
    path = own_authority(wired().settings.instance_dir)
    return render_template("pages/field_trust.html", fingerprint=fingerprint_of(path) if path.is_file() else "")


@bp.errorhandler(Refusal)
def _refused(refusal: Refusal) -> Response:
    return problem_of_refusal(refusal)


@bp.errorhandler(NotSignedInError)
def _not_signed_in(_error: NotSignedInError) -> Response:
    return problem(401, "not_signed_in", "登录已过期,请重新登录。手机上没发出去的内容都还在。")


@bp.errorhandler(PasswordChangeDueError)
def _password_due(_error: PasswordChangeDueError) -> Response:
    return problem(403, "password_change_due", "请先在网页上登录并改掉初始密码,再登记手机。")


@bp.errorhandler(CSRFError)
def _mark_missing(_error: CSRFError) -> Response:
    return problem(400, "page_expired", "页面打开得太久了,请再点一次。手机上的内容都还在。")


def _wanted() -> tuple[str, str]:
    request.max_content_length = LARGEST_BODY
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        _no_object()
    pin, label = body.get("pin"), body.get("label", "")
    if not isinstance(pin, str) or not isinstance(label, str):
        _no_object()
    return pin, label[:LABEL_LENGTH]


def _no_object() -> NoReturn:
    raise InvalidError("手机没有登记成功,请再试一次。", fields={"pin": "口令要 4 到 8 位数字。"})


def _assets() -> Assets:
    return assets_of(_static(), {SHELL: _shell_page().encode(), MANIFEST: _manifest().encode()})


def _shell_page() -> str:
    return render_template("field_app.html", modules=first_modules(_static()))


def _manifest() -> str:
    document = {
        "name": "网格排查 · 离线上报",
        "short_name": "网格上报",
        "lang": "zh-CN",
        "start_url": SHELL,
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0b6466",
        "icons": [{"src": "/static/icon.svg", "sizes": "any", "type": "image/svg+xml"}],
    }
    return json.dumps(document, ensure_ascii=False)


def _static() -> Path:
    return Path(str(current_app.static_folder))
