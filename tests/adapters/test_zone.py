from __future__ import annotations

import pytest

from memsyncd.adapters.zone import SystemZone, system_zone, zone_of_the_machine
from memsyncd.config import zone_name


def rome():
    return "Europe/Rome"


def nowhere():
    return None


@pytest.mark.parametrize(
    "tz", ["Europe/Berlin", ":Europe/Berlin", "europe/berlin", "/usr/share/zoneinfo/Europe/Berlin"]
)
def test_tz_names_the_zone(tz):
    assert system_zone({"TZ": tz}, rome) == SystemZone("Europe/Berlin")


@pytest.mark.parametrize("env", [{}, {"TZ": ""}, {"TZ": ":"}])
def test_without_tz_the_machine_is_asked(env):
    assert system_zone(env, rome) == SystemZone("Europe/Rome")


def test_a_tz_that_is_no_name_is_noted_and_the_machine_is_asked():
    note = "TZ = CET-1CEST is not the name of a time zone"
    assert system_zone({"TZ": "CET-1CEST"}, rome) == SystemZone("Europe/Rome", note)
    assert system_zone({"TZ": "CET-1CEST"}, nowhere) == SystemZone("UTC", note)


def test_the_last_resort_is_utc_and_noted():
    zone = system_zone({}, nowhere)
    assert zone.name == "UTC"
    assert "set timezone" in zone.note


def test_the_machine_s_zone_is_a_real_one_or_none():
    found = zone_of_the_machine()
    assert found is None or zone_name(found) == found
