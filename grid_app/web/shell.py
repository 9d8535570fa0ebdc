"""What every page's frame shows: who acts, the navigation of the role, the demonstration and time banners."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, request, url_for

from grid_app.http.guard import the_presence
from grid_app.http.headers import csp_nonce
from grid_app.policy import Action, Actor, allows
from grid_app.vocabulary.words import ROLE_WORDS
from grid_app.web.display import wants_large_text
from grid_app.web.wording import local_time
from grid_app.wiring import wired


@dataclass(frozen=True)
class NavItem:
    """One entry of the navigation."""

    label: str
    url: str
    current: bool
    badge: str = ""


@dataclass(frozen=True)
class NavGroup:
    """Several entries under one word that unfolds; ``holds_current`` when the shown page is among them."""

    label: str
    inside: tuple[NavItem, ...]

    @property
    def holds_current(self) -> bool:
        """Say whether one of the entries is the shown page's."""
        return any(item.current for item in self.inside)


@dataclass(frozen=True)
class Frame:
    """The acting person as the frame shows them."""

    display_name: str
    role_word: str
    unit_name: str
    has_choices: bool


NAVIGATION = (
    ("上报", "report.form", Action.REPORT_DISPUTE),
    ("纠纷", "disputes.index", Action.READ_DISPUTES),
    ("登记转交", "intake.index", Action.HANDLE_DISPUTE),
    ("吹哨报到", "joint.index", Action.ADD_TO_DISPUTE),
    ("综合保障", "support_work.index", Action.ANSWER_FOR_UNIT),
    ("包案", "leading.index", Action.HANDLE_DISPUTE),
    ("排查", "rounds.index", Action.READ_ROUNDS),
    ("苗头提示", "findings.index", Action.READ_FINDINGS),
    ("信号", "signals.index", Action.READ_SIGNALS),
    ("收件箱", "inbox.index", Action.READ_INBOX),
    ("紧急报告", "incidents.index", Action.READ_INCIDENTS),
    ("通道自检", "reachability.index", Action.READ_REACHABILITY),
    ("告警", "alarms.index", Action.READ_REACHABILITY),
    ("值班表", "roster.index", Action.READ_ROSTER),
    ("群众", "residents_office.index", Action.HANDLE_DISPUTE),
    ("今日要事", "dashboard.index", Action.HANDLE_DISPUTE),
    ("地图", "maps.index", Action.READ_MAP),
    ("村社状态", "villages.index", Action.READ_STATUS),
    ("调解室", "coverage.index", Action.READ_MAP),
    ("导出", "exports.index", Action.EXPORT),
    ("指标", "indicators.index", Action.HANDLE_DISPUTE),
    ("文书模板", "templates.index", Action.EDIT_TEMPLATES),
    ("账号", "accounts.index", Action.MANAGE_ACCOUNTS),
    ("通道", "channels.index", Action.EDIT_CHANNELS),
    ("策略", "inbox.policies", Action.EDIT_POLICY),
    ("边界与调解室", "places.index", Action.MANAGE_PLACES),
    ("审计", "audit.index", Action.READ_AUDIT),
)
GROUPS = (
    (
        "办理",
        ("report.form", "intake.index", "joint.index", "support_work.index", "leading.index", "residents_office.index"),
    ),
    ("值守", ("reachability.index", "alarms.index", "roster.index")),
    (
        "更多",
        (
            "signals.index",
            "villages.index",
            "coverage.index",
            "exports.index",
            "indicators.index",
            "templates.index",
        ),
    ),
)
"""What unfolds under one word, at the end of the navigation, for roles with more than ``FLAT`` entries."""
FLAT = 8
"""So many entries take at most two rows of a phone; nothing is folded away then."""


def navigation(actor: Actor | None) -> list[NavItem | NavGroup]:
    """Return the navigation of an actor: entries whose action it may do, and where there are many, groups of them."""
    if actor is None:
        return []
    here = _section()
    items = {
        endpoint: NavItem(label, url_for(endpoint), current=here in (endpoint, endpoint.split(".")[0]))
        for label, endpoint, action in NAVIGATION
        if allows(actor, action)
    }
    return _folded(items) if len(items) > FLAT else list(items.values())


def _folded(items: dict[str, NavItem]) -> list[NavItem | NavGroup]:
    """Return entries with those of a group under its word; a group of one stays that entry."""
    grouped = {endpoint for _, endpoints in GROUPS for endpoint in endpoints}
    shown: list[NavItem | NavGroup] = [item for endpoint, item in items.items() if endpoint not in grouped]
    for label, endpoints in GROUPS:
        inside = tuple(items[endpoint] for endpoint in endpoints if endpoint in items)
        shown += [NavGroup(label, inside)] if len(inside) > 1 else inside
    return shown


def _section() -> str:
    """Return what the shown page belongs to: its blueprint, or the one entry that shares a blueprint with another."""
    if request.endpoint in ("inbox.policies", "inbox.edit_ladder", "inbox.save_ladder"):
        return "inbox.policies"
    if request.endpoint == "inbox.heartbeat":
        return "alarms"
    if request.blueprint in ("policies", "lawful_policies"):
        return "inbox.policies"
    if request.blueprint == "sheets":
        return "exports"
    if request.blueprint == "village_namings":
        return "villages"
    return (request.blueprint or "").split(".")[0]


def asset(path: str) -> str:
    """Return the address of a static file; browsers ask again each time and are told 304 while it is the same."""
    return url_for("static", filename=path)


def frame() -> dict[str, object]:
    """Return the context that every template shares."""
    presence = the_presence()
    actor = presence.actor if presence else None
    wiring = wired()
    simulated = wiring.settings.simulated_now is not None
    shown = None
    if presence and actor:
        shown = Frame(presence.display_name, ROLE_WORDS[actor.role], actor.unit_name, len(presence.choices) > 1)
    return {
        "actor": shown,
        "may_switch_role": shown is not None and shown.has_choices,
        "switch_role_url": url_for("sign_in.choose_role"),
        "nav_items": navigation(actor),
        "demo_mode": wiring.settings.demo_mode,
        "simulated_now": local_time(wiring.clock.now()) if simulated else None,
        "csp_nonce": csp_nonce(),
        "asset": asset,
        "large_text": wants_large_text(),
    }


def init_shell(app: Flask) -> None:
    """Give every template of ``app`` the frame's context."""
    app.context_processor(frame)
