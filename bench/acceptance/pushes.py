"""The push service at the other end: what arrived, decrypted, and whether it says only what it may."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import func, select

from bench.acceptance.browser import PageError
from bench.acceptance.ledger import Ledger
from bench.acceptance.staff import Staff
from grid_app.database.transaction import reading
from grid_app.models.escalations import OutboxMessage
from grid_app.vocabulary.categories import category_names
from tests.push_receiver import PushReceiver

SECTION = "web push"
RUN_OF_SIGNS = 6
"""So many Chinese signs of a push that also stand in a report's text would be a quotation."""
CHINESE = re.compile("[\u4e00-\u9fff]{6,}")


def subscribe(staff: Staff, receiver: PushReceiver, logins: Iterable[str], ledger: Ledger) -> None:
    """Switch push on for these people's browsers, by the page of their own devices."""
    for login in logins:
        browser = staff.at_desk(login)
        page = browser.look("/push")
        holder = page.soup.select_one("[data-public-key]")
        key = str(holder["data-public-key"]) if holder else ""
        answer = browser.send_json(page, "/push/subscriptions", receiver.subscription(key))
        if answer.status_code != 201:
            raise PageError(f"the subscription of {login} was refused: {answer.text}")
        ledger.add(SECTION, "browsers subscribed")


def count_pushes(receiver: PushReceiver, ledger: Ledger, *, texts: Iterable[str], names: Iterable[str]) -> None:
    """Note that what was sent arrived, could be decrypted, and quotes no report and no name.

    Parameters
    ----------
    texts : iterable of str
        The texts of the reports that the escalations are about.
    names : iterable of str
        Names that may not occur: of staff, of those who told us, of organisations.
    """
    with reading() as session:
        states = dict(
            session.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)).tuples().all()
        )
    for state, count in sorted(states.items()):
        ledger.put(SECTION, f"outbox {state}", count)
    ledger.put(SECTION, "decrypted by the receiver", len(receiver.received))
    ledger.must_add_up("outbox sent", states.get("sent", 0), {"decrypted by the receiver": len(receiver.received)})
    ledger.must_be_true("at least one push was sent", bool(receiver.received))
    ledger.must_be_true("the receiver refused nothing", not receiver.refusals, str(receiver.refusals))
    said = [f"{one['title']} {one['body']}" for one in receiver.received]
    quoted = _quotations(said, texts)
    named = sorted({name for name in names for one in said if name and name in one})
    ledger.must_be_true("no push quotes a report", not quoted, str(quoted[:3]))
    ledger.must_be_true("no push names a person or an organisation", not named, str(named[:3]))


def _quotations(said: list[str], texts: Iterable[str]) -> list[str]:
    """Return the runs of Chinese signs in pushes, category names left out, that stand in a report too."""
    for name in category_names().values():
        said = [one.replace(name, " ") for one in said]
    pieces = {
        run[start : start + RUN_OF_SIGNS] for one in said for run in CHINESE.findall(one) for start in _starts(run)
    }
    whole = "\n".join(texts)
    return sorted(piece for piece in pieces if piece in whole)


def _starts(run: str) -> range:
    return range(len(run) - RUN_OF_SIGNS + 1)
