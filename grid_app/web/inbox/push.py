"""Web push on one's own devices: switching on and off, a test, the public key.

Signing out leaves a device subscribed: what it shows holds no name, and the inbox keeps everything in any case.
"""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError, Refusal
from grid_app.http.guard import requires, the_actor
from grid_app.http.problems import problem_of_refusal
from grid_app.policy import Action, allows
from grid_app.queries.inbox_history import own_devices
from grid_app.services.escalations.subscriptions import (
    read_target,
    send_test,
    subscribe,
    unsubscribe,
    unsubscribe_endpoint,
)
from grid_app.web.inbox.words import device_label, device_line
from grid_app.wiring import wired
from notifications.vapid import keypair_of


@requires(Action.SUBSCRIBE_PUSH)
def push() -> str:
    """Show whether push works on the own devices, and switch it on, off or try it."""
    actor = the_actor()
    with reading() as session:
        devices = [device_line(device) for device in own_devices(session, actor.account_id)]
    return render_template(
        "pages/inbox_push.html",
        devices=devices,
        any_live=any(device["live"] for device in devices),
        public_key=_public_key(),
        may_read_inbox=allows(actor, Action.READ_INBOX),
    )


@requires(Action.SUBSCRIBE_PUSH)
def push_key() -> Response:
    """Answer with the public key that a browser subscribes with (VAPID, RFC 8292)."""
    return jsonify(key=_public_key())


@requires(Action.SUBSCRIBE_PUSH)
def subscribe_json() -> Response:
    """Keep the subscription that this browser sends; a refusal is a problem document with its sentence."""
    wiring = wired()
    try:
        target = read_target(request.get_json(silent=True), rule=wiring.push_rule)
        with transaction() as session:
            device_id = subscribe(
                session,
                target=target,
                label=device_label(request.headers.get("User-Agent", "")),
                actor=the_actor(),
                now=wiring.clock.now(),
            )
    except Refusal as refusal:
        return problem_of_refusal(refusal)
    answer = jsonify(id=str(device_id))
    answer.status_code = 201
    return answer


@requires(Action.SUBSCRIBE_PUSH)
def unsubscribe_json() -> Response:
    """Forget the subscription whose endpoint this browser sends."""
    document = request.get_json(silent=True)
    endpoint = document.get("endpoint") if isinstance(document, dict) else None
    try:
        if not isinstance(endpoint, str) or not endpoint:
            raise InvalidError("没有写明是哪一台设备,没有关闭。请在“本机推送”页面里关闭。")
        with transaction() as session:
            unsubscribe_endpoint(session, endpoint=endpoint, actor=the_actor(), now=wired().clock.now())
    except Refusal as refusal:
        return problem_of_refusal(refusal)
    return Response(status=204)


@requires(Action.SUBSCRIBE_PUSH)
def drop_device(device_id: UUID) -> WerkzeugResponse:
    """Switch push off for one of the own devices."""
    with transaction() as session:
        unsubscribe(session, subscription_id=device_id, actor=the_actor(), now=wired().clock.now())
    flash("已关闭这台设备的推送。提醒仍在收件箱里。", "success")
    return redirect(url_for("inbox.push"))


@requires(Action.SUBSCRIBE_PUSH)
def push_test() -> WerkzeugResponse:
    """Send a test message to each of the own devices, on the same way as every other message."""
    with transaction() as session:
        devices = send_test(session, actor=the_actor(), now=wired().clock.now())
    if devices:
        flash(f"测试推送已排队({devices} 台设备),约 10 秒内应当弹出。没有弹出时,请刷新本页看原因。", "success")
    else:
        flash("没有开通推送的设备,没有发送。请先在这台设备上开通。", "warning")
    return redirect(url_for("inbox.push"))


def _public_key() -> str:
    return keypair_of(wired().keys.vapid_private).public_b64url
