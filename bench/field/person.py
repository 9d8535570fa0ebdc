"""A scripted user who reports one typical matter: how long from opening the app until it is saved.

The pauses are those of the keystroke-level model (Card, Moran and Newell, The Psychology of Human-Computer Interaction,
1983, chapter 8): a tap is pointing (P 1.1 s) and one key (K 0.2 s), a swipe is pointing, a decision is mental
preparation (M 1.35 s). Reading a step takes 2 s. A sentence is entered at three Chinese characters a second. All pauses
really pass, so that the app works meanwhile as it would.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Locator, Page

from bench.field.office import Office
from bench.field.phone import phone, register

POINT, KEY, MENTAL, READ = 1.1, 0.2, 1.35, 2.0
SIGNS_A_SECOND = 3.0
VOICE_SECONDS = (8.0, 15.0)
SENTENCES = (
    "两户为排水沟争执,雨天水流进西边一户堂屋",
    "春天的地租没有付,三户找过合作社没有结果",
    "工地夜里十点后还施工,附近十来户睡不好觉",
    "上游鱼塘截了水渠,下游六户晚稻没有水灌",
    "邻居砌墙占了过道,老人进出不方便,吵过两回",
    "果树越界遮了菜地,两家说不拢,想请人来看看",
)
TILES = ("邻里的事", "承包地山林", "宅基地建房")
IN_SIGHT = "(one) => one.getBoundingClientRect().top >= 0 && one.getBoundingClientRect().bottom <= innerHeight"
ASSUMED = {
    "tap": POINT + KEY, "swipe": POINT, "decision": MENTAL, "reading": READ, "signs_a_second": SIGNS_A_SECOND,
    "voice": VOICE_SECONDS,
}  # fmt: skip


@dataclass
class User:
    """Taps and types as a person does, with the time that each takes."""

    page: Page
    taps: int = 0

    def think(self, seconds: float) -> None:
        """Let time pass."""
        self.page.wait_for_timeout(seconds * 1_000)

    def read(self) -> None:
        """Read a step and decide."""
        self.think(READ + MENTAL)

    def tap(self, what: Locator) -> None:
        """Swipe until it is to be seen, then tap it."""
        what.wait_for()
        if not what.evaluate(
            "(one) => { const box = one.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; }"
        ):
            self.think(POINT)
            what.scroll_into_view_if_needed()
        self.think(POINT + KEY)
        what.tap()
        self.taps += 1

    def type(self, words: str) -> None:
        """Enter a sentence, sign by sign."""
        for sign in words:
            self.think(1 / SIGNS_A_SECOND)
            self.page.keyboard.insert_text(sign)


def typical_reports(browser: Browser, office: Office, port: int, *, runs: int) -> dict[str, Any]:
    """Return the seconds of every run, written and spoken, without signal; and what was assumed."""
    chance = random.Random(7)  # noqa: S311 - lengths of sentences, not secrets
    with phone(browser, f"http://127.0.0.1:{port}") as (context, page):
        register(page, office)
        context.set_offline(True)
        written = [_report(page, chance, is_voice=False) for _ in range(runs)]
        spoken = [_report(page, chance, is_voice=True) for _ in range(runs)]
    return {"assumed": ASSUMED, "runs": runs, "written": _figures(written), "spoken": _figures(spoken)}


def _figures(found: list[tuple[float, int]]) -> dict[str, float]:
    seconds = [one for one, _ in found]
    return {
        "median": round(median(seconds), 1),
        "worst": round(max(seconds), 1),
        "taps": round(median(taps for _, taps in found)),
    }


def _report(page: Page, chance: random.Random, *, is_voice: bool) -> tuple[float, int]:
    """Open the app anew and report; the seconds end when the phone says that it waits to be sent."""
    page.goto("about:blank")
    began, user = time.perf_counter(), User(page)
    page.goto("/field/", wait_until="commit")
    user.read()
    user.tap(page.get_by_role("link", name="上报", exact=True))
    user.read()
    user.tap(_face(page, "是什么事?", chance.choice(TILES)))
    user.read()
    user.tap(_face(page, "现在有没有人有危险?", "没有"))
    user.read()
    if is_voice:
        _speak(user, chance.uniform(*VOICE_SECONDS))
    else:
        user.tap(page.get_by_label("一句话说清楚"))
        user.think(MENTAL)
        user.type(chance.choice(SENTENCES))
    user.think(MENTAL)
    user.tap(page.get_by_role("button", name="提交", exact=True))
    page.get_by_text("等待发送", exact=True).first.wait_for()
    return time.perf_counter() - began, user.taps


def _face(page: Page, question: str, answer: str) -> Locator:
    """Return what a finger meets of an answer: its face, not the hidden control."""
    return page.get_by_role("group", name=question).locator("label.choice").filter(has_text=answer).first


def _speak(user: User, seconds: float) -> None:
    user.tap(user.page.get_by_role("button", name="录"))
    user.think(seconds)
    user.tap(user.page.get_by_role("button", name="停"))
