"""Web push on one's own devices: switching on and off, a test that says whether it works, the public key.

Signing out leaves a device subscribed: what it shows holds no name, and the inbox keeps everything in any case.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError, NotFoundError, Refusal
from grid_app.http.guard import in_background, requires, the_actor
from grid_app.http.problems import problem_of_refusal
from grid_app.policy import Action, allows
from grid_app.queries.push_devices import own_device, own_devices
from grid_app.services.escalations.subscriptions import (
    read_target,
    send_test,
    subscribe,
    unsubscribe,
    unsubscribe_endpoint,
)
from grid_app.web.inbox.push_answers import public_key, renew_device, take_receipt
from grid_app.web.inbox.push_words import device_label, device_line, verdict_of
from grid_app.wiring import wired

UNKNOWN_DEVICE = "服务器上没有这台设备的推送。请在这台设备上重新开通。"


def add_push_routes(bp: Blueprint) -> None:
    """Put everything about push on one's own devices under ``bp``."""
    device = "/push/subscriptions/<uuid:device_id>"
    bp.add_url_rule("/push", "push", push)
    bp.add_url_rule("/push/key", "push_key", push_key)
    bp.add_url_rule("/push/test", "push_test", push_test, methods=["POST"])
    bp.add_url_rule("/push/subscriptions", "subscribe", subscribe_json, methods=["POST"])
    bp.add_url_rule("/push/subscriptions", "unsubscribe", unsubscribe_json, methods=["DELETE"])
    bp.add_url_rule(f"{device}/drop", "drop_device", drop_device, methods=["POST"])
    bp.add_url_rule(f"{device}/test", "tested", tested)
    bp.add_url_rule("/push/receipts", "take_receipt", take_receipt, methods=["POST"])
    bp.add_url_rule("/push/renewals", "renew_device", renew_device, methods=["POST"])


@requires(Action.SUBSCRIBE_PUSH)
def push() -> str:
    """Show whether push works on the own devices, and switch it on, off or try it."""
    actor, now = the_actor(), wired().clock.now()
    with reading() as session:
        devices = [device_line(device, now=now) for device in own_devices(session, actor.account_id)]
    return render_template(
        "pages/inbox_push.html",
        devices=devices,
        any_live=any(device["live"] for device in devices),
        public_key=public_key(),
        may_read_inbox=allows(actor, Action.READ_INBOX),
    )


@requires(Action.PUBLIC)
def push_key() -> Response:
    """Answer with the public key that a browser subscribes with (VAPID, RFC 8292).

    A service worker asks for it with nobody signed in; whoever is sent a push may know it.
    """
    return jsonify(key=public_key())


@requires(Action.SUBSCRIBE_PUSH)
def subscribe_json() -> Response:
    """Keep the subscription that this browser sends; a refusal is a problem document with its sentence."""
    wiring = wired()
    try:
        target = read_target(request.get_json(silent=True), rule=wiring.push_rule, our_key=public_key())
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
    try:
        endpoint = _endpoint_sent("没有写明是哪一台设备,没有关闭。请在“本机推送”页面里关闭。")
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
    """Send a test on the way of every other message: a form tries all own devices, JSON the one it names."""
    if request.is_json:
        return _test_one()
    with transaction() as session:
        devices = send_test(session, actor=the_actor(), now=wired().clock.now())
    if devices:
        flash(f"测试通知已排队({len(devices)} 台设备),一分钟内应当弹出。过一分钟刷新本页,看每台设备的结果。", "success")
    else:
        flash("没有开通推送的设备,没有发送。请先在这台设备上开通。", "warning")
    return redirect(url_for("inbox.push"))


@requires(Action.SUBSCRIBE_PUSH)
@in_background
def tested(device_id: UUID) -> Response:
    """Say how far the last test of one of the own devices has come; the page asks until it is over."""
    with reading() as session:
        device = own_device(session, the_actor().account_id, device_id)
    if device is None or device.test is None:
        return problem_of_refusal(NotFoundError(UNKNOWN_DEVICE))
    verdict = verdict_of(device, device.test, now=wired().clock.now())
    return jsonify(tone=verdict.tone, text=verdict.text, is_over=verdict.is_over)


def _test_one() -> Response:
    try:
        endpoint = _endpoint_sent("没有写明是哪一台设备,没有发送。请刷新本页再试。")
        with transaction() as session:
            devices = send_test(session, actor=the_actor(), now=wired().clock.now(), endpoint=endpoint)
        if not devices:
            raise NotFoundError(UNKNOWN_DEVICE)
    except Refusal as refusal:
        return problem_of_refusal(refusal)
    answer = jsonify(url=url_for("inbox.tested", device_id=devices[0]))
    answer.status_code = 202
    return answer


def _endpoint_sent(otherwise: str) -> str:
    document = request.get_json(silent=True)
    endpoint = document.get("endpoint") if isinstance(document, dict) else None
    if not isinstance(endpoint, str) or not endpoint:
        raise InvalidError(otherwise)
    return endpoint
