"""Routes by which other programs read the map's layers, and those of their passwords."""

LAYER_ROUTES = {
    "application_passwords.index": "map.read",
    "application_passwords.make": "map.read",
    "application_passwords.revoke": "map.read",
    "map_tiles.codes": "map.read",
    "map_tiles.tile": "map.read",
    "ogc.collection": "map.read",
    "ogc.collections": "map.read",
    "ogc.conformance": "map.read",
    "ogc.definition": "map.read",
    "ogc.item": "map.read",
    "ogc.items": "map.read",
    "ogc.landing": "map.read",
}
