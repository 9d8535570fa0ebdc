"""The one place where a concrete thing meets a port; everything a request or job needs hangs on `Wiring`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import Flask, current_app
from sqlalchemy import Engine, inspect

from grid_app.adapters.attachment_files import SealedAttachmentFiles
from grid_app.adapters.locator import MemoryPlaceFinder
from grid_app.adapters.outward_channels import make_channels
from grid_app.clock import Clock, ShiftedClock, SystemClock
from grid_app.database.transaction import reading
from grid_app.models.accounts import InstallationFact
from grid_app.ports import AttachmentFiles, PlaceFinder
from grid_app.security.keys import Keys, load_keys
from grid_app.settings import Settings, SettingsError
from notifications.endpoints import DEFAULT_PUSH_HOSTS, HostRule
from notifications.ports import Channel

EXTENSION = "grid"
DEMO_FACT = "demo"
ATTACHMENTS_FOLDER = "attachments"


@dataclass
class Wiring:
    """What this process runs with."""

    settings: Settings
    clock: Clock
    keys: Keys
    engine: Engine
    places: PlaceFinder
    channels: Mapping[str, Channel]
    push_rule: HostRule
    files: AttachmentFiles


def host_rule(settings: Settings) -> HostRule:
    """Return which push services may be contacted."""
    return HostRule(hosts=settings.push_hosts or DEFAULT_PUSH_HOSTS, allow_loopback=settings.push_allow_loopback)


def with_demo_mode(settings: Settings, engine: Engine) -> Settings:
    """Return ``settings`` with the demonstration mode that the database remembers.

    Raises
    ------
    SettingsError
        A simulated time is set outside the demonstration mode.
    """
    if not settings.demo_mode and inspect(engine).has_table(InstallationFact.__tablename__):
        with reading(engine) as session:
            demo = session.get(InstallationFact, DEMO_FACT) is not None
        settings = replace(settings, demo_mode=demo)
    if settings.simulated_now and not settings.demo_mode:
        raise SettingsError("SIMULATED_NOW 只能在演示数据上使用。请去掉这个设置后重试。")
    return settings


def make_wiring(settings: Settings, engine: Engine, *, clock: Clock | None) -> Wiring:
    """Return the real parts for ``settings``; ``clock`` replaces the machine's time in tests."""
    settings = with_demo_mode(settings, engine)
    keys = load_keys(settings)
    rule = host_rule(settings)
    chosen = clock or (ShiftedClock(settings.simulated_now) if settings.simulated_now else SystemClock())
    return Wiring(
        settings=settings,
        clock=chosen,
        keys=keys,
        engine=engine,
        places=MemoryPlaceFinder(),
        channels=make_channels(settings, vapid_private=keys.vapid_private, push_rule=rule),
        push_rule=rule,
        files=SealedAttachmentFiles(settings.instance_dir / ATTACHMENTS_FOLDER, keys.fields),
    )


def attach(app: Flask, wiring: Wiring) -> None:
    """Hang ``wiring`` on the application."""
    app.extensions[EXTENSION] = wiring


def wired() -> Wiring:
    """Return the wiring of the current application."""
    wiring = current_app.extensions[EXTENSION]
    if not isinstance(wiring, Wiring):
        raise TypeError("the application has no wiring")
    return wiring
