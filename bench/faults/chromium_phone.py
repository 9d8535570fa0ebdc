"""A person with a phone in Chromium: writes, submits, answers rounds, and remembers what the screen has said."""

from __future__ import annotations

import random
import struct
import zlib
from dataclasses import dataclass, field
from typing import Any, Literal

from bench.faults.chromium_browser import PhoneBrowser
from bench.faults.chromium_line import Line
from bench.faults.chromium_office import Worker
from tests.world import PASSWORD

PIN = "2580"
FETCHES = 12
FETCHED = "() => faults.until(() => document.body.innerText.includes('已同步。'), 5_000)"
SAVED = "() => faults.until(() => faults.said > faults.typed)"
HEADING = "(words) => faults.until(() => document.querySelector('main h1')?.textContent.includes(words))"


@dataclass
class Paper:
    """A report, a return or a visit of this phone: its texts, and the last that the screen called saved."""

    id: str
    kind: Literal["report", "return", "visit"] = "report"
    written: list[str] = field(default_factory=list)
    said: int = -1
    photos: dict[str, str] = field(default_factory=dict)
    is_submitted: bool = False
    is_over: bool = False

    @property
    def may_hold(self) -> list[str]:
        """Return the texts that it may hold: the last one said to be saved, or a later one."""
        return self.written[self.said :] if self.said >= 0 else ["", *self.written]


class PhonePageError(Exception):
    """The screen did not come to say what it should have said."""


