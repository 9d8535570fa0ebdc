"""In a real browser: nothing is inaccessible, nothing scrolls sideways, nothing typed is lost."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.frontend.stage import AXE, Stage, make_stage, running

pytestmark = pytest.mark.browser

SMALL_TARGETS = """() => [...document.querySelectorAll("a, button, input, select, textarea, summary")]
  .filter((element) => element.type !== "hidden" && element.offsetParent)
  .filter((element) => !element.closest(".skip-link, .leaflet-control-attribution, .figures"))
  .map((element) => element.closest(".choice, .tick") || element)
  .map((element) => [element.textContent.trim() || element.name, element.getBoundingClientRect()])
  .filter(([, box]) => box.width < 44 || box.height < 44)
  .map(([words, box]) => `${words}: ${Math.round(box.width)} x ${Math.round(box.height)}`)"""
# from the top of the page: a link half scrolled under a sticky bar is not a small one
AXE_RUN = """() => { scrollTo({top: 0, behavior: 'instant'}); return axe
  .run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
  .then((result) => result.violations.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.target)}`)); }"""


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with running(make_stage()) as started:
        yield started


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    contexts: list[BrowserContext] = []

    def open_context(width: int = 390, **options: object) -> BrowserContext:
        contexts.append(browser.new_context(viewport={"width": width, "height": 800}, **options))
        return contexts[-1]

    yield open_context
    for context in contexts:
        context.close()


@pytest.fixture
def page(opened: Callable[..., BrowserContext]) -> Page:
    return opened().new_page()


def quiet(page: Page) -> list[str]:
    """Collect what the page complains of, refused content above all."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


@pytest.mark.parametrize("width", [360, 390, 640, 1280])
@pytest.mark.parametrize("path", ["/", "/field"])
def test_no_width_makes_a_page_scroll_sideways(opened, stage: Stage, width: int, path: str) -> None:
    page = opened(width).new_page()
    page.goto(stage.address + path, wait_until="networkidle")

    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", ["/", "/field"])
def test_a_finger_hits_every_target(opened, stage: Stage, path: str) -> None:
    page = opened(390, has_touch=True).new_page()
    page.goto(stage.address + path, wait_until="networkidle")

    assert page.evaluate(SMALL_TARGETS) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("path", "width"), [("/", 1280), ("/field", 390)])
def test_no_component_breaks_an_accessibility_rule(opened, stage: Stage, path: str, width: int, scheme: str) -> None:
    page = opened(width, color_scheme=scheme, bypass_csp=True).new_page()
    page.goto(stage.address + path, wait_until="networkidle")
    page.add_script_tag(path=AXE)

    assert page.evaluate(AXE_RUN) == []


def test_the_main_action_of_a_field_page_is_high_enough_for_a_thumb(page: Page, stage: Stage) -> None:
    page.goto(stage.address + "/form/r1")

    box = page.get_by_role("button", name="提交").bounding_box()

    assert box is not None
    assert box["height"] >= 60


def test_the_content_policy_refuses_nothing_of_ours(page: Page, stage: Stage) -> None:
    said = quiet(page)

    page.goto(stage.address + "/", wait_until="networkidle")

    assert said == []


def test_without_script_the_form_is_whole(opened, stage: Stage) -> None:
    page = opened(java_script_enabled=False).new_page()
    page.goto(stage.address + "/form/r1")
    page.get_by_label("一句话说清楚").fill("路灯不亮")

    page.get_by_role("button", name="提交").click()

    expect(page).to_have_title("sent")


def test_a_tap_on_the_small_map_sets_the_point_and_a_button_takes_it_back(page: Page, stage: Stage) -> None:
    page.goto(stage.address + "/form/r1", wait_until="networkidle")

    page.locator(".mini-map").click()
    assert float(page.locator("#lon").input_value()) == pytest.approx(111.55, abs=0.01)
    assert float(page.locator("#lat").input_value()) == pytest.approx(29.05, abs=0.01)

    page.get_by_role("button", name="不用定位").click()
    assert page.locator("#lon").input_value() == ""


def test_a_phone_that_refuses_its_place_does_not_stop_the_form(page: Page, stage: Stage) -> None:
    page.goto(stage.address + "/form/r1")

    page.get_by_role("button", name="用手机定位").click()

    expect(page.locator("[data-position-status]")).to_contain_text("不定位也能提交")
    assert page.get_by_role("button", name="提交").is_enabled()


def test_a_phone_that_tells_its_place_fills_the_fields_with_its_accuracy(opened, stage: Stage) -> None:
    place = {"longitude": 111.52, "latitude": 29.03, "accuracy": 12}
    page = opened(geolocation=place, permissions=["geolocation"]).new_page()
    page.goto(stage.address + "/form/r1", wait_until="networkidle")

    page.get_by_role("button", name="用手机定位").click()

    expect(page.locator("[data-position-status]")).to_have_text("已定位,误差约 12 米。")
    assert [page.locator(name).input_value() for name in ("#lon", "#lat", "#accuracy_metres")] == [
        "111.520000",
        "29.030000",
        "12",
    ]


def test_what_was_typed_comes_back_as_the_same_report_until_its_receipt(page: Page, stage: Stage) -> None:
    page.goto(stage.address + "/form/r1", wait_until="networkidle")
    page.get_by_label("一句话说清楚").fill("路灯不亮")
    page.get_by_label("2-4 户").check()

    page.goto(stage.address + "/form/r2", wait_until="networkidle")
    expect(page.get_by_text("上次没有提交的内容已经恢复")).to_be_visible()
    assert page.get_by_label("一句话说清楚").input_value() == "路灯不亮"
    assert page.get_by_label("2-4 户").is_checked()
    assert page.locator("#report_id").input_value() == "r1"

    page.goto(stage.address + "/receipt/another", wait_until="networkidle")
    page.goto(stage.address + "/form/r3", wait_until="networkidle")
    assert page.get_by_label("一句话说清楚").input_value() == "路灯不亮"

    page.goto(stage.address + "/receipt/r1", wait_until="networkidle")
    page.goto(stage.address + "/form/r4", wait_until="networkidle")
    assert page.get_by_label("一句话说清楚").input_value() == ""
    assert page.locator("#report_id").input_value() == "r4"


def test_a_restored_draft_can_be_thrown_away(page: Page, stage: Stage) -> None:
    page.goto(stage.address + "/form/r1", wait_until="networkidle")
    page.get_by_label("一句话说清楚").fill("路灯不亮")
    page.goto(stage.address + "/form/r2", wait_until="networkidle")

    with page.expect_navigation():
        page.get_by_role("button", name="不要了,重新填").click()

    assert page.get_by_label("一句话说清楚").input_value() == ""
    assert page.locator("#report_id").input_value() == "r2"


@pytest.mark.parametrize(("answer", "posts"), [("dismiss", 0), ("accept", 1)])
def test_a_grave_step_goes_only_after_yes(page: Page, stage: Stage, answer: str, posts: int) -> None:
    stage.posted.clear()
    page.goto(stage.address + "/form/r1", wait_until="networkidle")
    page.on("dialog", lambda dialog: getattr(dialog, answer)())

    page.get_by_role("button", name="关闭").click()
    page.wait_for_load_state("networkidle")

    assert len(stage.posted) == posts
