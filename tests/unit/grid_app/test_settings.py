"""Settings: every wrong value is named at once, and nothing secret is ever shown."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from grid_app.settings import ENVIRONMENT, Settings, SettingsError, settings_from
from grid_app.wiring import make_wiring

SERVER = {
    "GRID_SERVER_MODE": "1",
    "DATABASE_URL": "postgresql+psycopg://grid@localhost/grid",
    "GRID_SESSION_KEY": "s" * 40,
    "GRID_RECEIPT_KEY": "r" * 40,
    "GRID_FIELD_KEYS": "1:" + "f" * 44,
    "GRID_VAPID_PRIVATE_KEY": "v" * 43,
    "GRID_OFFICE_KEYS": "1:" + "o" * 44,
}
KEY_NAMES = tuple(name for name in SERVER if name.endswith(("_KEY", "_KEYS")))


def refusal(environment: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as refused:
        settings_from(environment)
    return str(refused.value)


def test_a_server_without_its_keys_is_refused_naming_all_at_once():
    sentence = refusal({"GRID_SERVER_MODE": "1"})

    for name in ("DATABASE_URL", *KEY_NAMES):
        assert name in sentence


@pytest.mark.parametrize("value", ["changeme", "example", "secret", "short"])
@pytest.mark.parametrize("name", KEY_NAMES)
def test_an_example_or_short_key_is_refused(name, value):
    sentence = refusal({**SERVER, name: value})

    assert name in sentence
    assert f"“{value}”" not in sentence


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GRID_IDLE_MINUTES", "0"),
        ("GRID_IDLE_MINUTES", "half an hour"),
        ("GRID_ABSOLUTE_HOURS", "-3"),
        ("GRID_DEVICE_DAYS", "1.5"),
        ("SIMULATED_NOW", "tomorrow"),
        ("GRID_PROBE_AT", "07:30"),
        ("GRID_PROBE_AT", "17:00"),
        ("GRID_PROBE_AT", "9:30"),
        ("GRID_PROBE_SMS", "hourly"),
    ],
)
def test_a_value_that_is_none_is_named(name, value):
    assert name in refusal({name: value, "GRID_DEMO": "1"})


def test_a_simulated_time_is_for_demonstrations_alone(tmp_path):
    settings = Settings(instance_dir=tmp_path, simulated_now=datetime(2026, 11, 21, tzinfo=UTC))

    with pytest.raises(SettingsError, match="SIMULATED_NOW"):
        make_wiring(settings, create_engine("sqlite://"), clock=None)


def test_two_problems_are_named_together():
    sentence = refusal({"GRID_IDLE_MINUTES": "x", "GRID_DEVICE_DAYS": "y"})

    assert "GRID_IDLE_MINUTES" in sentence
    assert "GRID_DEVICE_DAYS" in sentence


def test_without_any_setting_the_embedded_form_starts():
    settings = settings_from({})

    assert settings.is_sqlite
    assert settings.url.startswith("sqlite:///")
    assert (settings.idle_minutes, settings.absolute_hours, settings.device_days) == (30, 12, 30)


def test_a_complete_server_starts():
    assert settings_from(SERVER).server_mode


def test_values_are_read_in_their_own_form():
    settings = settings_from(
        {
            "GRID_INSTANCE_DIR": "elsewhere",
            "GRID_PUSH_HOSTS": "push.one.invalid, push.two.invalid,",
            "GRID_DEMO": "yes",
            "SIMULATED_NOW": "2026-11-21T09:00",
        }
    )

    assert settings.instance_dir == Path("elsewhere")
    assert settings.push_hosts == ("push.one.invalid", "push.two.invalid")
    assert settings.simulated_now.astimezone(UTC) == datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


def test_no_key_is_shown_when_settings_are_printed():
    shown = repr(settings_from(SERVER))

    assert not [key for key in ("s" * 40, "r" * 40, "f" * 44, "v" * 43) if key in shown]


def test_every_setting_has_one_name():
    assert len(set(ENVIRONMENT.values())) == len(ENVIRONMENT) == len(Settings.__dataclass_fields__)


def test_a_base_map_needs_a_fixed_host_a_matrix_that_fits_and_its_approval_number():
    good = {"GRID_BASE_MAP_URLS": "https://t0.example.cn/vec?z={z}&x={x}&y={y}", "GRID_BASE_MAP_ATTRIBUTION": "审图号"}

    assert settings_from(good).base_map_urls == ("https://t0.example.cn/vec?z={z}&x={x}&y={y}",)
    for address in (
        "https://t{s}.example.cn/{z}/{x}/{y}",
        "//a.cn/{z}/{x}/{y}",
        "https://a.cn/{z}/{x}",
        "https://a.cn'/{z}/{x}/{y}",
    ):
        assert "固定的主机名" in refusal(good | {"GRID_BASE_MAP_URLS": address}), address
    sentence = refusal({**good, "GRID_BASE_MAP_MATRIX": "c", "GRID_BASE_MAP_ATTRIBUTION": ""})
    assert "只支持 w" in sentence
    assert "审图号" in sentence
