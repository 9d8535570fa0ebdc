"""Forgetting the personal data of closed matters when its period is over."""
