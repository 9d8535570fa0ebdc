"""Pages of the support workspace (综合保障)."""
