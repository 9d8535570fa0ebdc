"""Pages of boundaries and rooms."""
