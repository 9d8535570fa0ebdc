"""Guessing passwords of programs is stopped, by the account and by the address, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from grid_app.database.transaction import reading
from grid_app.models.accounts import AuditEvent
from grid_app.models.residents import ResidentTry
from grid_app.services.accounts import program_guesses
from grid_app.services.tries import Limit
from tests.web.forms import FreshClient
from tests.web.test_ogc_programs import ITEMS, basic, made_password

VILLAGES = ITEMS.format("villages")
QUARTER = timedelta(minutes=15)


@pytest.fixture
def asked(app, monkeypatch) -> Callable[..., int]:
    """Give a question that a program asks, with its status; three wrong ones of an account and five of an address."""
    monkeypatch.setattr(program_guesses, "WRONG_BY_ACCOUNT", Limit("prog_account", 3, QUARTER))
    monkeypatch.setattr(program_guesses, "WRONG_BY_ADDRESS", Limit("prog_address", 5, QUARTER))
    app.test_client_class = FreshClient
    stranger = app.test_client()

    def ask(login: str, password: str, address: str = "192.0.2.1") -> int:
        answer = stranger.get(VILLAGES, headers=basic(login, password), environ_base={"REMOTE_ADDR": address})
        if answer.status_code == 429:
            document = answer.get_json(force=True)
            assert (document["code"], answer.headers["Retry-After"]) == ("too_many", "900")
            assert "过一刻钟再连" in document["detail"]
        return answer.status_code

    return ask


def test_after_too_many_wrong_ones_an_account_takes_none_for_a_quarter_of_an_hour(asked, sign_in, app_world, clock):
    password, other = made_password(sign_in("township_lead")), made_password(sign_in("county_lead"))

    wrong = [asked(name, f"{password[:6]}-{number}", f"192.0.2.{number}") for number, name in
             enumerate(("township_lead", "Township_Lead ", "township_lead"))]  # fmt: skip
    right = asked("township_lead", password, "192.0.2.9")
    elsewhere = asked("county_lead", other)
    clock.advance(QUARTER)

    assert (wrong, right, elsewhere) == ([401, 401, 401], 429, 200)
    assert asked("township_lead", password) == 200


def test_an_address_that_tries_many_accounts_is_stopped_and_others_are_not(asked, sign_in, app_world):
    password = made_password(sign_in("township_lead"))

    wrong = [asked(f"somebody{number}", "abcdef-wrong") for number in range(5)]

    assert wrong == [401] * 5
    assert (asked("township_lead", password), asked("township_lead", password, "192.0.2.2")) == (429, 200)


def test_a_program_that_goes_on_with_a_password_that_has_ended_is_not_counted(asked, sign_in, app_world):
    client = sign_in("township_lead")
    old = made_password(client)
    page = client.get("/application-passwords").get_data(as_text=True)
    for address in {part.split('"')[0] for part in page.split('action="')[1:] if "/revoke" in part.split('"')[0]}:
        client.post(address)
    new = made_password(client)

    assert {asked("township_lead", old) for _ in range(7)} == {401}
    assert asked("township_lead", new) == 200


def test_what_is_counted_names_nobody_and_the_audit_has_one_event(asked, sign_in, app_world):
    for number in range(5):
        asked("township_lead", f"abcdef-{number}")

    with reading() as session:
        kept = [f"{row.kind} {row.key}" for row in session.scalars(select(ResidentTry))]
        told = [row.details for row in session.scalars(select(AuditEvent).where(AuditEvent.succeeded.is_(False)))]
    assert len(kept) == 2
    assert not any("192.0" in row or "township" in row for row in kept)
    assert told == [{"kind": "prog_account"}]
