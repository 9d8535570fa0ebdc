"""A real round trip: application, outbox, pywebpush, a push service, and Firefox that decrypts, shows and answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import requests
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.jobs.delivery import EXTENSION, send_due_messages
from grid_app.models.escalations import OutboxMessage, PushSubscription
from grid_app.services.channels.probing import Target, ask_probes
from grid_app.wiring import make_wiring
from notifications.vapid import new_keypair
from tests.browser.conftest import TOKEN, Site
from tests.browser.firefox import Firefox, firefox_program
from tests.conftest import missing
from tests.escalation_world import add_dispute, raise_for
from tests.push_service.service import PushService
from tests.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("firefox")]  # it is started once

STATUS = "document.querySelector('[data-push-status]').textContent"
SHOWN = (
    "navigator.serviceWorker.ready.then((found) => found.getNotifications())"
    ".then((list) => list.map(({title, body, tag, silent, data}) => ({title, body, tag, silent, url: data.url})))"
)
PATIENCE_SECONDS = 30


@pytest.fixture(scope="module")
def service() -> Iterator[PushService]:
    with PushService() as started:
        yield started


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory, service: PushService) -> Iterator[Firefox]:
    """Give a Firefox that listens to our push service and may show notifications."""
    if firefox_program() is None:
        missing("the push round trip (install firefox-esr or set FIREFOX to it)")
    settings = {
        "dom.push.serverURL": service.websocket,
        "dom.push.testing.allowInsecureServerURL": True,
        "dom.push.connection.enabled": True,  # a browser that is driven from outside has it off
        "dom.push.retryBaseInterval": 200,
        "permissions.default.desktop-notification": 1,
        "alerts.useSystemBackend": False,  # without a desktop nobody would show it
    }
    with Firefox(tmp_path_factory.mktemp("firefox") / "profile", settings) as started:
        yield started


@pytest.fixture
def at_desk(firefox: Firefox, site: Site) -> Firefox:
    """Give the page of the own devices, in front of the county's officer."""
    with requests.Session() as line:
        token = TOKEN.search(line.get(f"{site.address}/sign-in", timeout=20).text)
        assert token is not None
        form = {"login": "county_officer", "password": PASSWORD, "csrf_token": token[1]}
        assert line.post(f"{site.address}/sign-in", data=form, allow_redirects=False, timeout=20).status_code == 302
        firefox.set_cookie("grid", line.cookies["grid"], "127.0.0.1")
    firefox.goto(f"{site.address}/push")
    return firefox


def _until(happened: Callable[[], object]) -> None:
    """Wait for what the browser does by itself."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def _delivered(site: Site) -> list[datetime | None]:
    """Return for each message when a device said that it has shown it."""
    with site.app.app_context(), reading() as session:
        return list(session.scalars(select(OutboxMessage.delivered_at)))


def _device(site: Site) -> tuple[UUID, str]:
    with site.app.app_context(), reading() as session:
        device_id, endpoint = session.execute(select(PushSubscription.id, PushSubscription.endpoint)).one()
    return device_id, endpoint


def _send(site: Site) -> int:
    with site.app.app_context():
        return send_due_messages().sent


def _switch_on(page: Firefox, site: Site, service: PushService) -> str:
    """Press the button, send the test that it asks for, and return what the page says in the end."""
    page.click("[data-push-button]")
    _until(lambda: _delivered(site))
    assert _send(site) == 1, service.refusals
    return str(page.wait_for(f"{STATUS}.includes('收到推送') && {STATUS}"))


def _escalate(site: Site, number: int = 1) -> UUID:
    with site.app.app_context(), transaction() as session:
        found = raise_for(session, add_dispute(session, site.world, number=number))
    assert found is not None
    return found


def test_an_escalation_is_shown_and_comes_back_as_proof(site: Site, at_desk: Firefox, service: PushService):
    acknowledged = len(service.firefoxes.acknowledged)
    assert "能收到推送:1 秒内到达" in _switch_on(at_desk, site, service)

    escalation_id = _escalate(site)
    assert _delivered(site).count(None) == 1
    assert _send(site) == 1
    _until(lambda: all(_delivered(site)))

    shown = {one["url"]: one for one in at_desk.ask(SHOWN)}
    alert = shown[f"{site.address}/inbox/{escalation_id}"]
    assert "990101-2026-00001" in alert["title"]
    assert (alert["tag"], alert["silent"]) == (f"escalation-{escalation_id}", False)
    assert service.firefoxes.acknowledged[acknowledged:] == [100, 100]


def test_a_probe_is_shown_without_a_sound_and_answers(site: Site, at_desk: Firefox, service: PushService):
    _switch_on(at_desk, site, service)
    device_id, _ = _device(site)
    target = Target("webpush", site.world.units["county"], subscription_id=device_id)
    with site.app.app_context(), transaction() as session:
        assert ask_probes(session, [target], now=site.clock.now()) == 1

    site.clock.advance(timedelta(minutes=25))
    assert _send(site) == 1
    _until(lambda: all(_delivered(site)))

    probes = [one for one in at_desk.ask(SHOWN) if one["tag"] == f"probe-{device_id}"]
    assert [(one["title"], one["silent"]) for one in probes] == [("通道自检", True)]


def test_a_browser_that_lost_its_subscription_listens_again_by_itself(
    site: Site, at_desk: Firefox, service: PushService
):
    _switch_on(at_desk, site, service)
    device_id, before = _device(site)

    service.run(service.firefoxes.forget_all())
    _until(lambda: _device(site)[1] != before)
    _escalate(site)
    assert _send(site) == 1
    _until(lambda: all(_delivered(site)))

    assert _device(site)[0] == device_id


def test_a_new_key_of_the_server_is_taken_up_when_the_page_is_opened(
    site: Site, at_desk: Firefox, service: PushService
):
    _switch_on(at_desk, site, service)
    old = site.app.extensions["grid"]
    settings = replace(
        old.settings, vapid_private_key=new_keypair().private_b64url, vapid_old_keys=(old.keys.vapid_private,)
    )
    site.app.extensions["grid"] = make_wiring(settings, old.engine, clock=site.clock)
    site.app.extensions.pop(EXTENSION)  # as a restart would

    at_desk.goto(f"{site.address}/push")
    said = at_desk.wait_for(f"{STATUS}.includes('推送密钥') && {STATUS}")
    _escalate(site)

    assert "已经重新开通" in said
    assert _send(site) == 1
    _until(lambda: _delivered(site).count(None) == 1)
    assert service.refusals[-1:] == ["no such subscription"]  # the one under the old key, which the browser has ended
