"""Days of reception: which days, and who receives."""
