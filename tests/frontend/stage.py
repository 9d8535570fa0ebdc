"""A small application that shows the components as the real one does: same context, same content policy."""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask, Response, jsonify, render_template, render_template_string

from tests.serving import server_of

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
LEAFLET = ROOT / "grid_app" / "static" / "vendor" / "leaflet" / "leaflet.js"
NONCE = "a-nonce-of-the-tests"
POLICY = (
    f"default-src 'none'; script-src 'nonce-{NONCE}' 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; form-action 'self'; frame-src 'self'; worker-src 'self'"
)
VILLAGE = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": "云岭村"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[111.5, 29.0], [111.6, 29.0], [111.6, 29.1], [111.5, 29.1], [111.5, 29.0]]],
            },
        }
    ],
}

FORM = """
{% extends "layout.html" %}
{% from "components/forms.html" import hidden_field, text_field, radio_field %}
{% from "components/buttons.html" import button, post_button %}
{% from "components/maps.html" import place_picker %}
{% from "components/feedback.html" import receipt %}
{% block title %}上报{% endblock %}
{% block body_class %}field{% endblock %}
{% block content %}
{% if received %}{{ receipt("7K3M 9Q2X", report_id=received) }}{% else %}
<form method="post" action="/sent" data-module="draft" data-draft-owner="7" data-draft-form="report">
  {{ hidden_field("report_id", report_id) }}
  {{ text_field("summary", "一句话说清楚") }}
  {{ radio_field("band", "几户?", (("1", "1 户"), ("2-4", "2-4 户"))) }}
  {{ place_picker("/villages") }}
  {{ button("提交") }}
</form>
{{ post_button("/sent", "关闭", kind="danger", confirm="确定关闭?") }}
{% endif %}
{% endblock %}
"""


@dataclass(frozen=True)
class Person:
    """The acting person in the frame of the page."""

    display_name: str = "演示用户"
    role_word: str = "网格员"
    unit_name: str = "云岭村"


@dataclass(frozen=True)
class Entry:
    """An entry of the navigation."""

    label: str
    url: str = "#"
    current: bool = False
    badge: int | None = None


@dataclass(frozen=True)
class Group:
    """Entries of the navigation under one word."""

    label: str
    inside: tuple[Entry, ...]
    holds_current: bool = False


@dataclass
class Stage:
    """The running application: its address, and what was posted to it."""

    app: Flask
    address: str = ""
    posted: list[str] = field(default_factory=list)


def frame() -> dict[str, object]:
    """Return the context that the real frame gives every template."""
    return {
        "asset": lambda path: f"/static/{path}",
        "csp_nonce": NONCE,
        "actor": Person(),
        "may_switch_role": True,
        "demo_mode": True,
        "simulated_now": "11月21日(周六) 14:30",
        "nav_items": [
            *(Entry("上报", current=True), Entry("纠纷", badge=3), Entry("排查"), Entry("苗头提示", badge=12)),
            Group("值守", (Entry("值班表"), Entry("告警")), holds_current=True),
        ],
    }


def make_stage() -> Stage:
    """Return the application with the style guide and one report form, not yet running."""
    app = Flask(
        "stage", template_folder=str(ROOT / "grid_app/web/templates"), static_folder=str(ROOT / "grid_app/static")
    )
    app.secret_key = "only for flashed messages"
    app.jinja_env.globals["csrf_token"] = lambda: "token"
    app.context_processor(frame)
    stage = Stage(app)

    @app.after_request
    def add_policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    app.add_url_rule("/", "guide", lambda: render_template("pages/styleguide.html"))
    app.add_url_rule("/field", "field", lambda: _as_field(render_template("pages/styleguide.html")))
    app.add_url_rule("/villages", "villages", lambda: jsonify(VILLAGE))
    app.add_url_rule("/map/own-villages", "own", lambda: jsonify(VILLAGE))
    app.add_url_rule("/form/<report_id>", "form", lambda report_id: render_template_string(FORM, report_id=report_id))
    app.add_url_rule(
        "/receipt/<report_id>", "receipt", lambda report_id: render_template_string(FORM, received=report_id)
    )
    app.add_url_rule("/sent", "sent", lambda: stage.posted.append("sent") or "<title>sent</title>", methods=["POST"])
    return stage


def _as_field(page: str) -> str:
    """The same components on a field page in large text."""
    changed = page.replace('class="office"', 'class="field"').replace("css/app.css", "css/field.css")
    return changed.replace('<html lang="zh-CN">', '<html lang="zh-CN" class="large-text">')


@contextmanager
def running(stage: Stage) -> Iterator[Stage]:
    """Serve the application on a free port of this machine while the block lasts."""
    server = server_of(stage.app)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    stage.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stage
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-features="
    "WebUIOmniboxAimPopup,WebUIOmniboxPopup,"  # two pages of its address bar for each window, half of all its renderers
    "AimEnabled,AvoidCorsURLLoaderRestartOnRedirect,AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,"
    "HttpsFirstBalancedModeAutoEnable,HttpsUpgrades,LensOverlay,MediaRouter,NetworkTimeServiceQuerying,"
    "OptimizationHints,PaintHolding,PreconnectToSearch,ThirdPartyStoragePartitioning",
)
"""What browsers of tests start with; Playwright's own list of features is repeated, since the last list wins."""


def chromium() -> str | None:
    """Return the Chromium of this machine, None when there is none."""
    named = os.environ.get("CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
