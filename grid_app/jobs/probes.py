"""The jobs of channels: probes once a day in office hours, alarms about what is dead, old probes forgotten."""

from __future__ import annotations

from datetime import time
from typing import Final

from grid_app.database.transaction import reading, transaction
from grid_app.services.channels.forgetting import forget_probes, probes_to_forget, rings_to_forget
from grid_app.services.channels.judging import apply_verdict, judge_channels
from grid_app.services.channels.probing import Plan, ask_probes, due_targets, has_stale_probes, stop_stale_probes
from grid_app.wiring import wired

AT_ONCE: Final = 200
MOST_BATCHES: Final = 100


def probe_job() -> str:
    """Ask for the probes that are due today, stop those that came too late, and return the counts that are not nought.

    A repeat on the same day adds nothing; what was missed on a day is not made up for.
    """
    wiring = wired()
    plan, now = plan_of_settings(), wiring.clock.now()
    asked = stopped = 0
    with reading() as session:
        stale = has_stale_probes(session, plan=plan, now=now)
    if stale:
        with transaction() as session:
            stopped = stop_stale_probes(session, plan=plan, now=now)
    for _ in range(MOST_BATCHES):
        with reading() as session:
            targets = due_targets(session, plan=plan, now=now, limit=AT_ONCE)
        if targets:
            with transaction() as session:
                asked += ask_probes(session, targets, now=now)
        if len(targets) < AT_ONCE:
            break
    return " ".join(f"{name}={count}" for name, count in (("asked", asked), ("stopped", stopped)) if count)


def judge_job() -> str:
    """Raise and clear the alarms about channels and return how many; nothing changed returns nothing."""
    now = wired().clock.now()
    with reading() as session:
        verdict = judge_channels(session, now=now)
    if verdict.is_empty:
        return ""
    with transaction() as session:
        raised, cleared = apply_verdict(session, verdict, now=now)
    return f"raised={raised} cleared={cleared}"


def forget_probes_job() -> int:
    """Delete probes older than 30 days and return how many."""
    now, gone = wired().clock.now(), 0
    for _ in range(MOST_BATCHES):
        with reading() as session:
            messages = probes_to_forget(session, now=now, limit=AT_ONCE)
            rings = rings_to_forget(session, now=now, limit=AT_ONCE)
        if messages or rings:
            with transaction() as session:
                gone += forget_probes(session, messages, rings)
        if max(len(messages), len(rings)) < AT_ONCE:
            break
    return gone


def plan_of_settings() -> Plan:
    """Return when this installation probes, and whether by paid text messages."""
    settings = wired().settings
    return Plan(begins=time.fromisoformat(settings.probe_at), sms=settings.probe_sms)
