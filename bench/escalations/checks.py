"""What must hold after the storm, each check by itself: what it finds is a violation, in a few words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from bench.escalations.facts import Facts, Told, Waiting, written_at
from bench.escalations.far_ends import Taken
from bench.escalations.storm import Answered

ENDS = ("sent", "gone", "failed", "stopped", "merged")
RESTING = ("acknowledged", "acted", "exhausted")


def lost_causes(facts: Facts, raised: Mapping[UUID, UUID]) -> list[str]:
    """Return causes whose escalation was committed and is not there, or is there twice."""
    found = Counter(one.dispute for one in facts.told.values())
    lost = [f"dispute {dispute}" for dispute, told in raised.items() if told not in facts.told]
    return lost + [f"dispute {dispute}: {count} escalations" for dispute, count in found.items() if count > 1]


def skipped_rungs(facts: Facts) -> list[str]:
    """Return tellings of a rung whose forerunner was never told, and ladders that ended before their top."""
    found = []
    for one in facts.told.values():
        reached = -1
        for event in one.events:
            if event.kind in {"told", "nobody"}:
                if event.rung > reached + 1:
                    found.append(f"{one.id} rung {event.rung} after {reached}")
                reached = max(reached, event.rung)
            elif event.kind == "exhausted" and reached != one.rungs - 1:
                found.append(f"{one.id} exhausted on rung {reached} of {one.rungs}")
    return found


def untold(facts: Facts) -> list[str]:
    """Return escalations that no office was told of although there is one, and tellings without an inbox row."""
    found = []
    for one in facts.told.values():
        units = {event.unit for event in one.events if event.kind == "told"}
        found += [] if units else [f"{one.id} was told to nobody"]
        found += [f"{one.id} does not lie with {unit}" for unit in units - set(one.inbox)]
    return found


def doubled_inbox(facts: Facts) -> list[str]:
    """Return inboxes in which an escalation lies twice."""
    return [f"{one.id} with {unit}" for one in facts.told.values() for unit, n in Counter(one.inbox).items() if n > 1]


def doubled_tellings(facts: Facts) -> list[str]:
    """Return rungs that were told twice although nobody took the matter up and left it lying in between."""
    found = []
    for one in facts.told.values():
        told: set[tuple[int, UUID | None]] = set()
        for event in one.events:
            if event.kind in {"idle", "handed_over"}:
                told.clear()
            elif event.kind == "told" and (event.rung, event.unit) in told:
                found.append(f"{one.id} rung {event.rung} twice")
            elif event.kind == "told":
                told.add((event.rung, event.unit))
    return found


def told_after_answer(facts: Facts) -> list[str]:
    """Return steps up the ladder that were written after an office had taken the matter up."""
    found = []
    for one in facts.told.values():
        taken = False
        for event in one.events:
            if event.kind == "acknowledged":
                taken = True
            elif event.kind == "idle":
                taken = False
            elif taken and event.kind in {"told", "climbed", "repeated", "exhausted"}:
                found.append(f"{one.id} {event.kind} after it was taken up")
    return found


def lost_messages(facts: Facts, *, now: datetime) -> list[str]:
    """Return messages that were promised and not queued, and queued ones that neither ended nor wait for their time."""
    found = []
    for one in facts.told.values():
        queued = Counter((message.created_at, message.rung, message.unit) for message in one.messages)
        for event in one.events:
            missing = event.promised - queued[event.at, event.rung, event.unit]
            if event.kind in {"told", "repeated"} and missing > 0:
                found.append(f"{one.id} rung {event.rung}: {missing} not queued")
    return found + [words for message in facts.messages.values() if (words := _lost(facts, message, now))]


def _lost(facts: Facts, message: Waiting, now: datetime) -> str:
    if message.state == "due":
        return "" if message.due_at > now else f"{message.id} due since {message.due_at:%H:%M:%S} and not sent"
    if message.state not in ENDS or message.finished_at is None:
        return f"{message.id} {message.state} without an end"
    if message.state == "merged" and facts.messages.get(message.merged_into or message.id) is None:
        return f"{message.id} merged into nothing"
    if message.state in {"sent", "failed"} and not message.ends:
        return f"{message.id} {message.state} without a try"
    return ""


def without_alarm(facts: Facts) -> list[str]:
    """Return messages that failed for good, and ladders that ended, of which no person ever heard."""
    failed = {(message.unit, message.channel) for message in facts.messages.values()
              if message.state == "failed" and message.purpose in {"escalation", "digest", "alarm"}}  # fmt: skip
    found = [f"{unit} {channel} failed" for unit, channel in failed
             if f"delivery_failed:{unit}:{channel}" not in facts.alarms]  # fmt: skip
    top = [one.id for one in facts.told.values() if one.state == "exhausted"]
    return found + [f"{one} exhausted" for one in top if f"exhausted:{one}" not in facts.standing]


def unsettled(facts: Facts) -> list[str]:
    """Return escalations that should have come to rest."""
    return [f"{one.id} {one.state}" for one in facts.told.values()
            if one.state not in RESTING or (one.state == "acknowledged" and one.has_limit)]  # fmt: skip


def never_arrived(facts: Facts, taken: Iterable[Taken]) -> list[str]:
    """Return messages that are said to be sent and that no far end has taken."""
    receipts, counts = Counter(one.receipt for one in taken if one.receipt), Counter(one.channel for one in taken)
    sent = [message for message in facts.messages.values() if message.state == "sent"]
    found = [f"{one.id} to a device" for one in sent if one.channel == "webpush" and not receipts[one.receipt]]
    said = Counter(one.channel for one in sent if one.channel != "webpush")
    return found + [f"{channel}: {count} sent, {counts[channel]} taken" for channel, count in said.items()
                    if count > counts[channel]]  # fmt: skip


def sent_after_answer(facts: Facts, taken: Iterable[Taken], answered: Sequence[Answered]) -> list[tuple[float, str]]:
    """Return what far ends took of matters that an office had taken up: seconds of the machine since, and of what.

    An answer holds until the matter is left lying and asked again. Digests of several matters are left out.
    """
    by_receipt = {one.receipt: one.escalation for one in facts.messages.values() if one.receipt}
    by_case = {one.case_code: one.id for one in facts.told.values()}
    rests: dict[UUID, list[tuple[float, float]]] = {}
    for answer in answered:
        one = facts.told.get(answer.escalation_id)
        if one is not None:
            rests.setdefault(one.id, []).append((answer.at, _asked_again(one, answer.at)))
    found = []
    for sent in taken:
        escalation = by_receipt.get(sent.receipt) if sent.receipt else None
        if escalation is None and len(sent.cases) == 1:
            escalation = by_case.get(sent.cases[0])
        since = [sent.at - begun for begun, ended in rests.get(escalation, ()) if begun < sent.at < ended] \
            if escalation is not None else []  # fmt: skip
        if since:
            found.append((max(since), f"{escalation} by {sent.channel}"))
    return found


def _asked_again(one: Told, after: float) -> float:
    return min((written_at(event.id) for event in one.events if event.kind == "idle" and written_at(event.id) > after),
               default=float("inf"))  # fmt: skip
