"""Papers of a dispute: what fits, drafts, numbers, issuing, the archive package."""
