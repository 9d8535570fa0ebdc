"""Settings: one field, one environment name, one line in docs/operations.md; read once, at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from grid_app.clock import SHANGHAI

EXAMPLE_VALUES = frozenset({"", "changeme", "change-me", "example", "secret", "dev", "test", "xxx"})


class SettingsError(Exception):
    """The settings cannot be used; the message names every problem at once."""


@dataclass(frozen=True)
class Settings:
    """What varies between installations; see docs/operations.md for each line."""

    instance_dir: Path = Path("instance")
    database_url: str = ""
    server_mode: bool = False
    session_key: str = field(default="", repr=False)
    receipt_key: str = field(default="", repr=False)
    field_keys: str = field(default="", repr=False)
    vapid_private_key: str = field(default="", repr=False)
    office_keys: str = field(default="", repr=False)
    vapid_subject: str = "mailto:duty@grid-app.invalid"
    push_hosts: tuple[str, ...] = ()
    push_allow_loopback: bool = False
    demo_mode: bool = False
    simulated_now: datetime | None = None
    idle_minutes: int = 30
    absolute_hours: int = 12
    device_days: int = 30
    reveals_per_day: int = 20
    tls_certificate: str = ""
    tls_key: str = ""

    @property
    def url(self) -> str:
        """Return the database URL; without one, the SQLite file in the instance folder."""
        return self.database_url or f"sqlite:///{(self.instance_dir / 'grid.sqlite').resolve()}"

    @property
    def is_sqlite(self) -> bool:
        """Say whether the embedded database is in use."""
        return self.url.startswith("sqlite")


ENVIRONMENT = {
    "instance_dir": "GRID_INSTANCE_DIR",
    "database_url": "DATABASE_URL",
    "server_mode": "GRID_SERVER_MODE",
    "session_key": "GRID_SESSION_KEY",
    "receipt_key": "GRID_RECEIPT_KEY",
    "field_keys": "GRID_FIELD_KEYS",
    "vapid_private_key": "GRID_VAPID_PRIVATE_KEY",
    "office_keys": "GRID_OFFICE_KEYS",
    "vapid_subject": "GRID_VAPID_SUBJECT",
    "push_hosts": "GRID_PUSH_HOSTS",
    "push_allow_loopback": "GRID_PUSH_ALLOW_LOOPBACK",
    "demo_mode": "GRID_DEMO",
    "simulated_now": "SIMULATED_NOW",
    "idle_minutes": "GRID_IDLE_MINUTES",
    "absolute_hours": "GRID_ABSOLUTE_HOURS",
    "device_days": "GRID_DEVICE_DAYS",
    "reveals_per_day": "GRID_REVEALS_PER_DAY",
    "tls_certificate": "GRID_TLS_CERTIFICATE",
    "tls_key": "GRID_TLS_KEY",
}

KEY_FIELDS = ("session_key", "receipt_key", "field_keys", "vapid_private_key", "office_keys")


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Return the settings read from ``environment``.

    Raises
    ------
    SettingsError
        Naming every wrong value at once.
    """
    values: dict[str, object] = {}
    problems: list[str] = []
    for name, variable in ENVIRONMENT.items():
        raw = environment.get(variable, "").strip()
        if raw:
            try:
                values[name] = _parse(name, raw)
            except ValueError as error:
                problems.append(f"{variable}:{error}")
    settings = Settings(**values)  # type: ignore[arg-type]  # each value was parsed to its field's type
    problems += server_problems(settings)
    if problems:
        raise SettingsError("设置有误,程序没有启动。请改正后重试:" + ";".join(problems))
    return settings


def server_problems(settings: Settings) -> list[str]:
    """Return what keeps the server form from starting: a missing database, missing or example keys."""
    if not settings.server_mode:
        return []
    problems = []
    if not settings.database_url:
        problems.append("DATABASE_URL 没有设置(服务器方式需要 PostgreSQL 地址)")
    for name in KEY_FIELDS:
        value = getattr(settings, name)
        if value.lower() in EXAMPLE_VALUES or len(value) < 32:
            problems.append(f"{ENVIRONMENT[name]} 没有设置或还是示例值")
    return problems


def _parse(name: str, raw: str) -> object:
    default = Settings.__dataclass_fields__[name].default
    if name == "instance_dir":
        return Path(raw)
    if name == "push_hosts":
        return tuple(host.strip() for host in raw.split(",") if host.strip())
    if name == "simulated_now":
        return _moment(raw)
    if isinstance(default, bool):
        return raw.lower() in ("1", "true", "yes", "on")
    if isinstance(default, int):
        return _positive(raw)
    return raw


def _moment(raw: str) -> datetime:
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError as error:
        raise ValueError(f"“{raw}”不是时间,请写成 2026-11-21T09:00") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def _positive(raw: str) -> int:
    if not raw.isdigit() or int(raw) == 0:
        raise ValueError(f"“{raw}”不是正整数")
    return int(raw)
