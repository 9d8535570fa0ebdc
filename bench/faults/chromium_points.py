"""The kill points of a run in Chromium: what is killed in which phase, and that it really happened there."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Error

from bench.faults.chromium_line import Fate, Gate
from bench.faults.chromium_office import Office
from bench.faults.chromium_phone import Phone, PhonePageError

KINDS = ("tab", "browser", "network", "server", "database")
PHASES = ("writing", "saving", "submitting", "sending", "answering")
IN_A_WRITE = ("before", "in the transaction", "written")
CALLS = {
    "report": "POST /api/v1/disputes:sync",
    "photo": "PUT /api/v1/attachments/",
    "return": "POST /api/v1/returns:sync",
    "visit": "POST /api/v1/follow-ups:sync",
}
SUBJECTS = {
    "writing": ("report",),
    "saving": ("report", "report", "photo"),
    "submitting": ("report", "report", "return", "visit"),
    "sending": ("report", "report", "photo", "return", "visit"),
    "answering": ("report", "report", "photo", "return", "visit"),
}  # fmt: skip
REACH_SECONDS, ANSWER_SECONDS, SCRIPT_SECONDS = 20.0, 20.0, 180.0
INSIDE_SECONDS = 0.04


@dataclass(frozen=True)
class Point:
    """What is killed, in which phase of what, at which step."""

    kind: str
    phase: str
    subject: str
    step: str


def steps_of(kind: str, phase: str, subject: str) -> list[str]:
    """Return the steps of a phase at which such a kill makes a difference."""
    if phase == "writing":
        return ["type, before", "type, after"]
    if phase == "saving":
        return [f"{'save photo' if subject == 'photo' else 'save'}, {moment}" for moment in IN_A_WRITE]
    if phase == "submitting":
        return [f"submit, {moment}" for moment in IN_A_WRITE]
    if phase == "sending":
        return ["request", "inside"]
    if kind == "database":
        return ["answer"]
    word = "receive photo" if subject == "photo" else "receive"
    return ["answer", "answer", *(f"{word}, {moment}" for moment in IN_A_WRITE)]


def plan(points: int, chance: random.Random, *, is_postgis: bool) -> list[Point]:
    """Return so many points, every kind and phase as often as the others, in random order."""
    cells = [
        (kind, phase)
        for kind in KINDS
        for phase in PHASES
        if kind != "database" or (is_postgis and phase in ("sending", "answering"))
    ]
    chance.shuffle(cells)
    found = []
    for number in range(points):
        kind, phase = cells[number % len(cells)]
        subject = chance.choice(SUBJECTS[phase])
        found.append(Point(kind, phase, subject, chance.choice(steps_of(kind, phase, subject))))
    chance.shuffle(found)
    return found


class Striker:
    """Brings one phone to its points and kills there; ``counted`` tells what really happened, by kind and phase."""

    def __init__(self, phone: Phone, office: Office, chance: random.Random) -> None:
        self.phone, self.office, self.chance = phone, office, chance
        self.counted: Counter[tuple[str, str]] = Counter()
        self.steps: Counter[str] = Counter()
        self.missed: Counter[str] = Counter()

    async def strike_at(self, point: Point) -> bool:
        """Bring the phone to the point and kill; say whether it was reached."""
        await self.office.is_up()
        self.phone.line.mend()
        try:
            on_page = point.phase in ("writing", "saving", "submitting")
            phase = await (self._on_page(point) if on_page else self._on_line(point))
        except (Error, PhonePageError, TimeoutError) as error:
            self.phone.troubles.append(f"{point}: {type(error).__name__} {error}")
            await self._open_again("browser")
            phase = ""
        self.phone.line.mend()
        await self.phone.nudge()
        await self.phone.look()
        if not phase:
            self.missed[f"{point.phase} {point.subject}: {point.step}"] += 1
            return False
        self.counted[point.kind, phase] += 1
        self.steps[f"{point.step} ({point.subject})"] += 1
        return True

    async def _on_page(self, point: Point) -> str:
        gate = self.phone.browser.hold()
        script = asyncio.ensure_future(self._script(point, arm=True))
        await asyncio.wait({script, gate.reached}, timeout=SCRIPT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if not gate.reached.done():
            self.phone.line.forget(gate)
            await self._end(script)
            return ""
        await self._kill(point.kind)
        gate.let_go("pass")
        await self._after(point.kind, script)
        return point.phase

    async def _on_line(self, point: Point) -> str:
        line, call = self.phone.line, CALLS[point.subject]
        first = line.hold(call, "request")
        try:
            await asyncio.wait_for(self._script(point, arm=False), SCRIPT_SECONDS)
            if not await _reached(first, REACH_SECONDS / 4):
                await self.phone.nudge()
            if not await _reached(first, REACH_SECONDS):
                return ""
            return await self._held(point, first)
        finally:
            line.forget(first)

    async def _held(self, point: Point, first: Gate) -> str:
        """The request stands at the line: kill there, or let it go on to the step that is meant."""
        line, call = self.phone.line, CALLS[point.subject]
        if point.step == "request":
            return await self._strike(point, [first], "sending")
        if "," in point.step:
            await self.phone.arm(point.step)
            gate = self.phone.browser.hold()
        else:
            gate = line.hold(call, "answer")
        inside = line.hold(call, "inside")
        first.let_go("pass")
        try:
            if point.step == "inside":
                await _reached(inside, ANSWER_SECONDS)
                await asyncio.sleep(self.chance.random() * INSIDE_SECONDS)
                return await self._strike(point, [inside, gate], "sending")
            inside.let_go("pass")
            if not await _reached(gate, ANSWER_SECONDS):
                return ""
            return await self._strike(point, [gate], "answering")
        finally:
            line.forget(inside)
            line.forget(gate)

    async def _strike(self, point: Point, gates: list[Gate], phase: str) -> str:
        if point.step == "inside" and gates[0].is_over:
            return ""
        await self._kill(point.kind)
        if point.step == "inside":
            await asyncio.sleep(0)
            phase = "answering" if gates[0].is_answered else "sending"
        for gate in gates:
            gate.let_go(self._fate(point, gate))
        await self._after(point.kind, None)
        return phase

    def _fate(self, point: Point, gate: Gate) -> Fate:
        """What becomes of a held exchange after the kill: a request may still arrive, an answer may be lost or torn."""
        if gate.moment == "request" and point.kind != "database":
            return self.chance.choice(("pass", "drop"))
        if gate.moment == "answer" and point.kind in ("server", "network"):
            return self.chance.choice(("drop", "half"))
        return "pass"

    async def _kill(self, kind: str) -> None:
        if kind == "tab":
            await self.phone.browser.kill_tab()
        elif kind == "browser":
            self.phone.browser.kill()
        elif kind == "network":
            self.phone.line.cut()
        elif kind == "server":
            await self.office.is_up()
            self.office.kill_server()
        else:
            self.office.kill_connections()

    async def _after(self, kind: str, script: asyncio.Future[Any] | None) -> None:
        """Open again what was killed; where the page lives on, let the person finish."""
        if kind in ("tab", "browser"):
            if script is not None:
                script.cancel()
                await asyncio.wait({script})
                _ = script.cancelled() or script.exception()
            return await self._open_again(kind)
        if script is not None:
            await self._end(script)
        return None

    async def _open_again(self, kind: str) -> None:
        self.phone.line.mend()
        if kind == "browser":
            await self._start_again()
        try:
            await self.phone.browser.open()
        except (Error, TimeoutError):
            await self._start_again()
            await self.phone.browser.open()

    async def _start_again(self) -> None:
        self.phone.browser.kill()
        await self.phone.browser.start()

    async def _end(self, script: asyncio.Future[Any]) -> None:
        await asyncio.wait_for(script, SCRIPT_SECONDS)

    def _script(self, point: Point, *, arm: bool) -> Coroutine[Any, Any, None]:
        if point.subject == "visit":
            return self._visit(point, arm=arm)
        return self._return(point, arm=arm) if point.subject == "return" else self._report(point, arm=arm)

    async def _visit(self, point: Point, *, arm: bool) -> None:
        await self.phone.open_visit(self.office.add_follow_up(self.phone.worker.login))
        if arm:
            await self.phone.arm(point.step)
        await self.phone.submit_visit()

    async def _report(self, point: Point, *, arm: bool) -> None:
        phone, is_submitting = self.phone, point.phase == "submitting"
        if arm and not is_submitting:
            await phone.arm(point.step, 0 if point.subject == "photo" else self.chance.randrange(2))
        paper = await phone.write(edits=1 + self.chance.randrange(2), photo=point.subject == "photo")
        if arm and not is_submitting:
            return
        if arm:
            await phone.arm(point.step)
        await phone.submit(paper)

    async def _return(self, point: Point, *, arm: bool) -> None:
        self.office.open_round(self.phone.worker.grid)
        button = await self.phone.open_return()
        if arm:
            await self.phone.arm(point.step)
        await self.phone.submit_return(button)


async def _reached(gate: Gate, seconds: float) -> bool:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(gate.reached), seconds)
    return gate.reached.done()
