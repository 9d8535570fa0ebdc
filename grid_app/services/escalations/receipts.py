"""What a service worker says by itself, with nobody signed in: a message was shown; the device listens elsewhere.

Both hold a secret that only the device can know, and that is all that is asked of them.
"""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from grid_app.errors import NotFoundError
from grid_app.models.escalations import HAS_RECEIPT, OutboxMessage, PushSubscription
from grid_app.services.audit import record_audit
from notifications.messages import PushTarget

RECEIPT_BYTES: Final = 32
RECEIPT: Final = re.compile(r"[A-Za-z0-9_-]{32,48}")
RENEWED: Final = "renewed by its browser"
LISTENS_NO_MORE: Final = "推送没有接上:服务器不认得这台设备原来的推送。请在这台设备上打开“本机推送”,重新开通。"


def new_receipt() -> str:
    """Return what a message is answered with: 256 bits by chance, 43 letters."""
    return secrets.token_urlsafe(RECEIPT_BYTES)


def knows_receipt(session: Session, receipt: str) -> bool:
    """Say whether there is a message with this receipt; writes nothing."""
    if not RECEIPT.fullmatch(receipt):
        return False
    found = session.scalar(select(OutboxMessage.id).where(OutboxMessage.receipt == receipt, HAS_RECEIPT))
    return found is not None


def note_delivery(session: Session, receipt: str, *, now: datetime) -> bool:
    """Note that a device has shown the message with this receipt; say whether there is such a message.

    The first answer counts: a second changes nothing.
    """
    if not RECEIPT.fullmatch(receipt):
        return False
    found = session.execute(
        select(OutboxMessage.id, OutboxMessage.delivered_at).where(OutboxMessage.receipt == receipt, HAS_RECEIPT)
    ).first()
    if found is None:
        return False
    if found.delivered_at is None:
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id == found.id, OutboxMessage.delivered_at.is_(None))
            .values(delivered_at=now)
            .execution_options(synchronize_session=False)
        )
    return True


def listening(session: Session, *, endpoint: str, auth: str) -> PushSubscription | None:
    """Return the live subscription with this endpoint and secret, which its browser alone knows, if there is one."""
    found = session.scalar(
        select(PushSubscription).where(PushSubscription.endpoint == endpoint, PushSubscription.dropped_at.is_(None))
    )
    return found if found is not None and hmac.compare_digest(found.auth.encode(), auth.encode()) else None


def require_listening(session: Session, *, endpoint: str, auth: str) -> PushSubscription:
    """Return the live subscription with this endpoint and this secret.

    Raises
    ------
    NotFoundError
        There is none.
    """
    found = listening(session, endpoint=endpoint, auth=auth)
    if found is None:
        raise NotFoundError(LISTENS_NO_MORE)
    return found


def renew(session: Session, *, endpoint: str, auth: str, target: PushTarget, now: datetime) -> None:
    """Put a browser's new subscription in the place of its old one; whose device it is does not change.

    Said twice, also at the same moment, it is done once. Where the page has subscribed the browser anew already, what
    the page said stands, and the old subscription ends.

    Raises
    ------
    NotFoundError
        The old one is not known, or is somebody's no more; the new one is somebody else's.
    """
    if _is_done(session, endpoint=endpoint, auth=auth, target=target, now=now):
        return
    kept = require_listening(session, endpoint=endpoint, auth=auth)
    try:
        with session.begin_nested():
            kept.endpoint, kept.p256dh, kept.auth = target.endpoint, target.p256dh, target.auth
            kept.vapid_public = target.vapid_public
    except IntegrityError:  # the new one is known: since this moment, or for long and somebody else's
        if not _is_done(session, endpoint=endpoint, auth=auth, target=target, now=now):
            raise NotFoundError(LISTENS_NO_MORE) from None
        return
    record_audit(session, None, "push.renewed", now=now, target=("push_subscription", str(kept.id)))


def _is_done(session: Session, *, endpoint: str, auth: str, target: PushTarget, now: datetime) -> bool:
    """Say whether the new subscription is live already; an old one that still stands beside it ends then."""
    new = listening(session, endpoint=target.endpoint, auth=target.auth)
    if new is None:
        return False
    old = listening(session, endpoint=endpoint, auth=auth)
    if old is not None and old.id != new.id:
        old.dropped_at, old.dropped_reason = now, RENEWED
        _pass_on(session, old, new, now=now)
        record_audit(session, None, "push.renewed", now=now, target=("push_subscription", str(new.id)))
    return True


def _pass_on(session: Session, old: PushSubscription, new: PushSubscription, *, now: datetime) -> None:
    """Let what waits for the old subscription go to the new one, or to nobody where that is another person's.

    What is being sent to the old one at this moment goes to the new one, too, when the old one does not take it.
    """
    same = (old.account_id, old.unit_id) == (new.account_id, new.unit_id)
    stopped = {"state": "stopped", "finished_at": now, "lease_token": None, "leased_until": None}
    values = {"subscription_id": new.id} if same else stopped
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.subscription_id == old.id, OutboxMessage.state == "due")
        .values(**values)
        .execution_options(synchronize_session=False)
    )
