"""The tables: the chain makes exactly what the models say, and no key joins persons across disputes."""

from __future__ import annotations

import re

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from geoalchemy2 import Geometry
from sqlalchemy import Engine

from grid_app.database.base import Base

PERSONAL = re.compile(
    r"(id_no|id_number|identity_card|ethnic|religion|education|party_type|risk_score|score|rank|attitude|latitude_of|track_)"
)


def _inspect_table(_object, name, kind, reflected, _compare_to):
    return not (kind == "table" and reflected and name in ("spatial_ref_sys",))


def test_the_chain_makes_what_the_models_say(engine: Engine):
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            for table in Base.metadata.sorted_tables:
                made = {row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table.name})")}
                assert made == set(table.columns.keys()), table.name
        return
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _inspect_table, "compare_type": False})
        differences = compare_metadata(context, Base.metadata)

    assert not differences


def test_no_column_records_what_must_not_be_collected():
    found = [
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if PERSONAL.search(column.name)
    ]

    assert not found


def test_a_party_belongs_to_one_dispute_and_nothing_joins_parties():
    parties = Base.metadata.tables["parties"]

    assert {key.target_fullname for key in parties.foreign_keys} == {"disputes.id"}
    assert not [
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        for key in column.foreign_keys
        if key.target_fullname.startswith("parties.")
    ]
    assert not [index for index in parties.indexes if {"name_sealed", "phone_sealed"} & set(index.columns.keys())]


def test_every_column_of_place_is_of_a_dispute_room_site_or_boundary_never_of_a_person():
    allowed = {"disputes", "mediation_rooms", "boundaries", "projects"}
    placed = {
        table.name
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Geometry) or column.name in ("lon", "lat")
    }

    assert placed <= allowed


def test_geometry_columns_have_their_index():
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Geometry):
                assert f"idx_{table.name}_{column.name}" in {index.name for index in table.indexes}
