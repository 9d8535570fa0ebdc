"""Registering a phone by signing in on it once, and proving its PIN."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from grid_app.api.guard import guard_api
from grid_app.api.openapi_models import ActingAs, DeviceAnswer, DeviceRequest, PinAnswer, PinRequest
from grid_app.api.parsing import read_model
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ForbiddenError, InvalidError
from grid_app.http.guard import requires
from grid_app.http.problems import problem
from grid_app.policy import Action, Actor, allows
from grid_app.services.accounts.actors import actors_of
from grid_app.services.accounts.devices import (
    PhoneRevoked,
    PinRight,
    PinWrong,
    Registered,
    check_pin,
    pin_weakness,
    register_device,
)
from grid_app.services.accounts.sign_in import SignedIn, SignInRefused, check_credentials, sign_in, sign_out
from grid_app.wiring import wired

bp = Blueprint("api_devices", __name__, url_prefix="/api/v1")
guard_api(bp)


@bp.post("/devices")
@requires(Action.PUBLIC)
def register() -> Response:
    """Sign in with name and password, and return the token of the newly registered phone."""
    wanted = read_model(DeviceRequest)
    weak = pin_weakness(wanted.pin)
    if weak:
        raise InvalidError("手机没有登记成功,请换一个口令。", fields={"pin": weak})
    with reading() as session:
        checked = check_credentials(session, login=wanted.login, password=wanted.password)
    now = wired().clock.now()
    with transaction() as session:
        outcome = sign_in(session, checked=checked, now=now)
        if isinstance(outcome, SignedIn):
            sign_out(session, outcome.secret, now=now)
    if isinstance(outcome, SignInRefused):
        return problem(401, "sign_in_refused", outcome.sentence)
    return _registered(outcome, wanted)


@bp.post("/devices/pin")
@requires(Action.REPORT_DISPUTE)
def prove_pin() -> Response:
    """Say whether the PIN of the phone whose token is sent along is right; five wrong ones revoke the phone."""
    pin = read_model(PinRequest).pin
    token = request.headers.get("Authorization", "").partition(" ")[2].strip()
    with transaction() as session:
        outcome = check_pin(session, token=token, pin=pin, now=wired().clock.now())
    if isinstance(outcome, PhoneRevoked):
        return problem(
            401, "device_revoked", "口令错了 5 次,这部手机已退出。请用账号和密码重新登录;没发出去的内容都还在。"
        )
    return jsonify(_pin_answer(outcome).model_dump(mode="json"))


def _pin_answer(outcome: PinRight | PinWrong) -> PinAnswer:
    if isinstance(outcome, PinRight):
        return PinAnswer(right=True, tries_left=None, expires_at=outcome.expires_at)
    return PinAnswer(right=False, tries_left=outcome.tries_left, expires_at=None)


def _registered(signed_in: SignedIn, wanted: DeviceRequest) -> Response:
    if signed_in.must_change_password:
        raise ForbiddenError("请先在网页上登录并改掉初始密码,再登记手机。", code="password_change_due")
    wiring = wired()
    now = wiring.clock.now()
    with transaction() as session:
        choices = [
            actor
            for actor in actors_of(session, signed_in.account_id, now=now)
            if allows(actor, Action.REGISTER_DEVICE)
        ]
        actor = _chosen(choices, wanted.assignment_id)
        registered = register_device(
            session, actor=actor, label=wanted.label, pin=wanted.pin, days=wiring.settings.device_days, now=now
        )
    answer = jsonify(_answer(registered, actor, choices).model_dump(mode="json"))
    answer.status_code = 201
    return answer


def _chosen(choices: list[Actor], assignment_id: str | None) -> Actor:
    if not choices:
        raise ForbiddenError("这个账号没有需要在手机上办的事。请用网页登录,或联系安全管理员。")
    if assignment_id is None:
        return choices[0]
    found = next((one for one in choices if one.assignment_id == _id_of(assignment_id)), None)
    if found is None:
        raise InvalidError("手机没有登记成功。", fields={"assignment_id": "这个账号没有这个身份,请重新选择。"})
    return found


def _id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _answer(registered: Registered, actor: Actor, choices: list[Actor]) -> DeviceAnswer:
    return DeviceAnswer(
        device_id=str(registered.device_id),
        token=registered.token,
        expires_at=registered.expires_at,
        acting_as=_acting_as(actor),
        choices=[_acting_as(one) for one in choices],
    )


def _acting_as(actor: Actor) -> ActingAs:
    return ActingAs(
        assignment_id=str(actor.assignment_id),
        role=str(actor.role),
        unit=actor.unit_name,
        division_code=actor.division_code,
    )
