"""Concrete things behind the ports of the pure packages: SQL outbox, folium map, locator cache."""
