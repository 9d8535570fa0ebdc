"""Routes of the inbox, of devices that are knocked at, and of the ladders behind both."""

INBOX_ROUTES = {
    "inbox.detail": "escalation.read",
    "inbox.drop_device": "push.subscribe",
    "inbox.edit_ladder": "policy.edit",
    "inbox.events": "escalation.read",
    "inbox.index": "escalation.read",
    "inbox.part": "escalation.read",
    "inbox.policies": "policy.edit",
    "inbox.push": "push.subscribe",
    "inbox.push_key": "public",
    "inbox.push_test": "push.subscribe",
    "inbox.renew_device": "public",
    "inbox.save_ladder": "policy.edit",
    "inbox.subscribe": "push.subscribe",
    "inbox.take_receipt": "public",
    "inbox.take_up": "escalation.acknowledge",
    "inbox.tested": "push.subscribe",
    "inbox.unsubscribe": "push.subscribe",
    "inbox.version": "escalation.read",
}
