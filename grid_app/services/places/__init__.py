"""Places: boundary generations, divisions, rooms, official namings."""
