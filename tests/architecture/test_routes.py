"""Every route has an access rule; what is internal is not forwarded."""

import importlib
from pathlib import Path

import pytest

from deploy.local.databases import Urls
from services.gateway.app import create_app
from shared.access.edge import routes_without_rule
from shared.service import create_service_app
from tests.conftest import SettingsOf

NOWHERE = Urls(*["postgresql://nobody@127.0.0.1:1/none"] * 3)
WRITERS = ("structures", "parcours", "funding")


@pytest.mark.parametrize("name", WRITERS)
def test_every_route_of_a_service_has_a_rule(name: str, settings_of: SettingsOf) -> None:
    service = importlib.import_module(f"services.{name}.service").SERVICE
    assert routes_without_rule(create_service_app(service, settings_of(NOWHERE))) == []


def test_every_route_of_the_gateway_has_a_rule(settings_of: SettingsOf) -> None:
    assert routes_without_rule(create_app(settings_of(NOWHERE))) == []


def test_a_route_without_a_rule_is_found(settings_of: SettingsOf) -> None:
    app = create_app(settings_of(NOWHERE))
    app.add_api_route("/oubliee", lambda: None)
    assert routes_without_rule(app) == ["GET /oubliee"]


def test_no_file_passes_four_hundred_lines() -> None:
    root = Path(__file__).parents[2]
    long = [
        str(path)
        for folder in ("services", "shared", "deploy", "tests")
        for path in (root / folder).rglob("*.py")
        if "versions" not in path.parts and len(path.read_text(encoding="utf-8").splitlines()) > 400
    ]
    assert long == []
