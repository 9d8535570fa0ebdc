"""Recordings cut off, no microphone, photos that do not open: each has a sentence and nothing is lost."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from grid_app.database.transaction import reading
from grid_app.models.disputes import Dispute
from tests.browser.conftest import PATIENCE_MILLISECONDS, Site
from tests.browser.field_phone import BLOBS, add_photo, begin, drawn, registered, submit
from tests.browser.media_page import HEIC, markers, with_exif
from tests.frontend.stage import CHROMIUM_ARGUMENTS, chromium

pytestmark = pytest.mark.browser

BUDGET = 400 * 1024


def stored(site: Site) -> list[Dispute]:
    with site.app.app_context(), reading() as session:
        found = list(session.scalars(select(Dispute).order_by(Dispute.received_at, Dispute.id)))
        session.expunge_all()
        return found


@pytest.fixture
def microphone(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Give what opens a page in a second Chromium, whose microphone is a made-up one."""
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    kind = browser.browser_type
    arguments = [*CHROMIUM_ARGUMENTS, "--use-fake-device-for-media-stream"]
    started = kind.launch(executable_path=chromium(), args=arguments)
    contexts: list[BrowserContext] = []

    def opened(**options: object) -> Page:
        contexts.append(started.new_context(base_url=site.address, locale="zh-CN", **options))
        return contexts[-1].new_page()

    yield opened
    started.close()


# --- voice ------------------------------------------------------------------------------------------------------


def test_a_tab_killed_in_the_middle_of_a_recording_keeps_what_was_said(
    microphone: Callable[..., Page], site: Site
) -> None:
    page = registered(microphone, permissions=["microphone"])
    begin(page, summary="")
    page.get_by_role("button", name="录音", exact=True).tap()
    expect(page.get_by_text("正在录音 0:08")).to_be_visible()
    address, context = page.url, page.context

    crashed = context.new_page()
    page.close(run_before_unload=False)
    crashed.goto(address)

    said = crashed.locator(".attached-name")
    expect(said).to_contain_text("录音 1 · 录到 0:0")
    expect(said).to_contain_text("已保存")
    (note,) = crashed.evaluate(BLOBS)
    assert note["seconds"] >= 4  # of the eight that were said
    assert note["bytes"] == len(base64.b64decode(note["data"])) > 500
    submit(crashed)
    expect(crashed.locator(".receipt")).to_be_visible()
    expect(crashed.get_by_text("1 个,已送到")).to_be_visible()
    assert [one.summary for one in stored(site)] == [""]


def test_a_recording_that_a_call_ends_is_kept_and_told(microphone: Callable[..., Page]) -> None:
    page = registered(microphone, permissions=["microphone"])
    page.context.set_offline(True)
    page.evaluate("""() => {
      const own = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wanted) => (window.line = await own(wanted));
    }""")
    begin(page, summary="")
    page.get_by_role("button", name="录音", exact=True).tap()
    expect(page.get_by_text("正在录音 0:02")).to_be_visible()

    page.evaluate("line.getTracks()[0].dispatchEvent(new Event('mute'))")

    expect(page.get_by_text("录音被打断(比如来电),不要紧:录到 0:0")).to_be_visible()
    expect(page.get_by_role("button", name="录音", exact=True)).to_be_enabled()
    assert [one["kind"] for one in page.evaluate(BLOBS)] == ["voice"]


@pytest.mark.parametrize(("permissions", "words"), [([], "手机没有允许录音"), (["microphone"], "没有找到麦克风")])
def test_without_a_microphone_the_report_goes_on_in_writing(
    open_page: Callable[..., Page], microphone: Callable[..., Page], permissions: list[str], words: str
) -> None:
    page = registered(open_page if permissions else microphone, permissions=permissions)
    begin(page, summary="水渠被堵")
    page.get_by_role("button", name="录音", exact=True).tap()

    expect(page.get_by_text(words)).to_be_visible()
    expect(page.get_by_text("打字写一句")).to_be_visible()
    expect(page.get_by_label("一句话说清楚")).to_have_value("水渠被堵")
    submit(page)
    expect(page.locator(".receipt")).to_be_visible()


# --- photos -----------------------------------------------------------------------------------------------------


def test_photos_that_cannot_be_taken_have_a_sentence_and_the_good_one_is_small_and_bare(
    open_page: Callable[..., Page],
) -> None:
    page = registered(open_page)
    page.context.set_offline(True)
    begin(page, summary="水渠被堵")
    add_photo(page, HEIC, name="IMG_1.HEIC", kind="image/heic")
    expect(page.get_by_text("打不开 HEIC 格式的照片")).to_be_visible()
    add_photo(page, b"\xff\xd8\xff\xe0" + bytes(100))
    expect(page.get_by_text("这个文件打不开,可能不是照片")).to_be_visible()
    expect(page.get_by_text("已经写的都还在")).to_be_visible()

    large = with_exif(drawn(page, 4000, 3000, "noise", 0.99))
    assert len(large) > 15 * 1024 * 1024
    add_photo(page, large)

    expect(page.get_by_text("拍摄位置等信息已去掉")).to_be_visible(timeout=60_000)
    (photo,) = page.evaluate(BLOBS)
    written = base64.b64decode(photo["data"])
    assert photo["type"] == "image/jpeg"
    assert len(written) <= BUDGET
    assert 0xE1 not in markers(written)
    assert b"Secret Phone" not in written
