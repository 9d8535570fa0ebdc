"""What can go wrong on a phone has a sentence and loses nothing: a killed recording, a full disk, cleared storage, clocks."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from grid_app.database.transaction import reading
from grid_app.models.attachments import Attachment
from grid_app.models.disputes import Dispute
from tests.browser.conftest import PATIENCE_MILLISECONDS, PHONE, Site
from tests.browser.field_phone import begin, registered, rows_of, submit
from tests.browser.media_page import DRAW, HEIC, markers, with_exif
from tests.frontend.stage import chromium
from tests.world import NOW

# A page that is closed while a file is on its way leaves the file to the collector; that is no fault of the app.
pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]

BUDGET = 400 * 1024
ROOM_KNOWN_MILLISECONDS = 31_000
BLOBS = """async () => {
  const store = await (await import('/static/field/store.js')).openStore();
  const vault = await (await import('/static/field/vault.js')).openVault(store);
  const found = [];
  for (const { id } of await store.listReports()) {
    for (const row of await store.blobsOf(id)) {
      const bytes = new Uint8Array(await vault.openBytes(row.sealed));
      let text = '';
      for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
      found.push({ kind: row.kind, type: row.type, seconds: row.seconds, bytes: row.bytes, data: btoa(text) });
    }
  }
  return found;
}"""
NO_STORAGE = """() => void (IDBFactory.prototype.open = () => { throw new DOMException('gone', 'UnknownError'); })"""
SKEWED = """(() => {
  const Real = Date;
  window.skew = 0;
  window.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() + window.skew); }
    static now() { return Real.now() + window.skew; }
  };
})()"""
DAY = 24 * 3600 * 1000


def stored(site: Site) -> list[Dispute]:
    with site.app.app_context(), reading() as session:
        found = list(session.scalars(select(Dispute).order_by(Dispute.received_at, Dispute.id)))
        session.expunge_all()
        return found


def attachments(site: Site) -> list[tuple[str, int]]:
    with site.app.app_context(), reading() as session:
        return [(one.kind, one.received) for one in session.scalars(select(Attachment))]


def quota(page: Page, site: Site, *, megabytes: float | None) -> None:
    """Leave this origin so much storage on the phone; `None` gives all of it back."""
    size = {} if megabytes is None else {"quotaSize": megabytes * 1_000_000}
    page.context.new_cdp_session(page).send("Storage.overrideQuotaForOrigin", {"origin": site.address, **size})


def fill_disk(page: Page, site: Site) -> None:
    """Leave no room; Chromium goes on for half a minute by the room it asked about before."""
    quota(page, site, megabytes=0.001)
    page.wait_for_timeout(ROOM_KNOWN_MILLISECONDS)


def clear_storage(page: Page, site: Site) -> None:
    wanted = {"origin": site.address, "storageTypes": "indexeddb"}
    page.context.new_cdp_session(page).send("Storage.clearDataForOrigin", wanted)


def add_photo(page: Page, photo: bytes, *, name: str = "a.jpg", kind: str = "image/jpeg") -> None:
    page.locator("#photos").set_input_files({"name": name, "mimeType": kind, "buffer": photo})


def drawn(page: Page, width: int, height: int, kind: str = "plain", quality: float = 0.9) -> bytes:
    return base64.b64decode(page.evaluate(DRAW, [width, height, kind, quality]))


@pytest.fixture
def microphone(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Give what opens a page in a second Chromium, whose microphone is a made-up one."""
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    kind = browser.browser_type
    arguments = ["--no-sandbox", "--use-fake-device-for-media-stream"]
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


# --- a full disk ------------------------------------------------------------------------------------------------


def test_on_a_full_disk_text_and_photo_stay_on_the_screen_and_are_saved_once_there_is_room(
    open_page: Callable[..., Page], site: Site
) -> None:
    page = registered(open_page)
    begin(page, summary="水渠被堵")
    photo = drawn(page, 1200, 900, "noise")
    expect(page.locator(".saved-line")).to_contain_text("已保存 ")
    fill_disk(page, site)
    page.get_by_label("一句话说清楚").fill("水渠被堵,没有水灌田")
    expect(page.locator(".saved-line")).to_contain_text("手机存储空间满了")
    expect(page.locator(".rescue")).to_contain_text("内容还在屏幕上")

    add_photo(page, photo)
    expect(page.locator(".attached-name")).to_contain_text("还没有存进手机")
    expect(page.locator(".attached-photo")).to_be_visible()
    expect(page.get_by_label("一句话说清楚")).to_have_value("水渠被堵,没有水灌田")

    quota(page, site, megabytes=None)
    expect(page.locator(".saved-line")).to_contain_text("已保存 ")
    expect(page.locator(".rescue")).to_have_count(0)
    expect(page.locator(".attached-name")).to_contain_text("已保存")
    page.reload()
    expect(page.get_by_label("一句话说清楚")).to_have_value("水渠被堵,没有水灌田")
    expect(page.locator(".attached-photo")).to_be_visible()