class Phone:
    """One worker's phone: what its screen promised, what it received, and in ``missing`` what did not hold."""

    def __init__(self, number: int, worker: Worker, browser: PhoneBrowser, line: Line, chance: random.Random) -> None:
        self.number, self.worker, self.browser, self.line, self.chance = number, worker, browser, line, chance
        self.papers: dict[str, Paper] = {}
        self.promised: dict[str, str] = {}
        self.received: dict[str, dict[str, Any]] = {}
        self.attached: dict[str, str] = {}
        self.gone: dict[str, str] = {}
        self.missing: list[str] = []
        self.troubles: list[str] = []
        self._made = 0
        self._noted: set[str] = set()

    async def register(self) -> None:
        """Sign in and register the phone, and wait until it opens without signal."""
        await self.browser.start()
        await self.browser.open("/sign-in")
        page = self.browser.page
        await page.get_by_label("账号").fill(self.worker.login)
        await page.get_by_label("密码").fill(PASSWORD)
        await page.get_by_role("button", name="登录").click()
        await page.wait_for_url(lambda url: "/sign-in" not in url)
        await page.goto("/field/" if page.url.startswith("/") else f"{self.line.address}/field/")
        await page.get_by_label("设一个口令").fill(PIN)
        await page.get_by_role("button", name="登记本机").click()
        await self._until("() => faults.until(() => document.querySelector('.queue') !== null)", None)
        await page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    async def _until(self, expression: str, given: object) -> None:
        if not await self.browser.page.evaluate(expression, given):
            words = await self.browser.page.evaluate("() => document.body.innerText.slice(0, 400)")
            raise PhonePageError(f"waited in vain for {given or expression}; the screen says {words!r}")

    async def go(self, place: str, heading: str) -> None:
        """Go to a screen and wait for its heading."""
        await self.browser.page.evaluate("(place) => { location.hash = place; }", place)
        await self._until(HEADING, heading)

    async def arm(self, step: str, passes: int = 0) -> None:
        """Stop the page at the next such step, or after so many of them."""
        await self.browser.page.evaluate("([step, passes]) => faults.arm(step, passes)", [step, passes])

    async def nudge(self) -> None:
        """Tell the page what a browser tells when signal returns."""
        await self.browser.page.evaluate("() => void dispatchEvent(new Event('online'))")

    async def write(self, *, edits: int, photo: bool = False) -> Paper:
        """Begin a report, or go on with a draft, and wait after every change until the screen says that it is saved."""
        page = self.browser.page
        drafts = [
            one for one in self.papers.values() if one.kind == "report" and not one.is_submitted and not one.is_over
        ]
        paper = self.chance.choice(drafts) if drafts and self.chance.random() < 0.2 * len(drafts) else None
        await self.go("#/", "首页")
        await self.go(f"#/report/{paper.id if paper else 'new'}", "上报一件")
        if paper is None:
            paper = Paper((await page.evaluate("location.hash")).rpartition("/")[2])
            self.papers[paper.id] = paper
        await page.get_by_role("group", name="是什么事?").get_by_label("承包地山林").check()
        await page.get_by_role("group", name="现在有没有人有危险?").get_by_label("没有").check()
        for _ in range(edits):
            await self._type(paper)
        if photo:
            await self._add_photo(paper)
        return paper

    async def _type(self, paper: Paper) -> None:
        self._made += 1
        text = f"手机{self.number}第{self._made}稿,事{paper.id[-12:]}"
        paper.written.append(text)
        await self.browser.page.get_by_label("一句话说清楚").fill(text)
        await self._until(SAVED, None)
        paper.said = len(paper.written) - 1

    async def _add_photo(self, paper: Paper) -> None:
        before = await self.browser.page.evaluate("faults.said")
        photo = {"name": "photo.png", "mimeType": "image/png", "buffer": picture(self.chance)}
        await self.browser.page.locator("#photos").set_input_files(photo)  # type: ignore[arg-type]
        await self._until("(before) => faults.until(() => faults.said > before)", before)
        for row in await self.held():
            if row["id"] == paper.id:
                paper.photos = {one["id"]: one["sha256"] for one in row["blobs"]}

    async def submit(self, paper: Paper) -> None:
        """Hand the report over; from then on the screen promises that it goes."""
        await self.browser.page.get_by_role("button", name="提交", exact=True).click()
        await self._until(HEADING, "这一件")
        paper.is_submitted = True

    async def _fetch(self) -> None:
        await self.go("#/settings", "设置")
        for _ in range(FETCHES):  # the server may be on its way up again
            await self.browser.page.get_by_role("button", name="现在同步").click()
            if await self.browser.page.evaluate(FETCHED):
                return
        raise PhonePageError("could not fetch what the office has")

    async def open_return(self) -> str:
        """Fetch what is open and go to the round; return the button to press, the words written if any."""
        page = self.browser.page
        await self._fetch()
        await self.go(f"#/round/{self.worker.grid}", "回执")
        if not await page.get_by_role("button", name="零报告").count():
            return "确认回执"
        await page.get_by_label("还想说明的").fill(self._note())
        return "零报告"

    def _note(self) -> str:
        self._made += 1
        text = f"手机{self.number}第{self._made}次走访"
        self._noted.add(text)
        return text

    async def submit_return(self, button: str) -> Paper:
        """Press the button of a return; from then on the screen promises that it goes."""
        page = self.browser.page
        await page.get_by_role("button", name=button).click()
        await self._until("() => faults.until(() => location.hash.startsWith('#/report/'))", None)
        paper = Paper((await page.evaluate("location.hash")).rpartition("/")[2], "return", is_submitted=True)
        return self.papers.setdefault(paper.id, paper)

    async def open_visit(self, follow_up: str) -> None:
        """Fetch what is due, go to that visit and answer it, until the screen says that all is saved."""
        page = self.browser.page
        await self._fetch()
        await self.go(f"#/visit/{follow_up}", "天回访")
        await page.get_by_role("group", name="怎么回访的?").get_by_label("上门").check()
        await page.get_by_role("group", name="结果怎么样?").get_by_label("问题解决了").check()
        before = await page.evaluate("faults.said")
        await page.get_by_label("还想说明的").fill(self._note())
        await self._until("(before) => faults.until(() => faults.said > before)", before)

    async def submit_visit(self) -> None:
        """Hand the visit in; from then on the screen promises that it goes."""
        await self.browser.page.get_by_role("button", name="保存回访").click()
        await self._until("() => faults.until(() => document.querySelector('main fieldset') === null)", None)

    async def held(self) -> list[dict[str, Any]]:
        """Return what the phone holds, opened; not what was seen to be received."""
        rows: list[dict[str, Any]] = await self.browser.page.evaluate(
            "(known) => faults.held(known)", list(self.received)
        )
        return rows

    async def look(self) -> int:
        """Compare what the phone holds with what its screen said; return how much still waits."""
        rows = {row["id"]: row for row in await self.held()}
        for paper in [one for one in self.papers.values() if one.id not in rows and not one.is_over]:
            self._absent(paper)
        for row in rows.values():
            self._compare(row)
        return sum(
            row["state"] == "waiting" or any(one["state"] == "waiting" for one in row["blobs"])
            for row in rows.values()
            if row["state"] != "draft"
        )

    def _absent(self, paper: Paper) -> None:
        paper.is_over = True
        if paper.is_submitted or paper.said >= 0:
            self.gone[paper.id] = paper.written[-1] if paper.written else ""

    def _compare(self, row: dict[str, Any]) -> None:
        paper = self.papers.get(row["id"])
        if paper is None:
            if row["kind"] == "report" or (row["text"] and row["text"] not in self._noted):
                return self.missing.append(f"{row['id']} was written by nobody")
            paper = self.papers.setdefault(row["id"], Paper(row["id"], row["kind"]))
        if paper.kind == "report" and row["text"] not in paper.may_hold and row["text"] is not None:
            self.missing.append(f"{row['id']} holds {row['text']!r} instead of one of {paper.may_hold}")
        if row["state"] == "draft":
            if paper.is_submitted:
                self.missing.append(f"{row['id']} is a draft again")
        else:
            paper.is_submitted = True
            self.promised[row["id"]] = row["digest"]
            if row["text"] is None and row["state"] != "received":
                self.missing.append(f"{row['id']} was pruned before it was received")
        problems = [row["problem"]] if row["state"] == "attention" else []
        problems += [one["problem"] for one in row["blobs"] if one["state"] == "attention"]
        self.missing += [f"{row['id']} was not taken: {one}" for one in problems]
        self._compare_photos(paper, row)
        return None

    def _compare_photos(self, paper: Paper, row: dict[str, Any]) -> None:
        blobs = {one["id"]: one for one in row["blobs"]}
        self.missing += [
            f"photo {key} is gone" for key, digest in paper.photos.items() if blobs.get(key, {}).get("sha256") != digest
        ]
        self.attached |= {key: one["sha256"] for key, one in blobs.items() if one["state"] == "received"}
        if row["state"] == "received" and all(one["state"] == "received" for one in blobs.values()):
            self.received[row["id"]] = {"digest": row["digest"], "receipt": row["receipt"]}
            paper.is_over = True


def picture(chance: random.Random) -> bytes:
    """Return a PNG of noise, small or large enough to be sent in parts."""
    width, height = (1200, 900) if chance.random() < 0.1 else (160, 120)
    rows = b"".join(b"\0" + chance.randbytes(3 * width) for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")
