"""Handling a dispute by the law: states, steps, talks, transfers, opinions, closing."""
