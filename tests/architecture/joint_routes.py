"""The routes of joint work, help and lawyers, and the action each asks for."""

from __future__ import annotations

JOINT_ROUTES = {
    "joint.add": "dispute.handle",
    "joint.add_area": "area.draw",
    "joint.area": "area.draw",
    "joint.areas": "dispute.handle",
    "joint.arrive": "dispute.add",
    "joint.begin": "dispute.handle",
    "joint.check": "dispute.handle",
    "joint.compete": "dispute.add",
    "joint.decide": "dispute.handle",
    "joint.decline": "dispute.add",
    "joint.done": "dispute.add",
    "joint.end": "dispute.handle",
    "joint.end_area": "area.draw",
    "joint.flags": "dispute.handle",
    "joint.index": "dispute.add",
    "joint.leave": "dispute.handle",
    "joint.new_area": "area.draw",
    "joint.page": "dispute.read",
    "joint.rate": "dispute.add",
    "joint.report_in": "dispute.add",
    "joint.rule": "dispute.handle",
    "joint.save_area": "area.draw",
    "joint.whistle": "dispute.add",
}
