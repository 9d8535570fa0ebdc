"""What residents say in the demonstration without signing in: a report, an evaluation, a complaint of treatment."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.demo.acts import Acts, Told
from grid_app.demo.desk import Desk
from grid_app.demo.weeks import Weeks
from grid_app.models.disputes import Dispute
from grid_app.policy import Role
from grid_app.security.marks import Marks, Pass, PlaceMark
from grid_app.services.handling.steps import accept
from grid_app.services.reports.draft import Received
from grid_app.services.residents.reporting import Origin, take_report
from grid_app.services.residents.said import Saying, complain, evaluate

CHANCE: Final = 80
LAMP: Final = Told(6, "1104", "村口到学校那段路灯坏了一个多月,孩子晚上放学看不见路", "学校门口", ("田某丑",))
COMPLAINT: Final = "打过两次电话问路灯的事,都说等一等就挂了,没有说哪天能来看。"


class Residents:
    """Puts one report through a village's code, and what the same resident says of it, onto the timeline."""

    def __init__(self, desk: Desk, weeks: Weeks) -> None:
        self._desk = desk
        self._acts = Acts(desk, weeks, chance=CHANCE)

    def begin(self) -> None:
        """Plan the report, its acceptance and the complaint."""
        told = self._acts.tell_as(LAMP, "qr", self._receive)
        self._acts.at(LAMP.days, 20, lambda session: self._follow(told(session)))

    def _receive(self, session: Session, content: Mapping[str, object]) -> Received:
        desk, marks = self._desk, _marks(self._desk)
        place = PlaceMark(division=str(content["village_code"]))
        origin = Origin(desk.county.code, marks.blind("place", marks.place_code(place)), marks.blind("address", ""))
        plain = {name: value for name, value in content.items() if name not in ("lon", "lat", "accuracy_m")}
        return take_report(
            session, content=plain, report_id=new_id(), origin=origin, places=desk.finder, keys=desk.keys,
            now=desk.clock.now(),
        )  # fmt: skip

    def _follow(self, key: UUID) -> None:
        self._acts.step(LAMP.days - 1, 9, key, Role.TOWNSHIP_OFFICER, partial(accept, note="已电话告知受理。"))
        self._acts.at(2, 19, partial(self._complain, key))

    def _complain(self, key: UUID, session: Session) -> None:
        complain(session, _saying(self._desk, session, key), about="owner", words=COMPLAINT)


def evaluate_closing(desk: Desk, key: UUID, words: str, session: Session) -> None:
    """Let the resident of a closed matter say that all is well."""
    saying = _saying(desk, session, key)
    evaluate(session, saying, satisfied="yes", missing=(), words=words, asked_to_waive=False)


def _saying(desk: Desk, session: Session, key: UUID) -> Saying:
    code = session.get_one(Dispute, key).tracking_code
    return Saying(Pass(key, "A", code), desk.clock.now(), desk.keys.fields)


def _marks(desk: Desk) -> Marks:
    return Marks(receipt=desk.keys.receipt, session=desk.keys.session)
