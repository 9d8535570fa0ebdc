"""Photos and voice on a phone, in Chromium: small, upright, without the camera's notes; failures have sentences."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserType, Page

from tests.browser.media_page import DRAW, HEIC, SHRINK, markers, with_exif
from tests.frontend.stage import CHROMIUM_ARGUMENTS, Stage, chromium, make_stage, running

pytestmark = pytest.mark.browser

BUDGET = 400 * 1024
RECORD = """async (milliseconds) => {
  const { makeRecorder } = await import("/static/field/voice.js");
  const ticks = [];
  const recorder = makeRecorder({ onTick: (seconds) => ticks.push(seconds) });
  try {
    await recorder.start();
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    const { blob, type, seconds } = await recorder.stop();
    const url = URL.createObjectURL(blob);
    const audio = new Audio(url);
    await new Promise((resolve, reject) => {
      audio.oncanplay = resolve;
      audio.onerror = () => reject(new Error("cannot play"));
    });
    return { type, seconds, size: blob.size, ticks, played: true };
  } catch (error) {
    return { code: error.code ?? error.message, sentence: error.message };
  }
}"""


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with running(make_stage()) as started:
        yield started


@pytest.fixture
def open_phone(browser: Browser, stage: Stage) -> Iterator[Callable[..., Page]]:
    """Give a function that opens a page of our origin, on a phone or in the browser given."""
    contexts = []

    def opened(started: Browser = browser, **options: object) -> Page:
        contexts.append(started.new_context(viewport={"width": 390, "height": 844}, **options))
        page = contexts[-1].new_page()
        page.goto(stage.address + "/form/r1")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def phone(open_phone: Callable[..., Page]) -> Page:
    return open_phone()


@pytest.fixture
def with_microphone(browser: Browser) -> Iterator[Browser]:
    """Give a second Chromium whose microphone is a made-up one."""
    kind: BrowserType = browser.browser_type
    arguments = [*CHROMIUM_ARGUMENTS, "--use-fake-device-for-media-stream"]
    started = kind.launch(executable_path=chromium(), args=arguments)
    yield started
    started.close()


def drawn(page: Page, width: int, height: int, *, kind: str = "plain", quality: float = 0.9) -> bytes:
    return base64.b64decode(page.evaluate(DRAW, [width, height, kind, quality]))


def shrunk(page: Page, photo: bytes, *, kind: str = "image/jpeg", **wanted: int) -> dict:
    return page.evaluate(SHRINK, [base64.b64encode(photo).decode(), kind, wanted])


# --- photos -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["image/heic", "image/jpeg", ""])
def test_a_heic_file_is_named_as_such_whatever_it_calls_itself(phone: Page, kind: str) -> None:
    told = shrunk(phone, HEIC, kind=kind)

    assert told["code"] == "heic"
    assert "JPEG" in told["sentence"]
    assert "已经写的都还在" in told["sentence"]


@pytest.mark.parametrize("photo", [b"", b"not a photo at all", b"\xff\xd8\xff\xe0" + bytes(100)])
def test_a_file_that_is_no_photo_is_refused_with_a_sentence(phone: Page, photo: bytes) -> None:
    told = shrunk(phone, photo)

    assert told["code"] == "unreadable"
    assert "请换一张" in told["sentence"]


def test_place_and_maker_are_gone_from_the_photo_and_it_stands_upright(phone: Page) -> None:
    photo = with_exif(drawn(phone, 2000, 1000), orientation=6)
    assert b"Secret Phone" in markers(photo)[0xE1]

    small = shrunk(phone, photo)

    written = base64.b64decode(small["bytes"])
    assert 0xE1 not in markers(written)
    assert b"Exif" not in written
    assert b"Secret Phone" not in written
    assert small["drawn"] == [small["width"], small["height"]] == [800, 1600]
    red, _, blue, _ = small["corner"]
    assert blue > red  # turned to the right, the red quarter of the top left is now at the top right


def test_a_photo_of_fifteen_megabytes_is_brought_within_the_budget(phone: Page) -> None:
    photo = drawn(phone, 4000, 3000, kind="noise", quality=0.99)
    assert len(photo) > 15 * 1024 * 1024

    small = shrunk(phone, photo)

    assert small["size"] <= BUDGET
    assert small["type"] == "image/jpeg"
    assert small["width"] / small["height"] == pytest.approx(4 / 3, abs=0.01)


def test_quality_is_given_up_before_sharpness(phone: Page) -> None:
    photo = drawn(phone, 1600, 1200, kind="noise")

    full = shrunk(phone, photo, bytes=2_000_000)
    little = shrunk(phone, photo, bytes=100_000)

    assert (full["width"], full["height"]) == (1600, 1200)
    assert full["size"] <= 2_000_000
    assert little["size"] <= 100_000
    assert little["width"] < 1600


def test_a_small_photo_is_not_enlarged(phone: Page) -> None:
    small = shrunk(phone, drawn(phone, 640, 480))

    assert (small["width"], small["height"]) == (640, 480)


def test_an_old_browser_without_the_new_canvas_shrinks_as_well(phone: Page) -> None:
    photo = with_exif(drawn(phone, 2000, 1000), orientation=6)
    old = "delete globalThis.OffscreenCanvas; const own = createImageBitmap;"
    phone.add_init_script(
        old + "globalThis.createImageBitmap = (file, options) => options?.imageOrientation === 'none'"
        " ? own(file, options) : Promise.reject(new Error('old'));"
    )
    phone.reload()

    told = phone.evaluate(
        SHRINK.replace(
            "const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);",
            "const canvas = Object.assign(document.createElement('canvas'), "
            "{ width: bitmap.width, height: bitmap.height });",
        ),
        [base64.b64encode(photo).decode(), "image/jpeg", {}],
    )

    assert told["drawn"] == [800, 1600]
    assert b"Exif" not in base64.b64decode(told["bytes"])


# --- voice ------------------------------------------------------------------------------------------------------


def test_a_refused_microphone_has_its_sentence(open_phone: Callable[..., Page], with_microphone: Browser) -> None:
    told = open_phone(with_microphone, permissions=[]).evaluate(RECORD, 100)

    assert told["code"] == "denied"
    assert "没有允许录音" in told["sentence"]
    assert "打字写一句" in told["sentence"]


def test_a_phone_without_a_microphone_has_its_sentence(open_phone: Callable[..., Page]) -> None:
    told = open_phone(permissions=["microphone"]).evaluate(RECORD, 100)

    assert told["code"] == "no_microphone"
    assert "没有找到麦克风" in told["sentence"]


def test_an_address_without_https_is_told_instead_of_a_dead_button(phone: Page) -> None:
    code = phone.evaluate(
        """async () => {
          const { makeRecorder } = await import("/static/field/voice.js");
          Object.defineProperty(globalThis, "isSecureContext", { value: false });
          return makeRecorder({ devices: null }).start().catch((error) => error.message);
        }"""
    )

    assert "https" in code


def test_a_voice_note_is_small_and_can_be_played_again(
    open_phone: Callable[..., Page], with_microphone: Browser
) -> None:
    note = open_phone(with_microphone, permissions=["microphone"]).evaluate(RECORD, 3_300)

    assert note.get("played"), note
    assert note["type"] in {"audio/webm", "audio/ogg", "audio/mp4"}
    assert note["seconds"] in {3, 4}
    assert note["ticks"][:3] == [1, 2, 3]
    assert 500 < note["size"] < 4 * 1024 * 1024 * 3 / 120  # two minutes stay under 4 MB
