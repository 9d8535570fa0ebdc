"""A county with very many disputes, and how fast its lists answer."""
