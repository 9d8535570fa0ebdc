"""Which households reach a mediation room, when it is open, and where further rooms would reach most."""
