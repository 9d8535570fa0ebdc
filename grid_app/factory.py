"""Building the application: database, wiring, guards, pages and API."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from grid_app.api import attachments, devices, exports, field, follow_ups, held, reference, returns, sync
from grid_app.api.ogc import routes as ogc
from grid_app.clock import Clock
from grid_app.database.base import db
from grid_app.database.engine import KEPT_OPEN, MORE_AT_ONCE, prepare_engine
from grid_app.http.compressed import init_compression
from grid_app.http.headers import init_headers
from grid_app.security.keys import make_instance_folder
from grid_app.settings import Settings
from grid_app.web import audit, display, home, sign_in, support
from grid_app.web import follow_ups as follow_up_pages
from grid_app.web.accounts import application_passwords
from grid_app.web.accounts import pages as accounts
from grid_app.web.assistance import pages as assistance
from grid_app.web.backtests import pages as backtests
from grid_app.web.bulletins import pages as bulletins
from grid_app.web.callbacks import pages as callbacks
from grid_app.web.channels import alarms, reachability
from grid_app.web.channels import pages as channels
from grid_app.web.committees import pages as committees
from grid_app.web.coverage import pages as coverage
from grid_app.web.dashboard import pages as dashboard
from grid_app.web.disputes import pages as disputes
from grid_app.web.documents import pages as document_pages
from grid_app.web.documents import templates as document_templates
from grid_app.web.duties import pages as duties
from grid_app.web.earlier import pages as earlier
from grid_app.web.errors import init_errors
from grid_app.web.exports import pages as export_pages
from grid_app.web.exports import sheets as export_sheets
from grid_app.web.field import export as field_export
from grid_app.web.field import pages as field_app
from grid_app.web.findings import pages as findings
from grid_app.web.handling import pages as handling
from grid_app.web.inbox import pages as inbox
from grid_app.web.inbox.push_answers import renew_device, take_receipt
from grid_app.web.incidents import pages as incidents
from grid_app.web.indicators import pages as indicators
from grid_app.web.intake import pages as intake
from grid_app.web.joint import pages as joint
from grid_app.web.leading import pages as leading
from grid_app.web.library import pages as library
from grid_app.web.maps import pages as maps
from grid_app.web.maps import tiles as map_tiles
from grid_app.web.mediation import pages as mediation
from grid_app.web.organisations import pages as organisations
from grid_app.web.places import pages as places
from grid_app.web.policies import holds as retention_pages
from grid_app.web.policies import lawful as lawful_policies
from grid_app.web.policies import pages as policies
from grid_app.web.projects import pages as projects
from grid_app.web.receptions import pages as receptions
from grid_app.web.report import pages as report
from grid_app.web.residents import office as residents_office
from grid_app.web.residents import pages as residents
from grid_app.web.roster import pages as roster
from grid_app.web.rounds import pages as rounds
from grid_app.web.shell import init_shell
from grid_app.web.signals import pages as signals
from grid_app.web.support_work import pages as support_work
from grid_app.web.villages import namings as village_namings
from grid_app.web.villages import pages as villages
from grid_app.wiring import attach, make_wiring

PAGES = (
    sign_in,
    home,
    accounts,
    application_passwords,
    assistance,
    audit,
    backtests,
    report,
    disputes,
    duties,
    earlier,
    handling,
    rounds,
    findings,
    signals,
    inbox,
    incidents,
    indicators,
    bulletins,
    callbacks,
    channels,
    reachability,
    alarms,
    intake,
    leading,
    joint,
    maps,
    map_tiles,
    mediation,
    committees,
    coverage,
    dashboard,
    organisations,
    places,
    policies,
    projects,
    lawful_policies,
    library,
    retention_pages,
    support,
    support_work,
    export_pages,
    export_sheets,
    field_export,
    field_app,
    follow_up_pages,
    document_pages,
    document_templates,
    display,
    receptions,
    residents,
    residents_office,
    roster,
    villages,
    village_namings,
)
API = (sync, devices, reference, field, returns, follow_ups, held, exports, attachments, ogc)
MAX_BODY_BYTES = 16 * 1024 * 1024


def create_app(settings: Settings, *, clock: Clock | None = None) -> Flask:
    """Return the application for ``settings``.

    ``clock`` replaces the machine's time in tests. The database must have been brought up to date before the first
    request; the instance folder is made when the embedded database lives in it.
    """
    root = Path(__file__).parent
    app = Flask("grid_app", root_path=str(root), template_folder="web/templates", static_folder="static")
    if settings.is_sqlite:
        make_instance_folder(settings.instance_dir)
    _configure(app, settings)
    db.init_app(app)
    with app.app_context():
        engine = db.engine
        prepare_engine(engine)
    wiring = make_wiring(settings, engine, clock=clock)
    app.secret_key = wiring.keys.session
    attach(app, wiring)
    _install(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    options: dict[str, object] = {"pool_size": KEPT_OPEN, "max_overflow": MORE_AT_ONCE}
    options["hide_parameters"] = True  # an error of the database is logged without names, addresses and keys
    if not settings.is_sqlite:
        options["pool_pre_ping"] = True
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.url,
        SQLALCHEMY_ENGINE_OPTIONS=options,
        SESSION_COOKIE_NAME="grid",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=bool(settings.tls_certificate),
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.absolute_hours),
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        WTF_CSRF_TIME_LIMIT=None,
    )


def _install(app: Flask) -> None:
    csrf = CSRFProtect(app)
    for module in PAGES:
        app.register_blueprint(module.bp)
    csrf.exempt(residents.bp)  # nobody is signed in there; its forms carry signed marks of their own
    for answered_by_workers in (take_receipt, renew_device):
        csrf.exempt(answered_by_workers)  # a service worker has no form and no cookie; the secret it sends is the proof
    for module in API:
        app.register_blueprint(module.bp)
        csrf.exempt(module.bp)
    init_shell(app)
    init_errors(app)
    init_headers(app)
    init_compression(app)
