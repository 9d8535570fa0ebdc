"""Who may do what: one pure decision for pages, API, map data, exports and push.

A right is a role acting in a unit over a subtree of divisions. The three administrator roles exclude each
other and see no dispute content (GB/T 22239-2019: separation of administrators, least privilege).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """The ten roles; several may belong to one account, which always acts in exactly one."""

    GRID_WORKER = "grid_worker"
    MEDIATOR = "mediator"
    VILLAGE_LEAD = "village_lead"
    TOWNSHIP_OFFICER = "township_officer"
    TOWNSHIP_LEAD = "township_lead"
    COUNTY_OFFICER = "county_officer"
    COUNTY_LEAD = "county_lead"
    SECURITY_ADMIN = "security_admin"
    SYSADMIN = "sysadmin"
    AUDITOR = "auditor"


ADMIN_ROLES = frozenset({Role.SECURITY_ADMIN, Role.SYSADMIN, Role.AUDITOR})


class Action(StrEnum):
    """What a route or command does; every route names exactly one."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    REPORT_DISPUTE = "dispute.report"
    READ_DISPUTES = "dispute.read"
    ADD_TO_DISPUTE = "dispute.add"
    HANDLE_DISPUTE = "dispute.handle"
    ANSWER_FOR_UNIT = "unit.answer"
    CONFIRM_BAND = "dispute.confirm_band"
    FOLLOW_UP = "dispute.follow_up"
    REVEAL_PARTY = "dispute.reveal_party"
    IMPORT_DISPUTES = "dispute.import"
    READ_ROUNDS = "round.read"
    RETURN_ROUND = "round.return"
    RUN_ROUND = "round.run"
    READ_FINDINGS = "finding.read"
    DECIDE_FINDING = "finding.decide"
    READ_SIGNALS = "signal.read"
    EDIT_SIGNALS = "signal.edit"
    RUN_BACKTEST = "signal.backtest"
    READ_INBOX = "escalation.read"
    ACKNOWLEDGE = "escalation.acknowledge"
    SUBSCRIBE_PUSH = "push.subscribe"
    READ_INCIDENTS = "incident.read"
    REPORT_INCIDENT = "incident.report"
    READ_MAP = "map.read"
    EXPORT = "data.export"
    EDIT_SHEETS = "sheet.edit"
    READ_STATUS = "village_status.read"
    CHECK_VILLAGE = "village_status.check"
    APPLY_NAMING = "naming.apply"
    CHECK_NAMING = "naming.check"
    RECORD_NAMING = "naming.record"
    EDIT_ROOMS = "room.edit"
    DRAW_AREAS = "area.draw"
    PUBLISH_LAWYERS = "lawyers.publish"
    CONFIRM_ORGANISATION = "organisation.confirm"
    REGISTER_DEVICE = "device.register"
    REVOKE_DEVICE = "device.revoke"
    DELEGATE = "delegation.grant"
    HAND_OVER = "handover.do"
    EDIT_OFFICE = "office.edit"
    MANAGE_ACCOUNTS = "account.manage"
    READ_POLICY = "policy.read"
    EDIT_POLICY = "policy.edit"
    EDIT_TEMPLATES = "template.edit"
    EDIT_CHANNELS = "channel.edit"
    READ_REACHABILITY = "channel.read"
    MANAGE_PLACES = "place.manage"
    MANAGE_JOBS = "job.manage"
    READ_AUDIT = "audit.read"
    READ_ROSTER = "roster.read"
    EDIT_ROSTER = "roster.edit"


_FIELD = frozenset({Role.GRID_WORKER, Role.MEDIATOR, Role.VILLAGE_LEAD})
_TOWNSHIP = frozenset({Role.TOWNSHIP_OFFICER, Role.TOWNSHIP_LEAD})
_COUNTY = frozenset({Role.COUNTY_OFFICER, Role.COUNTY_LEAD})
_OFFICE = _TOWNSHIP | _COUNTY
_CONTENT = _FIELD | _OFFICE
_ALL = frozenset(Role)

