"""The page on which a county or township looks after its mediation committees."""
