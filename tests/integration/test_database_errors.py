"""An error of the database says which rule was broken, never with which values: its words go into the log."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DataError, IntegrityError

from grid_app.database.transaction import transaction
from grid_app.models.accounts import Account
from tests.world import NOW, build_world

SECRET = "wang-xiaoer"


def _account(login: str | None) -> Account:
    return Account(login=login, display_name=f"{SECRET}-shown", password_hash=f"{SECRET}-hash", created_at=NOW)


def _logged(engine: Engine, caplog: pytest.LogCaptureFixture, *logins: str | None) -> str:
    """Return what the log has of accounts that could not be added, with the whole trace of the error."""
    with pytest.raises(IntegrityError) as failed, transaction(engine) as session:
        session.add_all([_account(login) for login in logins])
    logging.getLogger("a job").error("job failed", exc_info=failed.value)
    return caplog.text


def test_a_name_that_is_taken_is_not_in_the_log(engine: Engine, caplog: pytest.LogCaptureFixture):
    said = _logged(engine, caplog, SECRET, SECRET)

    assert "unique constraint" in said.lower()
    assert "DETAIL" not in said
    assert SECRET not in said


def test_a_row_that_lacks_something_is_not_in_the_log(engine: Engine, caplog: pytest.LogCaptureFixture):
    said = _logged(engine, caplog, None)

    assert "login" in said
    assert SECRET not in said


@pytest.mark.parametrize("db_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("kind", ["uuid", "integer", "date", "json"])
def test_a_value_that_cannot_be_read_is_not_in_the_log(engine: Engine, kind: str):
    with pytest.raises(DataError) as failed, transaction(engine) as session:
        session.execute(text(f"SELECT CAST(CAST(:given AS text) AS {kind})"), {"given": SECRET})

    assert kind in str(failed.value).lower()
    assert SECRET not in f"{failed.value} {failed.value.orig} {failed.value.__cause__!r}"


def test_what_names_the_rule_is_still_there_for_the_program(engine: Engine):
    with transaction(engine) as session:
        build_world(session)

    with pytest.raises(IntegrityError) as failed, transaction(engine) as session:
        session.add_all([_account(SECRET), _account(SECRET)])

    rule = failed.value.orig.diag.constraint_name if engine.dialect.name == "postgresql" else str(failed.value.orig)
    assert "login" in rule
