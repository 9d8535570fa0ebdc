"""How mediation committees are made up, and what the law asks of them."""
