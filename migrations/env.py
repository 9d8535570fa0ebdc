"""Alembic's entry: one chain for both databases, one transaction per migration."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

import grid_app.models.accounts
import grid_app.models.application_passwords
import grid_app.models.assistance
import grid_app.models.attachments
import grid_app.models.backtests
import grid_app.models.boundary_changes
import grid_app.models.callbacks
import grid_app.models.channel_probes
import grid_app.models.channels
import grid_app.models.clocks
import grid_app.models.disputes
import grid_app.models.documents
import grid_app.models.duties
import grid_app.models.duty_roster
import grid_app.models.escalations
import grid_app.models.exports
import grid_app.models.field
import grid_app.models.findings
import grid_app.models.follow_ups
import grid_app.models.handling
import grid_app.models.incidents
import grid_app.models.intake
import grid_app.models.joint
import grid_app.models.leading
import grid_app.models.library
import grid_app.models.map_weeks
import grid_app.models.mediation
import grid_app.models.namings
import grid_app.models.organisations
import grid_app.models.places
import grid_app.models.policies
import grid_app.models.projects
import grid_app.models.receptions
import grid_app.models.residents
import grid_app.models.retention
import grid_app.models.round_analyses
import grid_app.models.rounds
import grid_app.models.signals
import grid_app.models.siting
import grid_app.models.support
import grid_app.models.support_work
import grid_app.models.villages  # noqa: F401 - the imports register the tables
from grid_app.database.base import Base


def run(connection: Connection) -> None:
    """Run the migrations on the connection that the caller opened and will commit."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET lock_timeout = '4s'")
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
