"""Settings: one field, one environment name, one line in docs/operations.md; read once, at start."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from grid_app.clock import SHANGHAI
from notifications.outward import ALIYUN_URL, DINGTALK_URL, FEISHU_URL, WECOM_URL, OutwardRule, host_of

TILE_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?/[^\s\"'<>\\;]*")
PROBE_HOURS = re.compile(r"08:[3-5][0-9]|09:[0-5][0-9]|1[0-6]:[0-5][0-9]")
LONGEST_TICK_SECONDS = 60
PROBE_SMS = ("never", "weekly", "daily")
MAIL_ADDRESS = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
SMS_VARIABLES = re.compile(r"[A-Za-z_]\w*=(count|case)(,[A-Za-z_]\w*=(count|case))*", flags=re.ASCII)
ALIYUN, OFF = "aliyun", "off"
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
    tick_seconds: int = 10
    probe_at: str = "09:30"
    probe_sms: str = "never"
    tls_certificate: str = ""
    tls_key: str = ""
    base_map_urls: tuple[str, ...] = ()
    base_map_key: str = field(default="", repr=False)
    base_map_matrix: str = "w"
    base_map_attribution: str = ""
    vapid_old_keys: tuple[str, ...] = field(default=(), repr=False)
    site_url: str = ""
    outward_proxy: str = field(default="", repr=False)
    outward_hosts: tuple[str, ...] = ()
    outward_internal_hosts: tuple[str, ...] = ()
    outward_ca_file: str = ""
    wecom_url: str = WECOM_URL
    dingtalk_url: str = DINGTALK_URL
    feishu_url: str = FEISHU_URL
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_sender: str = ""
    sms_gateway: str = ""
    sms_key_id: str = ""
    sms_key_secret: str = field(default="", repr=False)
    sms_sign_name: str = ""
    sms_template: str = ""
    sms_variables: str = "count=count"

    @property
    def url(self) -> str:
        """Return the database URL; without one, the SQLite file in the instance folder."""
        return self.database_url or f"sqlite:///{(self.instance_dir / 'grid.sqlite').resolve()}"

    @property
    def is_sqlite(self) -> bool:
        """Say whether the embedded database is in use."""
        return self.url.startswith("sqlite")


ENVIRONMENT = {name: f"GRID_{name.upper()}" for name in Settings.__dataclass_fields__} | {
    "database_url": "DATABASE_URL",
    "demo_mode": "GRID_DEMO",
    "simulated_now": "SIMULATED_NOW",
}
"""The name of each setting in the environment: ``GRID_`` and the field, save for three that were named before."""

SPLIT_AT = {
    "push_hosts": ",",
    "base_map_urls": None,
    "vapid_old_keys": ",",
    "outward_hosts": ",",
    "outward_internal_hosts": ",",
}
"""Settings with several values, and what stands between them; ``None`` is white space."""
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
    problems += server_problems(settings) + base_map_problems(settings) + probe_problems(settings)
    problems += outward_problems(settings)
    if settings.tick_seconds > LONGEST_TICK_SECONDS:
        problems.append(f"{ENVIRONMENT['tick_seconds']}:最多 {LONGEST_TICK_SECONDS} 秒")
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


def base_map_problems(settings: Settings) -> list[str]:
    """Return what is wrong with the base map: an address that is none, a matrix set we cannot draw, no 审图号."""
    wrong = [url for url in settings.base_map_urls if not is_tile_address(url)]
    name = ENVIRONMENT["base_map_urls"]
    problems = [f"{name}:“{url}”要以 http(s):// 加固定的主机名开头,含 {{z}} {{x}} {{y}}" for url in wrong]
    if settings.base_map_urls and settings.base_map_matrix != "w":
        problems.append(f"{ENVIRONMENT['base_map_matrix']}:只支持 w(球面墨卡托);经纬度的 c 画不到一起")
    if settings.base_map_urls and not settings.base_map_attribution:
        problems.append(f"{ENVIRONMENT['base_map_attribution']} 没有设置:用底图要写明图源和审图号")
    return problems


def probe_problems(settings: Settings) -> list[str]:
    """Return what is wrong with the daily probes: no time of day, one outside office hours, an unknown word."""
    problems = []
    if not PROBE_HOURS.fullmatch(settings.probe_at):
        problems.append(f"{ENVIRONMENT['probe_at']}:“{settings.probe_at}”不在 08:30 到 16:59 之间,请写成 09:30")
    if settings.probe_sms not in PROBE_SMS:
        problems.append(f"{ENVIRONMENT['probe_sms']}:“{settings.probe_sms}”请写 never、weekly 或 daily")
    return problems


def outward_rule(settings: Settings) -> OutwardRule:
    """Return which hosts this server may call of itself: those of the robots and the gateway, and those listed.

    Raises
    ------
    ValueError
        A host or the proxy is not one.
    """
    own = (settings.wecom_url, settings.dingtalk_url, settings.feishu_url, sms_address(settings))
    hosts = {host_of(url) for url in own if host_of(url)} - set(settings.outward_internal_hosts)
    return OutwardRule(
        hosts=(*settings.outward_hosts, *sorted(hosts)),
        internal_hosts=settings.outward_internal_hosts,
        proxy=settings.outward_proxy,
    )


def sms_address(settings: Settings) -> str:
    """Return where text messages are handed over, empty for nowhere."""
    return ALIYUN_URL if settings.sms_gateway == ALIYUN else settings.sms_gateway


def outward_problems(settings: Settings) -> list[str]:
    """Return what is wrong with the ways outward: hosts, robots, mail and text messages."""
    problems = []
    try:
        outward_rule(settings)
    except ValueError as error:
        problems.append(str(error))
    named = ("wecom_url", "dingtalk_url", "feishu_url", "site_url")
    for name, url in [(name, getattr(settings, name)) for name in named] + [("sms_gateway", sms_address(settings))]:
        inside = host_of(url) in settings.outward_internal_hosts or name == "site_url"
        if url not in ("", OFF) and not url.startswith(("https://", "http://") if inside else "https://"):
            problems.append(f"{ENVIRONMENT[name]} 要以 https:// 开头(只有内网主机可以用 http://)")
    if settings.outward_ca_file and not Path(settings.outward_ca_file).is_file():
        problems.append(f"{ENVIRONMENT['outward_ca_file']} 写的文件不存在")
    return problems + mail_problems(settings) + sms_problems(settings)


def mail_problems(settings: Settings) -> list[str]:
    """Return what is missing for mail, nothing when no mail server is set."""
    if not settings.smtp_host:
        return []
    problems = []
    if settings.smtp_security not in ("starttls", "tls", "plain"):
        problems.append(f"{ENVIRONMENT['smtp_security']} 只能是 starttls、tls 或 plain")
    if not MAIL_ADDRESS.fullmatch(settings.smtp_sender):
        problems.append(f"{ENVIRONMENT['smtp_sender']} 要写发件邮箱地址")
    if bool(settings.smtp_user) != bool(settings.smtp_password):
        problems.append(f"{ENVIRONMENT['smtp_user']} 和 {ENVIRONMENT['smtp_password']} 要么都写,要么都不写")
    return problems


def sms_problems(settings: Settings) -> list[str]:
    """Return what is missing for text messages, nothing when no gateway is set."""
    if not settings.sms_gateway:
        return []
    needed = ("sms_key_id", "sms_key_secret", "sms_sign_name", "sms_template")
    problems = [f"{ENVIRONMENT[name]} 没有设置" for name in needed if not getattr(settings, name)]
    if not SMS_VARIABLES.fullmatch(settings.sms_variables):
        problems.append(f"{ENVIRONMENT['sms_variables']} 要写成 变量名=count 或 变量名=case,用逗号分开")
    return problems


def is_tile_address(url: str) -> bool:
    """Say whether ``url`` is an address of tiles on one fixed host; its host goes into the content policy as it is."""
    return bool(TILE_ADDRESS.fullmatch(url)) and all(mark in url for mark in ("{z}", "{x}", "{y}"))


def _parse(name: str, raw: str) -> object:
    default = Settings.__dataclass_fields__[name].default
    if name == "instance_dir":
        return Path(raw)
    if name in SPLIT_AT:
        return tuple(part.strip() for part in raw.split(SPLIT_AT[name]) if part.strip())
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