PERMITTED: dict[Action, frozenset[Role]] = {
    Action.PUBLIC: _ALL,
    Action.SIGNED_IN: _ALL,
    Action.REPORT_DISPUTE: _CONTENT,
    Action.READ_DISPUTES: _CONTENT,
    Action.ADD_TO_DISPUTE: _CONTENT,
    Action.HANDLE_DISPUTE: _OFFICE,
    Action.ANSWER_FOR_UNIT: frozenset({Role.MEDIATOR, Role.VILLAGE_LEAD}) | _OFFICE,
    Action.CONFIRM_BAND: _OFFICE,
    Action.FOLLOW_UP: _CONTENT,
    Action.REVEAL_PARTY: _CONTENT,
    Action.IMPORT_DISPUTES: _OFFICE,
    Action.READ_ROUNDS: _CONTENT - {Role.MEDIATOR},
    Action.RETURN_ROUND: frozenset({Role.GRID_WORKER, Role.VILLAGE_LEAD, Role.TOWNSHIP_OFFICER}),
    Action.RUN_ROUND: _OFFICE,
    Action.READ_FINDINGS: _OFFICE,
    Action.DECIDE_FINDING: frozenset({Role.TOWNSHIP_LEAD, Role.COUNTY_LEAD, Role.COUNTY_OFFICER}),
    Action.READ_SIGNALS: _COUNTY | {Role.SECURITY_ADMIN},
    Action.EDIT_SIGNALS: frozenset({Role.COUNTY_LEAD, Role.SECURITY_ADMIN}),
    Action.RUN_BACKTEST: _COUNTY,
    Action.READ_INBOX: _OFFICE,
    Action.ACKNOWLEDGE: _OFFICE,
    Action.SUBSCRIBE_PUSH: _CONTENT,
    Action.READ_INCIDENTS: _OFFICE,
    Action.REPORT_INCIDENT: _OFFICE,
    Action.READ_MAP: frozenset({Role.VILLAGE_LEAD}) | _OFFICE,
    Action.EXPORT: _OFFICE,
    Action.EDIT_SHEETS: _COUNTY,
    Action.READ_STATUS: frozenset({Role.VILLAGE_LEAD}) | _OFFICE,
    Action.CHECK_VILLAGE: _TOWNSHIP,
    Action.APPLY_NAMING: frozenset({Role.VILLAGE_LEAD}) | _COUNTY,
    Action.CHECK_NAMING: _OFFICE,
    Action.RECORD_NAMING: _COUNTY,
    Action.EDIT_ROOMS: _OFFICE,
    Action.DRAW_AREAS: _COUNTY,
    Action.PUBLISH_LAWYERS: _COUNTY,
    Action.CONFIRM_ORGANISATION: _COUNTY,
    Action.REGISTER_DEVICE: _CONTENT,
    Action.REVOKE_DEVICE: _OFFICE | {Role.SECURITY_ADMIN},
    Action.DELEGATE: frozenset({Role.TOWNSHIP_LEAD, Role.COUNTY_LEAD}),
    Action.HAND_OVER: frozenset({Role.TOWNSHIP_LEAD, Role.COUNTY_LEAD, Role.SECURITY_ADMIN}),
    Action.EDIT_OFFICE: frozenset({Role.TOWNSHIP_LEAD, Role.COUNTY_LEAD, Role.SECURITY_ADMIN}),
    Action.MANAGE_ACCOUNTS: frozenset({Role.SECURITY_ADMIN}),
    Action.READ_POLICY: _OFFICE | {Role.SECURITY_ADMIN},
    Action.EDIT_POLICY: frozenset({Role.SECURITY_ADMIN}),
    Action.EDIT_TEMPLATES: frozenset({Role.COUNTY_OFFICER, Role.SECURITY_ADMIN}),
    Action.EDIT_CHANNELS: frozenset({Role.SECURITY_ADMIN, Role.SYSADMIN}),
    Action.READ_REACHABILITY: _COUNTY | {Role.TOWNSHIP_LEAD, Role.SECURITY_ADMIN, Role.SYSADMIN},
    Action.MANAGE_PLACES: frozenset({Role.SYSADMIN}),
    Action.MANAGE_JOBS: frozenset({Role.SYSADMIN}),
    Action.READ_AUDIT: frozenset({Role.AUDITOR}),
    Action.READ_ROSTER: _OFFICE | {Role.SECURITY_ADMIN},
    Action.EDIT_ROSTER: _OFFICE,
}

