"""Telling offices: messages, outcomes, retry, the escalation ladder and the channels that carry the words.

The package knows no web framework and no database. What it needs from outside it asks for through
:mod:`notifications.ports`; only :mod:`notifications.channels` talks to the network. A push is a knock on
the door: the record is the inbox row that the shell writes, so losing a push loses nothing but time.
"""
