"""What an open inbox hears: that something came or went. What it is, the page fetches with its rights of then."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, jsonify, url_for

from grid_app.adapters.inbox_feed import ASK_EVERY_SECONDS, BREATH, InboxFeed, event_of, feed_of
from grid_app.adapters.listeners import Line
from grid_app.http.guard import in_background, requires, the_actor
from grid_app.http.lines import open_line
from grid_app.policy import Action
from grid_app.wiring import wired

FULL: Final = "现在看收件箱的人多,改为每 8 秒查一次新提醒。"


@requires(Action.READ_INBOX)
@in_background
def version() -> Response:
    """Give the version of the reader's inboxes; a page that holds another one fetches its list again."""
    answer = jsonify(version=_standing()["version"])
    answer.headers["Cache-Control"] = "no-store"
    return answer


@requires(Action.READ_INBOX)
@in_background
def events() -> Response:
    """Keep a line open and tell each change; when too many listen, or one account too often, let the page poll."""
    feed = _feed()
    reader = feed.reader(the_actor())
    return open_line(
        feed.listeners,
        lambda may_hear: Line(lambda: event_of(feed.standing(reader).version), may_hear=may_hear, breath=BREATH),
        every=ASK_EVERY_SECONDS,
        full=FULL,
    )


def live_of_inbox() -> dict[str, object]:
    """Return what the list carries for the page's script; ask before the list is read, so that no change is missed."""
    return {**_standing(), "events": url_for("inbox.events"), "ask": url_for("inbox.version")}


def add_routes(bp: Blueprint) -> None:
    """Register what an open inbox asks for on the inbox's blueprint."""
    bp.add_url_rule("/inbox/version.json", "version", version, methods=["GET"])
    bp.add_url_rule("/inbox/events", "events", events, methods=["GET"])


def _feed() -> InboxFeed:
    return feed_of(wired().engine)


def _standing() -> dict[str, object]:
    feed = _feed()
    standing = feed.standing(feed.reader(the_actor()))
    return {"version": standing.version, "waiting": standing.waiting, "reds": " ".join(standing.reds)}
