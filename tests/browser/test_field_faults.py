"""What can go wrong on a phone has a sentence and loses nothing: recordings, photos, storage, clocks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from grid_app.database.transaction import reading
from grid_app.models.attachments import Attachment
from grid_app.models.disputes import Dispute
from tests.browser.conftest import Site
from tests.browser.field_phone import add_photo, begin, drawn, registered, submit
from tests.world import NOW

pytestmark = pytest.mark.browser

ROOM_KNOWN_MILLISECONDS = 31_000
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


def fill_disks(site: Site, *pages: Page) -> None:
    """Leave no room; Chromium goes on for half a minute by the room it asked about before."""
    for page in pages:
        quota(page, site, megabytes=0.001)
    pages[0].wait_for_timeout(ROOM_KNOWN_MILLISECONDS)


KEPT_AGAIN = """async () => {
  const counts = async () => {
    if (!(await indexedDB.databases()).some(({ name }) => name === 'grid-field')) return 'gone';
    const request = indexedDB.open('grid-field');
    return new Promise((resolve) => {
      request.onupgradeneeded = () => request.transaction.abort();
      request.onerror = () => resolve('gone');
      request.onsuccess = async () => {
        const database = request.result;
        database.onversionchange = () => database.close();
        const tx = database.transaction(['reports', 'blobs']);
        const asked = ['reports', 'blobs'].map((name) => tx.objectStore(name).count());
        tx.onabort = () => resolve('gone');
        tx.oncomplete = () => (database.close(), resolve(asked.map((one) => one.result).join()));
      };
    });
  };
  const first = await counts();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return first === '1,1' && (await counts()) === '1,1';
}"""
"""Whether report and photo lie in the new database and stay: the browser may clear twice; looking builds none."""


def clear_storage(page: Page, site: Site) -> None:
    wanted = {"origin": site.address, "storageTypes": "indexeddb"}
    page.context.new_cdp_session(page).send("Storage.clearDataForOrigin", wanted)


# --- a full disk ------------------------------------------------------------------------------------------------


def test_on_a_full_disk_what_is_written_stays_on_the_screen_and_is_saved_with_room_again_or_sent_unsaved(
    open_page: Callable[..., Page], site: Site
) -> None:
    """Two phones, so that the time until Chromium notices passes once: one gets room again, the other sends."""
    phones = registered(open_page), registered(open_page)
    photo = drawn(phones[0], 1200, 900, "noise")
    for page in phones:
        begin(page, summary="水渠被堵")
        expect(page.locator(".saved-line")).to_contain_text("已保存 ")
    fill_disks(site, *phones)
    is_saved_once_there_is_room(phones[0], site, photo)
    goes_out_without_being_saved(phones[1], site, photo)


def is_saved_once_there_is_room(page: Page, site: Site, photo: bytes) -> None:
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


def goes_out_without_being_saved(page: Page, site: Site, photo: bytes) -> None:
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
    page.wait_for_function(KEPT_AGAIN)
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
