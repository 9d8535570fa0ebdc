"""Mediation: offered, agreed to, held, written down, confirmed by a court."""
