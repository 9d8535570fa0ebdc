"""Escalations under faults: a county, far ends that misbehave, processes that are killed, and what must hold after."""
