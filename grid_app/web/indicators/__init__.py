"""Pages of indicators: one place or unit at a time, beside its own earlier periods."""
