"""Help for a party by its consent, and the lawyers whom residents may ask."""
