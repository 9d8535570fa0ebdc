"""The leader's dashboard: today's duties of the own area, and trends beside the own past."""
