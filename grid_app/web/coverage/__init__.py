"""Coverage by mediation rooms: the figures of an area, one room, and where the next rooms should be."""
