"""Alarms about deliveries: what a person must hear of when messages do not arrive, and what clears it again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.channels import Alarm, ChannelEndpoint
from grid_app.models.escalations import Escalation, PushSubscription
from grid_app.models.places import Division
from grid_app.vocabulary.channels import SHORT_WORDS

COUNTED: Final = frozenset({"escalation", "digest", "alarm"})
"""Purposes of which a person hears when they fail; tests and probes tell whoever asked for them."""
LONGEST_KEY: Final = 120


class RaiseAlarm(Protocol):
    """Lets an alarm stand, once per key."""

    def __call__(
        self,
        session: Session,
        *,
        kind: str,
        key: str,
        text: str,
        division_code: str,
        unit_id: UUID | None = None,
        escalation_id: UUID | None = None,
        now: datetime,
    ) -> bool:
        """Say whether it is new."""
        ...


class ClearAlarm(Protocol):
    """Clears the alarm that stands under a key."""

    def __call__(self, session: Session, *, key: str, now: datetime) -> bool:
        """Say whether one stood."""
        ...


@dataclass(frozen=True, slots=True)
class Alarms:
    """Who keeps alarms."""

    raise_alarm: RaiseAlarm
    clear_alarm: ClearAlarm


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom an end concerns: the office, the way it was reached, and the escalation if there is one.

    ``service`` is the host of the push service of a device.
    """

    unit_id: UUID | None
    channel: str
    endpoint_id: UUID | None
    escalation_id: UUID | None
    service: str = ""

    @property
    def failed_key(self) -> str:
        """Return the key of the alarm that messages do not arrive."""
        return f"delivery_failed:{self.unit_id}:{self.channel}"

    @property
    def misconfigured_key(self) -> str:
        """Return the key of the alarm that the channel is set up wrongly."""
        return self._misconfigured(f":{self.service}" if self.service else "")

    @property
    def cleared_by_success(self) -> frozenset[str]:
        """Return the keys of the alarms that one delivery clears; without its service an older release raised one."""
        return frozenset({self.failed_key, self.misconfigured_key, self._misconfigured(), self.no_device_key})

    def _misconfigured(self, service: str = "") -> str:
        return f"channel_misconfigured:{self.endpoint_id or self.channel}{service}"[:LONGEST_KEY]

    @property
    def no_device_key(self) -> str:
        """Return the key of the alarm that no device of the office is left."""
        return f"no_device:{self.unit_id}"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What an alarm says: its kind, the key of the trouble, the sentence and the place whose offices see it."""

    kind: str
    key: str
    text: str
    place: str


def host_of(address: str | None) -> str:
    """Return the host of a device's endpoint, empty where there is none."""
    try:
        return urlsplit(address or "").hostname or ""
    except ValueError:
        return ""


def clear_what_works(session: Session, alarms: Alarms, those: Iterable[Concerned], *, now: datetime) -> None:
    """Clear the alarms of channels that have just delivered."""
    keys = {key for one in those for key in one.cleared_by_success}
    if keys:
        standing = session.scalars(select(Alarm.key).where(Alarm.cleared_at.is_(None), Alarm.key.in_(keys))).all()
        for key in standing:
            alarms.clear_alarm(session, key=key, now=now)


def say_misconfigured(session: Session, alarms: Alarms, one: Concerned, code: str, *, now: datetime) -> None:
    """Let it be known that a channel is set up wrongly: of an endpoint its office, of a whole kind the county."""
    name, place = _office(session, one)
    word = SHORT_WORDS.get(one.channel, one.channel)
    if one.endpoint_id is None:
        word += f"({one.service})" if one.service else ""
        text = f"{word}的运行设置有误,消息发不出去(代码 {code})。请系统管理员检查设置;改好以前,急事请打电话。"
        place = _county(session, place)
    else:
        endpoint = session.get(ChannelEndpoint, one.endpoint_id)
        called = f"“{endpoint.name}”" if endpoint else ""
        text = (
            f"{name}的{word}{called}设置有误,消息发不出去(代码 {code})。请值班室通知该单位核对设置并重新测试;"
            "改好以前,急事请打电话。"
        )
    _raise(session, alarms, one, Trouble("channel_misconfigured", one.misconfigured_key, text, place), now=now)


def say_failed(session: Session, alarms: Alarms, one: Concerned, *, now: datetime) -> None:
    """Let it be known that a message to an office did not arrive and will not be tried again."""
    name, place = _office(session, one)
    word = SHORT_WORDS.get(one.channel, one.channel)
    text = f"发给{name}的{word}消息没有送到,不再重发。内容都在收件箱里;请值班室打电话通知该单位查看并确认。"
    _raise(session, alarms, one, Trouble("delivery_failed", one.failed_key, text, place), now=now)


def say_no_device(session: Session, alarms: Alarms, one: Concerned, *, now: datetime) -> None:
    """Let it be known that the last live device of an office is gone, and who has to see to the next one."""
    live = select(func.count()).where(PushSubscription.unit_id == one.unit_id, PushSubscription.dropped_at.is_(None))
    if one.unit_id is None or session.scalar(live):
        return
    name, place = _office(session, one)
    text = (
        f"{name}最后一台能弹出提醒的设备已失效。请值班室联系该单位,由在岗人员在常用的设备上重新开通“本机推送”;"
        "开通以前,急事请打电话。"
    )
    _raise(session, alarms, one, Trouble("no_device", one.no_device_key, text, place), now=now)


def _raise(session: Session, alarms: Alarms, one: Concerned, trouble: Trouble, *, now: datetime) -> None:
    alarms.raise_alarm(
        session,
        kind=trouble.kind,
        key=trouble.key,
        text=trouble.text,
        division_code=trouble.place,
        unit_id=one.unit_id,
        escalation_id=one.escalation_id,
        now=now,
    )


def _office(session: Session, one: Concerned) -> tuple[str, str]:
    """Return what the office is called and where it is; without one, the place of the escalation or the county."""
    unit = session.get(Unit, one.unit_id) if one.unit_id else None
    if unit is not None:
        return unit.name, unit.division_code
    escalation = session.get(Escalation, one.escalation_id) if one.escalation_id else None
    return "有关单位", escalation.division_code if escalation else first_county(session)


def _county(session: Session, place: str) -> str:
    path = session.scalar(select(Division.path).where(Division.code == place)) or ""
    return next((code for code in path.split("/") if code), place)


def first_county(session: Session) -> str:
    """Return the code of the county that this installation is of."""
    top = select(Division.code).where(Division.level == "county").order_by(Division.code).limit(1)
    return session.scalar(top) or ""
