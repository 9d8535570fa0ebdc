"""What an open inbox hears: that something came or went. What it is, the page fetches with its rights of then."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final, TypeVar

from flask import Blueprint, Response, jsonify, url_for

from grid_app.adapters.inbox_feed import ASK_EVERY_SECONDS, BREATH, InboxFeed, event_of, feed_of
from grid_app.adapters.listeners import Line, Times
from grid_app.http.guard import in_background, requires, the_actor
from grid_app.http.lines import open_line
from grid_app.policy import Action
from grid_app.queries.inbox_version import Reader
from grid_app.wiring import wired

T = TypeVar("T")
TIMES: Final = Times()
FULL: Final = "现在看收件箱的人多,改为每 8 秒查一次新提醒。"


@requires(Action.READ_INBOX)
@in_background
def version() -> Response:
    """Give the version of the reader's inboxes; a page that holds another one fetches its list again."""
    feed = _feed()
    answer = jsonify(version=feed.standing(feed.reader(the_actor())).version)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@requires(Action.READ_INBOX)
@in_background
def events() -> Response:
    """Keep a line open and tell each change; when too many listen, or one account too often, let the page poll."""
    feed = _feed()
    reader = feed.reader(the_actor())

    def line(may_hear: Callable[[], bool]) -> Line:
        return Line(lambda: event_of(feed.standing(reader).version), may_hear=may_hear, times=TIMES, breath=BREATH)

    return open_line(feed.listeners, line, every=ASK_EVERY_SECONDS, full=FULL)


def shared_by_equals(key: Hashable, build: Callable[[Reader], T]) -> T:
    """Return what ``build`` makes of the reader's inboxes, made once for all who ask now and see the same."""
    feed, actor = _feed(), the_actor()
    reader = feed.reader(actor)
    return feed.answers((reader, actor.unit_name, key), lambda: build(reader))


def live_of_inbox(reader: Reader) -> dict[str, object]:
    """Return what the list carries for the page's script; ask before the list is read, so that no change is missed."""
    standing = _feed().standing_now(reader)
    return {
        "version": standing.version,
        "waiting": standing.waiting,
        "reds": " ".join(standing.reds),
        "events": url_for("inbox.events"),
        "ask": url_for("inbox.version"),
    }


def add_routes(bp: Blueprint) -> None:
    """Register what an open inbox asks for on the inbox's blueprint."""
    bp.add_url_rule("/inbox/version.json", "version", version, methods=["GET"])
    bp.add_url_rule("/inbox/events", "events", events, methods=["GET"])


def _feed() -> InboxFeed:
    return feed_of(wired().engine)
