"""The support workspace (综合保障): ledger, supervision, rectification, inspection, reviews of duty, proposals."""
