"""Projects and sites: what they are, who has which duty there, which matters belong to them."""
