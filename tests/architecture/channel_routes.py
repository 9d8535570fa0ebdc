"""The routes of channels, the reachability board and alarms, and the action each asks for."""

from __future__ import annotations

CHANNEL_ROUTES = {
    "alarms.clear": "channel.read",
    "alarms.index": "channel.read",
    "channels.add": "channel.edit",
    "channels.disable": "channel.edit",
    "channels.index": "channel.edit",
    "channels.new": "channel.edit",
    "channels.rename": "channel.edit",
    "channels.replace": "channel.edit",
    "channels.show": "channel.edit",
    "channels.test": "channel.edit",
    "channels.unit": "channel.edit",
    "reachability.index": "channel.read",
    "reachability.ring": "channel.read",
    "reachability.unit": "channel.read",
}
