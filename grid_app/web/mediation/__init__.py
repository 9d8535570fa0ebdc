"""Pages of mediation and of matters settled on the spot."""
