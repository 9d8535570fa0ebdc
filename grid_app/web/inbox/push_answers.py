"""What the service worker of a device says by itself: a message was shown; the browser has a new subscription.

Nobody need be signed in there any more, and a worker has no form and no CSRF mark: the secret in what it sends is all
that is asked of it. No cookie counts here, so nobody else's page can act in a person's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from flask import Response, request

from grid_app.database.transaction import reading, transaction
from grid_app.errors import NotFoundError, Refusal
from grid_app.http.guard import in_background, requires
from grid_app.http.problems import problem, problem_of_refusal
from grid_app.policy import Action
from grid_app.services.escalations.receipts import (
    knows_receipt,
    listening,
    note_delivery,
    renew,
    require_listening,
)
from grid_app.services.escalations.subscriptions import read_target
from grid_app.services.tries import Limit, count_try, is_used_up
from grid_app.web.residents.frame import address_key
from grid_app.wiring import wired
from notifications.vapid import keypair_of

MOST_BYTES: Final = 8 * 1024
WRONG_SECRETS: Final = Limit("push_answer", 60, timedelta(minutes=15))
"""Wrong ones from one address. Right ones are taken all the same: a whole office may stand behind one address."""
TOO_MANY: Final = "这个网络里传来的错误太多,请过一刻钟再试。"


@requires(Action.PUBLIC)
@in_background
def take_receipt() -> Response:
    """Note that a device has shown a message; the answer is the same whether there is such a message or not."""
    receipt = _text("receipt")
    with reading() as session:  # strangers must not take the one turn to write
        known = knows_receipt(session, receipt)
    if known:
        with transaction() as session:
            note_delivery(session, receipt, now=wired().clock.now())
    return _answer(known=known)


@requires(Action.PUBLIC)
@in_background
def renew_device() -> Response:
    """Put a browser's new subscription in the place of the one it had, which it proves by that one's secret."""
    wiring, endpoint, auth = wired(), _text("endpoint"), _text("auth")
    new = _fields(_sent().get("subscription"))
    try:
        with reading() as session:  # strangers must not let names be looked up
            if listening(session, endpoint=_text("endpoint", new), auth=_text("auth", new.get("keys") or {})) is None:
                require_listening(session, endpoint=endpoint, auth=auth)
        target = read_target(new, rule=wiring.push_rule, our_key=public_key())
        with transaction() as session:
            renew(session, endpoint=endpoint, auth=auth, target=target, now=wiring.clock.now())
    except NotFoundError as refusal:
        refused = _answer(known=False)
        return refused if refused.status_code == 429 else problem_of_refusal(refusal)
    except Refusal as refusal:
        return problem_of_refusal(refusal)
    return Response(status=204)


def public_key() -> str:
    """Return the key that browsers subscribe with today."""
    return keypair_of(wired().keys.vapid_private).public_b64url


def _sent() -> Mapping[str, object]:
    request.max_content_length = MOST_BYTES
    try:
        document = request.get_json(silent=True)
    except RecursionError:  # brackets within brackets
        document = None
    return _fields(document)


def _fields(document: object) -> Mapping[str, object]:
    return document if isinstance(document, dict) else {}


def _text(name: str, document: object = None) -> str:
    """Return a field that holds printable ASCII, as all of these do; empty for anything else."""
    value = _fields(_sent() if document is None else document).get(name)
    return value if isinstance(value, str) and value.isascii() and value.isprintable() else ""


def _answer(*, known: bool) -> Response:
    """Return 204, or 429 for an address that has used up its tries, whatever it sent; a wrong secret is counted."""
    key, now = address_key(), wired().clock.now()
    with reading() as session:
        over = is_used_up(session, WRONG_SECRETS, key, now=now)
    if not known and not over:
        with transaction() as session:
            count_try(session, WRONG_SECRETS, key, now=now)
    return problem(429, "too_many", TOO_MANY) if over else Response(status=204)
