"""How well shared grievances are found in a year of real messages."""
