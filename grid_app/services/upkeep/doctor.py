"""What an installation stands on: folder, keys, database, assets; each finding says what is lost without it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from grid_app.clock import local
from grid_app.models.accounts import JobLease
from grid_app.models.disputes import Party, Submission
from grid_app.queries.readiness import Readiness, readiness
from grid_app.security.fields import FieldCipher, FieldCipherError, parse_field_keys
from grid_app.security.office_keys import OfficeKeyError, parse_office_keys
from grid_app.services.matters.parties import name_context
from grid_app.services.reports.rows import content_context
from grid_app.settings import EXAMPLE_VALUES, Settings
from notifications.vapid import VapidKeyError, keypair_of

ASSETS = ("vendor/leaflet/leaflet.js", "vendor/leaflet/leaflet.css")
LONG_ENOUGH = 32
RETENTION_JOB = "retention.clear"
"""The row of ``job_leases`` in which the job that clears personal data keeps its last run."""


@dataclass(frozen=True)
class Check:
    """One thing looked at: whether it is well, what was found, and what is lost while it is not (zh-CN)."""

    name: str
    ok: bool
    found: str
    lost: str


@dataclass(frozen=True)
class Key:
    """One key of the installation: its setting, its file, and what is lost with it."""

    name: str
    file: str
    lost: str
    read: Callable[[str], object] = str


KEYS = {
    "session_key": Key("会话密钥", "session.key", "所有人要重新登录一次,别的不受影响"),
    "receipt_key": Key("回执密钥", "receipt.key", "以前发出的回执无法再验证真伪"),
    "field_keys": Key("字段密钥", "field.keys", "已加密的姓名、电话和原始上报再也读不出来", parse_field_keys),
    "vapid_private_key": Key("推送密钥", "vapid.key", "所有推送订阅作废,每台设备要重新打开提醒", keypair_of),
    "office_keys": Key(
        "导出密钥", "office.keys", "手机已导出的加密文件再也打不开,要在原手机上重新导出", parse_office_keys
    ),
}


def check_folder(settings: Settings) -> Check:
    """Return whether the instance folder is there and nobody but its owner can look into it."""
    lost = "别的用户可能读到密钥和数据库"
    folder = settings.instance_dir
    if not folder.is_dir() and settings.server_mode:  # its keys come from settings and its data is in PostgreSQL
        return Check("实例目录", ok=True, found=f"还没有 {folder},服务器版在第一次启动时建立它。", lost=lost)
    if not folder.is_dir():
        return Check("实例目录", ok=False, found=f"没有找到 {folder}。第一次启动会建立它。", lost=lost)
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077:
        return Check("实例目录", ok=False, found=f"权限是 {mode:04o},应为 0700。请运行 chmod 700 {folder}。", lost=lost)
    return Check("实例目录", ok=True, found=f"{folder}(0700)", lost=lost)


def check_keys(settings: Settings) -> list[Check]:
    """Return one finding per key; a missing key file is never made here, so that a loss is seen."""
    return [_check_key(settings, name, key) for name, key in KEYS.items()]


def _check_key(settings: Settings, name: str, key: Key) -> Check:
    given, path = getattr(settings, name), settings.instance_dir / key.file
    problem = "" if given else _file_problem(path)
    if problem:
        return Check(key.name, ok=False, found=problem, lost=key.lost)
    value = given or path.read_text("utf-8").strip()
    if value.lower() in EXAMPLE_VALUES or len(value) < LONG_ENOUGH:
        return Check(key.name, ok=False, found="太短,或还是示例值。", lost=key.lost)
    try:
        key.read(value)
    except (FieldCipherError, VapidKeyError, OfficeKeyError) as error:
        return Check(key.name, ok=False, found=str(error), lost=key.lost)
    return Check(key.name, ok=True, found="来自设置" if given else str(path), lost=key.lost)


def _file_problem(path: Path) -> str:
    if not path.is_file():
        return f"没有找到 {path}。如果以前有,请从备份恢复;从没有过,第一次启动会生成。"
    if not os.access(path, os.R_OK):
        return f"读不了 {path}。请检查文件的所有者。"
    mode = stat.S_IMODE(path.stat().st_mode)
    return f"{path} 的权限是 {mode:04o},应为 0600。请运行 chmod 600 {path}。" if mode & 0o077 else ""


def check_assets(static: Path) -> Check:
    """Return whether the map library was copied into the folder of static files."""
    missing = [name for name in ASSETS if not (static / name).is_file()]
    found = f"缺少 {missing[0]}。请运行 make run,它会补齐。" if missing else "齐全"
    return Check("前端文件", ok=not missing, found=found, lost="地图显示不出来,表格仍可用")


def check_database(session: Session) -> list[Check]:
    """Return whether the database answers, is at the newest revision and runs as it must."""
    lost = "平台不能用;数据在最近一次备份里"
    state = readiness(session)
    if state is Readiness.UNREACHABLE:
        return [Check("数据库", ok=False, found="连不上。请检查地址和数据库服务。", lost=lost)]
    if state is Readiness.NOT_MIGRATED:
        return [Check("数据库", ok=False, found="表结构不是当前版本。请运行 grid-app db upgrade。", lost=lost)]
    name = session.get_bind().dialect.name
    form = _check_sqlite(session) if name == "sqlite" else _check_postgis(session)
    return [Check("数据库", ok=True, found=f"{name},表结构为当前版本", lost=lost), form]


def _check_sqlite(session: Session) -> Check:
    mode = session.scalar(text("PRAGMA journal_mode"))
    synchronous = session.scalar(text("PRAGMA synchronous"))
    keys = session.scalar(text("PRAGMA foreign_keys"))
    whole = session.scalar(text("PRAGMA quick_check(1)"))
    ok = (mode, synchronous, keys, whole) == ("wal", 2, 1, "ok")
    found = f"journal_mode={mode},synchronous={synchronous},foreign_keys={keys},quick_check={whole}"
    return Check("SQLite 方式", ok=ok, found=found, lost="断电时可能丢失最后几条记录")


def _check_postgis(session: Session) -> Check:
    lost = "边界、地图和定位不能用"
    version = session.scalar(text("SELECT extversion FROM pg_extension WHERE extname = 'postgis'"))
    invalid = session.scalar(text("SELECT count(*) FROM pg_index WHERE NOT indisvalid"))
    if version is None:
        return Check("PostGIS", ok=False, found="没有安装。请在库里运行 CREATE EXTENSION postgis。", lost=lost)
    if invalid:
        return Check("PostGIS", ok=False, found=f"{invalid} 个索引失效。请运行 REINDEX DATABASE。", lost=lost)
    return Check("PostGIS", ok=True, found=f"PostGIS {version},索引完好", lost=lost)


def check_field_keys(session: Session, cipher: FieldCipher) -> Check:
    """Return whether the field keys open what is stored: the oldest and newest submission and name."""
    lost = KEYS["field_keys"].lost
    try:
        samples = _samples(session)
        for sealed, context in samples:
            cipher.decrypt(sealed, context=context)
    except FieldCipherError as error:
        return Check("字段密钥与数据", ok=False, found=f"{error}请从备份恢复原来的密钥。", lost=lost)
    found = f"抽查 {len(samples)} 条,都能解开" if samples else "还没有加密的内容"
    return Check("字段密钥与数据", ok=True, found=found, lost=lost)


def check_retention(session: Session) -> Check:
    """Return when personal data whose period is over was cleared last."""
    lost = "到期的个人信息一直留着,违反保存期限"
    row = session.get(JobLease, RETENTION_JOB)
    if row is None or row.last_finished_at is None:
        return Check("个人信息保存期限", ok=True, found="还没有运行过;运行任务的进程启动后每天运行一次", lost=lost)
    when = f"上次运行 {local(row.last_finished_at):%Y-%m-%d %H:%M}"
    return Check("个人信息保存期限", ok=not row.last_outcome.startswith("failed"), found=when, lost=lost)


def _samples(session: Session) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for order in (Submission.received_at.asc(), Submission.received_at.desc()):
        row = session.scalar(select(Submission).where(Submission.content_sealed != "").order_by(order).limit(1))
        if row is not None:
            found.append((row.content_sealed, content_context(row.id)))
    for order in (Party.created_at.asc(), Party.created_at.desc()):
        party = session.scalar(select(Party).where(Party.name_sealed.is_not(None)).order_by(order).limit(1))
        if party is not None and party.name_sealed:
            found.append((party.name_sealed, name_context(party.id)))
    return list(dict.fromkeys(found))
