"""Backtests: what the rounds of a past period would have told."""
