"""What all work on a dispute shares: the step, the states, the grade, its parties, its links, its follow-ups."""
