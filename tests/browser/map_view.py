"""The map's page as tests drive it in a browser."""

from __future__ import annotations

import json

from playwright.sync_api import Frame, Page, expect

MARKS = """frameElement.areaMap.overlay.targets.filter((target) => target.mark).map(({ mark, box }) => (
  { name: mark.name, told: frameElement.areaMap.told(mark),
    x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 }
))"""


def opened(page: Page, address: str) -> Page:
    """Open a map page and wait until it can be steered."""
    page.goto(address)
    expect(page.locator("#map-stage[data-ready]")).to_be_attached()
    page.wait_for_timeout(100)
    return page


def drawn(page: Page) -> Frame:
    """Return the frame of the map."""
    return next(frame for frame in page.frames if "/map/frame" in frame.url)


def tap(page: Page, name: str) -> str:
    """Tap the mark of a place, as soon as it stands still, and return what it says."""
    page.locator(".map-window").scroll_into_view_if_needed()
    drawn(page).wait_for_function(f"() => {MARKS}.some((mark) => mark.name === {json.dumps(name)})")
    mark = next(mark for mark in drawn(page).evaluate(MARKS) if mark["name"] == name)
    page.frame_locator("iframe").locator(".folium-map").click(position={"x": mark["x"], "y": mark["y"]})
    return str(mark["told"])


def looks_at(page: Page, view: str) -> bool:
    """Whether the map looks at this view; opening a panel may move it by the part of a pixel."""
    there = [float(part) for part in drawn(page).evaluate("frameElement.areaMap.view()").split(",")]
    wanted = [float(part) for part in view.split(",")]
    pixel = 360 / (256 * 2 ** wanted[2])
    return there[2] == wanted[2] and all(abs(a - b) <= pixel for a, b in zip(there[:2], wanted[:2], strict=True))
