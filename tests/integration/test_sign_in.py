"""Signing in: lockout, limits of a session, and refusals that do not tell what was wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Account, AuditEvent, SignIn
from grid_app.services.accounts import sign_in as service
from grid_app.services.accounts.own_password import change_password, prepare_password
from grid_app.services.accounts.sign_in import LOCKED, WRONG, SignedIn, SignInRefused
from tests.world import NOW, PASSWORD, World

IDLE, ABSOLUTE = timedelta(minutes=30), timedelta(hours=12)


def attempt(session: Session, login: str, password: str, *, now=NOW) -> SignedIn | SignInRefused:
    checked = service.check_credentials(session, login=login, password=password)
    return service.sign_in(session, checked=checked, now=now)


def presence(session: Session, secret: str, now):
    return service.presence_of(session, secret, now=now, idle=IDLE, absolute=ABSOLUTE)


def fail(session: Session, login: str, times: int) -> list[str]:
    return [attempt(session, login, "wrong").sentence for _ in range(times)]


def test_an_unknown_name_and_a_wrong_password_are_refused_in_the_same_words(session: Session, world: World):
    unknown = attempt(session, "nobody", PASSWORD)
    wrong = attempt(session, "auditor", "wrong")

    assert unknown == wrong == SignInRefused(WRONG)


@pytest.mark.parametrize("login", ["a\x00b", "x" * 4000, "", " "])
def test_a_strange_name_is_refused_like_any_other(session: Session, world: World, login: str):
    assert attempt(session, login, PASSWORD) == SignInRefused(WRONG)


def test_a_password_of_megabytes_is_refused_like_any_other(session: Session, world: World):
    assert attempt(session, "auditor", "x" * 1_000_000) == SignInRefused(WRONG)


def test_an_unknown_name_is_compared_with_a_hash_too(session: Session, world: World, monkeypatch):
    compared = []
    monkeypatch.setattr(service, "password_matches", lambda stored, password: bool(compared.append(stored)))

    service.check_credentials(session, login="nobody", password="x")
    service.check_credentials(session, login="auditor", password="x")

    assert len(compared) == 2
    assert all(stored.startswith("$argon2id$") for stored in compared)


def test_the_fifth_failure_locks_for_fifteen_minutes(session: Session, world: World):
    assert fail(session, "auditor", 5) == [WRONG] * 4 + [LOCKED]
    assert attempt(session, "auditor", PASSWORD, now=NOW + timedelta(minutes=14)) == SignInRefused(LOCKED)
    assert isinstance(attempt(session, "auditor", PASSWORD, now=NOW + timedelta(minutes=16)), SignedIn)


def test_a_lock_of_one_account_leaves_the_others_alone(session: Session, world: World):
    fail(session, "auditor", 5)

    assert isinstance(attempt(session, "sysadmin", PASSWORD), SignedIn)


def test_signing_in_forgets_the_failures_before(session: Session, world: World):
    fail(session, "auditor", 4)
    attempt(session, "auditor", PASSWORD)

    assert fail(session, "auditor", 4) == [WRONG] * 4


def test_the_lock_stands_in_the_audit_trail(session: Session, world: World):
    fail(session, "auditor", 5)

    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.number)).all()
    assert actions == ["sign_in.failed"] * 5 + ["account.locked"]


def test_a_disabled_account_is_told_so_only_with_its_password(session: Session, world: World):
    session.get_one(Account, world.accounts["auditor"]).disabled_at = NOW

    assert attempt(session, "auditor", "wrong") == SignInRefused(WRONG)
    assert attempt(session, "auditor", PASSWORD).sentence == service.DISABLED


def test_the_name_may_be_written_with_capitals(session: Session, world: World):
    assert isinstance(attempt(session, " Auditor ", PASSWORD), SignedIn)


def test_the_secret_itself_is_kept_nowhere(session: Session, world: World):
    opened = attempt(session, "auditor", PASSWORD)

    rows = session.scalars(select(SignIn)).all()
    assert opened.secret not in {value for row in rows for value in vars(row).values()}
    assert rows[0].id == service.digest_of_secret(opened.secret)


def test_a_session_idle_for_half_an_hour_is_over(session: Session, world: World):
    opened = attempt(session, "auditor", PASSWORD)

    assert presence(session, opened.secret, NOW + IDLE) is not None
    assert presence(session, opened.secret, NOW + IDLE + timedelta(seconds=1)) is None


def test_a_session_in_use_is_over_after_twelve_hours(session: Session, world: World):
    opened, moment = attempt(session, "auditor", PASSWORD), NOW
    while moment < NOW + ABSOLUTE:
        moment += timedelta(minutes=20)
        service.note_presence(session, opened.secret, now=moment)

    assert presence(session, opened.secret, NOW + ABSOLUTE) is not None
    assert presence(session, opened.secret, NOW + ABSOLUTE + timedelta(seconds=1)) is None


def test_a_session_is_noted_at_most_once_a_minute(session: Session, world: World):
    opened = attempt(session, "auditor", PASSWORD)

    found = presence(session, opened.secret, NOW)

    assert not found.is_due_for_note(NOW + timedelta(seconds=60))
    assert found.is_due_for_note(NOW + timedelta(seconds=61))


def test_signing_out_ends_the_session(session: Session, world: World):
    opened = attempt(session, "auditor", PASSWORD)
    service.sign_out(session, opened.secret, now=NOW)
    service.sign_out(session, "never given out", now=NOW)

    assert presence(session, opened.secret, NOW) is None


def test_a_role_of_somebody_else_cannot_be_taken(session: Session, world: World):
    opened = attempt(session, "auditor", PASSWORD)

    assert service.act_as(session, opened.secret, assignment_id=world.assignments["county_lead"], now=NOW) is None
    assert presence(session, opened.secret, NOW).actor.role == "auditor"


def prepared(session: Session, world: World, **form: str):
    filled = {"current": PASSWORD, "new": "Fresh-Water-7", "again": "Fresh-Water-7", **form}
    return prepare_password(session, account_id=world.accounts["auditor"], **filled)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"current": "wrong"}, "current"),
        ({"new": "short1A", "again": "short1A"}, "new"),
        ({"new": "onlysmallletters", "again": "onlysmallletters"}, "new"),
        ({"new": PASSWORD, "again": PASSWORD}, "new"),
        ({"new": "Aa1" + "x" * 300, "again": "Aa1" + "x" * 300}, "new"),
        ({"again": "Fresh-Water-8"}, "again"),
    ],
)
def test_a_password_is_not_changed_for_a_wrong_form(session: Session, world: World, form, field):
    outcome = prepared(session, world, **form)

    assert list(outcome.fields) == [field]
    assert outcome.hashed == ""


def test_a_new_password_ends_the_other_sessions(session: Session, world: World):
    here, elsewhere = attempt(session, "auditor", PASSWORD), attempt(session, "auditor", PASSWORD)
    actor = world.actor(session, "auditor")
    change_password(session, prepared=prepared(session, world), actor=actor, keep=here.secret, now=NOW)

    assert presence(session, here.secret, NOW) is not None
    assert presence(session, elsewhere.secret, NOW) is None
    assert isinstance(attempt(session, "auditor", "Fresh-Water-7"), SignedIn)