DELEGABLE = frozenset({Action.DECIDE_FINDING, Action.HANDLE_DISPUTE, Action.RUN_ROUND, Action.ACKNOWLEDGE})


@dataclass(frozen=True)
class Actor:
    """Somebody acting in one role, in one unit, over one subtree.

    ``division_path`` is the path of the subtree's root (``/430702/430702001/``). ``delegated`` are the actions lent
    by a leader and ``lent_by`` says by whose assignment each; ``acting_for`` is set by ``as_used`` alone, for the
    one action being done, so that both names stand in the event of a lent action and in no other.
    """

    account_id: UUID
    assignment_id: UUID
    role: Role
    unit_id: UUID
    division_code: str
    division_path: str
    display_name: str = ""
    unit_name: str = ""
    acting_for: UUID | None = None
    delegated: frozenset[Action] = frozenset()
    lent_by: tuple[tuple[Action, UUID], ...] = ()


@dataclass(frozen=True)
class Scope:
    """Which disputes an actor's questions may reach.

    ``paths`` are subtree roots (empty: nothing); ``reporter_account`` adds what that account itself reported;
    ``own_and_assigned_only`` leaves of the subtrees only what was given to ``unit_id`` to handle;
    ``sees_sealed`` covers 15xx, ``sees_county_only`` 16xx; ``unit_id`` is the asking unit (recusal: a unit
    complained of loses sight of the dispute, 信访工作条例 28, 30). ``sees_joined`` adds what that unit handles with
    another one elsewhere; lists and figures of a place leave it out.
    """

    paths: tuple[str, ...]
    unit_id: UUID | None = None
    reporter_account: UUID | None = None
    own_and_assigned_only: bool = False
    sees_sealed: bool = False
    sees_county_only: bool = False
    sees_joined: bool = False


NOTHING = Scope(paths=())


def allows(actor: Actor | None, action: Action) -> bool:
    """Say whether ``actor`` may do ``action`` at all; where, the scope says. ``None`` is somebody not signed in."""
    if actor is None:
        return action is Action.PUBLIC
    return actor.role in PERMITTED[action] or _is_lent(actor, action)


def _is_lent(actor: Actor, action: Action) -> bool:
    return action in actor.delegated and action in DELEGABLE and actor.role not in ADMIN_ROLES


def acting_for(actor: Actor, action: Action) -> UUID | None:
    """Return the assignment of the leader in whose name ``actor`` does ``action``; ``None`` in the own right."""
    if actor.role in PERMITTED[action] or not _is_lent(actor, action):
        return None
    return dict(actor.lent_by).get(action, actor.acting_for)


def as_used(actor: Actor, action: Action) -> Actor:
    """Return ``actor`` as it does ``action``: with the lender's assignment in ``acting_for`` when it was lent."""
    return replace(actor, acting_for=acting_for(actor, action))


def dispute_scope(actor: Actor) -> Scope:
    """Return the disputes that ``actor`` may see; administrators get an empty scope."""
    if actor.role in ADMIN_ROLES:
        return NOTHING
    return Scope(
        paths=(actor.division_path,),
        unit_id=actor.unit_id,
        reporter_account=actor.account_id,
        own_and_assigned_only=actor.role is Role.MEDIATOR,
        sees_sealed=actor.role is Role.COUNTY_LEAD,
        sees_county_only=actor.role in _COUNTY,
    )


def joined_scope(actor: Actor) -> Scope:
    """Return what ``actor`` may open: its disputes, and those its unit handles with a unit elsewhere.

    A grid worker stays with the own grid.
    """
    scope = dispute_scope(actor)
    return replace(scope, sees_joined=bool(scope.paths) and actor.role is not Role.GRID_WORKER)


def covers(actor: Actor, path: str) -> bool:
    """Say whether the division with ``path`` lies in the actor's subtree."""
    return path.startswith(actor.division_path)


def roles_exclude_each_other(roles: frozenset[Role]) -> bool:
    """Say whether one account may not hold all of ``roles``: two administrator roles, or one beside content."""
    admin = roles & ADMIN_ROLES
    return len(admin) > 1 or bool(admin and roles - admin)
