"""The policy library: rules, plans, summaries and teaching material of units, with versions and validity."""
