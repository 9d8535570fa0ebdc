"""What an open map fetches again and again: the facts, their version, and a line on which changes are told."""

from __future__ import annotations

import gzip
import json
from typing import Final

from flask import Blueprint, Response, jsonify, make_response, request

from grid_app.adapters import map_feed
from grid_app.adapters.map_feed import MapFeed, feed_of
from grid_app.adapters.map_feed import told as versions_told
from grid_app.http.guard import in_background, requires
from grid_app.http.lines import open_line
from grid_app.policy import Action
from grid_app.web.maps.asked import Asked, asked
from grid_app.web.maps.facts import told
from grid_app.web.maps.kept import ask_anew, known_versions, one_answer
from grid_app.wiring import wired

FULL: Final = "现在看地图的人多,改为每 8 秒查一次更新。"


@requires(Action.READ_MAP)
@in_background
def facts() -> Response:
    """Give the asked layer's facts: the same sums as the table."""
    ask = asked()
    packed = one_answer(("facts", ask), lambda: _packed(ask), layer=ask.layer)
    takes_gzip = request.accept_encodings["gzip"] > 0
    answer = make_response(packed if takes_gzip else gzip.decompress(packed))
    answer.content_type = "application/json"
    answer.vary.add("Accept-Encoding")
    answer.headers["Cache-Control"] = "no-store"
    if takes_gzip:
        answer.content_encoding = "gzip"
    return answer


def _packed(ask: Asked) -> bytes:
    body = json.dumps(told(ask, known_versions()[ask.layer]), ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(body.encode(), 6, mtime=0)


@requires(Action.READ_MAP)
@in_background
def version() -> Response:
    """Give the versions of all layers; a page whose layer has another one fetches its facts again."""
    answer = jsonify(versions_told(_feed().current(wired().clock.now)))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@requires(Action.READ_MAP)
@in_background
def events() -> Response:
    """Keep a line open and tell each change; when too many listen, or one account too often, let the page poll."""
    feed, now = _feed(), wired().clock.now
    return open_line(
        feed.listeners,
        lambda may_hear: feed.line(now, may_hear=may_hear),
        every=map_feed.ASK_EVERY_SECONDS,
        full=FULL,
    )


def add_routes(bp: Blueprint) -> None:
    """Register what an open map fetches on the map's blueprint."""
    bp.add_url_rule("/map/facts.json", "facts", facts, methods=["GET"])
    bp.add_url_rule("/map/version.json", "version", version, methods=["GET"])
    bp.add_url_rule("/map/events", "events", events, methods=["GET"])
    bp.after_app_request(ask_anew)


def _feed() -> MapFeed:
    return feed_of(wired().engine)
