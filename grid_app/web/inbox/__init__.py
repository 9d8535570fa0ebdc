"""The inbox of an office, its push devices and escalation policies."""
