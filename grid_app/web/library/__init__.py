"""Pages of the policy library."""