def test_on_a_full_disk_a_report_with_its_photo_goes_out_without_being_saved(
    open_page: Callable[..., Page], site: Site
) -> None:
    page = registered(open_page)
    begin(page, summary="水渠被堵")
    photo = drawn(page, 1200, 900, "noise")
    expect(page.locator(".saved-line")).to_contain_text("已保存 ")
    fill_disk(page, site)
    page.get_by_label("一句话说清楚").fill("水渠被堵,没有水灌田")
    add_photo(page, photo)
    expect(page.locator(".attached-name")).to_contain_text("还没有存进手机")
    page.get_by_role("button", name="提交", exact=True).tap()
    expect(page.get_by_role("button", name="再提交一次")).to_be_enabled()

    page.get_by_role("button", name="不存手机,直接提交").tap()

    expect(page.get_by_text("平台已收到").or_(page.get_by_text("已收到", exact=True)).first).to_be_visible()
    (dispute,) = stored(site)
    assert dispute.summary == "水渠被堵,没有水灌田"
    ((kind, size),) = attachments(site)
    assert (kind, size > 0) == ("photo", True)


# --- storage that is taken away ----------------------------------------------------------------------------------


def test_storage_cleared_under_the_page_is_told_and_the_open_report_is_saved_again(
    open_page: Callable[..., Page], site: Site
) -> None:
    page = registered(open_page)
    page.context.set_offline(True)
    begin(page, summary="水渠被堵")
    add_photo(page, drawn(page, 400, 300))
    expect(page.locator(".attached-photo")).to_be_visible()

    clear_storage(page, site)

    expect(page.locator("#field-warning")).to_contain_text("手机上保存的内容刚刚被清掉了")
    page.wait_for_function("async () => (await (" + BLOBS + ")()).length === 1")
    page.context.set_offline(False)
    page.reload()
    expect(page.get_by_label("一句话说清楚")).to_have_value("水渠被堵")
    submit(page)
    expect(page.locator(".receipt")).to_be_visible()
    assert [one.summary for one in stored(site)] == ["水渠被堵"]


def test_a_phone_that_keeps_nothing_any_more_still_sends_and_copies_what_is_on_the_screen(
    open_page: Callable[..., Page], site: Site
) -> None:
    page = registered(open_page, permissions=["clipboard-read", "clipboard-write"])
    begin(page, summary="水渠被堵")
    add_photo(page, drawn(page, 400, 300))
    expect(page.locator(".attached-photo")).to_be_visible()
    page.evaluate(NO_STORAGE)
    clear_storage(page, site)
    page.get_by_label("一句话说清楚").fill("水渠被堵,没有水灌田")
    expect(page.locator(".rescue")).to_be_visible()

    page.get_by_role("button", name="复制文字").tap()
    expect(page.get_by_text("文字已复制")).to_be_visible()
    assert "内容:水渠被堵,没有水灌田" in page.evaluate("navigator.clipboard.readText()")
    page.get_by_role("button", name="不存手机,直接提交").tap()

    expect(page.locator(".rescue")).to_contain_text("平台已收到")
    expect(page.locator(".rescue")).to_contain_text("请记下来或截屏")
    assert [one.summary for one in stored(site)] == ["水渠被堵,没有水灌田"]
    assert [kind for kind, _ in attachments(site)] == ["photo"]


# --- clocks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jump", [DAY, -DAY])
def test_a_clock_that_jumps_a_day_between_writing_and_sending_holds_nothing_up(
    open_page: Callable[..., Page], site: Site, jump: int
) -> None:
    site.clock.advance(datetime.now(UTC) - site.clock.now())
    page = _skewed(open_page)
    page.context.set_offline(True)
    begin(page)
    submit(page)
    page.wait_for_timeout(1500)  # it is tried, and put off

    page.evaluate("(jump) => { window.skew = jump; }", jump)
    page.context.set_offline(False)

    expect(page.locator(".receipt")).to_be_visible()
    begin(page, summary="时钟跳了以后写的")
    submit(page)
    expect(page.locator(".receipt")).to_be_visible()
    assert len(stored(site)) == 2


def _skewed(open_page: Callable[..., Page]) -> Page:
    def opened(**options: object) -> Page:
        page = open_page(**options)
        page.add_init_script(SKEWED)
        return page

    return registered(opened)


def test_what_was_written_under_a_wrong_clock_is_taken_with_a_warning(
    open_page: Callable[..., Page], site: Site
) -> None:
    page = _skewed(open_page)
    page.evaluate(
        "(skew) => { window.skew = skew; }",
        int((NOW + timedelta(days=1, hours=2)).timestamp() * 1000) - int(datetime.now(UTC).timestamp() * 1000),
    )
    with page.expect_response("**/api/v1/disputes:sync") as answered:
        begin(page)
        submit(page)

    (result,) = answered.value.json()["results"]
    assert result["outcome"] == "accepted"
    assert "clock" in str(result["warnings"])
    expect(page.locator(".receipt")).to_be_visible()
