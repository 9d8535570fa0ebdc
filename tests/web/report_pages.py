"""The report form as a browser fills it, and what is stored afterwards."""

from __future__ import annotations

from bs4 import BeautifulSoup
from sqlalchemy import select

from grid_app.database.transaction import reading
from grid_app.models.disputes import Dispute
from tests.web.forms import fields_of

TYPED = {"tile": "land", "danger": "no", "summary": "土地租金从春天起没有付"}
OWN, NEXT = "990101001201", "990101001202"


def page_of(answer) -> str:
    return answer.get_data(as_text=True)


def parsed(answer) -> BeautifulSoup:
    return BeautifulSoup(page_of(answer), "lxml")


def filled(client, **typed: str) -> dict[str, object]:
    """Return the form as it stands, with what is typed on top."""
    return {**fields_of(page_of(client.get("/report")), "/report"), **TYPED, **typed}


def stored() -> list[Dispute]:
    with reading() as session:
        found = list(session.scalars(select(Dispute).order_by(Dispute.received_at, Dispute.id)))
        session.expunge_all()
        return found
