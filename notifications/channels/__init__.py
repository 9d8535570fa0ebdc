"""The ways a message can travel.

Each class here passes the suite of the port :class:`notifications.ports.Channel`.
"""
